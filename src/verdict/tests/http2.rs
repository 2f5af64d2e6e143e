//! HTTP/2 in clear, as gRPC and proxies speak it to each other: many requests on one connection, and goodbyes in so many words.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, Verdict};

use super::story::hex;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const END: u8 = 1;
const END_HEADERS: u8 = 4;
const NO_ERROR: u8 = 0;
const STREAM_CLOSED: u8 = 5;
const ENHANCE_YOUR_CALM: u8 = 11;

/// A handshake, and what a client says first.
fn opened() -> String {
    let preface = hex(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + &frame(SETTINGS, 0, 0, &[]);
    format!("A > B S\nB > A S.\nA > B .\nA > B P. hex {preface}\n")
}

fn frame(kind: u8, flags: u8, stream: u8, body: &[u8]) -> String {
    let body = hex(body);
    format!("0000{:02x}{kind:02x}{flags:02x}000000{stream:02x}{body}", body.len() / 2)
}

fn ask(stream: u8) -> String {
    format!("A > B P. hex {}\n", frame(HEADERS, END, stream, &[0x82]))
}

fn answer(stream: u8) -> String {
    format!(
        "B > A P. hex {}{}\nA > B .\n",
        frame(HEADERS, 0, stream, &[0x88]),
        frame(DATA, END, stream, b"ok")
    )
}

/// The first half of an answer.
fn begin(stream: u8) -> String {
    format!("B > A P. hex {}{}\nA > B .\n", frame(HEADERS, 0, stream, &[0x88]), frame(DATA, 0, stream, b"o"))
}

fn goaway(last: u8, code: u8) -> String {
    frame(GOAWAY, 0, 0, &[0, 0, 0, last, 0, 0, 0, code])
}

/// A connection whose settings are agreed on, and then what `text` says.
fn told(text: &str) -> Verdict {
    let settings = frame(SETTINGS, 0, 0, &[]);
    verdict(&format!("{}B > A P. hex {settings}\nA > B .\n{text}", opened()))
}

fn says(verdict: &Verdict, words: &str) -> bool {
    verdict.evidence.iter().any(|fact| fact.fact.contains(words))
}

const CLIENT_CLOSES: &str = "+2 A > B F.\nB > A F.\nA > B .";
const SERVER_CLOSES: &str = "+2 B > A F.\nA > B F.\nB > A .";

#[test]
fn who_has_all_its_answers_may_close() {
    let talk = format!("{}{}{}{}", ask(1), answer(1), ask(3), answer(3));
    for end in [CLIENT_CLOSES, SERVER_CLOSES] {
        let told = told(&format!("{talk}B > A P. hex {}\nA > B .\n{end}", goaway(3, NO_ERROR)));
        assert_eq!((told.cause_name(), told.harm), (None, None), "{:?}", told.evidence);
    }
}

#[test]
fn one_of_many_requests_is_enough() {
    let talk = format!("{}{}{}{}", ask(1), ask(3), ask(5), answer(3));
    let left = told(&format!("{talk}{CLIENT_CLOSES}"));
    assert_eq!(
        (left.cause_name(), left.cause.map(|finding| finding.confidence)),
        (Some("client_abort"), Some(Confidence::Certain))
    );
    let ended = told(&format!("{talk}{SERVER_CLOSES}"));
    assert_eq!(
        (ended.cause_name(), ended.cause.map(|finding| finding.confidence)),
        (Some("no_response"), Some(Confidence::Certain))
    );
    assert!(says(&ended, "the request on stream 1 (1 more under way)"), "{:?}", ended.evidence);
    let cut = told(&format!("{talk}{}{SERVER_CLOSES}", begin(5)));
    assert_eq!(
        (cut.cause_name(), cut.cause.map(|finding| finding.confidence)),
        (Some("response_cut"), Some(Confidence::Certain))
    );
    assert!(says(&cut, "1 body bytes on stream 5, no END_STREAM"), "{:?}", cut.evidence);
    assert_eq!(
        cut.exchange.map(|exchange| (exchange.protocol, exchange.response_bytes)),
        Some((Some("http/2"), Some(1)))
    );
}

/// A call that its client cancelled is owed to nobody.
#[test]
fn a_cancelled_request_is_not_missed() {
    let cancel = format!("A > B P. hex {}\nB > A .\n", frame(RST_STREAM, 0, 1, &[0, 0, 0, 8]));
    let told = told(&format!("{}{}{cancel}{CLIENT_CLOSES}", ask(1), begin(1)));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
}

/// gRPC's servers answer what was under way themselves when they end a connection for an error, or in the end of a grace.
#[test]
fn what_a_server_ends_with_the_connection_is_no_answer() {
    let status = format!("{}{}", frame(HEADERS, END, 1, &[0x88]), frame(RST_STREAM, 0, 1, &[0; 4]));
    let angry = format!("+1 B > A P. hex {}{status}\n", goaway(1, ENHANCE_YOUR_CALM));
    let ended = told(&format!("{}B > A .\n{angry}B > A F.\nA > B F.\nB > A .", ask(1)));
    assert_eq!(
        (ended.cause_name(), ended.cause.map(|finding| finding.confidence)),
        (Some("no_response"), Some(Confidence::Certain))
    );
    assert!(says(&ended, "the server said GOAWAY (ENHANCE_YOUR_CALM)"), "{:?}", ended.evidence);
    assert!(ended.advice.as_ref().is_some_and(|advice| advice.contains("keepalive pings")));
    assert!(says(&ended, "the server closed (FIN) 1.00 s after the last data"), "{:?}", ended.evidence);
    for (begun, cause) in [(String::new(), "no_response"), (begin(1), "response_cut")] {
        let ended =
            told(&format!("{}B > A .\n{begun}B > A P. hex {status}\nB > A F.\nA > B F.\nB > A .", ask(1)));
        assert_eq!(
            (ended.cause_name(), ended.cause.map(|finding| finding.confidence)),
            (Some(cause), Some(Confidence::Likely))
        );
        assert!(says(&ended, "gave up the request on stream 1 (RST_STREAM)"), "{:?}", ended.evidence);
        // A stream that was given up long before is not the end's.
        let later =
            told(&format!("{}B > A .\n{begun}B > A P. hex {status}\nA > B .\n{SERVER_CLOSES}", ask(1)));
        assert_eq!(later.cause_name(), None, "{:?}", later.evidence);
    }
}

#[test]
fn what_was_never_worked_on_may_be_sent_again() {
    let talk = format!("{}{}{}", ask(1), answer(1), ask(3));
    let told = told(&format!("{talk}B > A P. hex {}\nA > B .\n{SERVER_CLOSES}", goaway(1, NO_ERROR)));
    assert_eq!(told.cause_name(), Some("no_response"));
    assert!(says(&told, "it never worked on stream 3"), "{:?}", told.evidence);
    assert!(told.advice.is_some_and(|advice| advice.contains("retrying it is safe")));
}

#[test]
fn only_control_frames_meet_the_closed_socket() {
    let talk = format!("{}{}", ask(1), answer(1));
    let ping = format!("A > B P. hex {}\n", frame(PING, 0, 0, &[0; 8]));
    let replied = told(&format!("{talk}B > A F.\n{ping}B > A R"));
    assert_eq!((replied.cause_name(), replied.harm), (Some("write_after_close"), Some(Harm::Harmless)));
    assert!(says(&replied, "the client sent its HTTP/2 control frames"), "{:?}", replied.evidence);
    let unread = told(&format!("{talk}B > A F.\n{ping}B > A R."));
    assert_eq!(unread.harm, Some(Harm::Harmless), "{:?}", unread.evidence);
    // A request is another matter.
    let asked = told(&format!("{talk}B > A F.\n{}B > A R", ask(3)));
    assert_eq!((asked.cause_name(), asked.harm), (Some("stale_keepalive"), Some(Harm::Harmful)));
}

/// A server that is killed in the midst of a call closes without a word. Where the capture misses some of what it said the answer may be
/// among that, and may not.
#[test]
fn nobody_knows_what_was_answered_in_what_is_missing() {
    let settings = frame(SETTINGS, 0, 0, &[]);
    let bye = format!("A > B P. hex {}\nB > A R", goaway(0, NO_ERROR));
    let killed = |before: &str, behind: &str| {
        let asked = format!("B > A P. hex {settings}{before}\nA > B .\n{}", ask(1));
        let acknowledged = format!("B > A P. hex {}{behind}\nA > B .\n", frame(SETTINGS, 1, 0, &[]));
        verdict(&format!("{}{asked}{acknowledged}+0.9 B > A F.\n{bye}", opened()))
    };
    let seen = killed("", "");
    assert_eq!((seen.cause_name(), seen.harm), (Some("no_response"), Some(Harm::Harmful)));
    for told in [killed(" lost", ""), killed("", " lost")] {
        let found = told.cause.map(|found| (found.rule.name, found.confidence));
        assert_eq!(found, Some(("write_after_close", Confidence::Possible)), "{:?}", told.evidence);
        assert_eq!(told.harm, None, "{:?}", told.evidence);
        let advice = told.advice.unwrap_or_default();
        assert!(advice.contains("the capture does not hold"), "{advice}");
        assert_eq!(told.exchange.and_then(|exchange| exchange.response_bytes), None);
    }
}

/// Pings are no speech: a connection is idle however often its ends ask each other whether they are there.
#[test]
fn pings_break_no_silence_and_nobody_owes_them_an_answer() {
    let talk = format!("{}{}", ask(1), answer(1));
    let ping = format!("+10 A > B P. hex {}\nB > A .\n", frame(PING, 0, 0, &[0; 8]));
    let told = told(&format!("{talk}{}{SERVER_CLOSES}", ping.repeat(3)));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
}

/// Where the server never sent its own settings it never took the connection up.
#[test]
fn settings_are_owed_as_well() {
    let open = format!("{}B > A .\n", opened());
    let told = verdict(&format!("{open}B > A R."));
    assert_eq!(
        (told.cause_name(), told.cause.map(|finding| finding.confidence)),
        (Some("no_response"), Some(Confidence::Likely))
    );
}

/// One refused request among others, and the server ends the connection in peace.
#[test]
fn a_refused_stream_is_not_the_end() {
    let refused = format!("B > A P. hex {}\nA > B .\n", frame(RST_STREAM, 0, 1, &[0, 0, 0, 7]));
    let talk = format!("{}{refused}{}{}", ask(1), ask(3), answer(3));
    let told = told(&format!("{talk}B > A P. hex {}\nB > A F.\nA > B F.\nB > A .", goaway(3, NO_ERROR)));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
}

/// The client's request and the server's end cross; what takes effect in the end answers the client's own end.
#[test]
fn a_request_that_crosses_the_goodbye_was_never_known() {
    let end = "B > A F. ack ASKED\nA > B F.\n+0.1 B > A R";
    let before = format!("{}{}+2 A > B .\n{}", ask(1), answer(1), ask(3));
    let asked = 1001 + 24 + 9 + 10;
    let told = told(&format!(
        "{before}B > A P. hex {} ack {asked}\n{}",
        goaway(1, NO_ERROR),
        end.replace("ASKED", &asked.to_string())
    ));
    assert_eq!(
        (told.cause_name(), told.harm),
        (Some("stale_keepalive"), Some(Harm::Harmful)),
        "{:?}",
        told.evidence
    );
    assert!(says(&told, "the request on stream 3 crossed it on the way"), "{:?}", told.evidence);
}

/// Both may speak something else: nobody was served then.
#[test]
fn who_does_not_speak_http2_serves_nobody() {
    let open = format!("{}B > A .\n", opened());
    let bye = format!("A > B P. hex {}\n", goaway(0, 1));
    let told =
        verdict(&format!("{open}B > A P. \"HTTP/1.1 400 Bad Request\\r\\n\\r\\n\"\nB > A F.\n{bye}B > A R"));
    assert_eq!(told.harm, Some(Harm::Harmful), "{:?}", told.evidence);
    let settings = "000000040000000000";
    let hello = "1603010046010000420303";
    let told = verdict(&format!(
        "A > B S\nB > A S.\nA > B .\nB > A P. hex {settings}\nA > B P. hex {hello}\nA > B R."
    ));
    assert_eq!(
        (told.cause_name(), told.harm),
        (Some("tls_handshake_reset"), Some(Harm::Harmful)),
        "{:?}",
        told.evidence
    );
}

/// A question in one HTTP and an answer in another one is none, whoever takes that for an error first.
#[test]
fn an_answer_in_another_http_is_none() {
    let refusal = "B > A P. \"HTTP/1.1 400 Bad Request\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B .\n";
    let page = "B > A P. \"<!DOCTYPE HTML>\"\nA > B .\n";
    let settings = format!("B > A P. hex {}\nA > B .\n", frame(SETTINGS, 0, 0, &[0; 6]));
    let [handshake, get] =
        ["A > B S\nB > A S.\nA > B .\n", "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n"];
    let cases = [
        (format!("{}{}{refusal}", opened(), ask(1)), "HTTP/1"),
        (format!("{}{}{page}", opened(), ask(1)), "something else"),
        (format!("{handshake}{get}{settings}"), "HTTP/2"),
        // Who accepts may speak first.
        (format!("{handshake}{settings}{get}B > A .\n"), "HTTP/2"),
    ];
    for (talk, spoken) in cases {
        for (end, cause) in [(CLIENT_CLOSES, "client_abort"), (SERVER_CLOSES, "no_response")] {
            let told = verdict(&format!("{talk}{end}"));
            assert_eq!((told.cause_name(), told.harm), (Some(cause), Some(Harm::Harmful)), "{talk}");
            assert!(says(&told, &format!("the server speaks {spoken} here")), "{:?}", told.evidence);
            assert!(told.advice.as_deref().is_some_and(|advice| advice.contains("the same HTTP")));
        }
    }
}

/// A connection on which nothing was asked is none the worse for it.
#[test]
fn who_was_not_asked_owes_nothing_in_any_http() {
    let talk =
        format!("{}B > A P. \"HTTP/1.1 400 Bad Request\\r\\n\\r\\n\"\nA > B .\n{SERVER_CLOSES}", opened());
    let told = verdict(&talk);
    assert_eq!((told.cause_name(), told.harm), (None, None), "{:?}", told.evidence);
}

/// A server that calls something an error and gives the connection up leaves its client nothing but to close.
#[test]
fn an_error_of_the_server_is_not_the_clients_leaving() {
    let said = format!("B > A P. hex {}\n", goaway(1, 11));
    let begun = frame(HEADERS, 0, 1, &[0x88]);
    for (answer, cause) in
        [("B > A .\n".to_owned(), "no_response"), (format!("B > A P. hex {begun}\n"), "response_cut")]
    {
        let told = verdict(&format!("{}{}{answer}{said}{CLIENT_CLOSES}", opened(), ask(1)));
        assert_eq!(told.cause_name(), Some(cause), "{:?}", told.evidence);
        let left = verdict(&format!("{}{}{answer}{CLIENT_CLOSES}", opened(), ask(1)));
        assert_eq!(left.cause_name(), Some("client_abort"), "{:?}", left.evidence);
    }
}

/// A stream that is reset behind its whole answer is only one that wants no more of the request.
#[test]
fn a_stream_that_is_over_is_not_given_up_by_a_client_that_closes() {
    let answer = format!("{}{}", frame(HEADERS, 0, 1, &[0x88]), frame(0, END, 1, b"ok"));
    let reset = frame(RST_STREAM, 0, 1, &[0; 4]);
    let talk = format!("{}{}B > A P. hex {answer}{reset}\nA > B .\n", opened(), ask(1));
    let half = "A > B F.\nB > A .\nB > A P. len 17\nA > B .\nB > A F.\nA > B .";
    let told = verdict(&format!("{talk}{half}"));
    assert_eq!((told.cause_name(), told.harm), (None, None), "{:?}", told.evidence);
}

/// A server that calls something an error and aborts has said why: nobody has to look for a program that meant to.
#[test]
fn who_aborts_behind_an_error_has_said_why() {
    let aborted = |code: u8| {
        let said =
            told(&format!("{}{}B > A P. hex {}\nA > B .\n+0.3 B > A R.", ask(1), answer(1), goaway(1, code)));
        assert_eq!(said.cause_name(), Some("aborted_by_application"), "{:?}", said.evidence);
        said.advice.unwrap_or_default()
    };
    assert!(aborted(ENHANCE_YOUR_CALM).contains("keepalive pings"));
    assert!(aborted(NO_ERROR).contains("SO_LINGER"));
}

/// A server that refuses a stream and aborts answers nothing, and its code says that the request may be sent again.
#[test]
fn what_a_server_refuses_and_aborts_had_no_answer() {
    let aborted = |code: u8, pause: &str| {
        let reset = frame(RST_STREAM, 0, 1, &[0, 0, 0, code]);
        told(&format!("{}B > A P. hex {reset}\nA > B .\n{pause}B > A R.", ask(1)))
    };
    let refused = aborted(7, "+0.1 ");
    assert_eq!(cause(&refused), (Some("no_response"), Some(Harm::Harmful)), "{:?}", refused.evidence);
    assert!(says(&refused, "(RST_STREAM, REFUSED_STREAM)"), "{:?}", refused.evidence);
    let advice = refused.advice.unwrap_or_default();
    assert!(advice.contains("took no more requests") && advice.contains("retrying it is safe"), "{advice}");
    let failed = aborted(2, "").advice.unwrap_or_default();
    assert!(failed.contains("INTERNAL_ERROR") && !failed.contains("retrying it is safe"), "{failed}");
    // Without a reason it may be that the server wants no more of an upload.
    assert_eq!(aborted(0, "").cause_name(), Some("aborted_by_application"));
    // What was refused long before is not the end's.
    assert_eq!(aborted(7, "+3 ").cause_name(), Some("aborted_by_application"));
}

/// A server's patience is over when it says GOAWAY; from then on to its FIN it only waits for what is on its way.
#[test]
fn the_grace_behind_goaway_is_no_idle_time() {
    let bye = format!("+2 B > A P. hex {}\nA > B .\n+1 B > A F.\nA > B .\n", goaway(3, NO_ERROR));
    let late = told(&format!("{}{}{bye}+0.5 {}B > A R", ask(1), answer(1), ask(3)));
    assert_eq!(late.cause_name(), Some("stale_keepalive"), "{:?}", late.evidence);
    assert!(
        says(&late, "3.00 s after the last data and 1.00 s after the server's GOAWAY"),
        "{:?}",
        late.evidence
    );
    let advice = late.advice.unwrap_or_default();
    assert!(advice.contains("after 2.00 s idle"), "{advice}");
}

/// An upload that is answered before it is whole, and then given up: its client takes that for an error and leaves.
#[test]
fn an_upload_that_was_answered_and_given_up_had_its_answer() {
    let upload = format!("A > B P. hex {}\n", frame(HEADERS, 0, 1, &[0x83]));
    let more = format!("A > B P. hex {}\n", frame(DATA, 0, 1, b"some of it"));
    let refused = |code: u8| {
        let reset = frame(RST_STREAM, 0, 1, &[0, 0, 0, code]);
        let answered = format!("B > A P. hex {}{reset}\n", frame(HEADERS, END | END_HEADERS, 1, &[0x8d]));
        told(&format!("{upload}{more}{answered}{more}A > B R."))
    };
    let reset = frame(RST_STREAM, 0, 1, &[0; 4]);
    let gave_up = refused(STREAM_CLOSED);
    assert_eq!(gave_up.cause_name(), Some("aborted_by_application"), "{:?}", gave_up.evidence);
    let fact = "the server had answered the request on stream 1 (status 404) before it was whole, and gave it up (RST_STREAM, STREAM_CLOSED)";
    assert!(says(&gave_up, fact), "{:?}", gave_up.evidence);
    assert!(says(&gave_up, "was answered before it was whole"), "{:?}", gave_up.evidence);
    assert!(gave_up.advice.is_some_and(|advice| advice.contains("NO_ERROR")));
    // Without a reason the answer stands, unless the server gives one when more comes.
    assert!(!says(&refused(NO_ERROR), "gave it up"));
    let twice =
        format!("{reset}\n{more}B > A P. hex {}\n", frame(RST_STREAM, 0, 1, &[0, 0, 0, STREAM_CLOSED]));
    let answered = format!("B > A P. hex {}{twice}", frame(HEADERS, END | END_HEADERS, 1, &[0x8d]));
    assert!(says(&told(&format!("{upload}{more}{answered}{more}A > B R.")), fact));
}
