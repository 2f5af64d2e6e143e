//! Finding a text in a line of a log.

/// What stands for anything in a pattern.
const GAP: char = '…';
/// What begins a pattern that has to be all there is: a word that says too little beside others.
const WHOLE: char = '=';
/// With one of these behind it a number is a measure, and no code.
const UNITS: &[&str] = &[
    "ns",
    "us",
    "µs",
    "ms",
    "msec",
    "s",
    "sec",
    "secs",
    "seconds",
    "milliseconds",
    "minutes",
    "min",
    "bytes",
    "kb",
    "mb",
    "b",
    "%",
];

/// A line as it was pasted, on one line, and the same in lower case.
pub(super) struct Line {
    as_is: String,
    lower: String,
}

impl Line {
    pub(super) fn new(text: &str) -> Self {
        let as_is = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { lower: as_is.to_ascii_lowercase(), as_is }
    }

    /// Does it hold the pattern? Its parts have to come in their order, and words have to be whole. A pattern with
    /// capitals is meant as it is; any other is found in any case.
    pub(super) fn holds(&self, pattern: &str) -> bool {
        let exact = pattern.chars().any(|c| c.is_ascii_uppercase());
        let text = if exact { self.as_is.as_str() } else { self.lower.as_str() };
        match pattern.strip_prefix(WHOLE) {
            Some(whole) => text == whole,
            None => Self::follows(text, pattern),
        }
    }

    fn follows(text: &str, pattern: &str) -> bool {
        let mut rest = text;
        pattern.split(GAP).map(str::trim).all(|part| match after(rest, part) {
            Some(behind) => {
                rest = behind;
                true
            }
            None => false,
        })
    }
}

/// What follows the first place where `part` stands as whole words.
fn after<'t>(text: &'t str, part: &str) -> Option<&'t str> {
    text.match_indices(part).find_map(|(at, _)| {
        let (before, behind) = (text.get(..at)?, text.get(at + part.len()..)?);
        let apart_before = !part.starts_with(is_word) || !before.ends_with(is_word);
        let apart_behind = !part.ends_with(is_word) || !behind.starts_with(is_word);
        let measured = part.chars().all(|c| c.is_ascii_digit()) && is_measure(before, behind);
        (apart_before && apart_behind && !measured).then_some(behind)
    })
}

/// Is the number between the two a measure, a port or a part of a longer number, rather than a code?
fn is_measure(before: &str, behind: &str) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let (mut back, mut ahead) = (before.chars().rev(), behind.chars());
    let inside = back.next().is_some_and(|c| matches!(c, '.' | ',' | ':')) && digit(back.next());
    let goes_on = ahead.next().is_some_and(|c| matches!(c, '.' | ',')) && digit(ahead.next());
    let unit =
        behind.trim_start().split(|c: char| !c.is_alphanumeric() && c != '%').next().unwrap_or_default();
    inside || goes_on || UNITS.contains(&unit.to_ascii_lowercase().as_str())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_and_come_in_order() {
        let line = Line::new("Get \"http://b/\":\n  read tcp:  Connection RESET by peer (SH--)");
        for held in ["connection reset", "SH--", "sh--", "get … reset … peer", "read tcp: connection"] {
            assert!(line.holds(held), "{held}");
        }
        for not_held in ["connect", "ion reset", "sH--", "peer … reset", "Reset"] {
            assert!(!line.holds(not_held), "{not_held}");
        }
    }

    #[test]
    fn a_number_that_measures_is_no_code() {
        let holds = |text: &str| Line::new(text).holds("499");
        for code in ["499", "status 499, 0 bytes", "HTTP/1.1\" 499 0", "(499)", "code:499."] {
            assert!(holds(code), "{code}");
        }
        for measure in
            ["took 499 ms", "0.499", "499.5", "1,499", "10.0.0.1:499", "499 bytes", "499 %", "499%"]
        {
            assert!(!holds(measure), "{measure}");
        }
    }

    #[test]
    fn some_patterns_are_all_there_is() {
        assert!(Line::new(" 1006 ").holds("=1006") && Line::new("EACCES").holds("=eacces"));
        assert!(
            !Line::new("worker 1006").holds("=1006")
                && !Line::new("EACCES: permission denied").holds("=eacces")
        );
    }

    #[test]
    fn a_later_whole_word_counts() {
        assert!(Line::new("EOFException: EOF").holds("eof"));
        assert!(!Line::new("EOFException").holds("eof"));
    }
}
