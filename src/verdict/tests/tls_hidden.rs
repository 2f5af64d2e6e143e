//! What TLS hides of a client that closes: whether it had its whole answer.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, Verdict};

use super::story::record;

/// As long as an alert.
const BYE: u16 = 19;

fn found(told: &Verdict) -> (Option<(&'static str, Confidence)>, Option<Harm>) {
    (told.cause.map(|found| (found.rule.name, found.confidence)), told.harm)
}

/// A session under way, a request in it, and what comes upon that; the server's goodbye is refused.
fn closed_upon(answers: &str, after: f64) -> Verdict {
    let asked = format!(
        "A > B S\nB > A S.\nA > B .\nA > B P. hex {}\nB > A P. hex {}\n+2 A > B P. hex {}\n",
        record(60),
        record(99),
        record(60)
    );
    verdict(&format!("{asked}{answers}+{after} A > B F.\n+0.001 B > A P. hex {}\nA > B R", record(BYE)))
}

/// A timeout or a cancel in the midst of an answer looks like a client that had something else to do: only the server's goodbye is refused.
#[test]
fn whether_the_answer_was_whole_when_the_client_closed_nobody_knows() {
    let answer = format!("+0.15 B > A P. hex {}\nA > B .\n", record(900));
    for after in [0.02, 0.2] {
        let told = closed_upon(&answer, after);
        assert_eq!(
            found(&told),
            (Some(("write_after_close", Confidence::Possible)), None),
            "{:?}",
            told.evidence
        );
        assert!(told.advice.is_some_and(|advice| advice.contains("TLS hides")));
    }
    // Who leaves upon the answer has it, and who keeps the connection for a while had nothing more coming.
    for after in [0.002, 5.0] {
        let told = closed_upon(&answer, after);
        assert_eq!(cause(&told), (Some("write_after_close"), Some(Harm::Harmless)), "{after}");
    }
}

/// A server that goes on again and again has not said that it is done.
#[test]
fn a_stream_that_is_left_was_not_over() {
    let piece = format!("+0.2 B > A P. hex {}\nA > B .\n", record(900));
    let stream = piece.repeat(4);
    let told = closed_upon(&stream, 0.1);
    assert_eq!(found(&told), (Some(("client_abort", Confidence::Possible)), None), "{:?}", told.evidence);
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("piece by piece")), "{:?}", told.evidence);
    // The last piece may end it.
    let told = closed_upon(&stream, 0.002);
    assert_eq!(
        found(&told),
        (Some(("write_after_close", Confidence::Possible)), None),
        "{:?}",
        told.evidence
    );
    // And no other came.
    let told = closed_upon(&stream, 5.0);
    assert_eq!(told.harm, Some(Harm::Harmless), "{:?}", told.evidence);
}

/// One that went on by itself once may do so again: a timeout may strike a few milliseconds behind a piece.
#[test]
fn an_answer_that_paused_once_may_have_been_left_behind_a_piece() {
    let pieces = format!("+0.2 B > A P. hex {}\nA > B .\n", record(900)).repeat(2);
    for (after, harm) in [(0.003, None), (0.0003, Some(Harm::Harmless))] {
        let told = closed_upon(&pieces, after);
        assert_eq!(cause(&told), (Some("write_after_close"), harm), "{after}: {:?}", told.evidence);
    }
    // Pieces that follow each other are one answer.
    let pieces = format!("+0.01 B > A P. hex {}\nA > B .\n", record(900)).repeat(3);
    let told = closed_upon(&pieces, 0.003);
    assert_eq!(told.harm, Some(Harm::Harmless), "{:?}", told.evidence);
}

/// What the server had sent before it heard of the client's end, and the client had not when it closed, was more of the answer.
#[test]
fn what_crosses_the_clients_end_is_more_of_its_answer() {
    let piece = format!("+0.2 B > A P. hex {}\n", record(900));
    let asked = format!("A > B S\nB > A S.\nA > B .\nA > B P. hex {}\n{piece}A > B .\n", record(60));
    // 905 bytes behind the handshake.
    let told = verdict(&format!("{asked}{piece}A > B F. ack 5906\n+0.001 A > B R seq 1066"));
    assert_eq!(cause(&told), (Some("client_abort"), Some(Harm::Harmful)), "{:?}", told.evidence);
}

/// HTTP/2's frames that follow the tickets are none of them, however many segments ago they began.
#[test]
fn an_answer_that_began_long_ago_is_no_ticket() {
    let hello = "A > B P. hex 16030100050100000100\n";
    let server = format!("B > A P. hex 160303000402000000140303000101{}\n", record(53));
    let asked =
        format!("A > B P. hex {}\nB > A P. hex {}\nA > B P. hex {}\n", record(53), record(250), record(60));
    let much = format!("B > A P. hex {}\nA > B .\n", record(1200)).repeat(20);
    let told = verdict(&format!(
        "A > B S\nB > A S.\nA > B .\n{hello}{server}{asked}{much}B > A P. hex {}\nA > B R.",
        record(1200)
    ));
    assert!(!told.evidence.iter().any(|fact| fact.fact.contains("tickets")), "{:?}", told.evidence);
}

/// Clients of TLS 1.3 say a ChangeCipherSpec that means nothing (RFC 8446 §D.4), and may leave behind it without their part of the handshake.
#[test]
fn a_change_of_cipher_that_means_nothing_is_no_part_of_the_handshake() {
    let open = "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\n";
    let shown = format!("{open}B > A P. hex {}\nA > B .\nA > B P. hex 140303000101\n", record(120));
    let left = verdict(&format!("{shown}B > A .\n+0.02 A > B F.\nB > A F.\nA > B ."));
    assert_eq!(
        found(&left),
        (Some(("tls_handshake_reset", Confidence::Possible)), None),
        "{:?}",
        left.evidence
    );
    assert!(left.advice.is_some_and(|advice| advice.contains("did not trust the certificate")));
    let finished = verdict(&format!("{shown}A > B P. hex {}\nA > B F.\nB > A F.\nA > B .", record(53)));
    assert_eq!(found(&finished).0, None, "{:?}", finished.evidence);
}
