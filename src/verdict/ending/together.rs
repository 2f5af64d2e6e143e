//! Connections of a server that end at one moment, whatever each of them was at: a process ended, or was told to.

use crate::context::Company;
use crate::flow::{Close, Exchange, Side};
use crate::time::{Span, Timestamp};

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
    let by_server = evidence.close.ended_by(Side::Server).is_some();
    Some(idle.max(evidence.surroundings.ended_with.unlike)).filter(|&others| by_server && others >= SOME)
}

/// Whose connections ended with it at one moment, if they were some.
fn company(evidence: &Evidence<'_>) -> Option<(Side, Company)> {
    let by =
        [Side::Server, Side::Client].into_iter().find(|&side| evidence.close.ended_by(side).is_some())?;
    Some((by, evidence.surroundings.ended_with)).filter(|(_, company)| company.others >= SOME)
}

/// That others ended at that moment, after pauses that no timeout has in common, in a clause.
pub(in crate::verdict) fn ended_at_once(evidence: &Evidence<'_>, side: Side) -> Option<String> {
    let (_, company) = company(evidence).filter(|&(by, company)| by == side && company.unlike >= SOME)?;
    let whose = match side {
        Side::Server => "of its port",
        Side::Client => "of its connections",
    };
    Some(format!("{} others {whose} ended within {} of it", many(company), company.over))
}

/// Did others end at that moment, so that it is doubtful that a time had run out which is that of one connection?
pub(in crate::verdict) fn in_company(evidence: &Evidence<'_>) -> Option<Company> {
    company(evidence).map(|(_, company)| company)
}

fn many(company: Company) -> String {
    let or_more = if company.may_be_more() { " or more" } else { "" };
    format!("{}{or_more}", company.others)
}

/// That the server's port refused whoever came about when it ended the connection, in a clause: no patience with one connection shuts a port.
fn port_refused(evidence: &Evidence<'_>) -> Option<String> {
    let from = evidence.surroundings.refused_from?;
    let end = evidence.close.ended_by(Side::Server)?;
    Some(if from < end {
        format!("its port had refused new connections since {} before", end.since(from))
    } else {
        format!("its port refused a new connection {} later", from.since(end))
    })
}

/// What else happened at that moment: the port refused whoever came, or others ended.
pub(in crate::verdict) fn facts(evidence: &Evidence<'_>) -> Vec<Fact> {
    let with = company(evidence).map(|(by, company)| {
        let whose = match by {
            Side::Server => "the server ended {} other connections of that port",
            Side::Client => "the client ended {} other connections of its own",
        };
        let pauses = if company.unlike >= SOME { ", after various pauses" } else { "" };
        format!("{} within {} of it{pauses}", whose.replace("{}", &many(company)), company.over)
    });
    refusal(evidence).into_iter().chain(with.map(Fact::of_all)).collect()
}

/// The same, where the server's own socket ended the connection: what answers in its stead may be a firewall, which refuses SYNs as well.
pub(in crate::verdict) fn program_gone(evidence: &Evidence<'_>) -> Option<String> {
    port_refused(evidence).filter(|_| server_ended(evidence))
}

/// That its port refused whoever came, or that others ended with it, where the server's own socket did so.
pub(in crate::verdict) fn stopped(evidence: &Evidence<'_>) -> Option<String> {
    let told = port_refused(evidence).or_else(|| ended_at_once(evidence, Side::Server));
    told.filter(|_| server_ended(evidence))
}

fn server_ended(evidence: &Evidence<'_>) -> bool {
    let aborted = evidence.shape == Shape::Active && evidence.rst_by_confidence >= Some(Confidence::Likely);
    evidence.closer == Some(Side::Server) || evidence.how == How::Reset && aborted
}

/// The same as a fact: that the port refused whoever came.
fn refusal(evidence: &Evidence<'_>) -> Option<Fact> {
    port_refused(evidence).map(Fact::of_all)
}

/// Did the server's port refuse whoever came? Nobody's patience with one connection shuts a port.
pub(in crate::verdict) fn is_refused(evidence: &Evidence<'_>) -> bool {
    port_refused(evidence).is_some()
}

/// Did the server close first what was used again, or what somebody still waited on, or abort what had been in use? Others may have ended with
/// it, some of which are handed over later, and whoever comes next may be refused.
pub(in crate::verdict) fn may_be_one_of_many(close: &Close) -> bool {
    if came_another_way(close) {
        return true;
    }
    let server = close.end(Side::Server);
    if close.ended_by(Side::Client).is_some() {
        return left_in_use(close);
    }
    let Some(fin) = close.fins.at(server).as_ref() else { return aborted_in_use(close) };
    let first = close.fins.at(close.client).as_ref().is_none_or(|client| fin.serial < client.serial);
    let refused = close
        .reset
        .as_ref()
        .is_some_and(|reset| reset.by == server && reset.prompt.is_none_or(|prompt| prompt.len > 0));
    let exchange = close.exchange_at_fin.as_ref().unwrap_or(&close.exchange);
    first && (refused || is_awaited(close, exchange))
}

/// Does somebody still wait for an answer, or for its rest?
fn is_awaited(close: &Close, exchange: &Exchange) -> bool {
    exchange.turn.is_some_and(|turn| turn.by == close.client) || exchange.owes_rest()
}

/// Did the client end what it still waited on, or abort what had been idle? With its program or its host all else ends that it has.
fn left_in_use(close: &Close) -> bool {
    let exchange = close.exchange_at_fin.as_ref().unwrap_or(&close.exchange);
    let idle = |at: Timestamp| at.since(close.half(Side::Client).last_data) >= BRIEFEST_IDLE;
    let aborted = close
        .reset
        .as_ref()
        .filter(|reset| reset.by == close.client && close.fins.at(close.client).is_none());
    is_awaited(close, exchange) || aborted.is_some_and(|reset| idle(reset.rst.ts))
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
    let Some(end) = close.ended_by(Side::Server) else { return false };
    let half = close.half(Side::Server);
    let idle = end.since(half.last_data) >= BRIEFEST_IDLE;
    half.has_data() && (idle || is_awaited(close, &close.exchange))
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
        // One that aborts its own end, and a client that leaves in the midst of something or aborts what was idle.
        assert!(waits(&format!("{open}+2 B > A F.\nB > A R.")));
        assert!(waits(&format!("{open}A > B P. len 9\nB > A .\n+2 A > B F.\nB > A F.\nA > B .")));
        assert!(waits(&format!("{open}+2 A > B R")));
        assert!(!waits(&format!("{open}A > B R.")));
    }
}
