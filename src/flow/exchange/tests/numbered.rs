//! DNS over TCP, FastCGI and MongoDB: which requests are answered, told by their numbers.

use super::*;

const NOTHING: Option<Owed> = Some(Owed::Nothing);
const ANSWER: Option<Owed> = Some(Owed::Answer);
const REST: Option<Owed> = Some(Owed::Rest(BodyLength::Messages));
const UNKNOWN: Option<Owed> = Some(Owed::Unknown);

fn owed(wire: &Wire) -> Option<Owed> {
    wire.exchange.owed()
}

/// A question for "a.test", or an answer to it with so many bytes more.
pub(super) fn dns(id: u8, answers: Option<u16>) -> Vec<u8> {
    let (flags, count, more) = answers.map_or((1, 0, 0), |more| (0x81, 1, more));
    let len = (12 + 12 + more).to_be_bytes();
    let header = [len[0], len[1], 0, id, flags, 0, 0, 1, 0, count, 0, 0, 0, 0];
    let mut bytes = [&header[..], b"\x01a\x04test\0\0\x10\0\x01"].concat();
    bytes.resize(bytes.len() + usize::from(more), 7);
    bytes
}

/// A record of FastCGI.
pub(super) fn record(kind: u8, contents: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(contents.len()).unwrap().to_be_bytes();
    [&[1, kind, 0, 1, high, low, 3, 0], contents, &[0; 3]].concat()
}

pub(super) const BEGIN: [u8; 16] = [1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0];
pub(super) const NO_MORE: [u8; 8] = [1, 5, 0, 1, 0, 0, 0, 0];

/// A message of MongoDB of the usual kind.
pub(super) fn mongo(number: u8, answers: u8, flags: u8, body: usize) -> Vec<u8> {
    let len = u8::try_from(20 + body).unwrap();
    let mut bytes = vec![len, 0, 0, 0, number, 0, 0, 0, answers, 0, 0, 0, 0xdd, 7, 0, 0, flags, 0, 0, 0];
    bytes.resize(20 + body, 0);
    bytes
}

#[test]
fn dns_answers_in_any_order() {
    let mut wire = Wire::default();
    wire.say(CLIENT, &[dns(1, None), dns(2, None)].concat());
    assert_eq!((owed(&wire), wire.exchange.protocol_name()), (ANSWER, Some("dns")));
    wire.say(SERVER, &dns(2, Some(30)));
    assert_eq!(owed(&wire), ANSWER);
    let answer = dns(1, Some(600));
    wire.say(SERVER, &answer[..300]);
    assert_eq!(owed(&wire), REST);
    wire.say_cut(SERVER, &answer[300..310], len(&answer[300..]));
    assert_eq!((owed(&wire), wire.exchange.requests()), (NOTHING, 2));
}

/// Some resolvers send the length by itself.
#[test]
fn a_length_may_come_before_its_message() {
    let (mut wire, question) = (Wire::default(), dns(1, None));
    wire.say(CLIENT, &question[..2]);
    wire.say(CLIENT, &question[2..20]);
    assert_eq!((owed(&wire), wire.exchange.request_unfinished()), (NOTHING, true));
    wire.say(CLIENT, &question[20..]);
    assert_eq!((owed(&wire), wire.exchange.request_unfinished()), (ANSWER, false));
    assert_eq!(wire.exchange.last_request(), Some((CLIENT, CLIENT_START)));
}

/// The transfer of a zone has many messages with one number.
#[test]
fn an_answer_that_goes_on_is_whole_again_with_its_next_message() {
    let mut wire = Wire::default();
    wire.say(CLIENT, &dns(1, None));
    wire.say(SERVER, &dns(1, Some(30)));
    assert_eq!(owed(&wire), NOTHING);
    wire.say(SERVER, &dns(1, Some(30))[..40]);
    assert_eq!(owed(&wire), REST);
    wire.say(SERVER, &dns(1, Some(30))[40..]);
    assert_eq!((owed(&wire), wire.exchange.requests()), (NOTHING, 1));
}

/// What nobody asked shows that some of the talk is not known, until the client asks once more.
#[test]
fn an_answer_to_nothing_claims_nothing() {
    let mut wire = Wire::default();
    wire.say(CLIENT, &dns(1, None));
    wire.say(SERVER, &dns(9, Some(30)));
    assert_eq!(owed(&wire), UNKNOWN);
    wire.say(CLIENT, &dns(2, None));
    assert_eq!(owed(&wire), ANSWER);
}

#[test]
fn fastcgi_ends_a_request_by_a_record() {
    let mut wire = Wire::default();
    wire.say(CLIENT, &[&BEGIN[..], &record(4, b"params"), &record(5, b"body")].concat());
    assert_eq!((owed(&wire), wire.exchange.request_unfinished()), (ANSWER, true));
    wire.say(CLIENT, &NO_MORE);
    assert_eq!((owed(&wire), wire.exchange.request_unfinished()), (ANSWER, false));
    wire.say(SERVER, &record(6, b"Status: 200 OK\r\n\r\nhello"));
    assert_eq!((owed(&wire), wire.exchange.protocol_name()), (REST, Some("fastcgi")));
    wire.say(SERVER, &record(3, &[0; 8]));
    assert_eq!(owed(&wire), NOTHING);
}

#[test]
fn mongodb_answers_by_number() {
    let mut wire = Wire::default();
    wire.say(CLIENT, &mongo(7, 0, 0, 40));
    assert_eq!((owed(&wire), wire.exchange.protocol_name()), (ANSWER, Some("mongodb")));
    let answer = mongo(99, 7, 0, 90);
    wire.say(SERVER, &answer[..10]);
    assert_eq!(owed(&wire), REST);
    wire.say(SERVER, &answer[10..]);
    assert_eq!(owed(&wire), NOTHING);
    // It waits for no answer to this one.
    wire.say(CLIENT, &mongo(8, 0, 2, 40));
    assert_eq!(owed(&wire), NOTHING);
    // A server that goes on by itself, as to a driver that watches it, owes nothing that could be counted.
    wire.say(CLIENT, &mongo(9, 0, 0, 40));
    wire.say(SERVER, &mongo(100, 9, 2, 40));
    assert_eq!((owed(&wire), wire.exchange.client()), (UNKNOWN, None));
}

/// More than are remembered at once.
#[test]
fn too_many_requests_claim_nothing() {
    let mut wire = Wire::default();
    (1..=64).for_each(|id| wire.say(CLIENT, &dns(id, None)));
    assert_eq!(owed(&wire), ANSWER);
    wire.say(CLIENT, &dns(65, None));
    assert_eq!(owed(&wire), UNKNOWN);
}

/// A header that is none, and one of which the capture does not hold all.
#[test]
fn what_is_no_header_claims_nothing() {
    let mut wire = Wire::default();
    wire.say(CLIENT, &BEGIN);
    wire.say(CLIENT, b"\x02\x05\0\x01\0\0\0\0");
    assert_eq!(owed(&wire), UNKNOWN);
    let mut wire = Wire::default();
    wire.say(CLIENT, &dns(1, None));
    wire.say_cut(SERVER, &dns(1, Some(30))[..9], 56);
    assert_eq!(owed(&wire), UNKNOWN);
    let mut wire = Wire::default();
    wire.say(CLIENT, &mongo(1, 0, 0, 40));
    wire.say(SERVER, &[&[9, 0, 0, 0], &mongo(9, 1, 0, 40)[4..]].concat());
    assert_eq!(owed(&wire), UNKNOWN);
}

#[test]
fn what_only_resembles_them_is_none_of_them() {
    let others: [&[u8]; 5] = [
        // An answer in DNS; a length that no question has; several questions; lengths of four bytes; another role.
        &dns(1, Some(8)),
        b"\x00\x09\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00",
        b"\x00\x1d\x00\x01\x01\x00\x00\x02\x00\x00\x00\x00\x00\x00",
        b"\x00\x00\x00\x21\x00\x12\x00\x03\x00\x00\x00\x01\x00\x08consumer",
        b"\x01\x01\x00\x01\x00\x08\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00",
    ];
    for bytes in others {
        let mut wire = Wire::default();
        wire.say(CLIENT, bytes);
        assert_eq!(wire.exchange.protocol_name(), None, "{bytes:?}");
    }
}
