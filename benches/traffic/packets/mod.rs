//! Traffic that nobody sent: many connections that take turns, each with a plan of its own, and the same bytes for the same
//! profile and number of packets every time.

mod host;
mod plan;
mod wire;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};

use fastrand::Rng;

use host::Connection;
use wire::Wire;

/// Any number would do; the same one gives the same capture.
const SEED: u64 = 0x7273_7477_686f;
/// How much of a frame is kept where it is not kept whole.
const SNAPLEN: usize = 128;
/// Packets of a capture for each connection that is open at a time: some come and go before it is over.
const PACKETS_PER_OPEN: u64 = 100;

/// What kind of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Profile {
    /// Requests and answers of up to 50,000 open connections, one in five of which is reset; frames cut at 128 bytes.
    Web,
    /// Scanners: most SYNs are refused, others unanswered, some answered and then reset; frames cut at 128 bytes.
    Scan,
    /// Full-size segments of 24 connections, kept whole.
    Bulk,
}

impl Profile {
    fn open(self, packets: u64) -> usize {
        let most = match self {
            Self::Web => 50_000,
            Self::Scan => 20_000,
            Self::Bulk => 24,
        };
        usize::try_from(packets / PACKETS_PER_OPEN).unwrap_or(most).clamp(1, most)
    }

    const fn snaplen(self) -> usize {
        match self {
            Self::Web | Self::Scan => SNAPLEN,
            Self::Bulk => usize::MAX,
        }
    }
}

/// Writes so many packets as a pcap file.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write(profile: Profile, packets: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut wire = Wire::new(out, profile.snaplen())?;
    let mut crowd = Crowd::new(profile, profile.open(packets));
    for _ in 0..packets {
        let (micros, connection) = crowd.next_to_speak();
        wire.send(micros, connection)?;
    }
    Ok(())
}

/// Connections that take turns.
struct Crowd {
    profile: Profile,
    rng: Rng,
    begun: u32,
    connections: Vec<Connection>,
    /// When each of them speaks next, in microseconds.
    due: BinaryHeap<Reverse<(u64, usize)>>,
    /// Who spoke last, and when.
    last: Option<(u64, usize)>,
}

impl Crowd {
    fn new(profile: Profile, open: usize) -> Self {
        let rng = Rng::with_seed(SEED);
        let mut crowd =
            Self { profile, rng, begun: 0, connections: Vec::new(), due: BinaryHeap::new(), last: None };
        for place in 0..open {
            let mut connection = crowd.begin();
            // The capture begins in the middle of some.
            if profile == Profile::Web && crowd.rng.u8(..3) == 0 {
                connection.skip(crowd.rng.usize(..connection.steps_left()));
            }
            let at = crowd.rng.u64(..plan::pause(profile));
            crowd.due.push(Reverse((at + connection.wait(), place)));
            crowd.connections.push(connection);
        }
        crowd
    }

    fn begin(&mut self) -> Connection {
        self.begun += 1;
        Connection::begin(self.profile, self.begun, &mut self.rng)
    }

    /// Whose next step it is, and when.
    fn next_to_speak(&mut self) -> (u64, &mut Connection) {
        if let Some((at, place)) = self.last.take() {
            let mut next = at;
            if self.connections[place].steps_left() == 0 {
                self.connections[place] = self.begin();
                next += self.rng.u64(..plan::pause(self.profile));
            }
            self.due.push(Reverse((next + self.connections[place].wait(), place)));
        }
        let (at, place) = self.due.pop().map_or((0, 0), |Reverse(first)| first);
        self.last = Some((at, place));
        (at, &mut self.connections[place])
    }
}
