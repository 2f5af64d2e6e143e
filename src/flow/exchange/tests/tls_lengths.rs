//! What the lengths of records tell of what TLS hides.

use super::tls::{FINISHED, client_hello, data, extension, record, server_hello, tls13, vector};
use super::{CLIENT, SERVER, Wire, len};

/// OpenSSL sends two tickets of one length in one segment, of which a snaplen shows the first one's header.
#[test]
fn tickets_are_no_answer_where_a_snaplen_hides_the_second() {
    let finished = [record(20, 1), data(FINISHED)].concat();
    let two = |wire: &mut Wire| wire.say_cut(SERVER, &data(250)[..60], 510);
    // Before the request, and behind it.
    for said in [finished.clone(), [finished.clone(), data(100)].concat()] {
        let mut wire = tls13();
        wire.say(CLIENT, &said);
        let asked = wire.exchange.turns;
        two(&mut wire);
        assert_eq!(wire.exchange.turns, asked);
        wire.say(CLIENT, &data(120));
        assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().by), (1, CLIENT));
        wire.say(SERVER, &data(300));
        assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().by), (2, SERVER));
        assert!(wire.tls().has_missed(SERVER) && !wire.tls().has_missed(CLIENT));
    }
    // What is no twin may be an answer.
    let mut wire = tls13();
    wire.say(CLIENT, &[finished, data(100)].concat());
    wire.say_cut(SERVER, &data(250)[..60], 511);
    assert_eq!(wire.exchange.turn.unwrap().by, SERVER);
}

/// For the ticket that it takes a server gives one new one, which comes behind the request of a client that does not wait.
#[test]
fn the_ticket_of_a_session_that_goes_on_is_no_answer() {
    let finished = [record(20, 1), data(FINISHED)].concat();
    let resumed = || {
        let mut wire = Wire::default();
        wire.say(CLIENT, &client_hello("a.example", &[]));
        wire.say(SERVER, &server_hello(&[extension(43, &[3, 4]), extension(41, &[0, 0])].concat()));
        wire.say(SERVER, &[record(20, 1), data(38), data(69)].concat());
        wire
    };
    let mut wire = resumed();
    wire.say(CLIENT, &[finished.clone(), data(96)].concat());
    wire.say(SERVER, &data(266));
    assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().by), (1, CLIENT));
    wire.say(SERVER, &data(240));
    assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().by), (2, SERVER));
    // What is too long for one, and what comes when it was given, is an answer; so is what a new session says.
    let mut early = resumed();
    early.say(SERVER, &data(266));
    for (mut wire, len) in [(resumed(), 900), (early, 240), (tls13(), 240)] {
        wire.say(CLIENT, &[finished.clone(), data(96)].concat());
        wire.say(SERVER, &data(len));
        assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().by), (2, SERVER), "{len}");
    }
}

/// A request that comes in one segment with Finished, of which the snaplen shows nothing, was asked all the same: what follows it is no ticket.
#[test]
fn a_request_behind_what_was_captured_is_one() {
    let flight = [record(20, 1), data(FINISHED), data(76)].concat();
    let mut wire = tls13();
    wire.say_cut(CLIENT, &flight[..60], len(&flight));
    assert_eq!(wire.exchange.turn.unwrap().by, CLIENT);
    wire.say(SERVER, &data(129));
    assert_eq!(wire.exchange.turn.unwrap().by, SERVER);
}

/// HTTP/2 talks about itself: settings, windows, PING and GOAWAY are nobody's message, where the client's hello speaks of it.
#[test]
fn frames_of_http2_that_nobody_asked_for_are_no_message() {
    let alpn = extension(16, &vector(b"\x02h2\x08http/1.1"));
    let finished = [record(20, 1), data(FINISHED)].concat();
    for (offers, turns) in [(alpn, 2), (Vec::new(), 4)] {
        let mut wire = Wire::default();
        wire.say(CLIENT, &client_hello("a.example", &offers));
        wire.say(SERVER, &server_hello(&extension(43, &[3, 4])));
        wire.say(SERVER, &[record(20, 1), data(23), data(830), data(281), data(69)].concat());
        wire.say(CLIENT, &[finished.clone(), data(81)].concat());
        wire.say(SERVER, &data(160));
        assert_eq!(wire.exchange.trailing_own_bytes(SERVER), 0);
        wire.say(CLIENT, &data(26));
        wire.say(SERVER, &data(34));
        let own = if turns == 2 { 39 } else { 0 };
        assert_eq!((wire.exchange.turns, wire.exchange.trailing_own_bytes(SERVER)), (turns, own));
    }
    // TLS 1.2, with what its two ciphers add.
    let mut wire = Wire::default();
    wire.say(CLIENT, &client_hello("a.example", &extension(16, &vector(b"\x02h2"))));
    wire.say(SERVER, &server_hello(&[]));
    for by in [CLIENT, SERVER] {
        wire.say(by, &[record(20, 1), record(22, 40)].concat());
    }
    wire.say(CLIENT, &data(120));
    wire.say(SERVER, &[data(33), data(41), data(25)].concat());
    assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().by), (1, CLIENT));
    wire.say(SERVER, &data(34));
    assert_eq!((wire.exchange.turns, wire.exchange.turn.unwrap().by), (2, SERVER));
}
