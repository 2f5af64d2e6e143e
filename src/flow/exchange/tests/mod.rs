mod http;
mod http2;
mod mysql;
mod numbered;
mod order;
mod postgres;
mod properties;
mod redis;
mod tls;
mod tls_lengths;
mod websocket;

use super::super::half::Half;
use super::*;
use crate::ahead::asked::leaves_no_gap;
use postgres::message;

const CLIENT: End = End::High;
const SERVER: End = End::Low;
const GET: &str = "GET /api/report?token=secret HTTP/1.1\r\nHost: api.internal\r\n\r\n";
/// Where each end's bytes begin; the client's wrap round the ring.
const CLIENT_START: SeqNumber = SeqNumber(u32::MAX - 20);
const SERVER_START: SeqNumber = SeqNumber(7_000);

fn start(by: End) -> SeqNumber {
    if by == CLIENT { CLIENT_START } else { SERVER_START }
}

/// Two ends that talk: keeps the numbers. All of it is heard twice, once with what needs nobody's attention counted apart, and
/// has to come to the same.
#[derive(Clone, Default)]
struct Wire {
    exchange: Exchange,
    hearing: Hearing,
    /// Segments that needed nobody's attention.
    passed: u32,
    /// After the highest number of each end.
    tops: crate::flow::Both<Option<u32>>,
    said: crate::flow::Both<u32>,
    halves: crate::flow::Both<Half>,
    frame: u64,
}

impl Wire {
    /// All of it in one segment, in order.
    fn say(&mut self, by: End, bytes: &[u8]) {
        self.say_cut(by, bytes, len(bytes));
    }

    /// Of `len` bytes only `bytes` were captured.
    fn say_cut(&mut self, by: End, bytes: &[u8], len: u32) {
        let at = *self.said.at(by);
        *self.said.at_mut(by) += len;
        self.put(by, at, bytes, len, Order::Next);
    }

    /// Says nothing that is captured.
    fn lose(&mut self, by: End, len: u32) {
        *self.said.at_mut(by) += len;
    }

    /// A segment whose bytes lie `at` behind the start of its direction.
    fn put(&mut self, by: End, at: u32, bytes: &[u8], len: u32, order: Order) {
        self.frame += 1;
        let segment = Segment {
            ts: Timestamp::from_parts(1_800_000_000 + self.frame, 0),
            len,
            frame: self.frame,
            seq: start(by).plus(at),
            ack: start(by.peer()).plus(*self.said.at(by.peer())),
            flags: crate::decode::Flags::ACK,
            ..Segment::default()
        };
        self.exchange.heard((&segment, bytes, self.frame), by, order, Some(start(by)), Peek::Allowed);
        self.hear(by, at, (&segment, bytes), order);
        self.assert_same();
    }

    fn hear(&mut self, by: End, at: u32, heard: (&Segment, &[u8]), order: Order) {
        let top = self.tops.at_mut(by);
        let goes_on = *top == Some(at) && order == Order::Next;
        *top = (*top).max(Some(at + heard.0.len));
        let snd_nxt = start(by).plus(top.unwrap_or(0));
        if goes_on && self.hearing.pass(heard, by) {
            self.passed += 1;
        } else {
            self.hearing.settle(&self.halves, self.frame);
            self.hearing.heard((heard.0, heard.1, self.frame), by, order, Some(start(by)), Peek::Allowed);
            self.hearing.allow(by, snd_nxt);
        }
        self.halves.at_mut(by).last_data = heard.0.ts;
    }

    fn missed(&mut self, by: End, ack: SeqNumber) {
        self.exchange.missed(by, ack);
        self.hearing.settle(&self.halves, self.frame);
        self.hearing.missed(by, ack);
        self.assert_same();
    }

    fn assert_same(&self) {
        let heard = self.hearing.clone().so_far(&self.halves, self.frame).unwrap_or_default();
        assert_eq!(*heard, self.exchange);
    }

    fn http(&self) -> &Http {
        self.exchange.http().unwrap()
    }

    fn tls(&self) -> &Tls {
        self.exchange.tls().unwrap()
    }
}

/// The rest of a body and of a record passes, but not its end; so does what is unknown, unless it begins like something.
#[test]
fn what_needs_nobodys_attention_passes() {
    let mut wire = said(&[(CLIENT, GET), (SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n")]);
    (0..3).for_each(|_| wire.say(SERVER, &[b'b'; 10]));
    assert_eq!((wire.passed, wire.http().answered), (2, 1));
    let mut wire = Wire::default();
    wire.say(SERVER, b"welcome");
    wire.say(SERVER, &[7; 90]);
    wire.say(CLIENT, b"hello");
    wire.say(CLIENT, &[8; 90]);
    wire.say(CLIENT, b"\x16\x03\x01\x00\x46\x01\x00\x00\x42\x03\x03");
    assert_eq!((wire.passed, wire.exchange.protocol_name()), (2, Some("tls")));
    let mut wire = said(&[(CLIENT, GET)]);
    wire.say(SERVER, b"the rest of an answer whose beginning the capture misses");
    wire.say(SERVER, b"and more of it");
    wire.say(SERVER, b"HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!((wire.passed, wire.http().response.as_ref().unwrap().status), (1, 204));
}

fn len(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

/// Says texts in turn, each in one segment.
fn said(texts: &[(End, &str)]) -> Wire {
    let mut wire = Wire::default();
    for (by, text) in texts {
        wire.say(*by, text.as_bytes());
    }
    wire
}

#[test]
fn turns_count_without_any_peek() {
    let mut exchange = Exchange::default();
    for (frame, by, seq) in [(1, CLIENT, 0), (2, SERVER, 0), (3, SERVER, 7), (4, CLIENT, 7)] {
        let segment = Segment { len: 7, frame, seq: SeqNumber(seq), ..Segment::default() };
        exchange.heard((&segment, GET.as_bytes(), frame), by, Order::Next, None, Peek::Forbidden);
    }
    assert_eq!((exchange.turns, exchange.protocol_name()), (3, None));
    assert_eq!(exchange.turn_before.unwrap().bytes, 14);
    assert_eq!(exchange.turn.unwrap().frame, 4);
}

#[test]
fn only_new_bytes_count_and_late_ones_take_no_turn() {
    let mut wire = Wire::default();
    wire.put(CLIENT, 0, b"hello", 5, Order::Next);
    wire.put(CLIENT, 3, b"lo, you", 7, Order::Next);
    wire.put(CLIENT, 0, b"hello", 5, Order::Again);
    assert_eq!(wire.exchange.turn.unwrap().bytes, 10);
    wire.put(SERVER, 4, b"efgh", 4, Order::Ahead);
    wire.put(CLIENT, 10, b"!", 1, Order::Next);
    wire.put(SERVER, 0, b"abcd", 4, Order::Late);
    let (now, before) = (wire.exchange.turn.unwrap(), wire.exchange.turn_before.unwrap());
    assert_eq!((now.by, wire.exchange.turns), (CLIENT, 3));
    assert_eq!((before.by, before.bytes, before.seq), (SERVER, 8, SERVER_START));
}

fn ends(code: &str) -> Vec<u8> {
    message(b'E', format!("SFATAL\0VFATAL\0C{code}\0Mterminating connection\0\0").as_bytes())
}

/// Servers of mail, of shells and of caches say in a line that they close, and why.
#[test]
fn a_line_that_closes_is_no_answer() {
    let lines = [
        "421 4.4.2 mail Error: timeout exceeded",
        "421-Service closing",
        "521 5.5.4 Syntax: BDAT count [LAST]",
        "* BYE Autologout",
        "Exceeded MaxStartups",
        "Not allowed at this time",
        "ERROR Too many open connections",
    ];
    for line in lines {
        let mut wire = Wire::default();
        wire.say(SERVER, format!("{line}\r\n").as_bytes());
        let said = wire.exchange.fatal().map(|fatal| fatal.text.as_str());
        assert_eq!((said, wire.exchange.turns), (Some(line), 0));
        // What follows takes it back.
        wire.say(SERVER, b"220 after all\r\n");
        assert_eq!((wire.exchange.fatal(), wire.exchange.turns), (None, 1), "{line}");
    }
}

/// PostgreSQL's server says that it ends the session; that is no answer.
#[test]
fn a_servers_last_word_is_no_part_of_the_talk() {
    let query = message(b'Q', b"SELECT pg_sleep(9)\0");
    let mut wire = Wire::default();
    wire.say(CLIENT, &query);
    wire.say(SERVER, &ends("57P01"));
    let fatal = wire.exchange.fatal().unwrap().clone();
    assert_eq!((fatal.by, fatal.code.as_str(), fatal.within, fatal.frame), (SERVER, "57P01", false, 2));
    assert_eq!((fatal.text.as_str(), wire.exchange.turns), ("terminating connection", 1));
    // It goes on: it was none.
    wire.say(SERVER, &message(b'Z', b"I"));
    assert_eq!((wire.exchange.fatal(), wire.exchange.turns), (None, 2));
    for (before, within) in [(message(b'T', &[0; 20]), Some(true)), (message(b'Z', b"I"), Some(false))] {
        let mut wire = Wire::default();
        wire.say(CLIENT, &query);
        wire.say(SERVER, &[before, ends("57P05")].concat());
        assert_eq!(wire.exchange.fatal().map(|fatal| fatal.within), within);
    }
    // Other errors are answers, and what is no message is none.
    let no_table = message(b'E', b"SERROR\0VERROR\0C42P01\0Mno such table\0\0");
    for other in [no_table, ends("57P01")[1..].to_vec(), message(b'E', b"C57P01"), message(b'T', &[0; 20])] {
        let mut wire = Wire::default();
        wire.say(CLIENT, &query);
        wire.say(SERVER, &other);
        let expected = (other == message(b'E', b"C57P01")).then_some("57P01");
        assert_eq!(wire.exchange.fatal().map(|fatal| fatal.code.as_str()), expected, "{other:?}");
    }
}

/// After so many turns nothing else is looked for; a last word still is, also of the one who had spoken.
#[test]
fn a_last_word_is_heard_after_a_long_talk() {
    let mut wire = Wire::default();
    for _ in 0..8 {
        wire.say(CLIENT, &message(b'Q', b"SELECT 1\0"));
        wire.say(SERVER, &message(b'Z', b"I"));
    }
    let turns = wire.exchange.turns;
    wire.say(SERVER, &ends("57P05"));
    assert_eq!(
        (wire.exchange.fatal().map(|fatal| fatal.code.as_str()), wire.exchange.turns),
        (Some("57P05"), turns)
    );
}

#[test]
fn a_goodbye_wants_no_answer() {
    for goodbye in [
        &b"X\0\0\0\x04"[..],
        b"\x01\0\0\0\x01",
        b"\xe0\0",
        b"*1\r\n$4\r\nQUIT\r\n",
        b"quit\r\n",
        b"a9 LOGOUT\r\n",
    ] {
        let mut wire = said(&[(CLIENT, "ask"), (SERVER, "answer")]);
        wire.say(CLIENT, goodbye);
        assert_eq!((wire.exchange.turns, wire.exchange.trailing_own_bytes(CLIENT)), (2, len(goodbye)));
        wire.say(CLIENT, b"and more");
        assert_eq!((wire.exchange.turns, wire.exchange.trailing_own_bytes(CLIENT)), (3, 0));
    }
    // Where payload is not to be looked at, nobody knows; nor of short ones where they are the first that is said.
    let mut exchange = Exchange::default();
    for (seq, by) in [(0, CLIENT), (0, SERVER), (5, CLIENT)] {
        let segment = Segment { len: 5, seq: SeqNumber(seq), ..Segment::default() };
        exchange.heard((&segment, b"X\0\0\0\x04", 1), by, Order::Next, None, Peek::Forbidden);
    }
    assert_eq!(exchange.turns, 3);
    let mut wire = Wire::default();
    wire.say(CLIENT, b"\xe0\0");
    assert_eq!(wire.exchange.turns, 1);
    // A capture may begin with what could be nothing else.
    for goodbye in [&b"*1\r\n$4\r\nQUIT\r\n"[..], b"\x01\0\0\0\x01"] {
        let mut wire = Wire::default();
        wire.say(CLIENT, goodbye);
        assert_eq!((wire.exchange.turns, wire.exchange.trailing_own_bytes(CLIENT)), (0, len(goodbye)));
    }
    let mut wire = Wire::default();
    wire.say(CLIENT, b"\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\x09secr");
    assert_eq!((wire.exchange.turns, wire.exchange.trailing_own_bytes(CLIENT)), (0, 16));
}

/// What a talk keeps while something is not whole takes room, in a tunnel too, and none once it is.
#[test]
fn what_is_kept_has_a_weight() {
    let hello = [&b"\x16\x03\x01\x0f\xff\x01\x00\x0f\xfb\x03\x03"[..], &[7; 2_000]].concat();
    let mut wire = said(&[(CLIENT, "CONNECT a:443 HTTP/1.1\r\n\r\n"), (SERVER, "HTTP/1.1 200 OK\r\n\r\n")]);
    assert_eq!(wire.exchange.weight(), 0);
    wire.say(CLIENT, &hello);
    assert!((2_000..5_000).contains(&wire.exchange.weight()), "{}", wire.exchange.weight());
    let mut wire = said(&[(CLIENT, "GET / HTTP/1.1\r\nX: ")]);
    wire.say(CLIENT, &[b'x'; 3_000]);
    assert!(wire.exchange.weight() >= 3_000);
    wire.say(CLIENT, b"\r\n\r\n");
    assert_eq!(wire.exchange.weight(), 0);
}

/// Fields are asked for one by one, and the compiler orders them as it likes.
#[test]
fn every_line_that_a_piece_touches_is_asked_for() {
    assert!(leaves_no_gap(&Exchange::default(), Exchange::fetch));
    assert!(leaves_no_gap(&Tls::new(CLIENT), Tls::fetch));
    assert!(leaves_no_gap(&Http::new(CLIENT), Http::fetch));
}
