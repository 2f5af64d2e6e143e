//! Last words of protocols that are not read otherwise: a client's goodbye, which wants no answer, and a server's, which says
//! that it ends a session and why. They are no part of the talk.

use compact_str::{CompactString, ToCompactString};
use memchr::memrchr;

use super::super::key::{Both, End};
use super::stream::Piece;

/// A packet of one byte, the command to quit.
const MYSQL_QUIT: &[u8] = b"\x01\0\0\0\x01";
/// What a client sends before it closes, and what need not be answered: PostgreSQL's Terminate, MySQL's COM_QUIT, MQTT's DISCONNECT and
/// Redis's QUIT, whose +OK nobody waits for. LDAP's is told by its shape.
const GOODBYES: &[&[u8]] = &[b"X\0\0\0\x04", MYSQL_QUIT, b"\xe0\0", b"*1\r\n$4\r\nQUIT\r\n"];
/// The same as a line of text, in capitals or not: of SMTP (RFC 5321 §4.1.1.10), FTP, POP3, NNTP, memcached and Redis.
const QUIT: &[u8] = b"QUIT\r\n";
/// And of IMAP, behind a tag (RFC 9051 §6.1.3).
const LOGOUT: &[u8] = b" LOGOUT\r\n";
/// The longest tag that is looked for: those of mail programs have two to seven letters.
const MAX_TAG: usize = 12;
/// PostgreSQL's CancelRequest, but for whose query it is: all that is said on its connection, which the server closes without a word.
const CANCEL: &[u8] = b"\0\0\0\x10\x04\xd2\x16\x2e";
const CANCEL_LEN: usize = 16;
/// A goodbye with the header and the checksum of a Kerberos token (RFC 4121 §4.2.6.2) or a signature of NTLM is no longer.
const MAX_SIGNED: usize = 128;
/// SQLSTATEs with which a server ends a session that was going on (PostgreSQL, appendix A): an administrator's command or a shutdown,
/// another backend's crash, a dropped database, and the timeouts of idle sessions and of idle transactions.
const ENDS: &[&[u8]] = &[b"57P01", b"57P02", b"57P04", b"57P05", b"25P03"];
/// What Redis says to whom it does not let in, or does not understand, before it closes.
const NOT_LET_IN: &[&[u8]] =
    &[b"-ERR max number of clients", b"-DENIED Redis is running in protected mode", b"-ERR Protocol error"];
/// Those of them that answer no command, behind their first word.
const TO_ANYBODY: &[&str] = &["max number of clients", "Redis is running in protected mode"];
/// NATS closes behind each of its errors (NATS client protocol, "+OK/ERR"), which it puts in quotes, but for two.
const NATS_ERROR: &[u8] = b"-ERR '";
const NATS_GOES_ON: &[&[u8]] = &[b"Invalid Subject", b"Permissions Violation"];
/// Codes with which MySQL ends a session (MySQL Server Error Message Reference; the last but one is `MariaDB`'s): too many connections, a
/// shutdown, a host that is blocked or unknown, an aborted connection, a packet that is too long, a packet that did not come in
/// time, too many connections of a user, a session that is killed, and one that was idle for too long.
const ENDS_MYSQL: &[u16] = &[1040, 1053, 1129, 1130, 1152, 1153, 1159, 1203, 1927, 4031];
/// POP3 says so to whom it logs out: Dovecot, UW imapd, Cyrus, Qpopper.
const LOGGED_OUT: &[&[u8]] =
    &[b"-ERR Disconnected", b"-ERR Autologout", b"-ERR idle for too long", b"-ERR POP timeout"];
/// Lines that a server says before it closes: SMTP's and FTP's (RFC 5321 §3.8, RFC 7504 §2.1, RFC 959 §5.4.2), IMAP's (RFC 9051 §7.1.5),
/// IRC's (RFC 2812 §3.7.4), OpenSSH's and memcached's to whom they do not let in.
const CLOSING_LINES: &[&[u8]] = &[
    b"421 ",
    b"421-",
    b"521 ",
    b"* BYE ",
    b"ERROR :",
    b"Exceeded MaxStartups",
    b"Not allowed at this time",
    b"ERROR Too many open connections",
];
/// A server that has had enough says so behind its last answer, in the same segment; replies are no longer than this (RFC 5321 §4.5.3.1.5).
const MAX_REPLIES: usize = 2 * 512;
const ERROR: u8 = b'E';
const NOTICE: u8 = b'N';
const READY: u8 = b'Z';
/// Type and length of a message.
const HEADER: usize = 5;
/// No message before such an error is longer in one segment.
const MAX_LEN: u32 = 1 << 16;
const MAX_TEXT: usize = 80;

/// What was said last, and is not of the talk.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct LastWords {
    /// Bytes of a goodbye after everything else that an end said.
    pub(super) goodbye: Both<u32>,
    /// Why a server ended the session.
    pub(super) fatal: Option<Fatal>,
}

impl LastWords {
    /// `by` said something else: what it had said before was no last word.
    pub(super) fn goes_on(&mut self, by: End) {
        *self.goodbye.at_mut(by) = 0;
        self.fatal.take_if(|fatal| fatal.by == by);
    }
}

/// A server's word that it ends a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fatal {
    /// Who said it.
    pub by: End,
    /// In which frame.
    pub frame: u64,
    /// The how manyth of all segments that is.
    pub serial: u64,
    /// How bad it calls it: FATAL, or WARNING of another backend's crash, Redis's ERR or DENIED, MySQL's ERROR; others do not say.
    pub severity: CompactString,
    /// PostgreSQL's SQLSTATE, MySQL's number; Redis has none.
    pub code: CompactString,
    /// In words for people.
    pub text: CompactString,
    /// It stands behind messages of an answer that it cuts.
    pub within: bool,
    /// It stands behind a whole answer in the same segment.
    pub answers: bool,
}

impl Fatal {
    /// Is it a word that ends a session wherever it is said?
    pub(super) fn is_known_end(&self) -> bool {
        ENDS.contains(&self.code.as_bytes())
    }

    /// Is it a line with a reply code? That answers whatever was asked (RFC 5321 §4.2.1, RFC 959 §4.2).
    #[must_use]
    pub fn is_reply(&self) -> bool {
        self.code.is_empty() && self.text.starts_with(|first: char| first.is_ascii_digit())
    }

    /// Does Redis say so to whoever connects, whatever is asked?
    #[must_use]
    pub fn turns_away(&self) -> bool {
        TO_ANYBODY.iter().any(|start| self.text.starts_with(start))
    }

    /// Does it end the session by its own account?
    pub(super) fn says_so(&self) -> bool {
        matches!(self.severity.as_str(), "FATAL" | "PANIC")
    }
}

/// Who says something, and in which segment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Saying {
    by: End,
    frame: u64,
    serial: u64,
}

impl Saying {
    /// What `by` says in this piece.
    pub(super) const fn of(by: End, piece: &Piece<'_>) -> Self {
        Self { by, frame: piece.stamp.frame, serial: piece.stamp.serial }
    }
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LastWord {
    Goodbye,
    Fatal(Fatal),
}

/// Does this begin like one?
#[inline]
pub(super) fn is_one(bytes: &[u8]) -> bool {
    is_goodbye(bytes)
        || is_message(bytes) && fatal(bytes, Saying::default()).is_some()
        || refusal(bytes, Saying::default()).is_some()
        || last_line(bytes).is_some()
}

/// What `by` says, if that is one.
pub(super) fn of(by: End, piece: &Piece<'_>) -> Option<LastWord> {
    if piece.unseen == 0 && is_goodbye(piece.bytes) {
        return Some(LastWord::Goodbye);
    }
    let saying = Saying::of(by, piece);
    let message = Some(piece.bytes).filter(|bytes| is_message(bytes));
    let said = message.and_then(|bytes| fatal(bytes, saying));
    let behind =
        || last_line(piece.bytes).filter(|_| piece.unseen == 0).map(|line| closing_line(line, saying));
    let behind = || behind().map(|fatal| Fatal { answers: true, ..fatal });
    said.or_else(|| refusal(piece.bytes, saying)).or_else(behind).map(LastWord::Fatal)
}

fn is_goodbye(bytes: &[u8]) -> bool {
    let short = bytes.len() <= HEADER || bytes.first() == Some(&b'*');
    short && GOODBYES.contains(&bytes) || is_unmistakable(bytes)
}

/// A goodbye that nothing else looks like.
fn is_unmistakable(bytes: &[u8]) -> bool {
    is_farewell_line(bytes)
        || is_reply_of_farewell(bytes)
        || is_cancel(bytes)
        || is_unbind(bytes)
        || is_shutdown(bytes)
}

/// LDAP's UnbindRequest (RFC 4511 §4.3), also at the end of what is signed and not sealed: a whole buffer of a SASL layer, behind its length
/// (RFC 4422 §3.7), where the signature comes first.
fn is_unbind(bytes: &[u8]) -> bool {
    if is_bare_unbind(bytes) {
        return true;
    }
    let Some((len, buffer)) = bytes.split_first_chunk().filter(|_| bytes.len() <= MAX_SIGNED) else {
        return false;
    };
    let whole = usize::try_from(u32::from_be_bytes(*len)).is_ok_and(|len| len == buffer.len());
    whole && (0..buffer.len()).any(|at| buffer.get(at..).is_some_and(is_bare_unbind))
}

/// A sequence of a message's number and nothing; Windows writes the sequence's length in four bytes where one would do.
fn is_bare_unbind(bytes: &[u8]) -> bool {
    let (len, message) = match bytes {
        [0x30, 0x84, 0, 0, 0, len, message @ ..] | [0x30, len, message @ ..] => (*len, message),
        _ => return false,
    };
    let [0x02, number, rest @ ..] = message else { return false };
    let ends = rest.get(usize::from(*number)..) == Some(&[0x42, 0]);
    ends && (1..=4).contains(number) && usize::from(len) == message.len()
}

/// Redis's SHUTDOWN, with or without a word on how, which has no reply where it succeeds.
fn is_shutdown(bytes: &[u8]) -> bool {
    const NAME: &[u8] = b"$8\r\nSHUTDOWN\r\n";
    let Some((&[b'*', b'1'..=b'3', b'\r', b'\n'], rest)) = bytes.split_first_chunk() else { return false };
    rest.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME))
}

fn is_farewell_line(bytes: &[u8]) -> bool {
    if bytes.len() < QUIT.len() || bytes.len() > MAX_TAG + LOGOUT.len() || bytes.last() != Some(&b'\n') {
        return false;
    }
    let tagged = bytes.split_last_chunk::<{ LOGOUT.len() }>();
    bytes.eq_ignore_ascii_case(QUIT)
        || tagged.is_some_and(|(tag, rest)| {
            rest.eq_ignore_ascii_case(LOGOUT) && !tag.is_empty() && tag.iter().all(u8::is_ascii_graphic)
        })
}

/// A server's own goodbye, of SMTP and FTP: mostly it answers QUIT, but some say it to whom just hangs up (RFC 5321 §4.2.3, RFC 959 §4.2.2).
fn is_reply_of_farewell(bytes: &[u8]) -> bool {
    matches!(bytes, [b'2', b'2', b'1', b' ' | b'-', .., b'\n']) && bytes.len() < MAX_REPLIES
}

/// May this last word be the first as well? A capture may begin with it; shorter ones could be anything then.
pub(super) fn may_be_first(bytes: &[u8]) -> bool {
    let long = matches!(bytes, [b'X' | b'*', ..]) && GOODBYES.contains(&bytes);
    let quits = bytes == MYSQL_QUIT;
    long || quits || is_unmistakable(bytes) || refusal(bytes, Saying::default()).is_some()
}

fn is_cancel(bytes: &[u8]) -> bool {
    bytes.len() == CANCEL_LEN && bytes.starts_with(CANCEL)
}

/// PostgreSQL's messages have letters for types, and the length of a short one begins with zeros.
fn is_message(bytes: &[u8]) -> bool {
    matches!(bytes, [b'A'..=b'Z' | b'a'..=b'z', 0, 0, ..])
}

fn fatal(mut bytes: &[u8], saying: Saying) -> Option<Fatal> {
    let mut before = None;
    loop {
        let (&[kind, len @ ..], rest) = bytes.split_first_chunk::<HEADER>()?;
        let body = u32::from_be_bytes(len)
            .checked_sub(4)
            .filter(|&len| len < MAX_LEN && kind.is_ascii_alphabetic())?;
        let said = if matches!(kind, ERROR | NOTICE) {
            let within = before.is_some_and(|kind| kind != READY);
            read(rest.get(..body as usize).unwrap_or(rest), saying, within).filter(Fatal::is_known_end)
        } else {
            None
        };
        if said.is_some() || kind == ERROR {
            return said;
        }
        (before, bytes) = (Some(kind), rest.get(body as usize..)?);
    }
}

/// Does Redis turn somebody away with this line, of which so many bytes are kept, in capitals or not?
pub(super) fn turns_away(line: &[u8], kept: usize) -> bool {
    let begins = |start: &[u8]| line.get(..start.len()).is_some_and(|line| line.eq_ignore_ascii_case(start));
    NOT_LET_IN.iter().any(|start| begins(start.get(..kept).unwrap_or(start)))
}

/// Does MySQL end a session with this error?
pub(super) fn ends_mysql(code: u16) -> bool {
    ENDS_MYSQL.contains(&code)
}

/// A server that ends the session, and says why in a segment of its own: of mail, of files, of shells, Redis, or MySQL.
fn refusal(bytes: &[u8], saying: Saying) -> Option<Fatal> {
    if CLOSING_LINES.iter().any(|start| bytes.starts_with(start)) {
        return Some(closing_line(bytes, saying));
    }
    if bytes.first() == Some(&b'-') {
        let severity = if bytes.starts_with(b"-ERR") { "ERR" } else { "DENIED" };
        let line = bytes.split(|&byte| byte == b'\r').next()?;
        let text = line.get(severity.len() + 1..)?.trim_ascii_start();
        let begins = |starts: &[&[u8]]| starts.iter().any(|start| bytes.starts_with(start));
        let ends = begins(NOT_LET_IN) || begins(LOGGED_OUT) || is_end_of_nats(bytes);
        return ends.then(|| said(saying, severity, CompactString::default(), text));
    }
    // One packet of an error: length, number, 0xff, code, SQLSTATE in six bytes but for those who have not said hello yet.
    let (&[a, b, 0, _, 0xff, low, high], text) = bytes.split_first_chunk()? else { return None };
    let (len, code) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([low, high]));
    let whole = usize::from(len) + 4 == bytes.len() && ends_mysql(code);
    let text = text.strip_prefix(b"#").and_then(|text| text.get(5..)).unwrap_or(text);
    whole.then(|| said(saying, "ERROR", code.to_compact_string(), text))
}

/// A line with which a server closes.
fn closing_line(bytes: &[u8], saying: Saying) -> Fatal {
    let line = bytes.split(|&byte| byte == b'\r').next().unwrap_or_default();
    said(saying, "", CompactString::default(), line)
}

/// What a server says in the protocols that have one message for it.
fn said(
    Saying { by, frame, serial }: Saying,
    severity: &'static str,
    code: CompactString,
    text: &[u8],
) -> Fatal {
    let (severity, text) = (severity.into(), shown(text));
    Fatal { by, frame, serial, severity, code, text, within: false, answers: false }
}

/// The last of several short lines, if a server closes with it.
fn last_line(bytes: &[u8]) -> Option<&[u8]> {
    let lines = bytes.strip_suffix(b"\n").filter(|lines| lines.len() < MAX_REPLIES)?;
    let line = lines.get(memrchr(b'\n', lines)? + 1..)?;
    CLOSING_LINES.iter().any(|start| line.starts_with(start)).then_some(line)
}

/// Does NATS end a connection with this error?
fn is_end_of_nats(bytes: &[u8]) -> bool {
    let error = bytes.strip_prefix(NATS_ERROR);
    error.is_some_and(|error| !NATS_GOES_ON.iter().any(|start| error.starts_with(start)))
}

/// What people can read of it.
fn shown(bytes: &[u8]) -> CompactString {
    let shown = bytes.iter().filter(|byte| byte.is_ascii_graphic() || **byte == b' ');
    shown.take(MAX_TEXT).map(|&byte| char::from(byte)).collect()
}

/// An ErrorResponse: fields of a letter and a text that a zero ends.
pub(super) fn read(body: &[u8], Saying { by, frame, serial }: Saying, within: bool) -> Option<Fatal> {
    let field = |wanted: u8| {
        let mut fields = body.split(|&byte| byte == 0).filter_map(<[u8]>::split_first);
        fields.find(|(letter, _)| **letter == wanted).map(|(_, text)| text)
    };
    let code = field(b'C')?;
    // The word that is not translated, since version 9.6.
    let severity = shown(field(b'V').or_else(|| field(b'S')).unwrap_or_default());
    Some(Fatal {
        by,
        frame,
        serial,
        severity,
        code: shown(code),
        text: shown(field(b'M').unwrap_or_default()),
        within,
        answers: false,
    })
}
