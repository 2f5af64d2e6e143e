use super::http::BodyLength;
use super::*;
use crate::decode::SeqNumber;

/// Says `texts` in turn, each by one end, and gives the exchange.
fn said(texts: &[(End, &str)]) -> Exchange {
    let mut exchange = Exchange::default();
    for (n, (by, text)) in texts.iter().enumerate() {
        let frame = n as u64 + 1;
        let len = u32::try_from(text.len()).unwrap();
        let segment = Segment { len, frame, seq: SeqNumber(1), ..Segment::default() };
        exchange.heard(&segment, text.as_bytes(), *by, Order::Next, Peek::Allowed);
    }
    exchange
}

const CLIENT: End = End::High;
const SERVER: End = End::Low;
const GET: &str = "GET /api/report?token=secret HTTP/1.1\r\nHost: api.internal\r\n\r\n";

#[test]
fn the_query_string_is_cut() {
    let exchange = said(&[(CLIENT, GET)]);
    let http = exchange.http().unwrap();
    assert_eq!((http.request.method.as_str(), http.request.target.as_str()), ("GET", "/api/report"));
    assert_eq!(http.request.host.as_deref(), Some("api.internal"));
    assert!(http.awaits_response() && http.response.is_none());
}

#[test]
fn a_response_is_whole_when_its_length_is_there() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
    let part = said(&[(CLIENT, GET), (SERVER, &format!("{head}12345"))]);
    assert!(part.http().unwrap().awaits_response());
    assert_eq!(part.http().unwrap().response.as_ref().unwrap().body, 5);
    let whole = said(&[(CLIENT, GET), (SERVER, &format!("{head}12345")), (SERVER, "67890")]);
    assert!(!whole.http().unwrap().awaits_response());
}

#[test]
fn a_chunked_response_ends_with_its_last_chunk_even_across_segments() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
    assert!(said(&[(CLIENT, GET), (SERVER, head)]).http().unwrap().awaits_response());
    let whole = said(&[(CLIENT, GET), (SERVER, head), (SERVER, "0\r"), (SERVER, "\n\r\n")]);
    assert!(!whole.http().unwrap().awaits_response());
}

#[test]
fn a_continue_is_no_answer() {
    let post = "POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    let exchange = said(&[(CLIENT, post), (SERVER, "HTTP/1.1 100 Continue\r\n\r\n"), (CLIENT, "12345")]);
    let http = exchange.http().unwrap();
    assert!(http.awaits_response() && !http.request_unfinished());
    let both =
        said(&[(CLIENT, post), (SERVER, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")]);
    assert!(!both.http().unwrap().awaits_response());
}

#[test]
fn a_head_request_is_answered_by_a_head() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    let exchange = said(&[(CLIENT, &GET.replace("GET", "HEAD")), (SERVER, head)]);
    assert!(!exchange.http().unwrap().awaits_response());
}

#[test]
fn a_body_until_close_is_never_known_to_be_whole() {
    let exchange = said(&[(CLIENT, GET), (SERVER, "HTTP/1.0 200 OK\r\n\r\nhello")]);
    let http = exchange.http().unwrap();
    assert_eq!(http.response.as_ref().unwrap().length, BodyLength::UntilClose);
    assert!(http.awaits_response());
}

#[test]
fn turns_count_without_any_peek() {
    let mut exchange = Exchange::default();
    for (frame, by) in [(1, CLIENT), (2, SERVER), (3, SERVER), (4, CLIENT)] {
        let segment = Segment { len: 7, frame, ..Segment::default() };
        exchange.heard(&segment, GET.as_bytes(), by, Order::Next, Peek::Forbidden);
    }
    assert_eq!((exchange.turns, exchange.protocol_name()), (3, None));
    assert_eq!(exchange.turn_before.unwrap().bytes, 14);
    assert_eq!(exchange.turn.unwrap().frame, 4);
}

#[test]
fn tls_is_established_by_the_clients_first_data_and_alerts_have_names() {
    let hello = "\u{16}\u{3}\u{1}\u{0}\u{5}\u{1}\u{0}\u{0}\u{1}x";
    let open = said(&[(CLIENT, hello), (SERVER, "\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{70}")]);
    let tls = open.tls().unwrap();
    assert!(!tls.established);
    assert_eq!(tls.alert.unwrap().name(), "unrecognized_name");
    let done =
        said(&[(CLIENT, hello), (CLIENT, "\u{14}\u{3}\u{3}\u{0}\u{1}\u{1}\u{17}\u{3}\u{3}\u{0}\u{2}ab")]);
    assert!(done.tls().unwrap().established);
}
