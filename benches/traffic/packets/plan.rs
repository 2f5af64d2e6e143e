//! What a connection is going to do, step by step.

use std::collections::VecDeque;

use fastrand::Rng;
use rstwho::decode::Flags;

use super::Profile;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}
use Side::{Client, Server};

/// What a segment carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    Nothing,
    /// An HTTP request.
    Request,
    /// The head of an HTTP answer of so many bytes in all, and its first bytes.
    Answer(u32),
    /// One TLS record.
    Record,
    /// Anything.
    Noise,
}

/// One segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Microseconds after the one before.
    pub(super) after: u32,
    pub(super) by: Side,
    pub(super) flags: Flags,
    pub(super) len: u16,
    pub(super) says: Says,
}

const FULL: u32 = 1448;
const MILLIS: u32 = 1_000;
const SYN_ACK: Flags = Flags::SYN.with(Flags::ACK);
const PSH_ACK: Flags = Flags::PSH.with(Flags::ACK);
const FIN_ACK: Flags = Flags::FIN.with(Flags::ACK);
const RST_ACK: Flags = Flags::RST.with(Flags::ACK);

/// How long a place may stay empty between two connections, in microseconds.
pub(super) const fn pause(profile: Profile) -> u64 {
    match profile {
        Profile::Web => 2_000_000,
        Profile::Scan => 300_000,
        Profile::Bulk => 10_000,
    }
}

/// The steps of one connection.
pub(super) struct Plan<'r> {
    rng: &'r mut Rng,
    steps: VecDeque<Step>,
    /// Half the way there and back.
    hop: u32,
    encrypted: bool,
}

/// What one connection of this profile does; `encrypted` tells what it speaks.
pub(super) fn draw(profile: Profile, encrypted: bool, rng: &mut Rng) -> VecDeque<Step> {
    let hop = 200 + rng.u32(..20 * MILLIS);
    let mut plan = Plan { rng, steps: VecDeque::new(), hop, encrypted };
    match profile {
        Profile::Web => plan.browse(),
        Profile::Scan => plan.probe(),
        Profile::Bulk => plan.copy(),
    }
    plan.steps
}

impl Plan<'_> {
    fn add(&mut self, after: u32, by: Side, flags: Flags) {
        self.steps.push_back(Step { after, by, flags, len: 0, says: Says::Nothing });
    }

    #[expect(clippy::cast_possible_truncation, reason = "segments are at most FULL bytes")]
    fn say(&mut self, after: u32, by: Side, len: u32, says: Says) {
        self.steps.push_back(Step { after, by, flags: PSH_ACK, len: len as u16, says });
    }

    fn handshake(&mut self) {
        self.add(0, Client, Flags::SYN);
        self.add(self.hop, Server, SYN_ACK);
        self.add(self.hop, Client, Flags::ACK);
    }

    fn request(&mut self, after: u32) {
        let says = if self.encrypted { Says::Record } else { Says::Request };
        let len = 180 + self.rng.u32(..700);
        self.say(after, Client, len, says);
    }

    /// An answer of `total` bytes, of which `sent` are sent, every second segment acknowledged.
    fn answer(&mut self, total: u32, sent: u32) {
        self.add(self.hop, Server, Flags::ACK);
        let think = MILLIS + self.rng.u32(..150 * MILLIS);
        for (count, from) in (0..sent).step_by(FULL as usize).enumerate() {
            let after = if count == 0 { think } else { 12 };
            let says = match (self.encrypted, from) {
                (true, _) => Says::Record,
                (false, 0) => Says::Answer(total),
                (false, _) => Says::Noise,
            };
            self.say(after, Server, (sent - from).min(FULL), says);
            if count % 2 == 1 || from + FULL >= sent {
                self.add(self.hop / 8, Client, Flags::ACK);
            }
        }
    }

    /// How long an answer is. Of a multiple of eight bytes the last segment, too, has room for a record's head.
    fn size(&mut self) -> u32 {
        let size = match self.rng.u32(..100) {
            0..70 => 200 + self.rng.u32(..2_800),
            70..95 => 3_000 + self.rng.u32(..17_000),
            _ => 20_000 + self.rng.u32(..70_000),
        };
        size / 8 * 8
    }

    fn exchanges(&mut self, count: u32) {
        for _ in 0..count {
            let idle = 20 * MILLIS + self.rng.u32(..3_000 * MILLIS);
            self.request(idle);
            let size = self.size();
            self.answer(size, size);
        }
    }

    fn close(&mut self, after: u32, by: Side) {
        let other = if by == Client { Server } else { Client };
        self.add(after, by, FIN_ACK);
        self.add(self.hop * 2, other, FIN_ACK);
        self.add(self.hop * 2, by, Flags::ACK);
    }

    /// A browser's connection: most end well.
    fn browse(&mut self) {
        let end = self.rng.u32(..100);
        if end < 3 {
            return self.refused();
        }
        self.handshake();
        let count = 1 + self.rng.u32(..4);
        self.exchanges(count);
        let idle = 5 * MILLIS + self.rng.u32(..2_000 * MILLIS);
        match end {
            3..8 => {
                self.request(idle);
                self.answer(60_000, 20_000);
                self.add(self.hop, Client, RST_ACK);
            }
            8..12 => {
                self.request(idle);
                self.add(self.hop, Server, RST_ACK);
            }
            12..15 => self.add(15_000 * MILLIS, Server, RST_ACK),
            15..19 => {
                self.add(idle, Server, FIN_ACK);
                self.add(self.hop, Client, RST_ACK);
            }
            19..22 => {
                self.add(5_000 * MILLIS, Server, FIN_ACK);
                self.add(self.hop, Client, Flags::ACK);
                self.request(50 * MILLIS);
                self.add(self.hop, Server, Flags::RST);
            }
            22..60 => self.close(idle, Client),
            _ => self.close(idle, Server),
        }
    }

    fn refused(&mut self) {
        self.add(0, Client, Flags::SYN);
        self.add(self.hop, Server, RST_ACK);
    }

    /// A scanner's connection: few get anywhere, and some are not a scanner's.
    fn probe(&mut self) {
        match self.rng.u32(..100) {
            0..64 => self.refused(),
            64..86 => self.unanswered(),
            86..96 => {
                self.add(0, Client, Flags::SYN);
                self.add(self.hop, Server, SYN_ACK);
                self.add(self.hop, Client, Flags::RST);
            }
            96..98 => {
                self.handshake();
                self.close(self.hop, Client);
            }
            _ => self.browse(),
        }
    }

    fn unanswered(&mut self) {
        self.add(0, Client, Flags::SYN);
        if self.rng.u8(..3) == 0 {
            self.add(1_000 * MILLIS, Client, Flags::SYN);
        }
    }

    /// One large answer.
    fn copy(&mut self) {
        self.handshake();
        self.request(MILLIS);
        self.add(self.hop, Server, Flags::ACK);
        for _ in 0..5_000 + self.rng.u32(..25_000) {
            self.say(12, Server, FULL, Says::Noise);
            self.say(12, Server, FULL, Says::Noise);
            self.add(3, Client, Flags::ACK);
        }
        match self.rng.u8(..8) {
            0 => self.add(MILLIS, Client, RST_ACK),
            _ => self.close(MILLIS, Server),
        }
    }
}
