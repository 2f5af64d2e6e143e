//! Messages of protocols that nobody reads, and which tell all the same where they end: by a length in their first bytes, or as a line
//! of reply.

use super::stream::Piece;

/// First bytes that are kept: as many as the header of DCE/RPC has up to its length.
const KEPT: usize = 10;
/// Its version, and a reserved byte.
const TPKT: [u8; 2] = [3, 0];
/// A reply's line is no longer (RFC 5321 §4.5.3.1.5).
const MAX_LINE: usize = 512;

/// How a turn begins, as far as that tells where its message ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Framing {
    first: [u8; KEPT],
    /// The length of the line of reply that the first segment is, if it is one.
    line: u16,
}

impl Framing {
    /// What a turn that begins with this piece tells.
    pub(super) fn of(piece: &Piece<'_>) -> Self {
        let mut framing = Self::default();
        framing.first.iter_mut().zip(piece.bytes).for_each(|(kept, byte)| *kept = *byte);
        if piece.unseen == 0 && is_line_of_reply(piece.bytes) {
            framing.line = u16::try_from(piece.bytes.len()).unwrap_or_default();
        }
        framing
    }

    /// Is a turn of so many bytes the one message that its beginning tells of?
    #[must_use]
    pub fn is_whole(&self, bytes: u64) -> bool {
        bytes > 0
            && (u64::from(self.line) == bytes
                || self.lengths().into_iter().flatten().any(|told| told == bytes))
    }

    /// How long it would be in each of the protocols that it may be, the header counted.
    fn lengths(&self) -> [Option<u64>; 6] {
        let behind = |header: u64, len: u32| (len > 0).then_some(header + u64::from(len));
        let word = |at: usize| u16::from_be_bytes([self.byte(at), self.byte(at + 1)]);
        let double = u32::from(word(0)) << 16 | u32::from(word(2));
        let little = u32::from_le_bytes([self.byte(0), self.byte(1), self.byte(2), 0]);
        [
            // DNS (RFC 7766 §8).
            behind(2, word(0).into()),
            // SMB (RFC 1002 §4.3.1), Kerberos (RFC 4120 §7.2.2), SASL (RFC 4422 §3.7), and whatever is framed by four bytes.
            behind(4, double),
            // MySQL.
            behind(4, little),
            // TPKT (RFC 1006 §6), which counts its header.
            behind(0, word(2).into()).filter(|_| self.first.starts_with(&TPKT)),
            // Modbus, whose protocol is number 0.
            behind(6, word(4).into()).filter(|_| word(2) == 0),
            self.of_rpc(),
        ]
    }

    fn byte(&self, at: usize) -> u8 {
        self.first.get(at).copied().unwrap_or_default()
    }

    /// DCE/RPC of version 5 counts its header as well, and tells in which order its bytes are (C706 §12.6.3.1).
    fn of_rpc(&self) -> Option<u64> {
        let [5, 0 | 1, _, _, order, _, _, _, low, high] = self.first else { return None };
        let len = if order & 0xf0 == 0x10 { [low, high] } else { [high, low] };
        Some(u16::from_le_bytes(len).into())
    }
}

/// One line with a reply code behind which nothing more is due (RFC 5321 §4.2.1, RFC 959 §4.2), or POP3's error (RFC 1939 §3).
fn is_line_of_reply(bytes: &[u8]) -> bool {
    let begins =
        matches!(bytes, [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9', b' ', ..]) || bytes.starts_with(b"-ERR ");
    let line = || bytes.strip_suffix(b"\r\n").is_some_and(|line| !line.contains(&b'\n'));
    begins && bytes.len() <= MAX_LINE && line()
}
