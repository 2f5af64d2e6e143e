//! The fields of a head that every message is asked for, found in one pass over its lines (RFC 9112 §5).

use memchr::memchr;

use super::BodyLength;
use super::head;
use super::reader::MAX_HEAD;

/// What they say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields<'a> {
    /// Host: the first one.
    pub(super) host: Option<&'a [u8]>,
    /// Connection: its message is the last one of the connection (RFC 9112 §9.6).
    pub(super) closes: bool,
    /// Connection: it stays (RFC 9112 §9.3).
    pub(super) keeps_alive: bool,
    /// Transfer-Encoding: the last one.
    codings: Option<&'a str>,
    /// Content-Length, if there is any.
    length: Option<Length>,
}

/// What all of the lengths say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    /// The same.
    Agreed(u64),
    /// Different things, or no number.
    Unclear,
}

/// A head, looked at where it lies.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Whole<'a> {
    /// All of it, up to the empty line that ends it, or as far as it came.
    pub(super) bytes: &'a [u8],
    /// Its first line without its end, if that is there.
    pub(super) line: Option<&'a [u8]>,
    /// What its fields say, as far as their lines are whole.
    pub(super) fields: Fields<'a>,
    /// Did its end come?
    pub(super) ended: bool,
}

impl<'a> Whole<'a> {
    /// The head that `bytes` begin with, if they begin with one: its lines are looked at once. Of one that is too long to be gathered
    /// nothing is told.
    pub(super) fn begin(bytes: &'a [u8]) -> Option<Self> {
        if matches!(bytes.first(), None | Some(b'\r' | b'\n')) {
            return None;
        }
        let (mut whole, mut rest) = (Self::default(), bytes);
        while let Some(end) = memchr(b'\n', rest) {
            let line = rest.get(..end)?;
            rest = rest.get(end + 1..)?;
            match (line, whole.line) {
                ([] | b"\r", _) => {
                    whole.ended = true;
                    break;
                }
                (_, Some(_)) => whole.fields.note(line),
                (_, None) => whole.line = Some(line.strip_suffix(b"\r").unwrap_or(line)),
            }
        }
        let came = if whole.ended { bytes.len() - rest.len() } else { bytes.len() };
        whole.bytes = bytes.get(..came).filter(|head| head.len() <= MAX_HEAD)?;
        Some(whole)
    }

    /// One that came in pieces.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, line: head::first_line(bytes), fields: Fields::of(bytes), ended: true }
    }

    /// Does that of a request say that its answer is the last one? That of HTTP/1.0 does, unless it asks for more (RFC 9112 §9.3).
    pub(super) fn asks_last(&self) -> bool {
        let old = || self.line.is_some_and(|line| line.trim_ascii_end().ends_with(b" HTTP/1.0"));
        self.fields.closes || !self.fields.keeps_alive && old()
    }
}

impl<'a> Fields<'a> {
    /// Those of a head. A field that is broken is passed over.
    pub(super) fn of(head: &'a [u8]) -> Self {
        let mut fields = Self::default();
        for line in head::lines(head).skip(1) {
            fields.note(line);
        }
        fields
    }

    /// The first character, and where the name ends, tell most lines apart without a look at the name.
    #[inline]
    fn note(&mut self, line: &'a [u8]) {
        match line.first() {
            Some(b'H' | b'h') => self.host = self.host.or_else(|| head::text(line, "host")),
            Some(b'T' | b't') => self.codings = head::value(line, "transfer-encoding").or(self.codings),
            Some(b'C' | b'c') => {
                if let Some(options) = head::value(line, "connection") {
                    options.split(',').for_each(|option| self.note_option(option.trim()));
                } else if let Some(digits) = head::digits(line, "content-length") {
                    self.note_length(Some(digits));
                } else if let Some(lengths) = head::value(line, "content-length") {
                    lengths.split(',').for_each(|text| self.note_length(number(text)));
                }
            }
            _ => {}
        }
    }

    fn note_option(&mut self, option: &str) {
        self.closes |= option.eq_ignore_ascii_case("close");
        self.keeps_alive |= option.eq_ignore_ascii_case("keep-alive");
    }

    fn note_length(&mut self, length: Option<u64>) {
        let said = length.map_or(Length::Unclear, Length::Agreed);
        self.length = Some(match self.length {
            Some(before) if before != said => Length::Unclear,
            _ => said,
        });
    }

    /// How long the body is; `None` if they do not speak of one (RFC 9112 §6.3).
    pub(super) fn body_length(&self) -> Option<BodyLength> {
        if let Some(codings) = self.codings {
            let last = codings.rsplit(',').next().unwrap_or_default().trim();
            let chunked = last.eq_ignore_ascii_case("chunked");
            return Some(if chunked { BodyLength::Chunked } else { BodyLength::UntilClose });
        }
        self.length.map(|length| match length {
            Length::Agreed(bytes) => BodyLength::Bytes(bytes),
            Length::Unclear => BodyLength::Unknown,
        })
    }
}

fn number(text: &str) -> Option<u64> {
    let digits = text.trim();
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_host_counts_and_the_last_coding() {
        let head = b"GET / HTTP/1.1\r\nHOST: a\r\nhost:b\nTransfer-Encoding: gzip, chunked\r\n\
            transfer-encoding: gzip\r\nHostile: c\r\n\r\n";
        let fields = Fields::of(head);
        assert_eq!((fields.host, fields.closes), (Some(&b"a"[..]), false));
        assert_eq!(fields.body_length(), Some(BodyLength::UntilClose));
    }

    #[test]
    fn lengths_have_to_agree() {
        let length =
            |lines: &str| Fields::of(format!("HTTP/1.1 200 OK\n{lines}\n\n").as_bytes()).body_length();
        assert_eq!(length("Content-Length: 5"), Some(BodyLength::Bytes(5)));
        assert_eq!(length("content-length: 5, 5\nContent-Length:5 "), Some(BodyLength::Bytes(5)));
        let unclear = ["5, 6", "x", "", "5, x", "x, x", "99999999999999999999", "5, x, 5", "x, 5, 5"];
        for lengths in unclear {
            assert_eq!(length(&format!("Content-Length: {lengths}")), Some(BodyLength::Unknown), "{lengths}");
        }
        assert_eq!(length("Content-Length 5\nContent-Type: 5\n Content-Length: 5"), None);
    }

    #[test]
    fn it_closes_where_one_of_the_options_says_so() {
        let closes = |lines: &str| Fields::of(format!("HTTP/1.1 200 OK\n{lines}\n\n").as_bytes()).closes;
        assert!(closes("Connection: close") && closes("connection: upgrade, Close\nConnection: x"));
        assert!(!closes("Connection: closed") && !closes("Connections: close"));
    }
}
