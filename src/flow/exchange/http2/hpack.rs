//! HPACK (RFC 7541): what a head says, as far as it matters, out of the fields that it spells and those that it refers to.
//!
//! References count backwards from the field that was remembered last, so that somebody who missed the beginning still understands
//! each that points to what he has heard. That is why sizes and evictions need not be followed: what the sender has evicted
//! is never referred to again, and what it found too large to remember emptied its table.

use std::borrow::Cow;
use std::collections::VecDeque;

use compact_str::CompactString;
use httlib_huffman::DecoderSpeed;

use super::super::http::{self, Request};

/// Fields that are remembered: as many as fit into a table of the usual size (RFC 7541 §4.1, RFC 9113 §6.5.2).
const MAX_FIELDS: usize = 4096 / 32;
/// Bytes of text that they may keep.
const MAX_KEPT: usize = 4096;
/// How many fields everybody knows (RFC 7541, appendix A). Those that are remembered are numbered from there on.
const STATIC: usize = 61;
/// Bits of a number beyond its first byte: more than any head has bytes.
const MAX_BITS: u32 = 28;
const HUFFMAN: u8 = 0x80;

/// The name of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Method,
    Target,
    Host,
    Status,
    Other,
}

/// A field as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Method(CompactString),
    Target(CompactString),
    Host(CompactString),
    Status(u16),
    Other,
}

/// Method, target and host of a request, as far as they could be read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RequestLine {
    /// Method.
    pub method: CompactString,
    /// Target without its query string, which may hold secrets.
    pub target: CompactString,
    /// `:authority`, or else the host field.
    pub host: Option<CompactString>,
}

impl RequestLine {
    /// Of a request that was asked in HTTP/1.
    pub(super) fn of(request: &Request) -> Self {
        let Request { method, target, host, .. } = request;
        Self { method: method.clone(), target: target.clone(), host: host.clone() }
    }

    /// Bytes of all three.
    pub(super) fn len(&self) -> usize {
        self.method.len() + self.target.len() + self.host.as_ref().map_or(0, CompactString::len)
    }
}

/// What a head says.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Head {
    /// Of a request.
    pub(super) line: RequestLine,
    /// Of an answer; 0 where it says none or where that could not be read.
    pub(super) status: u16,
}

/// The fields of one direction that heads may refer to, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Table {
    fields: VecDeque<Field>,
    /// Bytes of their texts.
    kept: usize,
}

impl Name {
    fn of(bytes: &[u8]) -> Self {
        match bytes {
            b":method" => Self::Method,
            b":path" => Self::Target,
            b":authority" | b"host" => Self::Host,
            b":status" => Self::Status,
            _ => Self::Other,
        }
    }

    fn with(self, value: &[u8]) -> Field {
        match self {
            Self::Method => Field::Method(http::short(value)),
            Self::Target => Field::Target(http::short(http::path(value))),
            Self::Host => Field::Host(http::short(http::host(value))),
            Self::Status => {
                Field::Status(str::from_utf8(value).ok().and_then(|it| it.parse().ok()).unwrap_or(0))
            }
            Self::Other => Field::Other,
        }
    }
}

impl Field {
    const fn name(&self) -> Name {
        match self {
            Self::Method(_) => Name::Method,
            Self::Target(_) => Name::Target,
            Self::Host(_) => Name::Host,
            Self::Status(_) => Name::Status,
            Self::Other => Name::Other,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Method(text) | Self::Target(text) | Self::Host(text) => text.len(),
            Self::Status(_) | Self::Other => 0,
        }
    }

    /// RFC 7541, appendix A.
    fn known_to_all(index: usize) -> Self {
        match index {
            1 | 38 => Name::Host.with(b""),
            2 => Name::Method.with(b"GET"),
            3 => Name::Method.with(b"POST"),
            4 => Name::Target.with(b"/"),
            5 => Name::Target.with(b"/index.html"),
            8 => Self::Status(200),
            9 => Self::Status(204),
            10 => Self::Status(206),
            11 => Self::Status(304),
            12 => Self::Status(400),
            13 => Self::Status(404),
            14 => Self::Status(500),
            _ => Self::Other,
        }
    }
}

impl Head {
    /// The first field of a name counts. Nothing else is copied: a byte may refer to a long text, and a head to it a thousand times.
    fn take(&mut self, field: &Field) {
        match field {
            Field::Method(text) if self.line.method.is_empty() => self.line.method.clone_from(text),
            Field::Target(text) if self.line.target.is_empty() => self.line.target.clone_from(text),
            Field::Host(text) if self.line.host.is_none() && !text.is_empty() => {
                self.line.host = Some(text.clone());
            }
            Field::Status(status) if self.status == 0 => self.status = *status,
            _ => {}
        }
    }
}

impl Table {
    /// Bytes of memory that it takes.
    pub(super) fn weight(&self) -> usize {
        self.fields.capacity() * size_of::<Field>() + self.kept
    }

    /// Reads a head as far as it can be read; gives what that says, and whether it was all.
    pub(super) fn read(&mut self, block: &[u8]) -> (Head, bool) {
        let (mut head, mut rest) = (Head::default(), block);
        while !rest.is_empty() {
            let Some(behind) = self.next(rest, &mut head) else { return (head, false) };
            rest = behind;
        }
        (head, true)
    }

    /// Some of what was said is missing: what later references mean that reach back to it is not known any more.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The next field, if that is one, becomes part of a head; gives what comes after it (RFC 7541 §6).
    fn next<'a>(&mut self, bytes: &'a [u8], head: &mut Head) -> Option<&'a [u8]> {
        let (field, rest) = match bytes.first()? {
            0x80.. => {
                let (index, rest) = integer(bytes, 7)?;
                self.refer(index, |field| head.take(field));
                return Some(rest);
            }
            // How large the table may be.
            0x20..0x40 => return integer(bytes, 5).map(|(_, rest)| rest),
            0x40.. => self.literal(bytes, 6)?,
            _ => self.literal(bytes, 4)?,
        };
        head.take(&field);
        if bytes.first().is_some_and(|&kind| kind >= 0x40) {
            self.remember(field);
        }
        Some(rest)
    }

    fn literal<'a>(&self, bytes: &'a [u8], prefix: u32) -> Option<(Field, &'a [u8])> {
        let (index, rest) = integer(bytes, prefix)?;
        let (name, rest) = if index > 0 {
            (self.refer(index, Field::name), rest)
        } else {
            let (name, rest) = string(rest)?;
            (Name::of(&name), rest)
        };
        let (value, rest) = string(rest)?;
        Some((name.with(&value), rest))
    }

    /// Makes something of what an index refers to: perhaps to what was never heard.
    fn refer<T>(&self, index: usize, what: impl FnOnce(&Field) -> T) -> T {
        match index.checked_sub(STATIC + 1) {
            None => what(&Field::known_to_all(index)),
            Some(back) => what(self.fields.get(back).unwrap_or(&Field::Other)),
        }
    }

    fn remember(&mut self, field: Field) {
        self.kept += field.len();
        self.fields.push_front(field);
        while self.fields.len() > MAX_FIELDS || self.kept > MAX_KEPT {
            self.kept -= self.fields.pop_back().map_or(self.kept, |field| field.len());
        }
    }
}

/// A number that begins in the last bits of a byte, and what follows it (RFC 7541 §5.1).
fn integer(bytes: &[u8], prefix: u32) -> Option<(usize, &[u8])> {
    let (&first, mut rest) = bytes.split_first()?;
    let most = (1 << prefix) - 1;
    let mut number = usize::from(first) & most;
    if number < most {
        return Some((number, rest));
    }
    for shift in (0..MAX_BITS).step_by(7) {
        let (&byte, behind) = rest.split_first()?;
        number += usize::from(byte & 0x7f) << shift;
        rest = behind;
        if byte < 0x80 {
            return Some((number, rest));
        }
    }
    None
}

/// A text, and what follows it (RFC 7541 §5.2).
fn string(bytes: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let coded = bytes.first()? & HUFFMAN != 0;
    let (len, rest) = integer(bytes, 7)?;
    let (text, rest) = rest.split_at_checked(len)?;
    if !coded {
        return Some((Cow::Borrowed(text), rest));
    }
    let mut plain = Vec::new();
    httlib_huffman::decode(text, &mut plain, DecoderSpeed::FourBits).ok()?;
    Some((Cow::Owned(plain), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: String = hex.split_whitespace().collect();
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    fn asked(table: &mut Table, hex: &str) -> (String, String, Option<String>) {
        let (Head { line, .. }, whole) = table.read(&bytes(hex));
        assert!(whole);
        (line.method.into(), line.target.into(), line.host.map(Into::into))
    }

    fn request(method: &str, target: &str) -> (String, String, Option<String>) {
        (method.into(), target.into(), Some("www.example.com".into()))
    }

    /// RFC 7541, C.3: requests in plain text, one after the other.
    const PLAIN: [&str; 3] = [
        "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "8286 84be 5808 6e6f 2d63 6163 6865",
        "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
    ];

    #[test]
    fn requests_of_the_specification_are_read() {
        let mut table = Table::default();
        let told = PLAIN.map(|hex| asked(&mut table, hex));
        assert_eq!(told, [request("GET", "/"), request("GET", "/"), request("GET", "/index.html")]);
        assert_eq!(table.fields.len(), 3);
    }

    /// RFC 7541, C.4: the same in Huffman's code.
    #[test]
    fn requests_in_huffman_s_code_are_read() {
        let mut table = Table::default();
        let told = [
            "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
            "8286 84be 5886 a8eb 1064 9cbf",
            "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
        ]
        .map(|hex| asked(&mut table, hex));
        assert_eq!(told, [request("GET", "/"), request("GET", "/"), request("GET", "/index.html")]);
    }

    /// RFC 7541, C.5 and C.6: the third one's status is remembered, then evicted by its sender, whose table is small.
    #[test]
    fn statuses_are_read() {
        let mut table = Table::default();
        let plain = "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d
            546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d";
        let statuses = [plain, "4803 3330 37c1 c0bf", "4883 640e ff", "88c1"];
        assert_eq!(statuses.map(|hex| table.read(&bytes(hex)).0.status), [302, 307, 307, 200]);
    }

    /// What was said before the capture is not known, what is said in it is.
    #[test]
    fn who_missed_the_beginning_understands_what_comes_after() {
        let mut table = Table::default();
        assert_eq!(asked(&mut table, PLAIN[1]), ("GET".into(), "/".into(), None));
        assert_eq!(asked(&mut table, PLAIN[0]).2, Some("www.example.com".into()));
        assert_eq!(asked(&mut table, "8286 84be"), request("GET", "/"));
    }

    #[test]
    fn a_head_is_read_as_far_as_it_goes_and_its_secrets_are_not_kept() {
        let mut table = Table::default();
        let (head, whole) = table.read(&bytes("83 04 0c 2f70 6179 3f6b 6579 3d61 6263 41 0f 7777"));
        assert_eq!((head.line.method.as_str(), head.line.target.as_str(), whole), ("POST", "/pay", false));
        assert_eq!((head.line.host, head.status), (None, 0));
    }

    /// `:authority: user:s3cret@h`
    #[test]
    fn who_asks_is_no_part_of_a_host() {
        let mut table = Table::default();
        let (head, _) = table.read(&bytes("82 84 41 0d 7573 6572 3a73 3363 7265 7440 68"));
        assert_eq!(head.line.host.as_deref(), Some("h"));
    }

    #[test]
    fn the_host_field_is_the_host_of_a_request_without_authority() {
        let mut table = Table::default();
        let (head, whole) = table.read(&bytes("82 84 66 02 6161 01 02 6262"));
        assert_eq!((head.line.host.as_deref(), whole), (Some("aa"), true));
    }

    proptest! {
        /// Whatever comes, it is read to some end and little is kept.
        #[test]
        fn any_bytes_are_bounded(blocks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..400), 0..40)) {
            let mut table = Table::default();
            for block in &blocks {
                let _ = table.read(block);
                prop_assert!(table.fields.len() <= MAX_FIELDS && table.kept <= MAX_KEPT);
                prop_assert_eq!(table.kept, table.fields.iter().map(Field::len).sum::<usize>());
            }
        }

        /// A number is read the same whatever stands in the bits before it, and what follows it is left.
        #[test]
        fn numbers_are_read(number in 0_usize..1 << 28, prefix in 4_u32..=7) {
            let most = (1_usize << prefix) - 1;
            let mut coded = vec![u8::MAX << prefix | u8::try_from(number.min(most)).unwrap()];
            let mut left = number.checked_sub(most);
            while let Some(rest) = left {
                let more = rest >= 0x80;
                coded.push(u8::try_from(rest & 0x7f).unwrap() | if more { 0x80 } else { 0 });
                left = more.then_some(rest >> 7);
            }
            coded.push(7);
            prop_assert_eq!(integer(&coded, prefix), Some((number, &[7][..])));
        }
    }
}
