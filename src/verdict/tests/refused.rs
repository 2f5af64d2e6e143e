//! Servers that refuse what they are asked before they have read all of it, and say so.

use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, Verdict};

use super::story::{HELLO, OPEN, found};

fn has_advice(told: &Verdict, advice: &str) -> bool {
    told.advice.as_deref().is_some_and(|told| told.contains(advice))
}

/// A head that is too long is not read to its end, and what is left unread makes a RST of the close.
#[test]
fn a_head_that_is_too_long_is_left_unread() {
    let head = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\nCookie: aaaa\"\n";
    let more = "A > B P. len 9000\nB > A .\nA > B P. len 9000\nB > A .\n";
    let says = |status: &str| {
        format!("B > A P. \"HTTP/1.1 {status}\\r\\nConnection: close\\r\\n\\r\\n\"\nA > B .\nB > A R.")
    };
    let told = verdict(&format!("{OPEN}{head}{more}{}", says("431 Request Header Fields Too Large")));
    assert_eq!(found(&told), Some(("unread_data_at_close", Confidence::Likely)), "{:?}", told.evidence);
    assert_eq!(told.harm, Some(Harm::Harmful));
    assert!(has_advice(&told, "head is too long (431)"), "{:?}", told.advice);
    // One that answers all the same had read it, for all that is known.
    let answered = verdict(&format!("{OPEN}{head}{more}{}", says("200 OK")));
    assert_eq!(answered.cause_name(), Some("response_cut"), "{:?}", answered.evidence);
}

/// A server that finds nothing in a hello that it can agree to says so in an alert that only the client can read: no filter has the keys.
#[test]
fn an_alert_right_behind_the_servers_hello_refuses_what_the_client_offers() {
    let alert = format!("1703030013{}", "61".repeat(19));
    let refused = format!("{OPEN}{HELLO}B > A .\nB > A P. hex 160303000402000000140303000101{alert}\n");
    for end in ["B > A F.\nA > B F.\nB > A .", "B > A R."] {
        let told = verdict(&format!("{refused}A > B .\n{end}"));
        assert_eq!(found(&told), Some(("tls_handshake_reset", Confidence::Certain)), "{:?}", told.evidence);
        assert!(has_advice(&told, "ALPN"), "{:?}", told.advice);
        assert_eq!(told.harm, Some(Harm::Harmful));
    }
    // Who waits in between has another reason, and whose client leaves was not refused.
    let late = verdict(&format!(
        "{OPEN}{HELLO}B > A P. hex 160303000402000000140303000101\nA > B .\n+5 B > A P. hex {alert}\nB > A F.\nA > B F.\nB > A ."
    ));
    assert!(!has_advice(&late, "ALPN"), "{:?}", late.advice);
    let left = verdict(&format!("{refused}A > B F.\nB > A F.\nA > B ."));
    assert_ne!(found(&left), Some(("tls_handshake_reset", Confidence::Certain)), "{:?}", left.evidence);
    assert_eq!(cause(&left).0, Some("tls_handshake_reset"), "{:?}", left.evidence);
}

/// What a client says behind the rest of an upload that was answered early is a request of its own length.
#[test]
fn a_request_behind_the_rest_of_an_upload_is_no_longer_than_it_is() {
    let upload = "A > B P. \"POST /up HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 3000\\r\\n\\r\\n\"\n";
    let refused = "B > A P. \"HTTP/1.1 401 No\\r\\nContent-Length: 0\\r\\n\\r\\n\"\n";
    let rest = "A > B . len 1400\nB > A .\nA > B P. len 1600\nB > A .\n";
    let next = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n";
    let told = verdict(&format!("{OPEN}{upload}{refused}{rest}{next}+1 A > B F.\nB > A F.\nA > B ."));
    let says = "the request GET / (27 bytes) had no answer yet";
    assert!(
        told.evidence.iter().any(|fact| fact.fact == says && fact.frame == Some(10)),
        "{:?}",
        told.evidence
    );
}

/// A server allows so much time for a whole request, however lively its client is.
#[test]
fn a_request_that_is_still_being_sent_was_cut_short_after_its_own_time() {
    let head = "A > B P. \"POST /up HTTP/1.1\\r\\nHost: b\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n\"\n";
    let chunk = "+0.05 A > B P. \"4\\r\\nabcd\\r\\n\"\nB > A .\n";
    let told = verdict(&format!("{OPEN}{head}{}+0.01 B > A F.\nA > B .\n{chunk}B > A R", chunk.repeat(12)));
    assert_eq!(found(&told), Some(("no_response", Confidence::Likely)), "{:?}", told.evidence);
    assert!(told.evidence.iter().any(|fact| fact.fact.contains("was not whole")), "{:?}", told.evidence);
    assert!(
        has_advice(&told, "still sending it") && !has_advice(&told, "timeout of that length"),
        "{:?}",
        told.advice
    );
}

/// Who scans leaves what listens: its kernel, which knows nothing of that, answers by a RST, or its scanner by nothing.
#[test]
fn an_open_port_that_a_scan_leaves_is_one_of_the_scan() {
    let refused = |port: u32| format!("A > B:{port} S\nB:{port} > A R.\n");
    let open = "A > B S\nB > A S.\n+1 B > A again\n+2 B > A again\n";
    let among = |refusals: u32| {
        let told = verdict(&format!("{}{open}", (1..=refusals).map(refused).collect::<Vec<_>>().concat()));
        told.cause.into_iter().chain(told.alternatives).any(|finding| finding.rule.name == "port_scan")
    };
    assert!(among(9) && !among(8));
}
