//! Paths that lose segments: what comes late or again is no event by itself.

use super::Harm;
use super::example::verdict;

/// A client whose kernel repeats the SYN waits; of one that left within a second nobody knows whether it had.
#[test]
fn who_repeats_the_syn_had_waited() {
    let harm = |text: &str| {
        let told = verdict(text);
        assert_eq!(told.cause_name(), Some("client_gave_up_connecting"));
        told.harm
    };
    assert_eq!(harm("A > B S\n+1 A > B again\n+1 B > A S.\nA > B R"), Some(Harm::Harmful));
    assert_eq!(harm("A > B S\n+1 B > A S.\nA > B R"), None);
    assert_eq!(harm("A > B S\nB > A S.\n+1 B > A again\nA > B R"), None);
    assert_eq!(harm("A > B S\n+0.6 B > A S.\nA > B R"), Some(Harm::Harmful));
    assert_eq!(harm("A > B S\nB > A S.\nA > B R"), Some(Harm::Harmless));
}

/// A listener that has given a request up answers the repeated SYN anew: what was said with the first number is nothing.
#[test]
fn a_second_answer_with_another_number_counts() {
    let get = "A > B P. \"GET / HTTP/1.0\\r\\n\\r\\n\"\n";
    let answer = "B > A P. \"HTTP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n";
    let told = verdict(&format!(
        "A > B S\nB > A S.\n+1 A > B again\nB > A S. seq 90000\nA > B . ack 90001\n{get}{answer}B > A F.\nA > B F.\nB > A ."
    ));
    assert_eq!((told.cause_name(), told.harm, told.seen.gaps), (None, None, 0), "{:?}", told.evidence);
    assert_eq!(told.exchange.and_then(|exchange| exchange.status), Some(200));
}

/// Two goodbyes of TLS cross, and the server closes without having read the client's.
#[test]
fn goodbyes_that_cross_abort_nothing() {
    let said = |by: &str, text: &str| format!("{by} P. hex 1703030015{}\n", text.repeat(21));
    let alert = |by: &str| format!("{by} P. hex 1503030002010{}\n", "0");
    let open = "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\n\
B > A P. hex 160303000402000000140303000101160303000420202020\nA > B P. hex 140303000101160303000420202020\nB > A .\n";
    let talk = [said("A > B", "61"), said("B > A", "62"), alert("B > A"), alert("A > B")].concat();
    let told = verdict(&format!("{open}{talk}B > A R."));
    assert_eq!((told.cause_name(), told.harm), (Some("aborted_by_application"), None), "{:?}", told.evidence);
    let told = verdict(&format!("{open}{talk}A > B R."));
    assert_eq!(told.harm, Some(Harm::Harmless), "a client that had all has left");
    let told = verdict(&format!("{open}{}{}B > A R.", said("A > B", "61"), said("B > A", "62")));
    assert_eq!(told.harm, Some(Harm::Harmful), "{:?}", told.evidence);
}

/// What ends at the same moment, however long each was idle, ends with its process.
#[test]
fn a_server_that_closes_all_at_once_has_no_timeout() {
    let get = "P. \"GET / HTTP/1.1\\r\\n\\r\\n\"";
    let talk = |client: &str| {
        let answer = "P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"";
        format!(
            "{client} > B S\nB > {client} S.\n{client} > B .\n{client} > B {get}\nB > {client} {answer}\n{client} > B .\n+1.3 "
        )
    };
    let each = |what: &dyn Fn(&str) -> String| ["C", "D", "A"].map(what).concat();
    let end = each(&|client| format!("B > {client} F.\n{client} > B .\n"));
    let again = each(&|client| format!("+6 {client} > B {get}\nB > {client} R\n"));
    let told = verdict(&format!("{}{end}{again}", each(&|client| talk(client))));
    assert_eq!(told.cause_name(), Some("stale_keepalive"));
    let advice = told.advice.unwrap_or_default();
    assert!(advice.contains("at the same moment as 2 others"), "{advice}");
}
