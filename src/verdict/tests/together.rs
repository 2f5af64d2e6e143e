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
