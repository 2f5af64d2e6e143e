//! Holes, repetitions and cut payload.

use super::*;

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const OK_2: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn asked() -> Wire {
    said(&[(CLIENT, GET)])
}

#[test]
fn a_head_may_come_after_its_body() {
    let mut wire = asked();
    let head = len(HEAD.as_bytes());
    wire.put(SERVER, head, &[b'x'; 1500], 1500, Order::Ahead);
    wire.put(SERVER, head + 1500, &[b'x'; 1500], 1500, Order::Next);
    assert!(wire.http().response.is_none() && wire.http().awaits_response());
    wire.put(SERVER, 0, HEAD.as_bytes(), head, Order::Late);
    assert!(!wire.http().awaits_response());
    assert_eq!(wire.exchange.turn.unwrap().bytes, u64::from(head) + 3000);
}

#[test]
fn repetitions_add_nothing() {
    let mut wire = asked();
    wire.put(SERVER, 0, OK_2.as_bytes(), len(OK_2.as_bytes()), Order::Next);
    wire.put(SERVER, 0, OK_2.as_bytes(), len(OK_2.as_bytes()), Order::Again);
    wire.put(SERVER, 5, &OK_2.as_bytes()[5..], len(OK_2.as_bytes()) - 5, Order::Again);
    assert_eq!((wire.http().answered, wire.http().unanswered), (1, 0));
}

#[test]
fn a_hole_in_a_counted_body_is_counted_once_the_other_side_has_it() {
    let mut wire = asked();
    wire.say(SERVER, HEAD.as_bytes());
    wire.lose(SERVER, 1000);
    wire.say(SERVER, &[b'x'; 2000]);
    assert_eq!(wire.http().response.as_ref().unwrap().body, 0);
    // The next request acknowledges all of it.
    wire.say(CLIENT, GET.as_bytes());
    assert_eq!((wire.http().answered, wire.http().unanswered), (1, 1));
    wire.say(SERVER, OK_2.as_bytes());
    assert_eq!(wire.exchange.owed(), Some(Owed::Nothing));
}

#[test]
fn a_hole_in_a_head_makes_blind_until_the_next_answer() {
    let mut wire = asked();
    wire.say(SERVER, &CHUNKED.as_bytes()[..20]);
    wire.lose(SERVER, len(&CHUNKED.as_bytes()[20..]));
    wire.say(SERVER, b"5\r\nhello\r\n0\r\n\r\n");
    wire.missed(SERVER, SERVER_START.plus(*wire.said.at(SERVER)));
    assert_eq!(wire.exchange.owed(), Some(Owed::Unknown));
    wire.say(CLIENT, GET.as_bytes());
    assert_eq!((wire.http().answered, wire.http().unanswered), (1, 1));
    wire.say(SERVER, OK_2.as_bytes());
    assert_eq!(wire.http().owed(), Owed::Nothing);
}

#[test]
fn bytes_that_were_acknowledged_and_never_captured_make_blind() {
    let mut wire = asked();
    assert!(!wire.exchange.is_blind(SERVER));
    wire.missed(SERVER, SERVER_START.plus(130));
    assert!(wire.exchange.is_blind(SERVER));
    assert_eq!(wire.exchange.owed(), Some(Owed::Unknown));
    // They come after all: frames of a capture may be out of order.
    wire.say(SERVER, format!("{}{}", HEAD.replace("3000", "90"), "x".repeat(90)).as_bytes());
    assert_eq!(wire.exchange.owed(), Some(Owed::Nothing));
}

#[test]
fn a_fin_is_no_missing_byte() {
    let mut wire = asked();
    wire.missed(CLIENT, CLIENT_START.plus(len(GET.as_bytes()) + 1));
    assert!(!wire.exchange.is_blind(CLIENT));
}

#[test]
fn payload_that_is_cut_counts_by_its_length() {
    let mut wire = asked();
    wire.say_cut(SERVER, HEAD.as_bytes(), len(HEAD.as_bytes()) + 1000);
    assert_eq!(wire.http().response.as_ref().unwrap().body, 1000);
    wire.say_cut(SERVER, b"", 2000);
    assert_eq!(wire.exchange.owed(), Some(Owed::Nothing));
    wire.say(CLIENT, GET.as_bytes());
    wire.say(SERVER, OK_2.as_bytes());
    assert_eq!((wire.http().answered, wire.exchange.owed()), (2, Some(Owed::Nothing)));
}

#[test]
fn a_chunked_body_that_is_cut_is_unknown() {
    let mut wire = asked();
    wire.say_cut(SERVER, CHUNKED.as_bytes(), len(CHUNKED.as_bytes()) + 100);
    let response = wire.http().response.as_ref().unwrap();
    assert_eq!((response.length, response.complete), (BodyLength::Unknown, false));
    // Within a chunk it does no harm.
    let mut wire = asked();
    wire.say_cut(SERVER, format!("{CHUNKED}64\r\n").as_bytes(), len(CHUNKED.as_bytes()) + 4 + 100);
    wire.say(SERVER, b"\r\n0\r\n\r\n");
    assert_eq!(wire.exchange.owed(), Some(Owed::Nothing));
}

#[test]
fn a_cut_request_claims_nothing() {
    let mut wire = Wire::default();
    wire.say_cut(CLIENT, &GET.as_bytes()[..GET.len() - 5], len(GET.as_bytes()));
    assert!(!wire.http().request_unfinished() && wire.http().awaits_response());
    // The line with the host is cut.
    assert_eq!(
        (wire.http().request.target.as_str(), wire.http().request.host.as_ref()),
        ("/api/report", None)
    );
    assert_eq!(wire.exchange.owed(), Some(Owed::Unknown));
    wire.say(SERVER, OK_2.as_bytes());
    wire.say(CLIENT, GET.as_bytes());
    assert_eq!((wire.http().requests, wire.exchange.owed()), (2, Some(Owed::Answer)));
}

#[test]
fn the_lines_of_a_cut_head_that_are_whole_count() {
    let mut wire = Wire::default();
    wire.say_cut(CLIENT, &GET.as_bytes()[..GET.len() - 2], len(GET.as_bytes()));
    assert_eq!(wire.http().request.host.as_deref(), Some("api.internal"));
}

#[test]
fn many_holes_are_given_up_and_memory_stays_bounded() {
    let mut wire = asked();
    wire.say(SERVER, b"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n");
    for _ in 0..100 {
        wire.lose(SERVER, 1000);
        wire.say(SERVER, &[b'x'; 3000]);
    }
    let response = wire.http().response.as_ref().unwrap();
    assert!(response.body > 380_000 && !response.complete);
    wire.missed(SERVER, SERVER_START.plus(*wire.said.at(SERVER)));
    assert_eq!(wire.exchange.owed(), Some(Owed::Nothing));
}

/// Nobody can say on which side such a segment lies.
#[test]
fn half_the_ring_away_leads_no_hole() {
    let mut wire = asked();
    wire.missed(SERVER, SERVER_START.plus(1 << 31));
    wire.put(SERVER, 1 << 31, b"far", 3, Order::Ahead);
    wire.say(SERVER, OK_2.as_bytes());
    assert_eq!(wire.http().answered, 1, "{:#?}", wire.http());
}
