//! What a head says: its first line and the few fields that matter (RFC 9112 §2-§6). Lenient as receivers are: bare line
//! feeds end lines, a field that is broken is passed over.

use std::borrow::Cow;

use compact_str::CompactString;
use memchr::memchr;

use super::super::super::key::End;
use super::BodyLength;
use super::fields::Fields;

/// Characters kept of a target or host.
const MAX_TEXT: usize = 120;
/// And bytes: that many take two of them within what is free for every connection.
const MAX_BYTES: usize = 240;
const VERSION: &[u8] = b"HTTP/1.";
/// Version, space, three digits.
const STATUS_END: usize = 12;
/// Methods that a connection may begin with: those of RFC 9110, PATCH, WebDAV's (RFC 4918, RFC 3253) and caches' PURGE.
const METHODS: &[&[u8]] = &[
    b"GET ",
    b"POST ",
    b"PUT ",
    b"HEAD ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"CONNECT ",
    b"TRACE ",
    b"PROPFIND ",
    b"PROPPATCH ",
    b"MKCOL ",
    b"COPY ",
    b"MOVE ",
    b"MERGE ",
    b"PURGE ",
    b"LOCK ",
    b"UNLOCK ",
    b"REPORT ",
];
const MAX_METHOD: usize = 24;
const EVENTS: &str = "text/event-stream";

/// What the first bytes of something are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Looks {
    /// What was looked for.
    Like,
    /// Perhaps: too few bytes.
    Short,
    /// Something else.
    Unlike,
}

/// Do these bytes begin with `pattern`?
pub(in super::super) fn looks_like(bytes: &[u8], pattern: &[u8]) -> Looks {
    if bytes.starts_with(pattern) {
        Looks::Like
    } else if pattern.starts_with(bytes) {
        Looks::Short
    } else {
        Looks::Unlike
    }
}

/// Do these bytes begin an HTTP/1 request?
pub(in super::super) fn looks_like_request(bytes: &[u8]) -> Looks {
    // The most frequent ones, of those that begin a word at all.
    if matches!(bytes, [b'G', b'E', b'T', b' ', ..] | [b'P', b'O', b'S', b'T', b' ', ..]) {
        return Looks::Like;
    }
    if bytes.first().is_some_and(|byte| !byte.is_ascii_uppercase()) {
        return Looks::Unlike;
    }
    let likely = METHODS.iter().filter(|method| bytes.is_empty() || method.first() == bytes.first());
    let best = likely.map(|method| looks_like(bytes, method));
    best.min_by_key(|looks| *looks as u8).unwrap_or(Looks::Unlike)
}

/// Do these bytes begin an HTTP/1 request beyond doubt? Its whole first line is there, version and all.
pub(in super::super) fn is_surely_request(bytes: &[u8]) -> bool {
    looks_like_request(bytes) == Looks::Like && first_line(bytes).and_then(split_request_line).is_some()
}

/// Is the first line of what begins like a request whole, and of another protocol? RTSP and SIP have borrowed methods. Mostly nothing came
/// before the `rest`.
pub(in super::super) fn is_anothers(earlier: &[u8], rest: &[u8]) -> bool {
    let Some(end) = memchr(b'\n', rest) else { return false };
    let rest = rest.get(..=end).unwrap_or_default();
    let begun = if earlier.is_empty() { Cow::Borrowed(rest) } else { Cow::Owned([earlier, rest].concat()) };
    first_line(&begun).and_then(split_request_line).is_none()
}

/// Do these bytes begin a message of this kind?
pub(in super::super) fn looks_like_message(bytes: &[u8], kind: Kind) -> Looks {
    match kind {
        Kind::Request => looks_like_request(bytes),
        Kind::Response => looks_like(bytes, VERSION),
    }
}

/// What one end sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// The client's.
    Request,
    /// The server's.
    Response,
}

impl Kind {
    pub(super) fn of(by: End, client: End) -> Self {
        if by == client { Self::Request } else { Self::Response }
    }
}

/// The first line without its end, if it is there.
pub(super) fn first_line(head: &[u8]) -> Option<&[u8]> {
    let end = memchr(b'\n', head)?;
    head.get(..end).map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// The method at the beginning, if it is whole.
pub(super) fn method(head: &[u8]) -> Option<&[u8]> {
    let end = head.iter().take(MAX_METHOD + 1).position(|&byte| byte == b' ')?;
    let token = head.get(..end).filter(|token| !token.is_empty())?;
    let fits = token.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_'));
    fits.then_some(token)
}

/// A method's name. Nearly always it is one of these, of which nothing has to be looked at.
pub(super) fn method_name(method: &[u8]) -> CompactString {
    match method {
        b"GET" => const { CompactString::const_new("GET") },
        b"POST" => const { CompactString::const_new("POST") },
        _ => short(method),
    }
}

/// Method and target of a request line.
pub(super) fn request_line(line: &[u8]) -> Option<(&[u8], CompactString)> {
    split_request_line(line).map(|(method, target)| (method, short(path(target))))
}

/// The same as they are on the wire.
fn split_request_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let method = method(line)?;
    let rest = line.get(method.len() + 1..)?.trim_ascii_end();
    let (target, version) = rest.split_at(rest.iter().rposition(|&byte| byte == b' ')?);
    version.get(1..)?.starts_with(VERSION).then_some((method, target))
}

/// A target without its query string, which may hold secrets, and without the scheme and the authority of an absolute one (RFC 9112 §3.2.2);
/// of one that is an authority itself, as CONNECT's, the host and port.
pub(in super::super) fn path(target: &[u8]) -> &[u8] {
    match split_target(target) {
        (Some(_), b"") => b"/",
        (None, authority) if !authority.starts_with(b"/") => host(authority),
        (_, path) => path,
    }
}

/// The host and port of an absolute target.
pub(super) fn host_of_target(line: &[u8]) -> Option<&[u8]> {
    let (_, target) = split_request_line(line)?;
    split_target(target).0.map(host)
}

/// The authority of an absolute target, and the path.
fn split_target(target: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let target = target.split(|byte| matches!(byte, b'?' | b'#')).next().unwrap_or_default();
    let scheme = memchr(b':', target).filter(|_| !target.starts_with(b"/"));
    let Some(rest) = scheme.and_then(|end| target.get(end..)?.strip_prefix(b"://")) else {
        return (None, target);
    };
    let (authority, path) = rest.split_at(memchr(b'/', rest).unwrap_or(rest.len()));
    (Some(authority), path)
}

/// An authority without the user's name and password, with which it may begin (RFC 3986 §3.2.1).
pub(in super::super) fn host(authority: &[u8]) -> &[u8] {
    let user = authority.iter().rposition(|&byte| byte == b'@');
    user.and_then(|at| authority.get(at + 1..)).unwrap_or(authority)
}

/// The status code, as soon as it is there.
pub(super) fn status(head: &[u8]) -> Option<u16> {
    let line = head.get(..STATUS_END).filter(|line| line.starts_with(VERSION))?;
    let digits = line.get(STATUS_END - 3..).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    Some(digits.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0')))
}

/// What lies between line feeds, and behind the last one.
pub(super) fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(head);
    std::iter::from_fn(move || {
        let all = rest?;
        let end = memchr(b'\n', all);
        rest = end.and_then(|end| all.get(end + 1..));
        end.map_or(Some(all), |end| all.get(..end))
    })
}

/// The values of all fields of this name.
pub(super) fn values<'a>(head: &'a [u8], name: &'a str) -> impl Iterator<Item = &'a str> {
    lines(head).skip(1).filter_map(move |line| value(line, name))
}

/// The value of the field in a line, if it has this name.
pub(super) fn value<'a>(line: &'a [u8], name: &str) -> Option<&'a str> {
    std::str::from_utf8(field(line, name)?).ok().map(str::trim)
}

/// The same as it is on the wire, with what surrounds it.
#[inline]
fn field<'a>(line: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (field, value) = line.split_at_checked(name.len())?;
    value.strip_prefix(b":").filter(|_| field.eq_ignore_ascii_case(name.as_bytes()))
}

/// The same without the white space that is usual.
#[inline]
fn bare<'a>(line: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut value = field(line, name)?;
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t' | b'\r'] = value {
        value = rest;
    }
    Some(value)
}

/// The value of the field in a line, if it has this name, as bytes: nearly always they are characters that are seen, which need not be
/// looked at once more.
pub(super) fn text<'a>(line: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let seen = |value: &&[u8]| value.iter().all(|byte| matches!(byte, b'!'..=b'~'));
    bare(line, name).filter(seen).or_else(|| value(line, name).map(str::as_bytes))
}

/// The number in a line, if the field has this name and is nothing else.
pub(super) fn digits(line: &[u8], name: &str) -> Option<u64> {
    /// So many digits have room in a number.
    const ROOM: usize = 19;
    let value = bare(line, name).filter(|value| (1..=ROOM).contains(&value.len()))?;
    let add = |number: u64, byte: &u8| byte.is_ascii_digit().then(|| number * 10 + u64::from(byte - b'0'));
    value.iter().try_fold(0, add)
}

/// Is the body a stream of events (WHATWG HTML, server-sent events)?
pub(super) fn is_event_stream(head: &[u8]) -> bool {
    let kind = |value: &str| value.get(..EVENTS.len()).is_some_and(|kind| kind.eq_ignore_ascii_case(EVENTS));
    values(head, "content-type").any(kind)
}

/// RFC 9112 §6.3, for a final answer.
pub(super) fn response_length(status: u16, asked: Asked, fields: &Fields<'_>) -> BodyLength {
    match (status, asked) {
        (204 | 304, _) | (_, Asked::Head) => BodyLength::Bytes(0),
        _ => fields.body_length().unwrap_or(BodyLength::UntilClose),
    }
}

/// What matters of a request's method to the framing of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Asked {
    /// Anything.
    #[default]
    Other = 0,
    /// The answer has no body.
    Head = 1,
    /// A good answer makes a tunnel.
    Connect = 2,
}

impl Asked {
    pub(super) fn by(method: &[u8]) -> Self {
        match method {
            b"HEAD" => Self::Head,
            b"CONNECT" => Self::Connect,
            _ => Self::Other,
        }
    }
}

/// A text from the wire, bounded, without control characters.
pub(in super::super) fn short(text: &[u8]) -> CompactString {
    // Nearly all of it is plain.
    let is_plain = || text.iter().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'));
    if text.len() <= MAX_TEXT && is_plain() {
        return str::from_utf8(text).map(CompactString::from).unwrap_or_default();
    }
    let text = text.get(..text.len().min(MAX_TEXT * 4)).unwrap_or_default();
    let mut kept = 0;
    let fits = |c: &char| {
        kept += c.len_utf8();
        kept <= MAX_BYTES
    };
    String::from_utf8_lossy(text).chars().filter(|&c| is_shown(c)).take(MAX_TEXT).take_while(fits).collect()
}

/// Neither a control character nor one that only steers the others, as those that turn the direction of a line (UAX #9).
fn is_shown(c: char) -> bool {
    let steers =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    !c.is_control() && !steers
}
