//! Arbitrary sequences of segments.

use std::collections::HashMap;

use rstwho::flow::{Peek, Provisional, Settings};

use super::play::{At, Packet, Sent, play};

/// Bytes of one step.
const STEP: usize = 8;

/// What was said so far: where the numbers of each direction are.
#[derive(Default)]
struct Numbers(HashMap<(At, At), u32>);

/// The first byte is how the table is kept, the others are steps.
pub fn run(bytes: &[u8]) {
    let Some((&first, steps)) = bytes.split_first() else { return };
    let settings = Settings {
        max_flows: 1 + u32::from(first & 15),
        peek: if first & 16 == 0 { Peek::Allowed } else { Peek::Forbidden },
        provisional: if first & 32 == 0 { Provisional::Given } else { Provisional::Withheld },
        ..Settings::default()
    };
    let packets = packets(steps);
    let mut alone = play(&packets, &settings, 1);
    let mut together = play(&packets, &Settings { seeds: [5, 6, 7, 8], ..settings.clone() }, 32);
    // What is told provisionally does not wait for what is judged after its batch: the order may differ, and only that.
    if settings.provisional == Provisional::Given {
        alone.sort_unstable();
        together.sort_unstable();
    }
    assert_eq!(alone, together, "batches or seeds make a difference");
}

fn packets(steps: &[u8]) -> Vec<Packet> {
    let mut numbers = Numbers::default();
    let mut nanos = 1_700_000_000_000_000_000;
    let mut packet = |step: &[u8]| {
        nanos = later(nanos, step[3]);
        numbers.packet(nanos, step)
    };
    steps.chunks_exact(STEP).map(&mut packet).collect()
}

/// Two hosts of three and a few ports: connections are met again, and turned round.
fn ends(byte: u8) -> (At, At) {
    let client = (1 + (byte >> 2 & 1), 40_000 + u16::from(byte & 3));
    let server = (9, 80);
    if byte & 8 == 0 { (client, server) } else { (server, client) }
}

/// Mostly milliseconds; sometimes seconds, minutes, or a step back.
fn later(nanos: u64, byte: u8) -> u64 {
    let step = u64::from(byte & 0x1f);
    match byte >> 5 {
        0..=3 => nanos + step * 1_000_000,
        4 => nanos + step * 250_000_000,
        5 => nanos + step * 7_000_000_000,
        6 => nanos.saturating_sub(step * 100_000_000),
        _ => nanos,
    }
}

impl Numbers {
    fn packet(&mut self, nanos: u64, step: &[u8]) -> Packet {
        let (src, dst) = ends(step[0]);
        let next = *self.0.get(&(src, dst)).unwrap_or(&1_000);
        let heard = *self.0.get(&(dst, src)).unwrap_or(&5_000);
        let (flags, len) = (step[1], length(step[2]));
        let sent = Sent {
            nanos,
            src,
            dst,
            seq: near(next, step[4]),
            ack: near(heard, step[5]),
            flags,
            wnd: u16::from(step[6]) << 4,
            ttl: 60 + step[7] % 8,
            ip_id: u16::from(step[7]) << 3,
            wrong: u16::from(step[7] > 240),
            len,
            payload: vec![b'x'; (len as usize).min(255)],
        };
        if step[0] & 0xf0 == 0xf0 {
            return sent.refused_by_icmp(3 + step[1] % 2 * 8, step[2] % 16);
        }
        self.0.insert(
            (src, dst),
            sent.seq.wrapping_add(len + u32::from(flags & 1) + u32::from(flags >> 1 & 1)),
        );
        sent.packet()
    }
}

/// Where the numbers are, a little beside that, or far away.
fn near(number: u32, byte: u8) -> u32 {
    match byte {
        0..=127 => number,
        128..=239 => number.wrapping_add(u32::from(byte)).wrapping_sub(184),
        far => number.wrapping_add(u32::from(far) << 24),
    }
}

fn length(byte: u8) -> u32 {
    match byte {
        0..=127 => 0,
        128..=253 => u32::from(byte) - 127,
        254 => 1_460,
        255 => 65_000,
    }
}
