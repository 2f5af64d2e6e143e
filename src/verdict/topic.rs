//! What a word given to `explain` is about: a cause, an error text in whatever was pasted, or neither.

use std::net::{IpAddr, SocketAddr};

use super::Rule;
use super::errors::{self, ErrorText};
use super::rules::{self, RULES};

/// What is to be explained.
#[derive(Clone, Copy, Debug)]
pub enum Topic {
    /// A cause.
    Cause(&'static Rule),
    /// An error text, and the server that the line names beside it.
    Text(&'static ErrorText, Option<SocketAddr>),
}

/// Suggestions at most.
const OFFERED: usize = 3;
/// The shortest part of a name that is taken for one.
const PART: usize = 4;

/// Finds out what is meant.
///
/// # Errors
/// The names that are nearest, where it is nothing; there may be none.
pub fn topic(words: &str) -> Result<Topic, Vec<&'static str>> {
    if let Some(rule) = cause(words) {
        return Ok(Topic::Cause(rule));
    }
    match errors::find(words) {
        Some(error) => Ok(Topic::Text(error, server(words))),
        None => Err(nearest(words)),
    }
}

/// A cause by its name, also with spaces or dashes, or as a word of a record.
fn cause(words: &str) -> Option<&'static Rule> {
    let name = words.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    rules::find(&name).or_else(|| {
        words
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .filter(|word| word.contains('_'))
            .find_map(rules::find)
    })
}

/// The server in a line that names an address and port; of several the one with the lowest port, since clients' are high.
fn server(line: &str) -> Option<SocketAddr> {
    line.split(|c: char| !c.is_ascii_hexdigit() && !matches!(c, '.' | ':' | '[' | ']'))
        .filter_map(address)
        .filter(|address| !address.ip().is_unspecified() && address.port() != 0)
        .min_by_key(SocketAddr::port)
}

/// `10.0.0.1:80`, `[::1]:80` and, as Node writes it, `::1:80`.
fn address(word: &str) -> Option<SocketAddr> {
    let word = word.trim_end_matches([':', '.']);
    word.parse().ok().or_else(|| {
        let (host, port) = word.rsplit_once(':')?;
        let ip: IpAddr = host.parse().ok()?;
        Some(SocketAddr::new(ip, port.parse().ok()?))
    })
}

/// Names of causes and error texts that the words are part of, or that differ from them in a few letters.
fn nearest(words: &str) -> Vec<&'static str> {
    let words = words.trim().to_ascii_lowercase();
    let names = || RULES.iter().map(|rule| rule.name).chain(errors::all().map(|error| error.text));
    let mut near: Vec<(usize, &'static str)> =
        names().filter_map(|name| Some((strangeness(&words, name)?, name))).collect();
    near.sort_by_key(|(distance, _)| *distance);
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.iter().take_while(|(distance, _)| *distance == best).map(|(_, name)| *name).take(OFFERED).collect()
}

/// How far a name is from what was typed; `None` where nobody would mean it.
fn strangeness(typed: &str, name: &str) -> Option<usize> {
    let name = name.to_ascii_lowercase();
    if typed.len() >= PART && name.contains(typed) {
        return Some(0);
    }
    let (short, long) = (typed.chars().count(), name.chars().count());
    // No line of a log is worth comparing, only what may be a slip.
    if short.abs_diff(long) * 3 > long {
        return None;
    }
    Some(distance(typed, &name)).filter(|distance| distance * 3 <= long)
}

/// Letters to insert, delete or change (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, left) in a.chars().enumerate() {
        let mut diagonal = index;
        let mut last = index + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(&b) {
            let changed = diagonal + usize::from(left != *right);
            diagonal = *cell;
            last = changed.min(last + 1).min(diagonal + 1);
            *cell = last;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause_of(words: &str) -> &'static str {
        match topic(words) {
            Ok(Topic::Cause(rule)) => rule.name,
            other => panic!("{words}: {other:?}"),
        }
    }

    #[test]
    fn causes_are_known_by_name_however_it_is_written() {
        for words in
            ["stale_keepalive", "Stale-Keepalive", " stale keepalive ", "{\"cause\":\"stale_keepalive\"}"]
        {
            assert_eq!(cause_of(words), "stale_keepalive");
        }
        assert_eq!(cause_of("unexplained"), "unexplained");
    }

    #[test]
    fn the_server_of_a_log_line_is_found() {
        let of = |line: &str| server(line).map(|server| server.to_string()).unwrap_or_default();
        assert_eq!(of("19:04:41 connect ECONNREFUSED 10.0.0.1:80"), "10.0.0.1:80");
        assert_eq!(of("connect ECONNREFUSED ::1:3000"), "[::1]:3000");
        assert_eq!(
            of("read tcp 10.0.3.7:53884->10.0.9.2:8080: read: connection reset by peer"),
            "10.0.9.2:8080"
        );
        assert_eq!(of("dial tcp [fd00::1]:81: connect: connection refused"), "[fd00::1]:81");
        assert_eq!(of("upstream: \"http://127.0.0.1:3000/x\", host: \"b\""), "127.0.0.1:3000");
        assert_eq!(of("2026-11-20T19:04:41 read ECONNRESET on 0.0.0.0:80"), "");
    }

    #[test]
    fn slips_are_answered_with_what_was_meant() {
        assert_eq!(topic("stale_keepalve").unwrap_err(), ["stale_keepalive"]);
        assert_eq!(topic("sockt hangup").unwrap_err(), ["socket hang up"]);
        assert_eq!(topic("keepalive").unwrap_err(), ["stale_keepalive", "keepalive_timeout"]);
        assert!(topic("gibberish without end").unwrap_err().is_empty());
        assert!(topic("").unwrap_err().is_empty());
    }

    #[test]
    fn letters_are_counted() {
        assert_eq!((distance("kitten", "sitting"), distance("", "abc"), distance("abc", "abc")), (3, 3, 0));
    }
}
