//! Bytes that two programs say to each other on one connection, in pieces.
//!
//! `0xff` and a byte after it begin a piece: who says it, and whether it is lost, repeated, late, cut or acknowledged. All
//! that is not is text, so that a corpus can be read.

use rstwho::flow::Settings;

use super::play::{At, Packet, Sent, play};

const CLIENT: At = (1, 40_000);
const SERVER: At = (2, 80);
/// More than one packet holds.
const LONGEST: usize = 60_000;

/// Who says a piece, and what becomes of it.
const BY_SERVER: u8 = 1;
const LOST: u8 = 1 << 1;
const AGAIN: u8 = 1 << 2;
const LATE: u8 = 1 << 3;
const CUT: u8 = 1 << 4;
const DEAF: u8 = 1 << 5;
const FIN: u8 = 1 << 6;
const RST: u8 = 1 << 7;

/// The flags of TCP.
mod flags {
    pub(super) const FIN: u8 = 1;
    pub(super) const SYN: u8 = 2;
    pub(super) const RST: u8 = 4;
    pub(super) const PSH: u8 = 8;
    pub(super) const ACK: u8 = 16;
}

#[derive(Default)]
struct Talk {
    packets: Vec<Packet>,
    said: [u32; 2],
    late: Vec<Packet>,
}

/// Plays a talk.
pub fn hold(bytes: &[u8]) {
    let settings = Settings { max_flows: 4, ..Settings::default() };
    let mut talk = Talk::greeted();
    for (how, text) in pieces(bytes) {
        talk.say(how, text);
    }
    talk.packets.append(&mut talk.late);
    assert!(!play(&talk.packets, &settings, 32).is_empty());
}

fn pieces(bytes: &[u8]) -> Vec<(u8, &[u8])> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while let Some((how, text)) = rest.strip_prefix(&[0xff]).unwrap_or(rest).split_first() {
        let end = text.iter().position(|&byte| byte == 0xff).unwrap_or(text.len());
        pieces.push((*how, &text[..end]));
        rest = &text[end..];
    }
    pieces
}

impl Talk {
    /// After a handshake.
    fn greeted() -> Self {
        let mut talk = Self { said: [999, 4_999], ..Self::default() };
        for (by, bits) in [(0, flags::SYN), (1, flags::SYN | flags::ACK), (0, flags::ACK)] {
            let packet = talk.sent(by, bits, 0, b"").packet();
            talk.packets.push(packet);
            talk.said[by] += u32::from(bits >> 1 & 1);
        }
        talk
    }

    fn say(&mut self, how: u8, text: &[u8]) {
        let by = usize::from(how & BY_SERVER);
        let text = &text[..text.len().min(LONGEST)];
        let unseen = if how & CUT == 0 { 0 } else { 700 };
        let mut bits = if how & DEAF == 0 { flags::ACK } else { flags::PSH };
        bits |= if how & FIN == 0 { 0 } else { flags::FIN };
        bits |= if how & RST == 0 { 0 } else { flags::RST };
        let packet = self.sent(by, bits, unseen, text).packet();
        self.said[by] = self.said[by].wrapping_add(text.len() as u32 + unseen + u32::from(bits & 1));
        match (how & LOST, how & LATE) {
            (LOST, _) => {}
            (_, LATE) => self.late.push(packet.clone()),
            _ => self.packets.push(packet.clone()),
        }
        if how & AGAIN != 0 {
            self.packets.push(packet);
        }
        if self.late.len() > 3 {
            self.packets.append(&mut self.late);
        }
    }

    fn sent(&self, by: usize, bits: u8, unseen: u32, text: &[u8]) -> Sent {
        let (src, dst) = if by == 0 { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
        let number = 1 + self.packets.len() as u64;
        Sent {
            nanos: 1_700_000_000_000_000_000 + number * 1_000_000,
            src,
            dst,
            seq: self.said[by],
            ack: if bits & flags::ACK == 0 { 0 } else { self.said[1 - by] },
            flags: bits,
            wnd: 64_000,
            ttl: 64,
            ip_id: number as u16,
            wrong: 0,
            len: text.len() as u32 + unseen,
            payload: text.to_vec(),
        }
    }
}
