//! Is it TLS?

use super::super::http::{Looks, looks_like};
use super::{CLIENT_HELLO, FATAL, records};

/// Do these bytes begin a ClientHello?
#[must_use]
pub(in super::super) fn looks_like_hello(bytes: &[u8]) -> Looks {
    match bytes {
        [records::HANDSHAKE, 3, 0..=4, _, _, kind, ..] => looks_like(&[*kind], &[CLIENT_HELLO]),
        [records::HANDSHAKE] | [records::HANDSHAKE, 3] | [records::HANDSHAKE, 3, 0..=4, ..] => Looks::Short,
        _ => Looks::Unlike,
    }
}

/// Do these bytes begin a fatal alert in clear, which is all that a program says that does not understand the other's first bytes?
#[must_use]
pub(in super::super) fn looks_like_alert(bytes: &[u8]) -> bool {
    matches!(bytes, [records::ALERT, 3, 0..=4, 0, 2, FATAL, ..])
}

/// Are these records of data, of a session that began before the capture? In clear nobody says three such bytes and a length that fits.
#[inline]
#[must_use]
pub(in super::super) fn is_surely_data(bytes: &[u8]) -> bool {
    records::are_data(bytes)
}

/// Is this a ClientHello beyond doubt? The record is as long as the message in it, and both speak of versions that exist.
#[must_use]
pub(in super::super) fn is_surely_hello(bytes: &[u8]) -> bool {
    let Some(&[records::HANDSHAKE, 3, 0..=4, high, low, CLIENT_HELLO, 0, upper, lower, 3, 1..=3]) =
        bytes.first_chunk()
    else {
        return false;
    };
    u16::from_be_bytes([high, low]).checked_sub(4) == Some(u16::from_be_bytes([upper, lower]))
}
