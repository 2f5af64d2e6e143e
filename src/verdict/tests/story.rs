//! What many stories begin with, and what is asked of their verdicts.

use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Sender, Verdict};

/// Hands are shaken.
pub(super) const OPEN: &str = "A > B S\nB > A S.\nA > B .\n";
/// A request without a body.
pub(super) const GET: &str = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
/// A whole exchange.
pub(super) const TALK: &str = "A > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n";
/// The request that follows it.
pub(super) const NEXT: &str = "A > B P. \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
/// A ClientHello without anything in it.
pub(super) const HELLO: &str = "A > B P. hex 16030100050100000100\n";

/// The verdict on a connection that goes on so once hands are shaken.
pub(super) fn told(story: &str) -> Verdict {
    verdict(&format!("{OPEN}{story}"))
}

/// Which cause was found, and how sure that is.
pub(super) fn found(told: &Verdict) -> Option<(&'static str, Confidence)> {
    told.cause.map(|found| (found.rule.name, found.confidence))
}

pub(super) fn advice(told: &Verdict) -> &str {
    told.advice.as_deref().unwrap_or_default()
}

/// Does some evidence contain these words?
pub(super) fn says(told: &Verdict, what: &str) -> bool {
    told.evidence.iter().any(|fact| fact.fact.contains(what))
}

/// Who sent the RST, and how sure that is.
pub(super) fn sender(told: &Verdict) -> (Option<Sender>, Option<Confidence>) {
    (told.rst_by, told.rst_by_confidence)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// A record of application data, as all of TLS 1.3 is behind its hellos, in hexadecimal digits.
pub(super) fn record(len: u16) -> String {
    format!("170303{len:04x}{}", "61".repeat(len.into()))
}
