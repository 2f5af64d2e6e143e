//! All connections together: how they ended, and why.

use std::cmp::Reverse;

use crate::verdict::{Harm, How, Rule, Ruling, Sender, Side};

use super::series::Series;

/// Counts of connections.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// All of them.
    pub connections: u64,
    /// Those with a cause that is not harmless.
    pub bad_ends: u64,
    /// Those of them that are known to have hurt somebody.
    pub harmful: u64,
    /// Those with a cause that is harmless.
    pub harmless: u64,
    /// Who sent the RSTs that took effect.
    pub resets: ResetCounts,
    /// The causes that occurred; in a snapshot the most frequent first.
    pub causes: Vec<CauseCount>,
    ends: [u64; How::ALL.len()],
    /// Bad ends of the last minutes by cause; at most one of each rule.
    recent: Vec<(&'static str, Series)>,
}

/// RSTs that took effect, by their sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResetCounts {
    /// By the client.
    pub client: u64,
    /// By the server.
    pub server: u64,
    /// By a device between them.
    pub middlebox: u64,
}

/// How often a cause occurred.
#[derive(Clone, Copy, Debug)]
pub struct CauseCount {
    /// Which.
    pub rule: &'static Rule,
    /// Bad ends.
    pub harmful: u64,
    /// Ends that hurt nobody.
    pub harmless: u64,
}

/// The how manyth of the causes that occurred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CauseNumber(u8);

/// More causes than there are, and few enough that a number and a bit have room in a byte.
const CAUSES: u8 = 1 << 6;

impl CauseNumber {
    /// The number itself.
    pub(super) const fn number(self) -> u8 {
        self.0
    }

    /// The one with a number.
    pub(super) const fn of_number(number: u8) -> Self {
        Self(number)
    }

    /// Which that is, in the order in which they occurred.
    pub(super) fn of(self, causes: &[CauseCount]) -> Option<&'static Rule> {
        causes.get(usize::from(self.0)).map(|count| count.rule)
    }
}

impl Totals {
    /// How many connections ended so.
    #[must_use]
    pub fn ended(&self, how: How) -> u64 {
        self.ends.get(how as usize).copied().unwrap_or(0)
    }

    /// The bad ends that a cause had in the last minutes.
    #[must_use]
    pub fn recent(&self, cause: &str) -> Series {
        self.recent.iter().find(|(name, _)| *name == cause).map(|(_, series)| *series).unwrap_or_default()
    }

    /// Notes when it ended, if it ended badly.
    pub(super) fn note_recent(&mut self, ruling: &Ruling) {
        let at = ruling.end_time;
        let Some(cause) = ruling.cause_name().filter(|_| ruling.is_bad_end()) else { return };
        let known = self.recent.iter().position(|(name, _)| *name == cause);
        let index = known.unwrap_or_else(|| {
            self.recent.push((cause, Series::default()));
            self.recent.len() - 1
        });
        if let Some((_, series)) = self.recent.get_mut(index) {
            series.add(at);
        }
    }

    /// Counts one more; gives the number of its cause.
    pub(super) fn count(&mut self, ruling: &Ruling) -> Option<CauseNumber> {
        self.connections += 1;
        self.bad_ends += u64::from(ruling.is_bad_end());
        self.harmful += u64::from(ruling.is_bad_end() && ruling.harm == Some(Harm::Harmful));
        self.harmless += u64::from(ruling.is_harmless());
        if let Some(count) = self.ends.get_mut(ruling.how as usize) {
            *count += 1;
        }
        match ruling.rst_by {
            Some(Sender::Side(Side::Client)) => self.resets.client += 1,
            Some(Sender::Side(Side::Server)) => self.resets.server += 1,
            Some(Sender::Middlebox) => self.resets.middlebox += 1,
            None => {}
        }
        CauseCount::add(&mut self.causes, ruling)
    }

    pub(super) fn sorted(&self) -> Self {
        let mut totals = self.clone();
        totals.causes.sort_by_key(|cause| (Reverse(cause.harmful), Reverse(cause.harmless), cause.rule.name));
        totals
    }
}

impl CauseCount {
    /// All of them, harmless or not.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.harmful + self.harmless
    }

    /// Counts the cause of `ruling`, if it has one; the list grows no longer than the list of rules.
    fn add(counts: &mut Vec<Self>, ruling: &Ruling) -> Option<CauseNumber> {
        let finding = ruling.cause?;
        let known = counts.iter().position(|count| std::ptr::eq(count.rule, finding.rule));
        let index = known.unwrap_or_else(|| {
            counts.push(Self { rule: finding.rule, harmful: 0, harmless: 0 });
            counts.len() - 1
        });
        if let Some(count) = counts.get_mut(index) {
            count.harmful += u64::from(ruling.is_bad_end());
            count.harmless += u64::from(ruling.is_harmless());
        }
        u8::try_from(index).ok().filter(|&number| number < CAUSES).map(CauseNumber)
    }
}
