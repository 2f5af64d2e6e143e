//! Connections of a server that end at one moment, whatever each of them was at: a process ended, or was told to.

use crate::flow::{Close, Side};
use crate::time::Span;

use crate::verdict::evidence::{BRIEFEST_IDLE, Evidence, Shape};
use crate::verdict::{Confidence, Fact, How};

/// Other connections that a server closes at the same moment by no chance.
const SOME: u32 = 2;

/// A kernel that resets a queue comes to the next connection long before this.
const NEXT: Span = Span::from_millis(10);
/// Connections that began further apart than this, and were reset in a row, had waited for different times.
const APART: Span = Span::from_millis(50);
/// Two that were busy may be reset one right after the other by chance.
const NO_CHANCE: u32 = 3;

/// Was this one of several connections that were reset one right after the other, and that no program can have been at: the client had not spoken on
/// some of them either, or they had waited for different times, so that no timeout ended them?
pub(in crate::verdict) fn reset_in_a_row(evidence: &Evidence<'_>) -> bool {
    let unserved = evidence.surroundings.unserved;
    let in_a_row = unserved.over <= NEXT.times(u64::from(unserved.resets.saturating_sub(1)));
    let no_timeout = unserved.resets >= NO_CHANCE && unserved.apart >= APART;
    unserved.resets > 1 && in_a_row && (unserved.silent > 0 || no_timeout)
}

/// How many other connections the server closed at that moment, after other idle times or in their midst, if they were some.
pub(in crate::verdict) fn closed_with(evidence: &Evidence<'_>) -> Option<u32> {
    let idle = evidence.surroundings.learned_idle.map_or(0, |learned| learned.together);
    Some(idle.max(evidence.surroundings.ended_with)).filter(|&others| others >= SOME)
}

/// That the server's port refused whoever came about when it ended the connection, in a clause: no patience with one connection shuts a port.
fn port_refused(evidence: &Evidence<'_>) -> Option<String> {
    let from = evidence.surroundings.refused_from?;
    let end = evidence.close.ended_by_server()?;
    Some(if from < end {
        format!("its port had refused new connections since {} before", end.since(from))
    } else {
        format!("its port refused a new connection {} later", from.since(end))
    })
}

/// The same as a fact.
pub(in crate::verdict) fn refusal(evidence: &Evidence<'_>) -> Option<Fact> {
    port_refused(evidence).map(Fact::of_all)
}

/// The same, where the server's own socket ended the connection: what answers in its stead may be a firewall, which refuses SYNs as well.
pub(in crate::verdict) fn program_gone(evidence: &Evidence<'_>) -> Option<String> {
    let aborted = evidence.shape == Shape::Active && evidence.rst_by_confidence >= Some(Confidence::Likely);
    let own = evidence.closer == Some(Side::Server) || evidence.how == How::Reset && aborted;
    port_refused(evidence).filter(|_| own)
}

/// Did the server close first what was used again, or what somebody still waited on, or abort what had been in use? Others may have ended with
/// it, some of which are handed over later, and whoever comes next may be refused.
pub(in crate::verdict) fn may_be_one_of_many(close: &Close) -> bool {
    if came_another_way(close) {
        return true;
    }
    let server = close.end(Side::Server);
    let Some(fin) = close.fins.at(server).as_ref() else { return aborted_in_use(close) };
    let first = close.fins.at(close.client).as_ref().is_none_or(|client| fin.serial < client.serial);
    let refused = close
        .reset
        .as_ref()
        .is_some_and(|reset| reset.by == server && reset.prompt.is_some_and(|prompt| prompt.len > 0));
    let exchange = close.exchange_at_fin.as_ref().unwrap_or(&close.exchange);
    let awaited = || exchange.turn.is_some_and(|turn| turn.by == close.client);
    first && (refused || awaited() || exchange.owes_rest())
}

/// Has the RST another TTL than what its host had sent? Of one that did so in other connections it may show that it was no host.
fn came_another_way(close: &Close) -> bool {
    close.reset.as_ref().is_some_and(|reset| {
        let own = reset.before.at(reset.by).ttl;
        own != 0 && own != reset.rst.ttl
    })
}

/// Did the server abort, before anybody had closed it, what somebody still waited on, or what had been idle? One that aborts behind its answer
/// means to, whatever others do.
fn aborted_in_use(close: &Close) -> bool {
    let Some(end) = close.ended_by_server() else { return false };
    let half = close.half(Side::Server);
    let idle = end.since(half.last_data) >= BRIEFEST_IDLE;
    let awaited = || close.exchange.turn.is_some_and(|turn| turn.by == close.client);
    half.has_data() && (idle || awaited() || close.exchange.owes_rest())
}

#[cfg(test)]
mod tests {
    use crate::decode::script::{self, Scripted};
    use crate::flow::{Ended, FlowTable, ObservedUntil, Settings};
    use crate::verdict::may_be_one_of_many;

    /// Is the connection of a script judged when its neighbours are known?
    fn waits(text: &str) -> bool {
        let played = script::parse(text).unwrap();
        let pdus: Vec<_> = played.iter().map(Scripted::pdu).collect();
        let (mut table, mut ended): (_, Vec<Ended>) = (FlowTable::new(Settings::default()), Vec::new());
        table.observe(&pdus, &mut |one| ended.push(one));
        table.finish(ObservedUntil::Eof, &mut |one| ended.push(one));
        may_be_one_of_many(&ended[0])
    }

    /// The first of a pool's connections to be used again is handed over before the others.
    #[test]
    fn what_a_process_may_have_taken_with_it_waits_for_the_others() {
        let open = "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n";
        for pause in ["", "+2 "] {
            assert!(waits(&format!("{open}{pause}B > A F.\nA > B .\n+0.5 A > B P. len 9\nB > A R")));
        }
        assert!(waits(&format!("{open}A > B P. len 9\nB > A .\n+0.5 B > A F.\nA > B F.\nB > A .")));
        // Where it aborted, or in the midst of an answer, its port may refuse whoever comes next.
        assert!(waits(&format!("{open}+2 B > A R.")));
        let cut = "HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nok";
        let half = format!(
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A P. \"{cut}\"\nA > B .\n"
        );
        assert!(waits(&format!("{half}B > A F.\nA > B F.\nB > A .")));
        // An end that nobody minds does not, nor does one that was meant.
        assert!(!waits(&format!("{open}B > A R.")));
        assert!(!waits(&format!("{open}+2 B > A F.\nA > B F.\nB > A .")));
        assert!(!waits(&format!("{open}B > A F.\nA > B .\n+0.5 A > B F.\nB > A R")));
        assert!(!waits(&format!("{open}+2 A > B F.\nB > A F.\nA > B .")));
    }
}
