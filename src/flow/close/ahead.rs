//! What a verdict will read of a connection, asked for ahead of time: it was handed over a while ago.

use crate::ahead::{Fetch, fetch};

use super::super::half::Half;
use super::super::key::{Both, End};
use super::{Close, Ended, Reset};

/// Both halves: each takes more than a line.
fn fetch_halves(halves: &Both<Half>) {
    for half in [halves.at(End::Low), halves.at(End::High)] {
        fetch(half);
        fetch(&half.iss);
    }
}

impl Fetch for Close {
    fn fetch(&self) {
        fetch(self.fins.at(End::Low));
        fetch(self.fins.at(End::High));
        fetch(&self.legs);
        fetch(&self.recent);
        fetch(&self.history);
        fetch_halves(&self.halves);
        fetch(&self.start);
        fetch(&self.reset);
        fetch(&self.key);
        fetch(&self.conn_state);
        fetch(&self.shut);
    }
}

impl Fetch for Reset {
    fn fetch(&self) {
        fetch(&self.text);
        fetch(&self.prompt);
        fetch_halves(&self.before);
        fetch(&self.rst);
        fetch(&self.rst.dst);
        fetch(&self.after);
    }
}

impl Close {
    /// The same of what it holds elsewhere: it should be there by itself already.
    fn fetch_held(&self) {
        if let Some(reset) = &self.reset {
            reset.fetch();
        }
        self.exchange.fetch();
        [self.recent.first(), self.recent.last()].into_iter().flatten().for_each(fetch);
    }
}

impl Ended {
    /// Asks for what is kept of it.
    pub fn fetch(&self) {
        if let Self::Whole(close) = self {
            close.fetch();
        }
    }

    /// The same of what that holds elsewhere: it should be there by itself already.
    pub fn fetch_held(&self) {
        match self {
            Self::Whole(close) => close.fetch_held(),
            Self::Attempt(attempted) => attempted.fetch_held(),
        }
    }

    /// The same of what was spoken, once more one step further.
    pub fn fetch_said(&self) {
        if let Self::Whole(close) = self {
            close.exchange.fetch_protocol();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ahead::asked::leaves_no_gap;
    use crate::decode::script;
    use crate::flow::{FlowTable, ObservedUntil, Settings};

    /// Fields are asked for one by one, and the compiler orders them as it likes.
    #[test]
    fn every_line_that_a_verdict_reads_is_asked_for() {
        let scripted = script::parse("A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A R.").unwrap();
        let pdus: Vec<_> = scripted.iter().map(script::Scripted::pdu).collect();
        let (mut table, mut closes) = (FlowTable::new(Settings::default()), Vec::new());
        table.observe(&pdus, &mut |_| {});
        table.finish(ObservedUntil::Eof, &mut |ended| closes.push(ended.into_close()));
        assert_eq!(closes.len(), 1);
        assert!(leaves_no_gap(&closes[0], Close::fetch));
        assert!(leaves_no_gap(&**closes[0].reset.as_ref().unwrap(), Reset::fetch));
    }
}
