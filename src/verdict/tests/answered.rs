//! Requests of HTTP that were answered, and what was still said then.

use crate::verdict::Harm;
use crate::verdict::example::{cause, verdict};

const OPEN: &str = "A > B S\nB > A S.\nA > B .\n";

/// Node answers an upload early; its client breaks that off, and Node's parser complains of the rest that never came.
#[test]
fn a_complaint_behind_a_whole_answer_hurts_nobody() {
    let late =
        "+0.01 A > B F.\nB > A P. \"HTTP/1.1 400 Bad Request\\r\\nConnection: close\\r\\n\\r\\n\"\nA > B R";
    let told = |length: &str| {
        let post = "A > B P. \"POST / HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 90\\r\\n\\r\\nabc\"\n";
        let answer = format!(
            "B > A P. \"HTTP/1.1 401 Unauthorized\\r\\nContent-Length: {length}\\r\\n\\r\\n\"\nA > B .\n"
        );
        verdict(&format!("{OPEN}{post}{answer}{late}"))
    };
    let whole = told("0");
    assert_eq!(cause(&whole), (Some("write_after_close"), Some(Harm::Harmless)), "{:?}", whole.evidence);
    assert!(whole.advice.is_some_and(|advice| advice.contains("then broke off")));
    let cut = told("9");
    assert_eq!(cause(&cut), (Some("client_abort"), Some(Harm::Harmful)), "{:?}", cut.evidence);
}
