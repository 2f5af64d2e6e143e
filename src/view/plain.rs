//! Text from elsewhere, made harmless: file names and requests may hold anything, and a terminal obeys what it is sent.

/// `text` as one line that moves no cursor and turns no direction: control characters are shown as U+FFFD.
#[must_use]
pub fn one_line(text: &str) -> String {
    // Nearly all of it is plain.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    text.chars().map(|c| if commands(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Does a terminal obey it rather than show it? The second kind reorders the text around it (Unicode UAX #9).
fn commands(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// `text` with one ASCII character for each of its characters.
#[must_use]
pub(super) fn ascii(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'µ' => 'u',
            '…' => '.',
            '–' | '—' | '·' => '-',
            '×' => 'x',
            '‘' | '’' | '“' | '”' => '\'',
            c if c.is_ascii() => c,
            _ => '?',
        })
        .collect()
}

/// `text` in lines of at most `room` characters, or of one; words that are wider than a line are broken.
#[must_use]
pub(super) fn lines(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let needed = line.chars().count() + usize::from(!line.is_empty()) + word.chars().count();
        if needed > room && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        while line.chars().count() > room {
            let rest: String = line.chars().skip(room).collect();
            line = line.chars().take(room).collect();
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_a_terminal_that_it_would_obey() {
        assert_eq!(one_line("a\nb\u{1b}[2Jc\u{9b}d\u{202e}e"), "a\u{fffd}b\u{fffd}[2Jc\u{fffd}d\u{fffd}e");
    }

    #[test]
    fn ascii_keeps_the_width() {
        assert_eq!(ascii("38 µs – ok é"), "38 us - ok ?");
    }

    #[test]
    fn lines_end_between_words_and_wide_words_are_broken() {
        assert_eq!(lines("who ended this", 9), ["who ended", "this"]);
        assert_eq!(lines("a /very/long/path b", 8), ["a", "/very/lo", "ng/path", "b"]);
        assert_eq!(lines("", 8), [""]);
    }
}
