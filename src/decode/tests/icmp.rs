//! ICMP errors about segments.

use super::*;

/// A message of this type and code from the server's address, quoting the start of the client's packet.
pub(super) fn error(kind: u8, code: u8, quote: &[u8]) -> Vec<u8> {
    let mut bytes = v4_around(1, &[&[kind, code, 0, 0, 0, 0, 0, 0], quote].concat());
    bytes[12..16].copy_from_slice(&[10, 0, 0, 254]);
    bytes
}

pub(super) fn error6(kind: u8, quote: &[u8]) -> Vec<u8> {
    v6_around(58, &[&[kind, 4, 0, 0, 0, 0, 0, 0], quote].concat())
}

fn at_raw(bytes: &[u8]) -> Result<Pdu<'_>, Skip> {
    read(&frame(LinkType::Raw, bytes))
}

#[test]
fn an_error_names_its_sender_and_the_segment_it_is_about() {
    for kind in [3, 11, 12] {
        let bytes = error(kind, 13, &v4(HELLO)[..28]);
        let expected = IcmpError {
            ts: Timestamp::from_nanos(5),
            frame: 7,
            file: 2,
            from: Addr::v4([10, 0, 0, 254]),
            kind,
            code: 13,
            src: Endpoint { addr: Addr::v4(CLIENT), port: 40_000 },
            dst: Endpoint { addr: Addr::v4(SERVER), port: 443 },
            seq: SeqNumber(1000),
        };
        assert_eq!(at_raw(&bytes), Ok(Pdu::Icmp(expected)));
    }
}

#[test]
fn the_same_in_ipv6() {
    for kind in [1, 3, 4] {
        let bytes = error6(kind, &v6(HELLO)[..48]);
        let Ok(Pdu::Icmp(error)) = at_raw(&bytes) else { panic!("no error for type {kind}") };
        assert_eq!((error.kind, error.code, error.seq), (kind, 4, SeqNumber(1000)));
        assert_eq!(error.dst, Endpoint { addr: Addr::v6(SERVER6), port: 443 });
    }
    assert_eq!(at_raw(&error6(2, &v6(HELLO)[..48])), Err(Skip::NotTcp), "packet too big ends nothing");
}

#[test]
fn the_quoted_ip_options_are_passed() {
    let mut quote = v4_around(6, &[[1; 4].to_vec(), tcp(HELLO)].concat());
    quote[0] = 0x46;
    assert!(matches!(at_raw(&error(3, 1, &quote)), Ok(Pdu::Icmp(error)) if error.src.port == 40_000));
}

#[test]
fn what_is_too_big_is_no_end() {
    let of = |code| match at_raw(&error(3, code, &v4_around(6, &tcp(HELLO)))) {
        Ok(Pdu::Icmp(error)) => error.is_too_big(),
        other => panic!("{other:?}"),
    };
    assert!(of(4) && !of(1) && !of(3));
}

#[test]
fn messages_that_quote_no_tcp_header_are_not_about_tcp() {
    let quote = &v4(HELLO)[..28];
    for kind in [0, 4, 5, 8] {
        assert_eq!(at_raw(&error(kind, 0, quote)), Err(Skip::NotTcp));
    }
    assert_eq!(at_raw(&error(3, 3, &v4_around(17, &[0; 8]))), Err(Skip::NotTcp));
    let mut later_fragment = quote.to_vec();
    later_fragment[7] = 1;
    assert_eq!(at_raw(&error(3, 3, &later_fragment)), Err(Skip::NotTcp));
    assert_eq!(
        at_raw(&v6_around(1, &error(3, 1, quote)[20..])),
        Err(Skip::NotTcp),
        "ICMP of the other version"
    );
    assert_eq!(at_raw(&error6(1, &v6_around(44, &[0; 8]))), Err(Skip::NotTcp));
}

#[test]
fn too_little_of_the_quote_is_told_as_what_it_is() {
    let bytes = error(3, 1, &v4(HELLO)[..28]);
    for at in 0..bytes.len() {
        assert_eq!(read(&cut(LinkType::Raw, &bytes, at)), Err(Skip::Cut), "at {at}");
    }
    for quoted in 0..28 {
        assert_eq!(at_raw(&error(3, 1, &v4(HELLO)[..quoted])), Err(Skip::Malformed), "{quoted} quoted");
    }
}
