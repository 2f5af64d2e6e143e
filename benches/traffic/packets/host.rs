//! Two hosts and what they are about to say to each other.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use fastrand::Rng;
use rstwho::decode::Flags;

use super::Profile;
use super::plan::{self, Side, Step};

const HTTP: u16 = 80;
const HTTPS: u16 = 443;
/// What a scanner tries.
const TRIED: [u16; 8] = [22, 23, 445, 1433, 3306, 3389, 5900, 8080];
const SCANNERS: u32 = 200;
const SERVERS: u32 = 400;

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Host {
    pub(super) at: SocketAddr,
    iss: u32,
    next: u32,
    ip_id: u16,
    ttl: u8,
    has_spoken: bool,
}

/// The numbers of one segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub(super) src: SocketAddr,
    pub(super) dst: SocketAddr,
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) ip_id: u16,
    pub(super) ttl: u8,
}

/// A connection under way.
pub(super) struct Connection {
    client: Host,
    server: Host,
    steps: VecDeque<Step>,
}

impl Connection {
    /// The connection of this number; no two have the same addresses and ports.
    pub(super) fn begin(profile: Profile, number: u32, rng: &mut Rng) -> Self {
        let encrypted = rng.u8(..10) < 6;
        let (client, mut server) =
            if profile == Profile::Scan { scanner(number, rng) } else { browser(number, rng) };
        if profile != Profile::Scan {
            server.set_port(if encrypted { HTTPS } else { HTTP });
        }
        let (client, server) =
            if number % 10 == 7 { (mapped(client), mapped(server)) } else { (client, server) };
        let distance = rng.u8(1..20);
        Self {
            client: Host::new(client, 64 - distance, rng),
            server: Host::new(server, 64, rng),
            steps: plan::draw(profile, encrypted, rng),
        }
    }

    /// How long until its next step, in microseconds.
    pub(super) fn wait(&self) -> u64 {
        self.steps.front().map_or(0, |step| step.after.into())
    }

    /// How much it still has to do.
    pub(super) fn steps_left(&self) -> usize {
        self.steps.len()
    }

    /// Does something that nobody captures.
    pub(super) fn skip(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step();
        }
    }

    /// The next step.
    pub(super) fn step(&mut self) -> Option<(Step, Numbers)> {
        let step = self.steps.pop_front()?;
        let (me, peer) = match step.by {
            Side::Client => (&mut self.client, &self.server),
            Side::Server => (&mut self.server, &self.client),
        };
        Some((step, me.number(&step, peer)))
    }
}

impl Host {
    fn new(at: SocketAddr, ttl: u8, rng: &mut Rng) -> Self {
        let iss = rng.u32(..);
        Self { at, iss, next: iss, ip_id: rng.u16(..), ttl, has_spoken: false }
    }

    fn number(&mut self, step: &Step, peer: &Self) -> Numbers {
        let seq = match step.flags {
            flags if flags.syn() => self.iss,
            // Whoever refuses has no number of his own.
            flags if flags.rst() && !self.has_spoken => 0,
            _ => self.next,
        };
        let ack = if step.flags.ack() { peer.next } else { 0 };
        let ends = u32::from(step.flags.has(Flags::SYN.with(Flags::FIN)));
        self.next = self.next.max_serial(seq.wrapping_add(u32::from(step.len) + ends));
        self.has_spoken = true;
        self.ip_id = self.ip_id.wrapping_add(1);
        Numbers { src: self.at, dst: peer.at, seq, ack, ip_id: self.ip_id, ttl: self.ttl }
    }
}

/// Sequence numbers go round.
trait Serial {
    fn max_serial(self, other: Self) -> Self;
}

impl Serial for u32 {
    fn max_serial(self, other: Self) -> Self {
        if other.wrapping_sub(self) < 1 << 31 { other } else { self }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "ports are kept below 65,536")]
fn browser(number: u32, rng: &mut Rng) -> (SocketAddr, SocketAddr) {
    let (host, round) = (number & 0xffff, number >> 16);
    let port = 32_768 + (round * 257 + host * 31) % 28_000;
    (address([100, 64], host, port as u16), address([10, 9], rng.u32(..SERVERS), HTTP))
}

fn scanner(number: u32, rng: &mut Rng) -> (SocketAddr, SocketAddr) {
    let source = address([198, 18], rng.u32(..SCANNERS), rng.u16(1_024..));
    // An odd factor: no target is met twice within 2^24.
    let target = number.wrapping_mul(0x9e_3779) & 0xff_ffff;
    let [_, a, b, c] = target.to_be_bytes();
    (source, SocketAddr::new(Ipv4Addr::new(10, a, b, c).into(), TRIED[rng.usize(..TRIED.len())]))
}

#[expect(clippy::cast_possible_truncation, reason = "a host's number has 16 bits")]
fn address([a, b]: [u8; 2], host: u32, port: u16) -> SocketAddr {
    let [c, d] = (host as u16).to_be_bytes();
    SocketAddr::new(Ipv4Addr::new(a, b, c, d).into(), port)
}

/// The same host over IPv6.
fn mapped(at: SocketAddr) -> SocketAddr {
    let IpAddr::V4(v4) = at.ip() else { return at };
    let [a, b, c, d] = v4.octets().map(u16::from);
    SocketAddr::new([0xfd00, 0, 0, 0, a, b, c, d].into(), at.port())
}
