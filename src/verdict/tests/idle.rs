//! Connections that somebody ends when nobody had used them for a while.

use crate::verdict::Harm;
use crate::verdict::example::{cause, verdict};

use super::story::{GET, OPEN};

const OK: &str = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n";

/// A client that wants nothing more misses nothing; of one that would go on no packet shows that its next call fails.
#[test]
fn whom_a_server_that_aborts_what_is_idle_hurts_no_packet_shows() {
    let told = verdict(&format!("{OPEN}{GET}{OK}A > B .\n+9 B > A R."));
    assert_eq!(cause(&told), (Some("aborted_by_application"), None), "{:?}", told.evidence);
    let soon = verdict(&format!("{OPEN}{GET}{OK}A > B .\n+0.4 B > A R."));
    assert_eq!(soon.harm, Some(Harm::Harmful), "{:?}", soon.evidence);
    let asked = verdict(&format!("{OPEN}{GET}{OK}A > B .\n+9 B > A R.\nA > B P. len 30"));
    assert_eq!(asked.harm, Some(Harm::Harmful), "{:?}", asked.evidence);
    let cut = "B > A P. len 300 \"HTTP/1.1 200 OK\\r\\nContent-Le\"\n";
    let cut = verdict(&format!("{OPEN}{GET}{cut}A > B .\n+1.1 B > A R."));
    assert_eq!(cut.harm, Some(Harm::Harmful), "{:?}", cut.evidence);
    let upload = GET.replace("GET /", "PUT /").replace("Host: b", "Host: b\\r\\nContent-Length: 9");
    let upload = verdict(&format!("{OPEN}{upload}{OK}A > B .\n+9 B > A R."));
    assert_eq!(upload.harm, Some(Harm::Harmful), "{:?}", upload.evidence);
}

/// What a client's own pool drops after its own time needs no keep-alive.
#[test]
fn a_clients_own_limit_needs_nothing_doing() {
    let told = verdict(&format!("{OPEN}{GET}{OK}A > B .\n+60 A > B R."));
    assert_eq!(cause(&told), (Some("idle_timeout"), Some(Harm::Harmless)), "{:?}", told.evidence);
    let advice = told.advice.as_deref().unwrap_or_default();
    assert!(advice.contains("nothing needs doing") && !advice.contains("keep it alive"), "{advice}");
    let told = verdict(&format!("{OPEN}{GET}{OK}A > B .\n+60 B > A R."));
    assert!(told.advice.is_some_and(|advice| advice.contains("keep it alive")));
}

/// A host that counts its identifications for all of its connections leaves no next one to a RST. But what has come no way passed no device.
#[test]
fn what_comes_no_way_is_the_clients_own() {
    let advice = |ttl: u8| {
        let told = verdict(&format!(
            "A > B S ttl {ttl} id 7\nB > A S.\nA > B . ttl {ttl} id 9\nA > B P. ttl {ttl} id 10 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n{OK}A > B . ttl {ttl} id 12\n+60 A > B R. ttl {ttl} id 90"
        ));
        assert_eq!(told.cause_name(), Some("idle_timeout"));
        told.advice.unwrap_or_default().contains("nothing needs doing")
    };
    assert!(advice(128));
    assert!(!advice(120));
}
