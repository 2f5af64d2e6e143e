//! Clients and servers that speak different protocols: what the server says is no answer, and nobody's abort is the story.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm};

use super::story::OPEN;

const GET: &str = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n";

/// A banner, a greeting, a few bytes: that port has another protocol, whoever ends the connection.
#[test]
fn who_speaks_no_http_answers_no_request() {
    let said = [
        "P. \"SSH-2.0-OpenSSH_9.6\\r\\nInvalid SSH identification string.\\r\\n\"",
        "P. hex 414d515000000901",
        "P. \"* OK ready\\r\\nGET BAD Error in IMAP command\\r\\n\"",
    ];
    let ends = [
        ("B > A R.", "no_response"),
        ("B > A F.\nB > A R.", "no_response"),
        ("A > B F.\nB > A P. len 40\nA > B R", "client_abort"),
    ];
    for (said, (end, name)) in said.iter().flat_map(|said| ends.map(|end| (said, end))) {
        let told = verdict(&format!("{OPEN}{GET}B > A {said}\nA > B .\n{end}"));
        assert_eq!(cause(&told), (Some(name), Some(Harm::Harmful)), "{said} {end}: {:?}", told.evidence);
        assert!(
            told.evidence.iter().any(|fact| fact.fact.contains("speaks something else")),
            "{:?}",
            told.evidence
        );
        assert!(told.advice.as_deref().is_some_and(|advice| advice.contains("no HTTP")), "{:?}", told.advice);
    }
    // Some only greet, and say nothing of what they do not understand.
    let told = verdict(&format!("{OPEN}B > A P. \"SSH-2.0-OpenSSH_9.6\\r\\n\"\n{GET}B > A R."));
    assert_eq!(cause(&told), (Some("no_response"), Some(Harm::Harmful)), "{:?}", told.evidence);
    assert!(told.advice.as_deref().is_some_and(|advice| advice.contains("no HTTP")), "{:?}", told.advice);
    // Who greets first may speak another protocol as well.
    let told = verdict(&format!(
        "{OPEN}B > A P. \"* OK ready\\r\\n\"\n{GET}B > A P. \"GET BAD command\\r\\n\"\nA > B F.\nB > A P. len 9\nA > B R"
    ));
    assert!(told.advice.as_deref().is_some_and(|advice| advice.contains("no HTTP")), "{:?}", told.advice);
}

/// A database greets whoever connects, and takes what it is asked for a packet that is out of order, before or after it has it.
#[test]
fn who_asks_a_database_in_http_learns_that_it_is_one() {
    let greets = "B > A P. hex 280000000a352e352e352d31302e31312e31392d4d61726961444200190000006563634350554126000000f7\n";
    let error = "B > A P. hex 21000001ff8404233038533031476f74207061636b657473206f7574206f66206f72646572\n";
    let asks = format!("{greets}A > B .\n{}{error}", GET.replace("B > A .\n", ""));
    let crossed = format!("{GET}{greets}A > B .\n{error}");
    let ends = [
        ("A > B .\nB > A R.", "no_response"),
        ("A > B F. ack 5045\nA > B R seq 1028\nB > A R.", "client_abort"),
        ("A > B F. ack 5045\nB > A R.\nA > B R seq 1028", "client_abort"),
    ];
    for (talk, (end, name)) in [asks, crossed].iter().flat_map(|talk| ends.map(|end| (talk, end))) {
        let told = verdict(&format!("{OPEN}{talk}{end}"));
        assert_eq!(cause(&told), (Some(name), Some(Harm::Harmful)), "{talk}{end}: {:?}", told.evidence);
        assert!(told.evidence.iter().any(|fact| fact.fact.contains("speaks MySQL")), "{:?}", told.evidence);
        assert!(
            told.advice.as_deref().is_some_and(|advice| advice.contains("wrong port")),
            "{:?}",
            told.advice
        );
    }
}

/// Relatives of HTTP have a status, and captures begin in the midst of answers.
#[test]
fn what_may_be_an_answer_is_not_told_as_none() {
    // Nor is a page without a head: HTTP/0.9 had none, and its server closes behind it.
    for said in [
        "<html>hello</html>",
        " \\r\\nHTTP/1.1 200 OK\\r\\n",
        "ICY 200 OK\\r\\nicy-name: x\\r\\n\\r\\nmusic",
        "HTTP/2 200\\r\\n\\r\\n",
    ] {
        let told = verdict(&format!("{OPEN}{GET}B > A P. \"{said}\"\nA > B F.\nB > A F.\nA > B ."));
        assert_eq!(told.cause_name(), None, "{said}: {:?}", told.evidence);
    }
    let midway = GET.replace("P.", "P. seq 1000 ack 5000");
    let told = verdict(&format!(
        "{midway}B > A P. seq 5000 ack 1028 \"the rest of a page\"\nA > B F.\nB > A F.\nA > B ."
    ));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
}

/// A port of TLS that is asked in clear says an alert.
#[test]
fn who_answers_in_tls_wants_tls() {
    for end in ["B > A F.\nB > A R.", "B > A R.", "A > B F.\nB > A F.\nA > B ."] {
        let told = verdict(&format!("{OPEN}{GET}B > A P. hex 1503030002020a\n{end}"));
        assert!(
            told.evidence.iter().any(|fact| fact.fact.contains("speaks TLS here")),
            "{:?}",
            told.evidence
        );
        assert!(
            told.advice.as_deref().is_some_and(|advice| advice.contains("https://")),
            "{:?}",
            told.advice
        );
        assert_eq!(told.harm, Some(Harm::Harmful));
    }
}

/// A client of TLS that does not understand what greets it says an alert, and nothing else; what that is answered with is not why.
#[test]
fn an_alert_may_be_the_first_word() {
    for end in ["B > A F.\nA > B .", "B > A P. hex 1503010002020a\nA > B R"] {
        let told = verdict(&format!("{OPEN}A > B P. hex 15030100020250\nA > B F.\n{end}"));
        let found = told.cause.map(|found| (found.rule.name, found.confidence));
        assert_eq!(found, Some(("tls_alert", Confidence::Certain)), "{:?}", told.evidence);
        assert!(told.advice.is_some_and(|advice| advice.contains("before anybody had said hello")));
        assert_eq!(told.exchange.and_then(|exchange| exchange.alert), Some("internal_error"));
    }
}

/// A request in a SYN+ACK is none of the client's, who leaves without having asked for anything.
#[test]
fn a_request_of_the_server_owes_the_client_nothing() {
    let told =
        verdict("A > B S\nB > A S. \"GET / HTTP/1.0\\r\\n\\r\\n\"\nA > B .\nA > B F.\nB > A F.\nA > B .");
    assert_eq!((told.cause_name(), told.harm), (None, None), "{:?}", told.evidence);
}

/// Whoever is connected to may be the one who asks, and be answered.
#[test]
fn what_the_server_asked_and_the_client_answered_is_whole() {
    let asks = "B > A P. \"GET / HTTP/1.0\\r\\n\\r\\n\"\n";
    let answers = "A > B P. \"HTTP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n";
    let told = verdict(&format!("{OPEN}{asks}{answers}B > A F.\nA > B F.\nB > A ."));
    assert_eq!((told.cause_name(), told.harm), (None, None), "{:?}", told.evidence);
}
