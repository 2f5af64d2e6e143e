use super::*;

/// A record of this kind whose body is zeros.
pub(super) fn record(kind: u8, len: u16) -> Vec<u8> {
    let [high, low] = len.to_be_bytes();
    let mut bytes = vec![kind, 3, 3, high, low];
    bytes.resize(5 + usize::from(len), 0);
    bytes
}

pub(super) fn data(len: u16) -> Vec<u8> {
    record(23, len)
}

fn with(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = record(kind, u16::try_from(body.len()).unwrap());
    bytes.truncate(5);
    bytes.extend_from_slice(body);
    bytes
}

pub(super) fn vector(body: &[u8]) -> Vec<u8> {
    let mut bytes = u16::try_from(body.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend_from_slice(body);
    bytes
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let [_, high, middle, low] = len(body).to_be_bytes();
    [&[kind, high, middle, low], body].concat()
}

pub(super) fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [kind.to_be_bytes().as_slice(), &vector(body)].concat()
}

pub(super) fn client_hello(name: &str, more: &[u8]) -> Vec<u8> {
    let host = [&[0][..], &vector(name.as_bytes())].concat();
    let extensions = [more, &extension(0, &vector(&host))].concat();
    let body = [&[3, 3][..], &[7; 32], &[0], &vector(&[0x13, 1]), &[1, 0], &vector(&extensions)].concat();
    with(22, &message(1, &body))
}

pub(super) fn server_hello(extensions: &[u8]) -> Vec<u8> {
    let body = [&[3, 3][..], &[9; 32], &[0], &[0x13, 1, 0], &vector(extensions)].concat();
    with(22, &message(2, &body))
}

fn hellos(extensions: &[u8]) -> Wire {
    let mut wire = Wire::default();
    wire.say(CLIENT, &client_hello("a.example", &[]));
    wire.say(SERVER, &server_hello(extensions));
    wire
}

/// TLS 1.3 up to the server's Finished.
pub(super) fn tls13() -> Wire {
    let mut wire = hellos(&extension(43, &[3, 4]));
    wire.say(SERVER, &[record(20, 1), data(23), data(830), data(281), data(69)].concat());
    wire
}

/// TLS 1.2 with everything that comes before data.
fn tls12() -> Wire {
    let mut wire = hellos(&[]);
    wire.say(SERVER, &[record(22, 800), record(22, 4)].concat());
    wire.say(CLIENT, &[record(22, 37), record(20, 1), record(22, 40)].concat());
    wire.say(SERVER, &[record(22, 186), record(20, 1), record(22, 40)].concat());
    wire
}

pub(super) const FINISHED: u16 = 69;

#[test]
fn hellos_tell_the_name_and_the_version() {
    let wire = hellos(&extension(43, &[3, 4]));
    assert_eq!((wire.tls().sni.as_deref(), wire.tls().version13), (Some("a.example"), Some(true)));
    assert_eq!(hellos(&extension(23, &[])).tls().version13, Some(false));
    assert_eq!((wire.exchange.turns, wire.tls().established), (0, false));
    for bad in ["", "a b", "\u{1b}[2J", &"x".repeat(256)] {
        let mut wire = Wire::default();
        wire.say(CLIENT, &client_hello(bad, &[]));
        assert_eq!(wire.tls().sni, None);
    }
}

#[test]
fn a_hello_may_span_segments_and_records() {
    let hello = client_hello("a.example", &extension(51, &[0; 1500]));
    let mut wire = Wire::default();
    hello.chunks(700).for_each(|part| wire.say(CLIENT, part));
    assert_eq!(wire.tls().sni.as_deref(), Some("a.example"));
    let mut wire = Wire::default();
    hello[5..].chunks(100).for_each(|part| wire.say(CLIENT, &with(22, part)));
    assert_eq!(wire.tls().sni.as_deref(), Some("a.example"));
    // What comes before the cut is read.
    let hello = client_hello("a.example", &[]);
    let mut wire = Wire::default();
    wire.say_cut(CLIENT, &hello, len(&hello) + 500);
    assert_eq!(wire.tls().sni.as_deref(), Some("a.example"));
}

#[test]
fn up_to_tls12_both_finished_end_the_handshake() {
    let mut wire = hellos(&[]);
    wire.say(CLIENT, &[record(22, 37), record(20, 1), record(22, 40)].concat());
    assert!(!wire.tls().established);
    let mut wire = tls12();
    assert!(wire.tls().established);
    assert_eq!((wire.exchange.turns, wire.exchange.turn), (0, None));
    wire.say(CLIENT, &data(114));
    wire.say(SERVER, &data(224));
    let turn = wire.exchange.turn.unwrap();
    assert_eq!((turn.by, turn.bytes, wire.exchange.turns), (SERVER, 229, 2));
}

#[test]
fn in_tls13_the_clients_finished_ends_the_handshake_and_is_no_message() {
    let mut wire = tls13();
    assert!(!wire.tls().established);
    wire.say(CLIENT, &[record(20, 1), data(FINISHED)].concat());
    assert!(wire.tls().established);
    assert_eq!(wire.exchange.turns, 0);
    wire.say(CLIENT, &data(100));
    let turn = wire.exchange.turn.unwrap();
    assert_eq!(
        (turn.by, turn.bytes, turn.seq),
        (CLIENT, 105, CLIENT_START.plus(*wire.said.at(CLIENT) - 105))
    );
}

#[test]
fn tickets_are_no_answer_whenever_they_come() {
    let finished = [record(20, 1), data(FINISHED)].concat();
    // Before the request.
    let mut wire = tls13();
    wire.say(CLIENT, &finished);
    wire.say(SERVER, &[data(250), data(250)].concat());
    assert_eq!(wire.exchange.turns, 0);
    wire.say(CLIENT, &data(100));
    assert_eq!(wire.exchange.turns, 1);
    // Around it.
    let mut wire = tls13();
    wire.say(CLIENT, &finished);
    wire.say(SERVER, &data(250));
    wire.say(CLIENT, &data(100));
    wire.say(SERVER, &data(250));
    assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().by), (1, CLIENT));
    wire.say(SERVER, &data(250));
    assert_eq!(wire.exchange.turn.unwrap().by, SERVER);
    // Behind it, as two of one length.
    let mut wire = tls13();
    wire.say(CLIENT, &[finished.clone(), data(100)].concat());
    wire.say(SERVER, &[data(250), data(250)].concat());
    assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().by), (1, CLIENT));
    wire.say(SERVER, &data(213));
    assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().bytes), (2, 218));
    // Records of a long answer are of one length as well.
    let mut wire = tls13();
    wire.say(CLIENT, &[finished.clone(), data(100)].concat());
    wire.say(SERVER, &[data(16_401), data(16_401)].concat());
    assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().bytes), (2, 32_812));
    // With the server's own flight, so that an answer of two equal records is one.
    let mut wire = tls13();
    wire.say(SERVER, &data(125));
    wire.say(CLIENT, &[finished, data(100)].concat());
    wire.say(SERVER, &[data(250), data(250)].concat());
    assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().bytes), (2, 510));
}

#[test]
fn what_does_not_acknowledge_the_request_is_no_answer_to_it() {
    let mut wire = tls13();
    wire.say(CLIENT, &[record(20, 1), data(FINISHED)].concat());
    let before = *wire.said.at(CLIENT);
    wire.say(CLIENT, &data(100));
    let after = std::mem::replace(wire.said.at_mut(CLIENT), before);
    wire.say(SERVER, &data(300));
    assert_eq!(wire.exchange.turns, 1);
    *wire.said.at_mut(CLIENT) = after;
    wire.say(SERVER, &data(400));
    assert_eq!(wire.exchange.turns, 2);
}

#[test]
fn a_client_certificate_belongs_to_the_handshake() {
    // One record each; without a certificate; all in one.
    for flight in [vec![900, 281, FINISHED], vec![25, FINISHED], vec![1300]] {
        let mut wire = tls13();
        for &len in &flight {
            wire.say(CLIENT, &data(len));
        }
        assert_eq!(wire.exchange.turns, 0, "{flight:?}");
        wire.say(CLIENT, &data(120));
        assert_eq!((wire.tls().established, wire.exchange.turns), (true, 1), "{flight:?}");
    }
}

#[test]
fn early_data_is_said_before_the_handshake_is_over() {
    let mut wire = Wire::default();
    wire.say(CLIENT, &client_hello("a.example", &extension(42, &[])));
    wire.say(CLIENT, &data(300));
    assert_eq!((wire.exchange.turns, wire.tls().established), (1, false));
    wire.say(SERVER, &server_hello(&extension(43, &[3, 4])));
    wire.say(SERVER, &[data(23), data(FINISHED)].concat());
    wire.say(CLIENT, &[data(21), data(FINISHED)].concat());
    assert_eq!((wire.exchange.turn.unwrap().bytes, wire.tls().established), (305, true));
}

#[test]
fn alerts_in_clear_have_names_even_in_two_segments() {
    let mut wire = Wire::default();
    wire.say(CLIENT, &client_hello("a.example", &[]));
    let alert = with(21, &[2, 112]);
    wire.say(SERVER, &alert[..6]);
    assert!(wire.tls().alert.is_none() && *wire.tls().closing.at(SERVER));
    wire.say(SERVER, &alert[6..]);
    assert_eq!(wire.tls().alert.unwrap().name(), "unrecognized_name");
    assert_eq!((*wire.tls().trailing_own_bytes.at(SERVER), wire.exchange.turns), (7, 0));
}

#[test]
fn a_goodbye_is_no_message() {
    let mut wire = tls12();
    wire.say(CLIENT, &data(114));
    wire.say(SERVER, &[data(224), record(21, 26)].concat());
    assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().bytes), (2, 229));
    let tls = wire.tls();
    assert_eq!((*tls.closing.at(SERVER), *tls.closing.at(CLIENT)), (true, false));
    assert_eq!((*tls.trailing_own_bytes.at(SERVER), tls.alert), (31, None));

    let mut wire = tls13();
    wire.say(CLIENT, &[data(FINISHED), data(100), data(19)].concat());
    let tls = wire.tls();
    assert_eq!((*tls.closing.at(CLIENT), *tls.trailing_own_bytes.at(CLIENT)), (true, 24));
    assert_eq!(wire.exchange.turn.unwrap().bytes, 105);
    wire.say(CLIENT, &data(100));
    assert_eq!((*wire.tls().closing.at(CLIENT), *wire.tls().trailing_own_bytes.at(CLIENT)), (false, 0));
}

#[test]
fn what_is_followed_by_more_was_no_goodbye() {
    let mut wire = tls13();
    wire.say(CLIENT, &[data(FINISHED), data(100)].concat());
    let said = *wire.said.at(SERVER);
    wire.say(SERVER, &[data(250), data(250), data(19), data(19)].concat());
    let turn = wire.exchange.turn.unwrap();
    assert_eq!((turn.by, turn.bytes, turn.seq), (SERVER, 24, SERVER_START.plus(said + 510)));
    assert_eq!(*wire.tls().trailing_own_bytes.at(SERVER), 24);
    wire.say(SERVER, &data(300));
    assert_eq!((wire.exchange.turn.unwrap().bytes, wire.exchange.turns), (24 + 24 + 305, 2));
}

#[test]
fn a_record_that_is_not_whole_shows() {
    let mut wire = tls13();
    wire.say(CLIENT, &[data(FINISHED), data(100)].concat());
    assert!(!*wire.tls().cut_record.at(CLIENT));
    wire.say(SERVER, &data(16_000)[..1400]);
    assert!(*wire.tls().cut_record.at(SERVER));
    wire.say(SERVER, &data(16_000)[1400..]);
    assert!(!*wire.tls().cut_record.at(SERVER));
    assert_eq!(wire.exchange.turn.unwrap().bytes, 16_005);
}

#[test]
fn records_are_followed_through_cut_payload_while_their_headers_show() {
    let mut wire = tls13();
    wire.say(CLIENT, &[data(FINISHED), data(100)].concat());
    wire.say_cut(SERVER, &data(1000)[..60], 1005);
    assert!(!wire.exchange.is_blind(SERVER) && !*wire.tls().cut_record.at(SERVER));
    wire.say_cut(SERVER, &data(1000)[..60], 2010);
    assert!(wire.exchange.is_blind(SERVER));
    assert_eq!(wire.exchange.turn.unwrap().bytes, 3015);
    wire.say(SERVER, &data(19));
    assert!(!wire.exchange.is_blind(SERVER) && *wire.tls().closing.at(SERVER));
}

#[test]
fn tls_may_begin_in_the_middle() {
    let mut wire = said(&[(CLIENT, "\0\0\0\u{8}\u{4}\0\0\0"), (SERVER, "S")]);
    assert_eq!((wire.exchange.turns, wire.exchange.protocol_name()), (2, None));
    wire.say(CLIENT, &client_hello("db.internal", &[]));
    assert_eq!((wire.exchange.turns, wire.exchange.protocol_name()), (0, Some("tls")));
    assert_eq!(wire.tls().sni.as_deref(), Some("db.internal"));
    // Not where it only looks like it, and not later.
    let mut late = said(&[(CLIENT, "hello"), (SERVER, "\u{16}\u{3}\u{1}\0\u{5}\u{1}\0\0\u{2}\u{3}\u{1}")]);
    for by in [CLIENT, SERVER].repeat(6) {
        late.say(by, b"plain");
    }
    late.say(CLIENT, &client_hello("db.internal", &[]));
    assert_eq!(late.exchange.protocol_name(), None);
}

/// Whose handshake was not captured is known by whole records, from which on goodbyes are goodbyes.
#[test]
fn a_session_is_recognised_in_the_middle() {
    let bye = data(19);
    for before in [&b"the rest of a record"[..], &[]] {
        let mut wire = Wire::default();
        if !before.is_empty() {
            wire.say(SERVER, before);
        }
        wire.say(CLIENT, &[data(70), data(40)].concat());
        assert_eq!((wire.exchange.protocol_name(), wire.tls().established), (Some("tls"), true));
        assert_eq!(wire.exchange.turn.map(|turn| (turn.by, turn.bytes)), Some((CLIENT, 120)));
        wire.say(SERVER, &data(300)[..100]);
        wire.say(SERVER, &data(300)[100..]);
        assert_eq!(wire.exchange.turn.map(|turn| (turn.by, turn.bytes)), Some((SERVER, 305)));
        for end in [CLIENT, SERVER] {
            wire.say(end, &bye);
            assert_eq!((*wire.tls().closing.at(end), wire.exchange.trailing_own_bytes(end)), (true, 24));
        }
        assert_eq!(wire.exchange.turn.map(|turn| turn.by), Some(SERVER));
    }
}

#[test]
fn a_goodbye_may_be_what_a_session_is_recognised_by() {
    let mut wire = Wire::default();
    wire.say(SERVER, &[7; 3000]);
    wire.say(CLIENT, &data(19));
    assert_eq!((wire.exchange.protocol_name(), wire.exchange.turns), (Some("tls"), 1));
    assert_eq!(wire.exchange.turn.map(|turn| (turn.by, turn.bytes)), Some((SERVER, 3000)));
}

#[test]
fn three_bytes_alone_are_no_record() {
    for odd in
        [[data(30), vec![1; 9]].concat(), data(16), record(22, 30), vec![23, 3, 3], vec![23, 3, 3, 0xff, 0]]
    {
        let mut wire = Wire::default();
        wire.say(CLIENT, &odd);
        assert_eq!(wire.exchange.protocol_name(), None, "{odd:?}");
    }
}
