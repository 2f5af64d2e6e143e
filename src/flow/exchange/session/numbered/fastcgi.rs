//! FastCGI (its specification 1.0 §3.3): what a web server asks of PHP-FPM and its like. A request is a record that begins it, its
//! parameters and its body, which an empty record ends; the answer is what the program writes, and a record that says that it has ended.

use super::{Frame, Says};

/// Version, type, the request's number, the length of the contents and that of the padding behind them, a reserved byte.
pub(super) const HEADER: usize = 8;
const VERSION: u8 = 1;
const BEGIN_REQUEST: u8 = 1;
const END_REQUEST: u8 = 3;
const STDIN: u8 = 5;
const STDOUT: u8 = 6;
const STDERR: u8 = 7;
/// The highest that is known.
const UNKNOWN_TYPE: u8 = 11;

/// Does a request begin so: a role, whether the connection is to be kept, and five reserved bytes?
#[inline]
pub(super) fn begins(bytes: &[u8]) -> bool {
    matches!(
        bytes.first_chunk(),
        Some([VERSION, BEGIN_REQUEST, _, _, 0, 8, 0, 0, 0, 1..=3, 0 | 1, 0, 0, 0, 0, 0])
    )
}

pub(super) fn question(header: &[u8]) -> Option<Frame> {
    let (kind, number, body) = read(header)?;
    let says = match kind {
        BEGIN_REQUEST => Says::Begins(number),
        STDIN if body == 0 => Says::Completes,
        _ => Says::Aside,
    };
    Some(Frame { body, says })
}

pub(super) fn answer(header: &[u8]) -> Option<Frame> {
    let (kind, number, body) = read(header)?;
    let says = match kind {
        END_REQUEST => Says::Answers(number),
        STDOUT | STDERR => Says::Tells(number),
        _ => Says::Aside,
    };
    Some(Frame { body, says })
}

fn read(header: &[u8]) -> Option<(u8, u32, u32)> {
    let &[VERSION, kind @ 1..=UNKNOWN_TYPE, id_high, id_low, high, low, padding, _] = header else {
        return None;
    };
    let body = u32::from(u16::from_be_bytes([high, low])) + u32::from(padding);
    Some((kind, u16::from_be_bytes([id_high, id_low]).into(), body))
}
