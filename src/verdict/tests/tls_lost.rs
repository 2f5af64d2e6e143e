//! Requests in TLS that met the server's end, told from goodbyes.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm};

use super::story::{OPEN, record};

/// As long as an alert.
const BYE: u16 = 19;

/// A session under way, with requests of 46 bytes (51 with their header) that are answered.
fn talk() -> String {
    let round = format!("+0.05 A > B P. hex {}\n+0.002 B > A P. hex {}\nA > B .\n", record(46), record(141));
    format!("{OPEN}{}", round.repeat(3))
}

/// uvicorn says goodbye to an idle connection and waits for the client's: a request that comes instead has no answer, nor a RST.
#[test]
fn a_request_behind_the_servers_goodbye_is_lost_though_nobody_resets() {
    let (bye, request) = (record(BYE), record(46));
    let ends = [
        format!("A > B .\n+0.007 A > B P. hex {request}\nB > A F.\nA > B F.\nB > A ."),
        format!("A > B .\n+0.007 A > B P. hex {request}\n+0.0004 A > B F.\nB > A F.\nA > B ."),
    ];
    for end in ends {
        let told = verdict(&format!("{}+1 B > A P. hex {bye}\n{end}", talk()));
        assert_eq!(cause(&told), (Some("stale_keepalive"), Some(Harm::Harmful)), "{:?}", told.evidence);
        assert_eq!(told.cause.map(|found| found.confidence), Some(Confidence::Likely));
        assert!(told.advice.is_some_and(|advice| advice.contains("1.0")), "the idle time before the goodbye");
    }
    // A few words and the client's own end, in one breath, are a farewell.
    let quit = format!("A > B P. hex {}\nA > B P. hex {bye}\nA > B F.\n", record(22));
    let told = verdict(&format!("{}+1 B > A P. hex {bye}\n{quit}B > A F.\nA > B .", talk()));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
}

/// A request that is on its way when the server closes is one, however short the connection had been idle, if it looks as those before.
#[test]
fn what_crosses_the_end_and_looks_like_a_request_is_one() {
    let bye = record(BYE);
    let crossed = |len: u16| {
        let said = format!("+0.05 A > B P. hex {}\n", record(len));
        let (fin, next) = ("+0.01 B > A F. ack 1154\n", format!("+0.003 A > B P. hex {bye}\n"));
        verdict(&format!("{}{said}{fin}{next}B > A R seq 5439", talk()))
    };
    let told = crossed(46);
    assert_eq!(cause(&told), (Some("stale_keepalive"), Some(Harm::Harmful)), "{:?}", told.evidence);
}

/// A server that is killed says no goodbye: what its client had asked, be it short, was no last word.
#[test]
fn a_short_request_of_a_session_that_ends_without_goodbye_had_no_answer() {
    let bye = record(BYE);
    let asked = format!("{}+0.05 A > B P. hex {}\n+0.04 B > A .\n", talk(), record(43));
    for end in ["A > B F.", "A > B F.\nB > A R seq 5440"] {
        let told = verdict(&format!("{asked}+0.3 B > A F.\nA > B P. hex {bye}\n{end}"));
        assert_eq!(cause(&told), (Some("no_response"), Some(Harm::Harmful)), "{:?}", told.evidence);
    }
    // MySQL's goodbye is five bytes long, and nobody says another.
    let quit = format!("{}+0.05 A > B P. hex {}\nB > A F.\nA > B F.\nB > A .", talk(), record(22));
    assert_eq!(verdict(&quit).cause_name(), None);
    // One that says goodbye upon it has heard one.
    let told =
        verdict(&format!("{asked}B > A P. hex {bye}\nB > A F.\nA > B P. hex {bye}\nA > B F.\nB > A ."));
    assert_eq!(told.cause_name(), None, "{:?}", told.evidence);
}

/// What answers a server's end in TLS is no request, whatever RST the server's stack makes of it.
#[test]
fn a_goodbye_that_an_aborting_server_refuses_is_no_request() {
    let bye = record(BYE);
    let told = verdict(&format!("{}+2 B > A P. hex {bye}\nB > A F.\nA > B P. hex {bye}\nB > A R.", talk()));
    assert_ne!(told.cause_name(), Some("stale_keepalive"), "{:?}", told.evidence);
    assert_ne!(told.harm, Some(Harm::Harmful));
}
