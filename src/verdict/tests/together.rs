//! What several connections of one server that end at one moment tell of each other.

use crate::verdict::Confidence;
use crate::verdict::example::verdict;

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
