//! Connections of a server that end at one moment, whatever each of them was at: a process ended, or was told to.

use crate::flow::{Close, Side};

use crate::verdict::evidence::{BRIEFEST_IDLE, Evidence};

/// Other connections that a server closes at the same moment by no chance.
const SOME: u32 = 2;

/// How many other connections the server closed at that moment, after other idle times, if they were some.
pub(in crate::verdict) fn closed_with(evidence: &Evidence<'_>) -> Option<u32> {
    evidence.surroundings.learned_idle.map(|learned| learned.together).filter(|&others| others >= SOME)
}

/// Did the server close first, what was idle, and was that used again, or what somebody still waited on? Others may have ended with it, some of
/// which are handed over later.
pub(in crate::verdict) fn may_be_one_of_many(close: &Close) -> bool {
    let server = close.end(Side::Server);
    let Some(fin) = close.fins.at(server).as_ref() else { return false };
    let first = close.fins.at(close.client).as_ref().is_none_or(|client| fin.serial < client.serial);
    let half = close.half(Side::Server);
    let idle = half.has_data() && fin.ts.since(half.last_data) >= BRIEFEST_IDLE;
    let refused = close
        .reset
        .as_ref()
        .is_some_and(|reset| reset.by == server && reset.prompt.is_some_and(|prompt| prompt.len > 0));
    let exchange = close.exchange_at_fin.as_ref().unwrap_or(&close.exchange);
    let awaited = || exchange.turn.is_some_and(|turn| turn.by == close.client);
    first && (idle && refused || awaited())
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
        assert!(waits(&format!("{open}+2 B > A F.\nA > B .\n+0.5 A > B P. len 9\nB > A R")));
        assert!(waits(&format!("{open}A > B P. len 9\nB > A .\n+0.5 B > A F.\nA > B F.\nB > A .")));
        // An end that nobody minds does not.
        assert!(!waits(&format!("{open}+2 B > A F.\nA > B F.\nB > A .")));
        assert!(!waits(&format!("{open}B > A F.\nA > B .\n+0.5 A > B P. len 9\nB > A R")));
        assert!(!waits(&format!("{open}+2 A > B F.\nB > A F.\nA > B .")));
    }
}
