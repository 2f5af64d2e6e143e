//! MPTCP: what happens to one path of a connection need not happen to the connection.

use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Verdict};

/// A handshake in which the client offers MPTCP and the server says this, and a request.
fn told(server: &str, end: &str) -> Verdict {
    verdict(&format!(
        "A > B S mptcp\nB > A S. {server}\nA > B . mptcp\nA > B P. mptcp \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A . {server}\n{end}"
    ))
}

const ABORT: &str = "+1 A > B R.";
const CLOSE: &str = "+1 B > A F.\nA > B F.\nB > A .";

#[test]
fn no_program_is_told_that_one_of_its_paths_is_gone() {
    let (path, connection) = (told("mptcp", ABORT), told("", ABORT));
    assert_eq!((path.server_sees.read, connection.server_sees.read), (None, Some("ECONNRESET")));
    assert!(path.evidence.iter().any(|fact| fact.fact.contains("speak MPTCP")), "{:?}", path.evidence);
    assert!(!connection.evidence.iter().any(|fact| fact.fact.contains("MPTCP")));
}

#[test]
fn which_side_ended_it_the_options_tell() {
    let sure = |verdict: &Verdict| verdict.cause.as_ref().map(|finding| finding.confidence);
    let (path, connection) = (told("mptcp", CLOSE), told("", CLOSE));
    assert_eq!((sure(&path), sure(&connection)), (Some(Confidence::Possible), Some(Confidence::Certain)));
}

/// The RST with which a host answers the other side's MP_FASTCLOSE was not its program's choice.
#[test]
fn who_aborted_a_path_is_not_told_by_its_rst() {
    let end =
        "B > A P. mptcp \"HTTP/1.1 204 No Content\\r\\n\\r\\n\"\nA > B . mptcp\n+4 A > B . mptcp\nB > A R.";
    let (path, connection) = (told("mptcp", end), told("", &end.replace("mptcp", "")));
    let blames = |told: &Verdict| told.advice.as_ref().is_some_and(|advice| advice.contains("SO_LINGER"));
    assert_eq!((blames(&path), blames(&connection)), (false, true), "{path:?}");
    assert_eq!(path.cause_name(), Some("aborted_by_application"));
}
