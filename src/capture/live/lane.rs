//! One interface: libpcap's handle, and the frames taken out of its ring.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use pcap::{Active, Capture, Linktype, Packet, Precision};

use super::clock;
use super::counts::{LiveCounts, Widened};
use super::device::{self, Device, Presence};
use super::held::Held;
use super::interfaces::ANY;
use super::kernel_filter;
use super::notice::Notice;
use super::options::{Options, Reception};
use super::refusal;
use super::untagged::Untagged;
use crate::capture::BATCH;
use crate::capture::filter::{dlt, words};
use crate::decode::{Frame, LinkType};
use crate::error::Error;
use crate::time::{NANOS_PER_SEC, Span, Timestamp};

/// How long the kernel may keep frames in a block that is not full: what a lone frame waits, and what a busy host is
/// spared. Measured at 10 000 frames a second: 50 wake-ups and 0.2 % of a core, where libpcap's immediate mode takes
/// 10 000 and 5.5 %; on a silent interface only the caller's own ticks are left.
const BLOCK_TIMEOUT: Duration = Duration::from_millis(20);
/// How long after its capture a frame can be read for certain: the block's time, and twice the 10 ms to which the
/// coarsest kernel timer is exact.
const HOLD: Span = Span::from_millis(40);
/// How often the ring is looked into for frames that are asked for, before others have their turn.
const REFILLS: u32 = 64;
/// What a frame takes in the ring beside its bytes: a header, an address, alignment.
const RING_HEADER: u64 = 128;

pub(super) struct Lane {
    name: String,
    capture: Capture<Active>,
    link: LinkType,
    untagged: Option<Untagged>,
    nanos_per_fraction: u64,
    held: Held,
    state: State,
    /// When the ring was last found empty.
    empty_at: Timestamp,
    /// The ring fills while its frames wait for other interfaces.
    pressed: bool,
    ring_bytes: u64,
    /// How often the kernel shows a frame: on loopback as it leaves and as it arrives, of which libpcap hides the first.
    copies: u64,
    /// Frames that came out of the ring.
    taken: u64,
    /// Those of them that were asked for.
    captured: u64,
    kernel: Widened,
    device: Device,
    presence: Presence,
}

#[derive(Clone, Debug)]
enum State {
    Open,
    /// Reading failed; what the kernel still holds comes until then.
    Leaving(Instant, Notice),
    Gone,
}

impl Lane {
    pub(super) fn open(name: &str, options: &Options) -> Result<Self, Error> {
        let (capture, nanos_per_fraction) =
            activate(name, options).map_err(|error| refusal::explain(name, &words(error)))?;
        let mut capture = capture.setnonblock().map_err(|error| refusal::explain(name, &words(error)))?;
        let link = choose_link(&mut capture, name)?;
        let device = Device::open(name);
        let untagged = Untagged::new(link, options.filter.as_deref());
        set_filter(&mut capture, link, options, untagged.as_ref())?;
        let presence = device.presence();
        Ok(Self {
            name: name.to_owned(),
            capture,
            link,
            untagged,
            nanos_per_fraction,
            held: Held::new(),
            state: State::Open,
            empty_at: Timestamp::ZERO,
            pressed: false,
            ring_bytes: u64::from(options.buffer_bytes),
            copies: if device::is_loopback(name) { 2 } else { 1 },
            taken: 0,
            captured: 0,
            kernel: Widened::default(),
            device,
            presence,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Can anything still come from it?
    pub(super) const fn is_alive(&self) -> bool {
        !matches!(self.state, State::Gone)
    }

    /// Is it worth waiting for?
    pub(super) const fn is_open(&self) -> bool {
        matches!(self.state, State::Open)
    }

    /// When its next frame was captured, if there is one at hand.
    #[inline]
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.held.first()
    }

    /// The next frame at hand.
    #[inline]
    pub(super) fn take(&self, number: u64, file: u16) -> Option<Frame<'_>> {
        self.held.take(number, file, self.link)
    }

    /// Has everything from before `ts` been taken out of it?
    pub(super) fn is_past(&self, ts: Timestamp) -> bool {
        match self.first() {
            Some(first) => ts <= first,
            None => !self.is_alive() || self.settled() >= ts,
        }
    }

    /// Until when everything has been taken out of it.
    pub(super) fn settled(&self) -> Timestamp {
        self.first()
            .unwrap_or(Timestamp::from_nanos(self.empty_at.as_nanos().saturating_sub(HOLD.as_nanos())))
    }

    /// Can its frames no longer wait for those of other interfaces?
    pub(super) const fn is_pressed(&self) -> bool {
        self.pressed
    }

    /// Finds out how full the ring is: from the number of frames in it, taken to be like those at hand.
    pub(super) fn weigh(&mut self) {
        self.read_kernel_counters();
        let taken = self.taken * self.copies + self.kernel.dropped();
        let waiting = self.kernel.received().saturating_sub(taken);
        self.pressed = waiting.saturating_mul(self.held.mean_bytes() + RING_HEADER) > self.ring_bytes / 4;
    }

    /// Takes the next frames out of the ring; those at hand must have been handed over. Gives what there is to say if
    /// that was the end of it.
    pub(super) fn refill(&mut self) -> Option<Notice> {
        let now = clock::now();
        self.held.clear();
        for _ in 0..REFILLS {
            match self.dispatch() {
                Ok(0) => (self.empty_at, self.pressed) = (now, false),
                Ok(frames) => {
                    self.taken += frames as u64;
                    if self.first().is_none() {
                        continue;
                    }
                }
                Err(error) => self.fail(error),
            }
            break;
        }
        self.captured += self.held.len() as u64;
        self.leave()
    }

    /// The number of frames that came out of the ring, whether asked for or not.
    fn dispatch(&mut self) -> Result<usize, pcap::Error> {
        let (held, judge, unit) = (&mut self.held, &mut self.untagged, self.nanos_per_fraction);
        self.capture.dispatch(Some(BATCH), |packet| {
            if judge.as_mut().is_none_or(|judge| judge.passes(packet.data)) {
                keep(held, &packet, unit);
            }
        })
    }

    /// Reads the counters and looks at the interface's state.
    pub(super) fn look(&mut self) -> Option<Notice> {
        self.read_kernel_counters();
        self.device.refresh();
        let (before, now) = (self.presence, self.device.presence());
        self.presence = now;
        let interface = self.name.clone();
        match (before, now) {
            _ if !self.is_open() => None,
            (_, Presence::Gone) => {
                self.state = State::Leaving(deadline(), Notice::Vanished { interface });
                None
            }
            (Presence::Up, Presence::Down) => Some(Notice::Down { interface }),
            (Presence::Down, Presence::Up) => Some(Notice::Up { interface }),
            _ => None,
        }
    }

    pub(super) fn counts(&self) -> LiveCounts {
        LiveCounts {
            captured: self.captured,
            received: self.kernel.received(),
            dropped_by_kernel: self.kernel.dropped(),
            missed: self.device.missed(),
            discarded: self.device.discarded(),
        }
    }

    fn read_kernel_counters(&mut self) {
        if let Ok(stat) = self.capture.stats() {
            self.kernel.read(stat);
        }
    }

    fn fail(&mut self, error: pcap::Error) {
        if !self.is_open() {
            return;
        }
        let interface = self.name.clone();
        let notice = match self.device.presence() {
            Presence::Gone => Notice::Vanished { interface },
            _ => Notice::Failed { interface, why: words(error) },
        };
        self.state = State::Leaving(deadline(), notice);
    }

    /// Ends it once nothing can come any more.
    fn leave(&mut self) -> Option<Notice> {
        let State::Leaving(until, notice) = &self.state else { return None };
        if self.held.first().is_some() || Instant::now() < *until {
            return None;
        }
        let notice = notice.clone();
        self.state = State::Gone;
        Some(notice)
    }
}

impl AsFd for Lane {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.capture.as_fd()
    }
}

/// When the kernel has handed out the last block of an interface that is gone.
fn deadline() -> Instant {
    Instant::now() + Duration::from_nanos(HOLD.as_nanos())
}

/// Opens the handle; also what a unit of its time stamps' fraction is. On Linux every network interface can tell
/// nanoseconds, and libpcap's binding does not say whether one does.
fn activate(name: &str, options: &Options) -> Result<(Capture<Active>, u64), pcap::Error> {
    let (precision, unit) =
        if cfg!(target_os = "linux") { (Precision::Nano, 1) } else { (Precision::Micro, 1_000) };
    let milliseconds = i32::try_from(BLOCK_TIMEOUT.as_millis()).unwrap_or(i32::MAX);
    let capture = Capture::from_device(name)?
        .snaplen(i32::try_from(options.snaplen).unwrap_or(i32::MAX))
        .buffer_size(i32::try_from(options.buffer_bytes).unwrap_or(i32::MAX))
        // libpcap warns that `any` has no such mode, and the binding takes the warning for an error.
        .promisc(options.reception == Reception::Promiscuous && name != ANY)
        .precision(precision)
        .timeout(milliseconds)
        .open()?;
    Ok((capture, unit))
}

/// `any` is asked for the newer of the two cooked headers, which no tag is ever put into.
fn choose_link(capture: &mut Capture<Active>, name: &str) -> Result<LinkType, Error> {
    if name == ANY {
        // An older libpcap does not know it, and its header will do.
        let _ = capture.set_datalink(Linktype(dlt(LinkType::LinuxSll2)));
    }
    let Linktype(number) = capture.get_datalink();
    match u16::try_from(number).map(LinkType::from_pcap) {
        Ok(LinkType::Unknown(_)) | Err(_) => Err(Error::LiveLinkType { interface: name.to_owned(), number }),
        Ok(link) => Ok(link),
    }
}

fn set_filter(
    capture: &mut Capture<Active>,
    link: LinkType,
    options: &Options,
    judge: Option<&Untagged>,
) -> Result<(), Error> {
    let bad = |text: &str, error| Error::Filter { expression: text.to_owned(), why: words(error) };
    let compiles = |text: &str| capture.compile(text, true).map(drop).map_err(|error| bad(text, error));
    let expression = kernel_filter::expression(link, options, judge, compiles)?;
    let user = options.filter.as_deref().unwrap_or(&expression);
    capture.filter(&expression, true).map_err(|error| bad(user, error))
}

#[inline]
fn keep(held: &mut Held, packet: &Packet<'_>, nanos_per_fraction: u64) {
    // The fields' types differ between systems; neither is ever negative.
    let secs = u64::try_from(packet.header.ts.tv_sec).unwrap_or(0);
    let fraction = u64::try_from(packet.header.ts.tv_usec).unwrap_or(0);
    let nanos = fraction.saturating_mul(nanos_per_fraction).min(NANOS_PER_SEC - 1);
    held.push(Timestamp::from_parts(secs, nanos), packet.header.len, packet.data);
}
