//! Finding a text in a line of a log.

/// What stands for anything in a pattern.
const GAP: char = '…';

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
        let mut rest = if exact { self.as_is.as_str() } else { self.lower.as_str() };
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
        (apart_before && apart_behind).then_some(behind)
    })
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
    fn a_later_whole_word_counts() {
        assert!(Line::new("EOFException: EOF").holds("eof"));
        assert!(!Line::new("EOFException").holds("eof"));
    }
}
