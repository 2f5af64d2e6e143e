//! What a rule is, and how the rules' opinions become one verdict.

use super::{Evidence, Fact};

/// How sure a finding is; no finer, since nobody could tell the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The packets allow it, and other stories as well.
    Possible,
    /// The packets speak for it; another story would have to be unusual.
    Likely,
    /// The packets leave no other story.
    Certain,
}

impl Confidence {
    /// The word for it, in every output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// A script and what the rule is to make of it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Does the rule win?
    pub hit: bool,
    /// What it shows, in a few words.
    pub about: &'static str,
    /// The script (see `decode::script`).
    pub script: &'static str,
}

/// A script on which the rule wins against all others.
#[must_use]
pub const fn hit(about: &'static str, script: &'static str) -> Case {
    Case { hit: true, about, script }
}

/// A script that looks like the rule's and belongs to another.
#[must_use]
pub const fn miss(about: &'static str, script: &'static str) -> Case {
    Case { hit: false, about, script }
}

/// A cause: what happened, how it is told, what to do.
pub struct Rule {
    /// Its word in records and on the command line.
    pub name: &'static str,
    /// Its story in at most 60 characters.
    pub title: &'static str,
    /// What happened / How it is told / Not to be confused with / What to do.
    pub doc: &'static str,
    /// Who says so.
    pub sources: &'static [&'static str],
    /// Facts to opinion; no state, no I/O.
    pub judge: fn(&Evidence<'_>) -> Option<Confidence>,
    /// What it rests on, with frame numbers.
    pub facts: fn(&Evidence<'_>) -> Vec<Fact>,
    /// What to do, with the measured figures.
    pub advise: fn(&Evidence<'_>) -> String,
    /// Scripts that it must win and such that it must not.
    pub cases: &'static [Case],
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
