use super::*;
use crate::flow::{Answer, Spoken};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;
const PRIORITY: u8 = 32;
const OPEN: u8 = 0;

pub(super) fn frame(kind: u8, flags: u8, stream: u32, body: &[u8]) -> Vec<u8> {
    let length = len(body).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), body].concat()
}

fn goaway(last: u32, code: u32, text: &str) -> Vec<u8> {
    frame(GOAWAY, 0, 0, &[&last.to_be_bytes(), &code.to_be_bytes(), text.as_bytes()].concat())
}

pub(super) fn opening() -> Vec<u8> {
    [PREFACE, &frame(SETTINGS, 0, 0, &[0; 12])].concat()
}

/// A connection whose settings are agreed on.
fn begun() -> Wire {
    let mut wire = Wire::default();
    wire.say(CLIENT, &opening());
    wire.say(SERVER, &frame(SETTINGS, 0, 0, &[]));
    wire
}

fn owed(wire: &Wire) -> Option<Owed> {
    wire.exchange.owed()
}

fn http2(wire: &Wire) -> &Http2 {
    wire.exchange.http2().unwrap()
}

#[test]
fn only_heads_and_data_are_speech() {
    let mut wire = begun();
    assert_eq!((wire.exchange.protocol_name(), wire.exchange.turns), (Some("http/2"), 0));
    wire.say(CLIENT, &frame(HEADERS, END_STREAM, 1, &[0x82]));
    wire.say(SERVER, &frame(PING, 0, 0, &[0; 8]));
    assert_eq!((wire.exchange.turns, wire.exchange.trailing_own_bytes(SERVER)), (1, 9 + 17));
    wire.say(SERVER, &frame(HEADERS, 0, 1, &[0x88]));
    wire.say(SERVER, &frame(DATA, END_STREAM, 1, b"hello"));
    assert_eq!((wire.exchange.turns, wire.exchange.trailing_own_bytes(SERVER)), (2, 0));
    assert_eq!(wire.exchange.turn.unwrap().bytes, 9 + 1 + 9 + 5);
}

#[test]
fn a_stream_is_owed_until_its_end() {
    let mut wire = begun();
    assert_eq!(owed(&wire), Some(Owed::Nothing));
    wire.say(CLIENT, &frame(HEADERS, END_STREAM, 1, &[0x82]));
    wire.say(CLIENT, &frame(HEADERS, END_STREAM, 3, &[0x82]));
    assert_eq!((owed(&wire), http2(&wire).foremost().unwrap().id), (Some(Owed::Answer), 1));
    wire.say(SERVER, &frame(HEADERS, 0, 3, &[0x88]));
    let answer = frame(DATA, END_STREAM, 3, b"hello");
    wire.say(SERVER, &answer[..12]);
    let stream = http2(&wire).foremost().unwrap();
    assert_eq!((stream.id, stream.answer, stream.body), (3, Answer::Begun, 3));
    assert_eq!(owed(&wire), Some(Owed::Rest(BodyLength::Stream)));
    wire.say(SERVER, &answer[12..]);
    assert_eq!(owed(&wire), Some(Owed::Answer));
    wire.say(SERVER, &frame(HEADERS, END_STREAM, 1, &[0x88]));
    assert_eq!((owed(&wire), http2(&wire).requests), (Some(Owed::Nothing), 2));
}

#[test]
fn a_stream_that_either_side_gives_up_is_not_owed() {
    for by in [CLIENT, SERVER] {
        let mut wire = begun();
        wire.say(CLIENT, &frame(HEADERS, OPEN, 1, &[0x83]));
        assert!(wire.exchange.request_unfinished());
        wire.say(by, &frame(RST_STREAM, 0, 1, &[0, 0, 0, 8]));
        assert_eq!((owed(&wire), wire.exchange.request_unfinished()), (Some(Owed::Nothing), false));
    }
}

#[test]
fn an_upload_goes_on_behind_its_answer() {
    let mut wire = begun();
    wire.say(CLIENT, &frame(HEADERS, OPEN, 1, &[0x83]));
    wire.say(SERVER, &frame(HEADERS, END_STREAM, 1, &[0x88]));
    assert_eq!((owed(&wire), wire.exchange.request_unfinished()), (Some(Owed::Nothing), true));
    wire.say(CLIENT, &frame(DATA, END_STREAM, 1, b"rest"));
    assert!(!wire.exchange.request_unfinished());
    assert!(http2(&wire).streams().is_empty());
}

/// A server that gives the connection up for an error ends its streams with a status of its own making.
#[test]
fn what_follows_an_error_is_no_answer() {
    for (code, left) in [(0, Owed::Nothing), (11, Owed::Answer)] {
        let mut wire = begun();
        wire.say(CLIENT, &frame(HEADERS, END_STREAM, 1, &[0x83]));
        wire.say(SERVER, &goaway(1, code, "too_many_pings"));
        wire.say(SERVER, &frame(HEADERS, END_STREAM, 1, &[0x88]));
        wire.say(SERVER, &frame(RST_STREAM, 0, 1, &[0; 4]));
        assert_eq!(owed(&wire), Some(left));
        let said = http2(&wire).goaway.at(SERVER).clone().unwrap();
        assert_eq!(
            (said.last_stream, said.code, said.text.as_str(), said.frame),
            (1, code, "too_many_pings", 4)
        );
    }
}

/// Servers may send their settings before they have read anything.
#[test]
fn a_server_may_speak_first() {
    let mut wire = Wire::default();
    wire.say(SERVER, &frame(SETTINGS, 0, 0, &[0; 6]));
    wire.say(CLIENT, &opening());
    wire.say(CLIENT, &frame(HEADERS, END_STREAM, 1, &[0x82]));
    assert_eq!((owed(&wire), wire.exchange.turns), (Some(Owed::Answer), 1));
    wire.say(SERVER, &frame(HEADERS, END_STREAM, 1, &[0x88]));
    assert_eq!(owed(&wire), Some(Owed::Nothing));
}

/// What is cut off within a body is counted; a header that is cut off leaves nothing certain but what is speech.
#[test]
fn where_a_header_is_missing_nothing_is_claimed() {
    let mut wire = begun();
    wire.say(CLIENT, &frame(HEADERS, END_STREAM, 1, &[0x82]));
    let answer = [frame(HEADERS, 0, 1, &[0x88]), frame(DATA, END_STREAM, 1, &[b'b'; 90])].concat();
    wire.say_cut(SERVER, &answer[..30], len(&answer));
    assert_eq!(owed(&wire), Some(Owed::Nothing));
    let both = [frame(HEADERS, END_STREAM, 3, &[0; 40]), frame(HEADERS, END_STREAM, 5, &[0; 40])].concat();
    wire.say_cut(CLIENT, &both[..30], len(&both));
    assert_eq!((owed(&wire), wire.exchange.is_blind(CLIENT)), (Some(Owed::Unknown), true));
    wire.say(SERVER, &frame(HEADERS, END_STREAM, 3, &[0x88]));
    let turns = wire.exchange.turns;
    wire.say(CLIENT, &goaway(0, 0, ""));
    assert_eq!((wire.exchange.turns, wire.exchange.trailing_own_bytes(CLIENT)), (turns, 17));
    assert_eq!(owed(&wire), Some(Owed::Unknown));
}

#[test]
fn what_is_no_frame_ends_the_reading() {
    for odd in [
        frame(DATA, 0, 0, b"x"),
        frame(PING, 0, 0, b"x"),
        frame(SETTINGS, 0, 0, b"x"),
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
    ] {
        let mut wire = begun();
        wire.say(SERVER, &odd);
        assert!(wire.exchange.is_blind(SERVER), "{odd:?}");
    }
}

/// What is of a type that nobody knows is passed over, and the reserved bit means nothing (RFC 9113 §4.1, §5.5).
#[test]
fn what_extends_it_is_passed_over() {
    let mut wire = begun();
    wire.say(CLIENT, &frame(HEADERS, 5, 1, POST));
    wire.say(SERVER, &[frame(0x77, 9, 3, b"whatever"), frame(HEADERS, 4, 1 | 1 << 31, &[0x88])].concat());
    assert_eq!((wire.exchange.is_blind(SERVER), owed(&wire)), (false, Some(Owed::Rest(BodyLength::Stream))));
    // But it has no length that nobody allowed.
    let [a, b, c, rest @ ..] = &frame(0x77, 0, 0, b"")[..] else { panic!() };
    assert_eq!((a, b, c), (&0, &0, &0));
    wire.say(SERVER, &[&[1, 0, 0][..], rest].concat());
    assert!(wire.exchange.is_blind(SERVER));
}

/// What a server says first tells what it speaks; after that it answers nothing, whatever it says.
#[test]
fn a_server_that_speaks_something_else_answers_nothing() {
    let answer = frame(HEADERS, END_STREAM, 1, &[0x88]);
    for (words, spoken) in [(&b"HTTP/1.0 505 No"[..], Spoken::Http1), (b"<!DOCTYPE", Spoken::NoHttp)] {
        let mut wire = Wire::default();
        wire.say(CLIENT, &[opening(), frame(HEADERS, END_STREAM, 1, &[0x82])].concat());
        assert_eq!(wire.exchange.speaks_other(), None);
        wire.say(SERVER, words);
        wire.say(SERVER, &answer);
        assert_eq!((wire.exchange.speaks_other(), owed(&wire)), (Some(spoken), Some(Owed::Answer)));
        assert!(!wire.exchange.is_blind(SERVER));
        assert_eq!(wire.exchange.turn.unwrap().by, SERVER);
    }
}

/// A client of HTTP/1 that meets settings has no answer, be they said before it asks or after.
#[test]
fn settings_are_no_answer_to_http1() {
    let settings = frame(SETTINGS, 0, 0, &[0; 6]);
    for first in [CLIENT, SERVER] {
        let mut wire = Wire::default();
        let request = b"GET / HTTP/1.1\r\nHost: b\r\n\r\n";
        let words = [(CLIENT, &request[..]), (SERVER, &settings)];
        let (before, after): (Vec<_>, Vec<_>) = words.into_iter().partition(|(by, _)| *by == first);
        before.into_iter().chain(after).for_each(|(by, said)| wire.say(by, said));
        wire.say(SERVER, &goaway(0, 1, ""));
        assert_eq!((wire.exchange.speaks_other(), owed(&wire)), (Some(Spoken::Http2), Some(Owed::Answer)));
    }
}

/// More streams than are remembered: nothing is claimed any more.
#[test]
fn streams_are_bounded() {
    let mut wire = begun();
    for id in 0..129 {
        assert_eq!(owed(&wire), Some(if id == 0 { Owed::Nothing } else { Owed::Answer }));
        wire.say(CLIENT, &frame(HEADERS, END_STREAM, 2 * id + 1, &[0x82]));
    }
    assert_eq!((owed(&wire), http2(&wire).streams().len()), (Some(Owed::Unknown), 128));
    // Numbers that go back, and a server's own, begin nothing.
    wire.say(CLIENT, &frame(HEADERS, END_STREAM, 3, &[0x82]));
    wire.say(CLIENT, &frame(HEADERS, END_STREAM, 900, &[0x82]));
    assert_eq!(http2(&wire).requests, 129);
}

/// A capture that begins in the middle: what is seen to be under way is, and of the rest nobody knows.
#[test]
fn a_connection_is_recognised_in_the_middle() {
    let mut wire = Wire::default();
    wire.say(SERVER, b"the rest of a frame");
    wire.say(CLIENT, &frame(PING, 0, 0, &[0; 8]));
    assert_eq!(wire.exchange.protocol_name(), None);
    // A priority comes before the head.
    let head = [0, 0, 0, 0, 15, 0x83];
    wire.say(CLIENT, &[frame(8, 0, 0, &[0; 4]), frame(HEADERS, END_STREAM | 32, 41, &head)].concat());
    assert_eq!((wire.exchange.protocol_name(), owed(&wire)), (Some("http/2"), Some(Owed::Answer)));
    wire.say(SERVER, b"more of that rest");
    assert_eq!(owed(&wire), Some(Owed::Answer));
    wire.say(SERVER, &[frame(HEADERS, 0, 41, &[0x88]), frame(DATA, END_STREAM, 41, b"ok")].concat());
    assert_eq!(owed(&wire), Some(Owed::Unknown));
    // An answer to what was asked before the capture.
    wire.say(SERVER, &frame(DATA, 0, 7, b"part"));
    assert_eq!((owed(&wire), http2(&wire).foremost().unwrap().id), (Some(Owed::Rest(BodyLength::Stream)), 7));
    wire.say(SERVER, &frame(HEADERS, END_STREAM, 7, &[0x88]));
    assert_eq!(owed(&wire), Some(Owed::Unknown));
}

#[test]
fn the_server_is_recognised_by_its_status() {
    let mut wire = Wire::default();
    wire.say(SERVER, &frame(HEADERS, 0, 5, &[0x88]));
    assert_eq!((http2(&wire).client, owed(&wire)), (CLIENT, Some(Owed::Rest(BodyLength::Stream))));
    for other in [
        frame(HEADERS, 0, 5, &[0x40]),
        [frame(HEADERS, 0, 5, &[0x88]), vec![0]].concat(),
        frame(DATA, 0, 5, b"data"),
        frame(HEADERS, 0, 5, &[0x88; 9])[..12].to_vec(),
    ] {
        let mut wire = Wire::default();
        wire.say(SERVER, &other);
        assert_eq!(wire.exchange.protocol_name(), None, "{other:?}");
    }
}

/// The request that asks to go on in HTTP/2 is its first stream, and the yes is no answer.
#[test]
fn an_upgrade_goes_on_with_the_request_that_asked_for_it() {
    let asked = "GET / HTTP/1.1\r\nHost: b\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n";
    let yes = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    let settings = frame(SETTINGS, 0, 0, &[0; 6]);
    for together in [true, false] {
        let mut wire = Wire::default();
        wire.say(CLIENT, asked.as_bytes());
        if together {
            wire.say(SERVER, &[&yes[..], &settings].concat());
        } else {
            wire.say(SERVER, yes);
            wire.say(SERVER, &settings);
        }
        wire.say(CLIENT, &opening());
        assert_eq!((wire.exchange.protocol_name(), wire.exchange.requests()), (Some("http/2"), 1));
        assert_eq!((owed(&wire), wire.exchange.turn.map(|turn| turn.by)), (Some(Owed::Answer), Some(CLIENT)));
        wire.say(SERVER, &frame(HEADERS, OPEN, 1, &[0x88]));
        assert_eq!(owed(&wire), Some(Owed::Rest(BodyLength::Stream)));
        wire.say(SERVER, &frame(DATA, END_STREAM, 1, b"hello"));
        assert_eq!(owed(&wire), Some(Owed::Nothing));
        wire.say(CLIENT, &frame(HEADERS, END_STREAM, 3, &[0x82]));
        assert_eq!((owed(&wire), wire.exchange.requests()), (Some(Owed::Answer), 2));
    }
}

/// POST /pay for pay.example, all of it spelled; the fields that are not the method are remembered.
pub(super) const POST: &[u8] = b"\x83\x44\x04/pay\x41\x0bpay.example";
/// The same by reference.
pub(super) const AGAIN: &[u8] = b"\x83\xbf\xbe";

fn told(wire: &Wire) -> String {
    let stream = http2(wire).told().unwrap();
    let line = stream.line.as_deref().cloned().unwrap_or_default();
    format!("{} {} {} {}", stream.id, line.method, line.target, line.host.unwrap_or_default())
}

#[test]
fn requests_have_names() {
    let mut wire = begun();
    wire.say(CLIENT, &frame(HEADERS, END_STREAM | END_HEADERS, 1, POST));
    assert_eq!(told(&wire), "1 POST /pay pay.example");
    wire.say(SERVER, &frame(HEADERS, END_STREAM | END_HEADERS, 1, &[0x88]));
    let answered = http2(&wire).answered().unwrap();
    assert_eq!((answered.id, answered.status), (1, 200));
    wire.say(CLIENT, &frame(HEADERS, END_HEADERS, 3, AGAIN));
    assert_eq!(told(&wire), "3 POST /pay pay.example");
    // Trailers name nothing.
    wire.say(CLIENT, &frame(HEADERS, END_STREAM | END_HEADERS, 3, b"\x82"));
    assert_eq!(told(&wire), "3 POST /pay pay.example");
}

#[test]
fn a_head_may_come_in_parts_between_padding_and_behind_a_priority() {
    let padded = [&[3][..], &[0, 0, 0, 0, 16], POST, &[0; 3]].concat();
    let (first, rest) = POST.split_at(4);
    let parts = [frame(HEADERS, END_STREAM, 1, first), frame(CONTINUATION, END_HEADERS, 1, rest)].concat();
    let flags = END_STREAM | END_HEADERS | PADDED | PRIORITY;
    for said in [frame(HEADERS, flags, 1, &padded), parts] {
        for at in 1..said.len() {
            let mut wire = begun();
            wire.say(CLIENT, &said[..at]);
            wire.say(CLIENT, &said[at..]);
            wire.say(CLIENT, &frame(HEADERS, END_HEADERS, 3, AGAIN));
            assert_eq!(told(&wire), "1 POST /pay pay.example", "{at}");
            wire.say(SERVER, &frame(HEADERS, END_STREAM | END_HEADERS, 1, &[0x88]));
            assert_eq!(told(&wire), "3 POST /pay pay.example", "{at}");
        }
    }
}

/// What the capture misses may have been remembered: what refers to before it is not known.
#[test]
fn behind_a_missing_head_only_what_is_spelled_is_known() {
    let mut wire = begun();
    wire.say(CLIENT, &frame(HEADERS, END_STREAM | END_HEADERS, 1, POST));
    let cut = frame(HEADERS, END_STREAM | END_HEADERS, 3, &[POST, &[0; 20]].concat());
    wire.say_cut(CLIENT, &cut[..9 + 7], len(&cut));
    wire.say(SERVER, &frame(HEADERS, END_STREAM | END_HEADERS, 1, &[0x88]));
    assert_eq!(told(&wire), "3 POST /pay ");
    wire.say(CLIENT, &frame(HEADERS, END_STREAM | END_HEADERS, 5, AGAIN));
    wire.say(SERVER, &frame(HEADERS, END_STREAM | END_HEADERS, 3, &[0x88]));
    assert_eq!(told(&wire), "5 POST  ");
}

#[test]
fn an_interim_answer_is_none_yet() {
    let mut wire = begun();
    wire.say(CLIENT, &frame(HEADERS, END_STREAM | END_HEADERS, 1, POST));
    wire.say(SERVER, &frame(HEADERS, END_HEADERS, 1, b"\x08\x03103"));
    assert_eq!(owed(&wire), Some(Owed::Answer));
    wire.say(SERVER, &frame(HEADERS, END_HEADERS, 1, &[0x8d]));
    let stream = http2(&wire).foremost().unwrap();
    assert_eq!((stream.answer, stream.status), (Answer::Begun, 404));
}

/// A head of which nothing was captured, and which did not end with its frame, is not in the way of the next one.
#[test]
fn a_head_that_was_missed_does_not_spoil_the_next() {
    let mut wire = begun();
    let missed = frame(HEADERS, END_STREAM, 1, POST);
    wire.say_cut(CLIENT, &missed[..9], len(&missed));
    wire.say(CLIENT, &frame(HEADERS, END_STREAM | END_HEADERS, 3, POST));
    wire.say(SERVER, &frame(HEADERS, END_STREAM | END_HEADERS, 1, &[0x88]));
    assert_eq!(told(&wire), "3 POST /pay pay.example");
}

/// A reference of a byte may stand for a long name: what they all ask for together is bounded.
#[test]
fn names_are_bounded_however_little_says_them() {
    let mut wire = begun();
    let long = [&b"\x83\x44\x79/"[..], &[b'a'; 120]].concat();
    wire.say(CLIENT, &frame(HEADERS, END_STREAM | END_HEADERS, 1, &long));
    for stream in (3..256).step_by(2) {
        wire.say(CLIENT, &frame(HEADERS, END_STREAM | END_HEADERS, stream, b"\x83\xbe"));
    }
    let lines = http2(&wire).streams().iter().filter_map(|stream| stream.line.as_deref());
    let (count, bytes) = lines.fold((0, 0), |(n, all), line| (n + 1, all + line.target.len()));
    assert!((40..128).contains(&count) && bytes <= 8192, "{count} names, {bytes} bytes");
    assert_eq!(http2(&wire).streams().len(), 128);
}
