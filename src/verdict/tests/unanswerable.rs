//! Requests that come when the server has closed, or as it does: no answer can follow its FIN, be there a RST or not.

use crate::verdict::{Confidence, Harm};

use super::story::{NEXT, TALK, advice, found, told};

/// At the client the request goes out before the FIN comes in, which does not acknowledge it.
#[test]
fn a_request_that_crosses_the_fin_is_lost_without_a_rst_too() {
    let ends = "A > B F.\n+0.1 B > A . ack 1057\n+0.1 B > A . ack 1058";
    let lost = told(&format!("{TALK}+2 {NEXT}+0.15 B > A F. ack 1029\n{ends}"));
    assert_eq!(
        (found(&lost), lost.harm),
        (Some(("stale_keepalive", Confidence::Certain)), Some(Harm::Harmful)),
        "{:?}",
        lost.evidence
    );
    assert!(lost.evidence.iter().any(|fact| fact.fact.contains("GET /2 crossed it on the way")));
    // What the FIN acknowledges the server had before it closed.
    let had = told(&format!("{TALK}+2 {NEXT}+0.15 B > A F.\n{ends}"));
    assert_eq!(found(&had).map(|(name, _)| name), Some("no_response"), "{:?}", had.evidence);
    // Who had said before that it would say no more ended it.
    let left = told(&format!("{TALK}+2 {NEXT}A > B F.\nB > A F. ack 1029\nB > A . ack 1058\nA > B ."));
    assert_ne!(found(&left).map(|(name, _)| name), Some("stale_keepalive"), "{:?}", left.evidence);
}

#[test]
fn goodbyes_and_the_rest_of_an_upload_cross_a_fin_as_well() {
    let redis = "A > B P. \"*2\\r\\n$3\\r\\nGET\\r\\n$1\\r\\nk\\r\\n\"\nB > A P. \"+v\\r\\n\"\nA > B .\n";
    let quit = "\"*1\\r\\n$4\\r\\nQUIT\\r\\n\"";
    let upload = "A > B P. \"POST /1 HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 40\\r\\n\\r\\nten bytes.\"\n\
B > A P. \"HTTP/1.1 413 No\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n";
    let ends = "A > B F.\nB > A .";
    for story in [
        format!("{redis}+2 A > B P. {quit}\nB > A F. ack 1021\n{ends}"),
        format!("{redis}+2 B > A F.\n+0.1 A > B P. {quit}\nB > A .\n{ends}"),
        format!("{upload}A > B P. \"ten bytes.\"\nB > A F. ack 1060\n{ends}"),
        format!("{upload}B > A F.\nA > B P. \"ten bytes.\"\nB > A .\n{ends}"),
    ] {
        let told = told(&story);
        assert_eq!(found(&told), None, "{story}: {:?}", told.evidence);
    }
}

/// A connection that was opened ahead of need.
#[test]
fn a_first_request_behind_the_fin_is_lost_without_a_rst_too() {
    let late = format!("+2 B > A F.\nA > B .\n+2.5 {NEXT}B > A .\n");
    for ends in ["+0.6 A > B F.\nB > A .", "+0.6 A > B R."] {
        let lost = told(&format!("{late}{ends}"));
        assert_eq!(
            (found(&lost), lost.harm),
            (Some(("write_after_close", Confidence::Certain)), Some(Harm::Harmful)),
            "{:?}",
            lost.evidence
        );
        assert!(advice(&lost).contains("had waited 2.00 s for them"), "{}", advice(&lost));
        assert!(lost.evidence.iter().any(|fact| fact.fact.contains("no answer can follow a FIN")));
    }
    // A server that only listens may have half-closed.
    let uploads = told("+2 B > A F.\nA > B .\n+2.5 A > B P. len 900\nB > A .\n+0.6 A > B F.\nB > A .");
    assert_eq!(found(&uploads), None, "{:?}", uploads.evidence);
}

/// The client closes with what it never read, and aborts by that.
#[test]
fn a_client_that_aborts_behind_a_lost_request_was_not_at_peace() {
    let lost = told(&format!("{TALK}B > A F.\n+0.04 A > B .\n+5.8 {NEXT}+0.04 B > A .\n+0.3 A > B R."));
    assert_eq!(
        (found(&lost), lost.harm),
        (Some(("stale_keepalive", Confidence::Certain)), Some(Harm::Harmful)),
        "{:?}",
        lost.evidence
    );
    assert!(!advice(&lost).contains("nothing needs doing"), "{}", advice(&lost));
    let at_peace = told(&format!("{TALK}B > A F.\n+0.04 A > B .\n+0.3 A > B R."));
    assert_eq!(at_peace.harm, Some(Harm::Harmless), "{:?}", at_peace.evidence);
}
