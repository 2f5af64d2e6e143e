//! MongoDB's wire protocol (its manual's "Wire Protocol"): a header of four numbers, the smallest byte first.

use super::{Frame, Says};

/// Length, number, the number of what is answered, and the kind of message; then what the usual kind has in any case: its flags.
pub(super) const HEADER: usize = 20;
/// A server takes no longer message (maxMessageSizeBytes).
const LONGEST: u32 = 48_000_000;
/// Kinds of message.
const REPLY: u32 = 1;
const QUERY: u32 = 2004;
const COMPRESSED: u32 = 2012;
const MSG: u32 = 2013;
/// Those without an answer: updates, inserts, deletions and closed cursors of old.
const UNANSWERED: [u32; 4] = [2001, 2002, 2006, 2007];
const GET_MORE: u32 = 2005;
/// Flags: a checksum follows; more messages follow, for which nobody waits; more may follow.
const CHECKSUM: u32 = 1;
const MORE_TO_COME: u32 = 1 << 1;
const EXHAUST_ALLOWED: u32 = 1 << 16;

/// Does a client ask so: a message that answers none, of a kind that wants an answer?
#[inline]
pub(super) fn begins(bytes: &[u8]) -> bool {
    let number = |nth: usize| bytes.as_chunks().0.get(nth).copied().map(u32::from_le_bytes);
    let (Some(len), Some(0), Some(kind)) = (number(0), number(2), number(3)) else { return false };
    let known = CHECKSUM | MORE_TO_COME | EXHAUST_ALLOWED;
    let has_its_flags = kind != MSG || number(4).is_none_or(|flags| flags & !known == 0);
    is_possible(len) && [QUERY, COMPRESSED, MSG].contains(&kind) && has_its_flags
}

const fn is_possible(len: u32) -> bool {
    HEADER < len as usize && len <= LONGEST
}

pub(super) fn question(header: &[u8]) -> Option<Frame> {
    let [len, number, _, kind, flags] = read(header)?;
    let says = match kind {
        MSG if flags & MORE_TO_COME != 0 => Says::Aside,
        MSG | COMPRESSED | QUERY | GET_MORE => Says::Asks(number),
        _ if UNANSWERED.contains(&kind) => Says::Aside,
        _ => return None,
    };
    frame(len, says)
}

pub(super) fn answer(header: &[u8]) -> Option<Frame> {
    let [len, _, number, kind, flags] = read(header)?;
    let says = match kind {
        MSG if flags & MORE_TO_COME != 0 => Says::Streams,
        MSG | COMPRESSED | REPLY => Says::Answers(number),
        _ => return None,
    };
    frame(len, says)
}

fn frame(len: u32, says: Says) -> Option<Frame> {
    let header = u32::try_from(HEADER).ok()?;
    is_possible(len).then(|| Frame { body: len - header, says })
}

/// Five numbers.
fn read(header: &[u8]) -> Option<[u32; HEADER / 4]> {
    let (numbers, rest) = header.as_chunks();
    let numbers: [[u8; 4]; HEADER / 4] = numbers.try_into().ok().filter(|_| rest.is_empty())?;
    Some(numbers.map(u32::from_le_bytes))
}
