use super::*;

const OK_10: &str = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
const OK_2: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const POST: &str = "POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

fn response(wire: &Wire) -> &Response {
    wire.http().response.as_ref().unwrap()
}

/// Says it a byte at a time.
fn dripped(texts: &[(End, &str)]) -> Wire {
    let mut wire = Wire::default();
    for (by, text) in texts {
        text.as_bytes().chunks(1).for_each(|byte| wire.say(*by, byte));
    }
    wire
}

/// In one segment each and a byte at a time, which must make no difference.
fn both_ways(texts: &[(End, &str)], check: impl Fn(&Wire)) {
    check(&said(texts));
    check(&dripped(texts));
}

#[test]
fn the_query_string_is_cut() {
    both_ways(&[(CLIENT, GET)], |wire| {
        let http = wire.http();
        assert_eq!((http.request.method.as_str(), http.request.target.as_str()), ("GET", "/api/report"));
        assert_eq!(http.request.host.as_deref(), Some("api.internal"));
        assert!(http.awaits_response() && http.response.is_none() && http.request.complete);
        assert_eq!((http.last_request_seq, http.owed()), (CLIENT_START, Owed::Answer));
    });
}

#[test]
fn caches_and_repositories_have_methods_of_their_own() {
    for method in ["PURGE", "REPORT", "MERGE", "PROPFIND"] {
        both_ways(&[(CLIENT, &format!("{method} /x HTTP/1.1\r\n\r\n"))], |wire| {
            assert_eq!((wire.http().request.method.as_str(), wire.http().owed()), (method, Owed::Answer));
        });
    }
}

/// Nor is what an absolute target and a host may begin with, and a name from the wire turns no line round.
#[test]
fn secrets_and_tricks_are_not_shown() {
    let asked = |ask: &str, target: &str, host: Option<&str>| {
        both_ways(&[(CLIENT, ask)], |wire| {
            let request = &wire.http().request;
            assert_eq!((request.target.as_str(), request.host.as_deref()), (target, host), "{ask}");
        });
    };
    asked("GET http://user:secret@b/x HTTP/1.1\r\nHost: a\u{202e}b\u{7}c\r\n\r\n", "/x", Some("abc"));
    asked("GET /@me HTTP/1.1\r\nHost: user:secret@b:80\r\n\r\n", "/@me", Some("b:80"));
    asked("GET http://npm.example/@babel/core?a=/ HTTP/1.0\r\n\r\n", "/@babel/core", Some("npm.example"));
    asked("GET http://user:p@ss@b?/@ HTTP/1.0\r\n\r\n", "/", Some("b"));
    asked("CONNECT user:secret@b:443 HTTP/1.1\r\n\r\n", "b:443", None);
    asked("OPTIONS * HTTP/1.1\r\n\r\n", "*", None);
    asked("GET /to?http://user:secret@b HTTP/1.1\r\n\r\n", "/to", None);
    asked("GET /http://b/@x HTTP/1.1\r\n\r\n", "/http://b/@x", None);
}

/// However many bytes each of its characters takes.
#[test]
fn a_long_target_is_kept_in_few_bytes() {
    for (letter, kept) in [("a", 120), ("é", 240), ("😀", 240)] {
        let wire = said(&[(CLIENT, &format!("GET /{} HTTP/1.1\r\n\r\n", letter.repeat(400)))]);
        let len = wire.http().request.target.len();
        assert!((kept - 3..=kept).contains(&len), "{len} of {kept}");
    }
}

/// Others have borrowed methods, and say at the end of the line what they speak.
#[test]
fn what_begins_like_a_request_of_http_may_be_another_s() {
    for other in ["OPTIONS rtsp://a/x RTSP/1.0\r\n", "OPTIONS sip:a@b SIP/2.0\r\n", "REPORT what\r\n"] {
        let name = |parts: &[&str]| {
            let parts: Vec<_> = parts.iter().map(|part| (CLIENT, *part)).collect();
            said(&parts).exchange.protocol_name()
        };
        assert_eq!(name(&[other]), None, "{other}");
        assert_eq!(name(&[&other[..3], &other[3..]]), None, "{other}");
        // Of a line that is not whole nobody knows.
        assert_eq!(name(&[&other[..9]]), Some("http/1"), "{other}");
    }
    let ask = "OPTIONS /x HTTP/1.1\r\n";
    assert_eq!(said(&[(CLIENT, &ask[..3]), (CLIENT, &ask[3..])]).exchange.protocol_name(), Some("http/1"));
}

#[test]
fn a_response_is_whole_when_its_length_is_there() {
    let part = format!("{OK_10}12345");
    both_ways(&[(CLIENT, GET), (SERVER, &part)], |wire| {
        assert_eq!((response(wire).body, wire.http().owed()), (5, Owed::Rest(BodyLength::Bytes(10))));
    });
    both_ways(&[(CLIENT, GET), (SERVER, &part), (SERVER, "67890")], |wire| {
        assert!(response(wire).complete && !wire.http().awaits_response());
        assert_eq!((wire.http().answered, wire.http().owed()), (1, Owed::Nothing));
    });
}

#[test]
fn a_status_line_may_be_split() {
    let split = said(&[(CLIENT, GET), (SERVER, "HTT"), (SERVER, "P/1.1 2"), (SERVER, &OK_10[9..])]);
    assert!(split.http().awaits_response());
    let whole = said(&[(CLIENT, GET), (SERVER, "HTTP/1.1 2"), (SERVER, &OK_2[10..])]);
    assert_eq!((response(&whole).status, whole.http().answered), (200, 1));
    let begun = said(&[(CLIENT, GET), (SERVER, "HTTP/1.1 2")]);
    assert_eq!((response(&begun).status, begun.http().owed()), (0, Owed::Rest(BodyLength::InHead)));
}

#[test]
fn a_request_head_may_span_segments() {
    let wire = said(&[(CLIENT, &GET[..5]), (CLIENT, &GET[5..50])]);
    assert!(wire.http().request_unfinished() && wire.http().awaits_response());
    assert_eq!((wire.http().requests, wire.http().request.target.as_str()), (1, "/api/report"));
    let wire = said(&[(CLIENT, &GET[..5]), (CLIENT, &GET[5..50]), (CLIENT, &GET[50..])]);
    assert!(!wire.http().request_unfinished());
    assert_eq!(wire.http().request.host.as_deref(), Some("api.internal"));
}

#[test]
fn chunks_are_counted_and_their_extensions_and_trailers_read() {
    let body = "5;name=\"a\r\nhello\r\nA\r\n0123456789\r\n0;last\r\nExpires: never\r\nX: y\r\n";
    let head = format!("{CHUNKED}{body}");
    both_ways(&[(CLIENT, GET), (SERVER, &head)], |wire| {
        assert_eq!((response(wire).body, wire.http().owed()), (15, Owed::Rest(BodyLength::Trailer)));
    });
    both_ways(&[(CLIENT, GET), (SERVER, &head), (SERVER, "\r\n")], |wire| {
        assert!(response(wire).complete && !wire.http().awaits_response());
    });
}

#[test]
fn data_that_looks_like_a_last_chunk_is_none() {
    let text = format!("{CHUNKED}9\r\nabc\r\n0\r\n\r\n");
    both_ways(&[(CLIENT, GET), (SERVER, &text)], |wire| {
        assert!(wire.http().awaits_response() && response(wire).body == 9);
    });
}

#[test]
fn what_is_no_chunk_breaks_the_answer() {
    let error = "3\r\nabc\r\nHTTP/1.1 500 Internal Server Error\r\n\r\n";
    for body in ["xyz\r\n", "11111111111111111\r\n", "5\r\nhelloworld\r\n0\r\n\r\n", error] {
        both_ways(&[(CLIENT, GET), (SERVER, &format!("{CHUNKED}{body}"))], |wire| {
            assert_eq!(response(wire).length, BodyLength::Broken);
            assert!(!response(wire).complete && !wire.http().is_blind(SERVER));
            assert_eq!(wire.exchange.owed(), Some(Owed::Rest(BodyLength::Broken)));
        });
    }
}

#[test]
fn zeros_before_a_size_count_for_nothing() {
    let text = format!("{CHUNKED}00000000000000000003\r\nabc\r\n0\r\n\r\n");
    both_ways(&[(CLIENT, GET), (SERVER, &text)], |wire| assert!(response(wire).complete));
}

#[test]
fn a_continue_is_no_answer() {
    both_ways(&[(CLIENT, POST), (SERVER, CONTINUE), (CLIENT, "12345")], |wire| {
        let http = wire.http();
        assert!(
            http.awaits_response() && !http.request_unfinished() && http.interim && http.response.is_none()
        );
    });
    both_ways(&[(CLIENT, POST), (SERVER, CONTINUE)], |wire| {
        assert!(wire.http().request_unfinished() && wire.http().owed() == Owed::Answer);
    });
    both_ways(&[(CLIENT, POST), (SERVER, &format!("{CONTINUE}HTTP/1.1 204 No Content\r\n\r\n"))], |wire| {
        assert!(!wire.http().awaits_response() && !wire.http().interim);
    });
}

#[test]
fn some_answers_have_no_body() {
    let head = GET.replace("GET", "HEAD");
    both_ways(&[(CLIENT, &head), (SERVER, OK_10)], |wire| assert!(!wire.http().awaits_response()));
    for status in ["204 No Content", "304 Not Modified"] {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 10\r\n\r\n");
        both_ways(&[(CLIENT, GET), (SERVER, &answer)], |wire| assert!(!wire.http().awaits_response()));
    }
}

#[test]
fn a_body_until_close_is_never_known_to_be_whole() {
    both_ways(&[(CLIENT, GET), (SERVER, "HTTP/1.0 200 OK\r\n\r\nhello")], |wire| {
        assert_eq!((response(wire).length, response(wire).body), (BodyLength::UntilClose, 5));
        assert!(wire.http().awaits_response());
    });
}

#[test]
fn pipelined_requests_are_answered_one_by_one() {
    let head = GET.replace("GET", "HEAD");
    let asked = format!("{GET}{head}{GET}");
    let two = format!("{OK_2}{OK_10}");
    both_ways(&[(CLIENT, &asked), (SERVER, &two)], |wire| {
        let http = wire.http();
        assert_eq!((http.requests, http.answered, http.unanswered), (3, 2, 1));
        assert_eq!((http.response.as_ref(), http.owed()), (None, Owed::Answer));
        assert_eq!(http.last_request_seq, CLIENT_START.plus(len(GET.as_bytes()) + len(head.as_bytes())));
    });
    both_ways(&[(CLIENT, &asked), (SERVER, &format!("{two}{OK_2}"))], |wire| {
        assert!(!wire.http().awaits_response() && response(wire).complete);
    });
}

#[test]
fn a_request_body_is_followed_like_an_answer() {
    let post = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
    both_ways(&[(CLIENT, post)], |wire| {
        assert!(wire.http().request_unfinished() && wire.http().request.body == 3);
    });
    both_ways(&[(CLIENT, post), (CLIENT, "0\r\n\r\n\r\n"), (CLIENT, GET)], |wire| {
        assert_eq!((wire.http().requests, wire.http().request.method.as_str()), (2, "GET"));
    });
}

#[test]
fn fields_are_read_as_receivers_do() {
    let odd = "HTTP/1.1 200 OK\nX-Content-Length: 9\ncontent-length:  2 , 2\n\nok";
    both_ways(&[(CLIENT, GET), (SERVER, odd)], |wire| assert!(response(wire).complete));
    let torn = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok";
    both_ways(&[(CLIENT, GET), (SERVER, torn)], |wire| {
        assert_eq!(response(wire).length, BodyLength::Unknown);
    });
    let many = format!("HTTP/1.1 200 OK\r\n{}Content-Length: 2\r\n\r\nok", "A: b\r\n".repeat(300));
    both_ways(&[(CLIENT, GET), (SERVER, &many)], |wire| assert!(response(wire).complete));
}

#[test]
fn a_head_without_end_is_given_up() {
    let endless = format!("HTTP/1.1 200 OK\r\n{}", "A: b\r\n".repeat(2000));
    both_ways(&[(CLIENT, GET), (SERVER, &endless)], |wire| {
        assert_eq!((response(wire).status, response(wire).length), (200, BodyLength::Unknown));
        assert!(wire.http().is_blind(SERVER));
    });
}

#[test]
fn an_unasked_answer_answers_no_later_request() {
    let timeout = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";
    let mut wire = said(&[(CLIENT, GET), (SERVER, OK_2), (SERVER, timeout)]);
    assert_eq!((wire.http().answered, wire.http().owed()), (1, Owed::Nothing));
    wire.say(CLIENT, GET.as_bytes());
    assert_eq!((wire.http().unanswered, wire.http().owed()), (1, Owed::Answer));
}

#[test]
fn an_answer_that_was_captured_before_its_request_answers_it() {
    let mut wire = said(&[(CLIENT, GET), (SERVER, OK_2)]);
    wire.lose(CLIENT, len(GET.as_bytes()));
    wire.say(SERVER, OK_2.as_bytes());
    wire.put(CLIENT, len(GET.as_bytes()), GET.as_bytes(), len(GET.as_bytes()), Order::Next);
    assert_eq!((wire.http().requests, wire.http().answered, wire.http().unanswered), (2, 2, 0));
}

#[test]
fn after_a_switch_of_protocols_the_talk_begins_anew() {
    let asked = "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    let switched = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\n";
    both_ways(&[(CLIENT, asked), (SERVER, switched)], |wire| {
        assert_eq!((wire.exchange.protocol_name(), wire.exchange.turn), (Some("websocket"), None));
        assert!(wire.exchange.http().is_none() && wire.exchange.owed().is_none());
        assert_eq!(wire.exchange.upgraded().unwrap().http.request.target, "/chat");
    });
    let [asked, switched] =
        [asked, switched].map(|head| head.replace("ebsocket", "whois").replace("ebSocket", "whois"));
    both_ways(&[(CLIENT, &asked), (SERVER, &format!("{switched}\u{1}ab")), (CLIENT, "xyz")], |wire| {
        let (now, before) = (wire.exchange.turn.unwrap(), wire.exchange.turn_before.unwrap());
        assert_eq!((before.by, before.bytes, now.by, now.bytes), (SERVER, 3, CLIENT, 3));
        assert_eq!(wire.exchange.turns, 2);
    });
}

#[test]
fn a_tunnel_may_hold_tls_but_no_more_http() {
    let connect = "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n";
    let made = "HTTP/1.1 200 Connection established\r\n\r\n";
    let hello = "\u{16}\u{3}\u{1}\0\u{5}\u{1}\0\0\u{1}x";
    both_ways(&[(CLIENT, connect), (SERVER, made), (CLIENT, hello)], |wire| {
        assert_eq!((wire.exchange.protocol_name(), wire.exchange.turns), (Some("tunnel"), 0));
        assert!(!wire.tls().established);
    });
    both_ways(&[(CLIENT, connect), (SERVER, made), (CLIENT, GET), (SERVER, OK_2)], |wire| {
        assert_eq!((wire.exchange.protocol_name(), wire.exchange.turns), (Some("tunnel"), 2));
        assert!(wire.exchange.http().is_none() && wire.exchange.tls().is_none());
    });
    both_ways(&[(CLIENT, connect), (SERVER, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")], |wire| {
        assert!(!wire.http().awaits_response());
    });
}

/// A snaplen leaves the size of each chunk, and takes the end of its line, or the last chunk, which can be nothing else.
#[test]
fn chunks_are_followed_where_a_snaplen_cut_their_ends() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut wire = said(&[(CLIENT, GET), (SERVER, head)]);
    for _ in 0..3 {
        wire.say_cut(SERVER, b"7d0\r\nsome", 2007);
    }
    assert_eq!(wire.exchange.owed(), Some(Owed::Rest(BodyLength::Chunked)));
    assert_eq!(wire.http().response.as_ref().map(|response| response.body), Some(6000));
    let mut last = wire.clone();
    last.say_cut(SERVER, b"7d0\r\nsome", 2012);
    assert_eq!(last.exchange.owed(), Some(Owed::Nothing));
    wire.say(SERVER, b"0\r\n\r\n");
    assert_eq!(wire.exchange.owed(), Some(Owed::Nothing));
    // Also where it took one byte of one end, whichever of the two.
    for (seen, len) in [(&b"3\r\nabc\r"[..], 8), (b"3\r\nabc", 7)] {
        let mut wire = said(&[(CLIENT, GET), (SERVER, head)]);
        wire.say_cut(SERVER, seen, len);
        wire.say(SERVER, if len == 8 { b"3\r\nabc\r\n" } else { b"\n3\r\nabc\r\n" });
        assert_eq!(wire.exchange.owed(), Some(Owed::Rest(BodyLength::Chunked)));
        assert_eq!(wire.http().response.as_ref().map(|response| response.body), Some(6));
    }
    // What else lies behind a chunk nobody knows.
    let mut wire = said(&[(CLIENT, GET), (SERVER, head)]);
    wire.say_cut(SERVER, b"7d0\r\nsome", 2600);
    assert_eq!(wire.exchange.owed(), Some(Owed::Unknown));
}
