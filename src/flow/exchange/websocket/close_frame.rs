//! Why a WebSocket ends: a Close frame has a code and a reason for people (RFC 6455 §5.5.1).

use compact_str::CompactString;

use super::super::super::key::End;

/// No control frame has a longer body (RFC 6455 §5.5).
const MAX_BODY: usize = 125;
const MAX_REASON: usize = 80;

/// A Close frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseFrame {
    /// Who sent it.
    pub by: End,
    /// In which frame of the capture.
    pub frame: u64,
    /// Its code, if it has one.
    pub code: Option<u16>,
    /// What people can read of its reason.
    pub reason: CompactString,
    mask: [u8; 4],
    /// Bytes of the body that came, and the first half of the code.
    have: usize,
    high: u8,
}

impl CloseFrame {
    /// One of which the body is still to come, masked with this.
    pub(super) fn new(by: End, frame: u64, mask: [u8; 4]) -> Self {
        Self { by, frame, code: None, reason: CompactString::default(), mask, have: 0, high: 0 }
    }

    /// More of its body.
    pub(super) fn goes_on(&mut self, bytes: &[u8]) {
        for &masked in bytes.iter().take(MAX_BODY) {
            let byte = masked ^ self.mask.get(self.have % self.mask.len()).copied().unwrap_or_default();
            match self.have {
                0 => self.high = byte,
                1 => self.code = Some(u16::from_be_bytes([self.high, byte])),
                _ if self.reason.len() < MAX_REASON && (byte.is_ascii_graphic() || byte == b' ') => {
                    self.reason.push(char::from(byte));
                }
                _ => {}
            }
            self.have += 1;
        }
    }
}
