//! What several connections of one server that end at one moment tell of each other.

use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Verdict};

/// Connections with a request each, begun `pause` seconds apart and reset one right after the other.
fn reset_in_a_row(pause: &str, clients: &[char]) -> Option<(&'static str, Confidence)> {
    let ask =
        |of: &char| format!("+{pause} {of} > B S\nB > {of} S.\n{of} > B .\n{of} > B P. len 30\nB > {of} .\n");
    let asked = clients.iter().map(ask).collect::<Vec<_>>().concat();
    let ended = clients.iter().map(|of| format!("B > {of} R.\n")).collect::<Vec<_>>().concat();
    let told = verdict(&format!("{asked}+1 {ended}"));
    told.cause.map(|finding| (finding.rule.name, finding.confidence))
}

/// No timeout ends what has waited for different times at one moment: who listened was stopped, or died with all that unread.
#[test]
fn requests_that_waited_for_different_times_were_given_up_by_no_timeout() {
    assert_eq!(reset_in_a_row("0.2", &['C', 'D', 'A']), Some(("listener_closed", Confidence::Likely)));
    // Such as came at once may have waited for the same time, and two may end together by chance.
    for (pause, clients) in [("0.001", &['C', 'D', 'A'][..]), ("0.2", &['C', 'A'])] {
        assert_eq!(reset_in_a_row(pause, clients), Some(("no_response", Confidence::Likely)), "{pause}");
    }
}

/// Those whom nobody had served are reset when the listener closes, be it that they had said nothing.
#[test]
fn a_listener_that_reset_whom_it_had_not_served_and_is_back_soon_was_restarted() {
    let told = |end: &str| {
        let refused = "+0.06 A > B S\nB > A R.\n+0.5 D > B S\nB > D S.\nD > B .\nD > B P. len 9\nB > D P. len 9\nD > B F.\nB > D F.";
        let verdict = verdict(&format!("C > B S\nB > C S.\nC > B .\n+0.6 {end}\n{refused}"));
        (
            verdict.cause.map(|finding| finding.confidence),
            verdict.advice.is_some_and(|advice| advice.contains("restarted")),
        )
    };
    assert_eq!(told("B > C R."), (Some(Confidence::Likely), true));
    assert_eq!(told("C > B R."), (Some(Confidence::Possible), false));
}

/// Who waits in a queue may have said hello in TLS: nobody had read that when the listener was closed.
#[test]
fn a_hello_in_a_queue_was_refused_by_nobody() {
    let open = |of: char| format!("{of} > B S\nB > {of} S.\n{of} > B .\n");
    let hello = |of: char| format!("{of} > B P. hex 16030100050100000100\nB > {of} .\n");
    let told = |said: &[char]| {
        let opened = ['C', 'A'].map(open).concat();
        let said = said.iter().map(|&of| hello(of)).collect::<Vec<_>>().concat();
        let told = verdict(&format!("{opened}{said}+1 B > C R.\nB > A R."));
        told.cause.map(|finding| (finding.rule.name, finding.confidence))
    };
    for said in [&['A'][..], &[]] {
        assert_eq!(told(said), Some(("listener_closed", Confidence::Likely)), "{said:?}");
    }
    // Where all had spoken at once a program may have read them.
    assert_eq!(told(&['C', 'A']), Some(("tls_handshake_reset", Confidence::Likely)));
}

/// Connections of several clients that the server ends one right after the other, so many seconds after it had last said something on each.
fn ended_by_server(pauses: [&str; 3], end: &str) -> Verdict {
    let clients = ['C', 'D', 'A'];
    let open = |of: char| {
        format!("{of} > B S\nB > {of} S.\n{of} > B .\n{of} > B P. len 9\nB > {of} P. len 9\n{of} > B .\n")
    };
    let opened = clients
        .iter()
        .zip(pauses)
        .map(|(&of, pause)| format!("{}+{pause} ", open(of)))
        .collect::<Vec<_>>()
        .concat();
    let ended = clients.iter().map(|of| end.replace('X', &of.to_string())).collect::<Vec<_>>().concat();
    // The last pause is that before the first end.
    verdict(&format!("{opened}{ended}"))
}

/// No timeout ends connections at one moment that had been idle for various times: their program did.
#[test]
fn what_a_server_aborts_at_one_moment_it_did_not_choose_to_abort_one_by_one() {
    for end in ["B > X R.\n", "B > X F.\nB > X R.\n"] {
        let told = ended_by_server(["3", "1", "2"], end);
        let stopped = |told: &Verdict| {
            let with = told
                .evidence
                .iter()
                .any(|fact| fact.fact.contains("ended 2 other connections of that port within"));
            (
                with,
                told.advice
                    .as_ref()
                    .is_some_and(|advice| advice.contains("2 others of its port ended within")),
            )
        };
        assert_eq!(told.cause_name(), Some("aborted_by_application"), "{end}");
        assert_eq!(stopped(&told), (true, true), "{end} {told:?}");
        // After one time: it may be a timeout.
        let told = ended_by_server(["0.001", "0.001", "2"], end);
        assert_eq!(stopped(&told), (true, false), "{end} {told:?}");
    }
}

/// Several that a client resets at one moment have met no time that each had run out of.
#[test]
fn a_client_that_leaves_the_network_has_no_idle_timeout() {
    let open = |of: &str| {
        format!("A > {of} S\n{of} > A S.\nA > {of} .\nA > {of} P. len 9\n{of} > A P. len 9\nA > {of} .\n")
    };
    let servers = ["B:8080", "B:8081", "B"];
    let told = |end: &str, pause: &str, of: &[&str]| {
        let opened = of.iter().map(|of| open(of)).collect::<Vec<_>>().concat();
        let ended = of.iter().map(|of| format!("A > {of} {end}\n")).collect::<Vec<_>>().concat();
        let told = verdict(&format!("{opened}+{pause} {ended}"));
        told.cause.map(|finding| (finding.rule.name, finding.confidence))
    };
    assert_eq!(told("R", "13", &servers), Some(("idle_timeout", Confidence::Possible)));
    assert_eq!(told("R", "13", &servers[2..]), Some(("idle_timeout", Confidence::Likely)));
    // For what is somebody's time they may have begun to wait together.
    assert_eq!(told("R", "240", &servers), Some(("idle_timeout", Confidence::Likely)));
}

/// A program that dies leaves all that it had; one that only gave up a request keeps the others.
#[test]
fn a_client_that_leaves_all_at_once_has_not_run_out_of_patience() {
    let ask = |of: &str| {
        format!(
            "A > {of} S\n{of} > A S.\nA > {of} .\nA > {of} P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n{of} > A .\n"
        )
    };
    let servers = ["B:8080", "B:8081", "B"];
    let advice = |end: &str, [between, last]: [&str; 2]| {
        let pauses = [between, between, last];
        let asked = servers
            .iter()
            .zip(pauses)
            .map(|(of, pause)| format!("{}+{pause} ", ask(of)))
            .collect::<Vec<_>>()
            .concat();
        let ended = servers.iter().map(|of| format!("A > {of} {end}\n")).collect::<Vec<_>>().concat();
        let told = verdict(&format!("{asked}{ended}"));
        assert_eq!(told.cause_name(), Some("client_abort"));
        told.advice.unwrap_or_default().contains("2 others of its connections ended within")
    };
    assert!(advice("R.", ["2", "2"]) && advice("F.", ["2", "2"]));
    // Asked at once, given up at once.
    assert!(!advice("R.", ["0.001", "2"]));
}

/// Nobody sees whether a program had taken a connection on which nothing was said.
#[test]
fn who_waited_alone_may_have_waited_in_a_queue() {
    let reset =
        |pause: &str, more: &str| verdict(&format!("A > B S\nB > A S.\nA > B .\n{more}{pause} B > A R."));
    let waited = reset("+0.9", "");
    assert_eq!(waited.cause_name(), Some("aborted_by_application"), "{:?}", waited.evidence);
    let queued = |told: &Verdict| told.alternatives.iter().any(|other| other.rule.name == "listener_closed");
    assert!(queued(&waited));
    assert!(
        waited.advice.as_deref().is_some_and(|advice| advice.contains("had not taken it yet")),
        "{:?}",
        waited.advice
    );
    // What was greeted was taken, and who is turned away at once waits in no queue.
    for other in [reset("+0.9", "B > A P. len 90\nA > B .\n"), reset("+0.002", "")] {
        assert!(!queued(&other), "{:?}", other.advice);
    }
}
