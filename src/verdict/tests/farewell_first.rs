//! Sessions of TLS of which one side had enough before the other: who ended them, and what lay unread then.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm};

use super::story::{OPEN, record};

/// TLS 1.2: a ServerHello, then what ends both sides' handshakes.
const TLS: &str = "A > B P. hex 16030100050100000100\nB > A P. hex 160303000402000000140303000101160303000420202020\n\
A > B P. hex 140303000101160303000420202020\nB > A .\n";

/// The server says `bye`, its client too, and both close.
fn sent_away(bye: &str) -> String {
    format!("+0.5 B > A P. hex {bye}\nA > B P. hex {bye}\nB > A .\nA > B F.\nB > A F.\nA > B .")
}

/// A client that closes since its server has said goodbye was not impatient.
#[test]
fn who_was_sent_away_did_not_leave() {
    let (asked, bye) = (record(103), format!("150303001a{}", "62".repeat(26)));
    let talk = format!(
        "{OPEN}{TLS}A > B P. hex {asked}\nB > A P. hex {}\nA > B P. hex {asked}\nB > A .\n",
        record(64)
    );
    let ends = [
        sent_away(&bye),
        format!("+0.5 B > A P. hex {bye}\nA > B P. hex {bye}\nB > A .\nA > B F.\nB > A R."),
        format!("+0.5 B > A P. hex {bye}\nA > B F.\nB > A F.\nA > B ."),
    ];
    for end in ends {
        let told = verdict(&format!("{talk}{end}"));
        // Of a client that may speak anything nobody knows what it waited for.
        let harm = end.contains("R.").then_some(Harm::Harmful);
        assert_eq!(cause(&told), (Some("no_response"), harm), "{end}: {:?}", told.evidence);
        assert_eq!(told.cause.map(|found| found.confidence), Some(Confidence::Possible));
        let says = |fact: &str| fact.contains("had ended the session");
        assert!(told.evidence.iter().any(|fact| says(&fact.fact)), "{:?}", told.evidence);
        assert!(told.alternatives.iter().all(|other| other.rule.name != "client_abort"));
    }
    // Who offers HTTP waits for an answer.
    let web = format!("1603010038010000340303{}000002130101000009001000050003026832", "07".repeat(32));
    let told = verdict(&format!("{}{}", talk.replacen("16030100050100000100", &web, 1), &sent_away(&bye)));
    assert_eq!(cause(&told), (Some("no_response"), Some(Harm::Harmful)), "{:?}", told.evidence);
    assert_eq!(told.cause.map(|found| found.confidence), Some(Confidence::Likely));
    // Who says goodbye first, or without having heard the other's, leaves by itself.
    for end in [
        format!("+0.5 A > B P. hex {bye}\nB > A P. hex {bye}\nA > B F.\nB > A F.\nA > B ."),
        format!("+0.5 B > A P. hex {bye}\nA > B F. ack 5102\nB > A F.\nA > B ."),
    ] {
        let told = verdict(&format!("{talk}{end}"));
        assert_ne!(told.cause_name(), Some("no_response"), "{end}: {:?}", told.evidence);
    }
}

/// A client that says goodbye after it has waited has left, though its host may be slower with its FIN than the server upon that.
#[test]
fn who_takes_leave_unanswered_was_not_left() {
    let (asked, bye) = (record(103), format!("150303001a{}", "62".repeat(26)));
    let of = |pause: &str, answer: &str| {
        let end = format!("B > A P. hex {bye}\nB > A F.\nA > B R.");
        verdict(&format!(
            "{OPEN}{TLS}A > B P. hex {asked}\nB > A .\n{answer}{pause} A > B P. hex {bye}\nB > A .\n{end}"
        ))
    };
    let told = of("+0.5", "");
    assert_eq!(cause(&told), (Some("client_abort"), None), "{:?}", told.evidence);
    let advice = told.advice.unwrap_or_default();
    assert!(advice.contains("left after waiting 5"), "{advice}");
    // Who has its answer, or did not wait, wanted no more.
    for (pause, answer) in [("+0.01", String::new()), ("+0.5", format!("B > A P. hex {asked}\nA > B .\n"))] {
        assert_ne!(of(pause, &answer).cause_name(), Some("client_abort"));
    }
}

/// Tickets come when a handshake is over: a program that says nothing then and reads nothing leaves them in its kernel.
#[test]
fn tickets_that_nobody_read_make_an_abort_of_a_close() {
    let hello = "A > B P. hex 16030100050100000100\n";
    let shaken = format!("{OPEN}{hello}B > A P. hex {}\nA > B P. hex {}\n", record(120), record(53));
    let tickets = format!("B > A P. hex {0}{0}\nA > B .\n", record(250));
    let told = verdict(&format!("{shaken}{tickets}+0.5 A > B R."));
    let found = told.cause.map(|found| (found.rule.name, found.confidence));
    assert_eq!(found, Some(("unread_data_at_close", Confidence::Likely)), "{:?}", told.evidence);
    assert_eq!((told.harm, told.reasons.first()), (Some(Harm::Harmless), Some(&"abort_on_close")));
    assert!(told.alternatives.iter().any(|other| other.rule.name == "aborted_by_application"));
    assert!(told.advice.is_some_and(|advice| advice.contains("session tickets")));
    // Who has read an answer has read what came before it.
    let talk = format!("A > B P. hex {}\nB > A P. hex {}\nA > B .\n", record(80), record(99));
    let told = verdict(&format!("{shaken}{tickets}{talk}+0.5 A > B R."));
    assert_eq!(told.cause_name(), Some("aborted_by_application"), "{:?}", told.evidence);
}

/// A client that aborts the handshake with all that the server had said chose that itself: no filter, and no choice of the server.
#[test]
fn a_client_that_aborts_with_the_servers_part_was_not_refused() {
    let shown = format!(
        "{OPEN}A > B P. hex 16030100050100000100\nB > A P. hex 160303000402000000160303000814000004{}\nA > B .\n",
        "20".repeat(4)
    );
    for (pause, advice) in [("+0.01", "did not trust the certificate"), ("+1.3", "gave the handshake up")] {
        let told = verdict(&format!("{shown}{pause} A > B R."));
        let found = told.cause.map(|found| (found.rule.name, found.confidence));
        assert_eq!(found, Some(("tls_handshake_reset", Confidence::Possible)), "{:?}", told.evidence);
        assert_eq!(told.harm, None);
        let says = told.advice.as_deref().unwrap_or_default();
        assert!(says.contains(advice) && !says.contains("filter on the path"), "{says}");
    }
    // So did one that closed and refused what came then.
    let told = verdict(&format!("{shown}+1.3 A > B F.\nB > A .\nB > A F.\nA > B R"));
    let found = told.cause.map(|found| (found.rule.name, found.confidence));
    assert!(found.is_none_or(|found| found == ("tls_handshake_reset", Confidence::Possible)), "{found:?}");
    assert_eq!(told.harm, None, "{:?}", told.evidence);
    // The server's own abort is another story, and so is a client's that had not had all.
    let told = verdict(&format!("{shown}+0.01 B > A R."));
    assert_eq!(told.cause.map(|found| found.confidence), Some(Confidence::Certain), "{:?}", told.evidence);
    let told = verdict(&format!("{shown}B > A P. len 90\nA > B R. ack 5018"));
    assert_eq!(told.cause.map(|found| found.confidence), Some(Confidence::Likely), "{:?}", told.evidence);
}
