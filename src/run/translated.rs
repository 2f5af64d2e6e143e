//! What is said of connections that were captured twice, before and behind address translation.

use crate::aggregate::{Sight, Twice};
use crate::config::Display;

/// How several captures are looked at, which says what of them can be looked at alone.
#[derive(Clone, Copy)]
pub(super) enum Several {
    /// Files, in a report.
    Reported,
    /// Files, in the dashboard, which is of all of them together.
    Shown,
    /// Interfaces.
    #[cfg(feature = "live")]
    Watched,
}

impl Several {
    /// How to have each connection once.
    const fn remedy(self) -> &'static str {
        match self {
            Self::Reported => "--separate tells each capture by itself",
            Self::Shown => "the dashboard of one of the captures alone holds each once",
            #[cfg(feature = "live")]
            Self::Watched => "-i with one of the interfaces alone holds each once",
        }
    }
}

impl From<Display> for Several {
    fn from(display: Display) -> Self {
        match display {
            Display::Report => Self::Reported,
            Display::Dashboard => Self::Shown,
        }
    }
}

/// Says it once, as soon as it is known.
#[derive(Default)]
#[cfg(feature = "live")]
pub(super) struct Herald {
    found: Option<String>,
}

#[cfg(feature = "live")]
impl Herald {
    /// A sentence about them, where they were not known before.
    pub(super) fn news(&mut self, twice: &Twice) -> Option<&str> {
        if self.found.is_some() {
            return None;
        }
        self.found = sentence("connections come by here again", twice, Several::Watched);
        self.found.as_deref()
    }
}

/// A sentence about them, if there are any.
pub(super) fn notice(twice: &Twice, several: Several) -> Option<String> {
    let these = match twice.count {
        1 => "1 connection is another of these, captured again".to_owned(),
        count => format!("{count} connections are others of these, captured again"),
    };
    sentence(&these, twice, several)
}

fn sentence(these: &str, twice: &Twice, several: Several) -> Option<String> {
    let (first, second) = twice.example?;
    let (one, other) = (ends(first), ends(second));
    let remedy = if first.file == second.file {
        let strange = if [first.client.addr, first.server.addr].contains(&second.client.addr) {
            second.server.addr
        } else {
            second.client.addr
        };
        format!("a capture on one interface, or the filter 'not host {strange}', holds each once")
    } else {
        several.remedy().to_owned()
    };
    Some(format!(
        "{these} behind address translation ({one} is {other} there, with the same sequence numbers): such \
         connections and their ends are counted and listed twice; {remedy}"
    ))
}

fn ends(sight: Sight) -> String {
    format!("{} > {}", sight.client, sight.server)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::sample::endpoint;

    fn sight(client: &str, server: &str, file: u16) -> Sight {
        Sight { client: endpoint(client, 5000), server: endpoint(server, 80), file }
    }

    #[test]
    fn what_is_counted_twice_is_said_with_an_example() {
        assert_eq!(notice(&Twice::default(), Several::Reported), None);
        let first = sight("10.1.0.2", "10.2.0.2", 0);
        let said = |second, count| {
            notice(&Twice { count, example: Some((first, second)) }, Several::Reported).unwrap()
        };
        let text = said(sight("10.2.0.1", "10.2.0.2", 1), 44);
        assert!(text.starts_with("44 connections are others of these, captured again behind"), "{text}");
        assert!(text.contains("10.1.0.2:5000 > 10.2.0.2:80 is 10.2.0.1:5000 > 10.2.0.2:80 there"), "{text}");
        assert!(text.ends_with("--separate tells each capture by itself"), "{text}");
        // A dashboard takes no --separate, and neither does who watches.
        let other = Twice { count: 44, example: Some((first, sight("10.2.0.1", "10.2.0.2", 1))) };
        let says = |several, remedy: &str| {
            let text = notice(&other, several).unwrap();
            assert!(text.ends_with(remedy) && !text.contains("--separate"), "{text}");
        };
        says(Several::Shown, "the dashboard of one of the captures alone holds each once");
        #[cfg(feature = "live")]
        says(Several::Watched, "-i with one of the interfaces alone holds each once");
        // In one capture the address that is nowhere in the first is the other side's.
        assert!(said(sight("10.2.0.1", "10.2.0.2", 0), 1).contains("'not host 10.2.0.1'"));
        assert!(said(sight("10.1.0.2", "10.9.0.2", 0), 1).contains("'not host 10.9.0.2'"));
    }

    #[test]
    #[cfg(feature = "live")]
    fn while_it_goes_on_it_is_said_once() {
        let mut herald = Herald::default();
        assert_eq!(herald.news(&Twice::default()), None);
        let example = Some((sight("10.1.0.2", "10.2.0.2", 0), sight("10.2.0.1", "10.2.0.2", 0)));
        let text = herald.news(&Twice { count: 1, example }).unwrap().to_owned();
        assert!(
            text.starts_with("connections come by here again behind address translation (10.1"),
            "{text}"
        );
        assert_eq!(herald.news(&Twice { count: 2, example }), None);
    }
}
