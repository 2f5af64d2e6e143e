//! A close that the other side answers by an abort instead of a FIN: some services do so by habit (Windows' own: SMB, Kerberos, LDAP), others
//! since they had not read all (RFC 1122 §4.2.2.13). It was the side that closed which ended the connection.

use crate::flow::Side;
use crate::verdict::evidence::{Evidence, Shape, Talk};
use crate::verdict::{How, Sender, talk};

/// The side whose live socket was aborted when it had the other's FIN, which had begun the end.
pub(in crate::verdict) fn aborter(evidence: &Evidence<'_>) -> Option<Side> {
    let Some(Sender::Side(side)) = evidence.rst_by.filter(|_| evidence.how == How::FinThenReset) else {
        return None;
    };
    let (fin, reset) = (evidence.fin(side.peer())?, evidence.reset()?);
    let had_it = reset.rst.flags.ack() && !reset.rst.ack.before(fin.end);
    let answers = evidence.closer == Some(side.peer()) && evidence.shape == Shape::Active && had_it;
    answers.then_some(side)
}

/// Did the client close behind a message that had no answer yet, without waiting for one, and the server abort upon that? In a protocol that nobody
/// reads that message may have been a goodbye.
pub(in crate::verdict) fn left_without_waiting(evidence: &Evidence<'_>) -> bool {
    let unanswered = evidence.talk == Talk::Awaiting && aborter(evidence) == Some(Side::Server);
    unanswered && !talk::is_quiet(evidence) && evidence.exchange.protocol_name().is_none()
}

/// What to do about it.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    let side = aborter(evidence)?;
    let peer = side.peer();
    let habit = format!(
        "The {peer} had closed, and the {side} answered that by an abort: a habit of some services (Windows' own), or something lay unread"
    );
    if matches!(evidence.talk, Talk::Nothing | Talk::Complete) && !talk::end_unknown(evidence) {
        let nothing = if talk::is_known(evidence) {
            "Nothing was under way: nothing needs doing.".to_owned()
        } else {
            format!(
                "Nothing seems to have been under way: nothing needs doing, unless the {peer} misses something."
            )
        };
        return Some(format!("{habit}. {nothing}"));
    }
    left_without_waiting(evidence).then(|| {
        format!(
            "{habit}. The {peer} had not waited for an answer to what it said last: if that was a goodbye, nothing needs doing; else ask why it closed."
        )
    })
}
