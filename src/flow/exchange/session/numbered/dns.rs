//! DNS over TCP (RFC 7766 §8): two bytes of length before each message. Answers may come in any order (§7).

use super::{Frame, Says};

/// The length, and a message's header (RFC 1035 §4.1.1).
pub(super) const HEADER: usize = 14;
const MESSAGE_HEADER: u16 = 12;
/// A question for the root, which is the shortest: an empty name, a type and a class.
const SHORTEST: u16 = MESSAGE_HEADER + 5;
/// A name, and what a resolver adds of its own (EDNS, a signature).
const LONGEST: u16 = 1024;
/// Of the third byte of the header: it is an answer; what kind of query; it is authoritative; it is truncated.
const ANSWER: u8 = 0x80;
const OPCODE: u8 = 0x78;
const AUTHORITATIVE_OR_CUT: u8 = 0x06;
/// Of the fourth: recursion is available; it is to be 0; how it went.
const OF_ANSWERS: u8 = 0xcf;

/// Is this a standard query with one question and no answer, as resolvers send it? Beside the question there may be what is known of a zone
/// already (RFC 1995), and EDNS with a signature.
#[inline]
pub(super) fn begins(bytes: &[u8]) -> bool {
    let Some(&[high, low, _, _, flags, more, 0, 1, 0, 0, 0, 0 | 1, 0, 0..=2]) = bytes.first_chunk() else {
        return false;
    };
    let len = u16::from_be_bytes([high, low]);
    (SHORTEST..=LONGEST).contains(&len)
        && flags & (ANSWER | OPCODE | AUTHORITATIVE_OR_CUT) == 0
        && more & OF_ANSWERS == 0
}

/// May this be the length of a query, sent by itself?
pub(super) fn is_length(bytes: &[u8]) -> bool {
    matches!(bytes, &[high, low] if (SHORTEST..=LONGEST).contains(&u16::from_be_bytes([high, low])))
}

pub(super) fn question(header: &[u8]) -> Option<Frame> {
    read(header).filter(|(_, flags)| flags & ANSWER == 0).map(|(frame, _)| frame)
}

pub(super) fn answer(header: &[u8]) -> Option<Frame> {
    let (frame, flags) = read(header)?;
    let says = match frame.says {
        Says::Asks(number) if flags & ANSWER != 0 => Says::Answers(number),
        // A server may ask as well (RFC 8490).
        _ => Says::Aside,
    };
    Some(Frame { says, ..frame })
}

fn read(header: &[u8]) -> Option<(Frame, u8)> {
    let &[high, low, id_high, id_low, flags, ..] = header else { return None };
    let body = u16::from_be_bytes([high, low]).checked_sub(MESSAGE_HEADER)?;
    let number = u16::from_be_bytes([id_high, id_low]);
    Some((Frame { body: body.into(), says: Says::Asks(number.into()) }, flags))
}
