//! Frames as they come, from one or several interfaces, through libpcap.
//!
//! Capturing never blocks: [`LiveSource::poll`] waits on all interfaces at once, for as long as its caller wants, and
//! takes what there is. So a quiet network holds nothing back, and the caller's clock goes on.
//!
//! Each interface has its own ring in the kernel, which hands out blocks of frames, each at its own time. Frames of
//! several interfaces are merged by time all the same: one waits until all other interfaces have been heard to the same
//! moment, for 40 ms at most and not while its ring fills. Otherwise a frame that comes by twice, as on a bridge and
//! its port, would not be known again.

mod addresses;
mod clock;
mod counts;
mod device;
mod held;
pub mod interfaces;
mod kernel_filter;
mod lane;
#[cfg(target_os = "linux")]
mod netlink;
mod notice;
mod options;
mod probe;
mod refusal;
mod rights;
mod untagged;

use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

pub use clock::{LiveClock, now};
pub use counts::LiveCounts;
pub use notice::Notice;
pub use options::{Coverage, DEFAULT_BUFFER_BYTES, DEFAULT_SNAPLEN, Options, Reception, TICK};
pub use rights::{Access, access};

use self::lane::Lane;
use super::batch::{Batch, Sink};
use super::{BATCH, Progress, Source};
use crate::decode::Frame;
use crate::error::Error;
use crate::time::{Span, Timestamp};

/// Frames taken before the caller has its turn, if more are there: some milliseconds' work.
const ROUND: u64 = 256 * BATCH as u64;
/// How often counters are read: libpcap's wrap after 2^32 frames, and losses are to be known soon.
const LOOK: Duration = Duration::from_secs(1);
/// While a frame waits for other interfaces, or one of these is leaving.
const SHORT_WAIT: Duration = Duration::from_millis(10);
/// A frame farther in the future than this tells that the clock was set back: there is nothing to wait for.
const CLOCK_STEP: Span = Span::from_secs(1);
/// How long [`LiveSource::drain`] may take.
const DRAIN: Duration = Duration::from_secs(1);

/// Interfaces that are being captured on. Frames carry the place of theirs as [`Frame::file`], in the order of
/// [`LiveSource::each`].
pub struct LiveSource {
    lanes: Vec<Lane>,
    frames: u64,
    notices: Vec<Notice>,
    looked: Instant,
    /// The last round ended before everything was taken.
    behind: bool,
}

impl LiveSource {
    /// Begins to capture. Rights are needed for this only, and may be given up afterwards.
    ///
    /// # Errors
    /// [`Error::NoPermission`], [`Error::UnknownInterface`], [`Error::InterfaceDown`], [`Error::Filter`],
    /// [`Error::LiveLinkType`]; [`Error::Capture`] with libpcap's words for all else.
    pub fn open(options: &Options) -> Result<Self, Error> {
        let names = options.interfaces.iter().enumerate();
        // One that is named twice would show every frame twice.
        let once =
            names.filter(|(at, name)| !options.interfaces.iter().take(*at).any(|other| other == *name));
        let lanes = once.map(|(_, name)| Lane::open(name, options)).collect::<Result<_, _>>()?;
        Ok(Self { lanes, frames: 0, notices: Vec::new(), looked: Instant::now(), behind: false })
    }

    /// Waits for frames, for `timeout` at most or until a signal comes, and hands over what there is: at most
    /// [`BATCH`] frames at a time, in the order of their capture. Ends once every interface is gone.
    ///
    /// # Errors
    /// [`Error::Capture`] if the system cannot wait; trouble with a single interface is a [`Notice`].
    pub fn poll(&mut self, timeout: Duration, sink: &mut Sink<'_>) -> Result<Progress, Error> {
        self.wait(timeout)?;
        self.round(Timestamp::from_nanos(u64::MAX), sink);
        if self.looked.elapsed() >= LOOK {
            self.look();
        }
        Ok(self.progress())
    }

    /// Hands over the frames that were captured before the call and are still in the rings. Takes as long as the kernel may
    /// hold a block back, 40 ms; a second at most.
    ///
    /// # Errors
    /// As for [`LiveSource::poll`].
    pub fn drain(&mut self, sink: &mut Sink<'_>) -> Result<(), Error> {
        let (stop, begun) = (now(), Instant::now());
        while begun.elapsed() < DRAIN {
            self.round(stop, sink);
            if self.lanes.iter().all(|lane| lane.is_past(stop)) {
                break;
            }
            self.wait(SHORT_WAIT)?;
        }
        self.look();
        Ok(())
    }

    /// What there is to say since the last call.
    pub fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// All interfaces together, as of now.
    pub fn counts(&mut self) -> LiveCounts {
        self.look();
        self.lanes.iter().map(Lane::counts).fold(LiveCounts::default(), LiveCounts::plus)
    }

    /// Each interface by its name, as of the last second.
    pub fn each(&self) -> impl Iterator<Item = (&str, LiveCounts)> {
        self.lanes.iter().map(|lane| (lane.name(), lane.counts()))
    }

    /// The numbers of the sockets that capture, through which nothing is to be sent.
    #[must_use]
    pub fn descriptors(&self) -> Vec<RawFd> {
        self.lanes.iter().map(|lane| lane.as_fd().as_raw_fd()).collect()
    }

    /// Until when everything that was captured has been handed over. Time can be moved on to here without overtaking
    /// frames that still lie in a ring.
    #[must_use]
    pub fn settled(&self) -> Timestamp {
        let alive = self.lanes.iter().filter(|lane| lane.is_alive());
        alive.map(Lane::settled).min().unwrap_or_else(now)
    }

    fn progress(&self) -> Progress {
        if self.lanes.iter().any(Lane::is_alive) { Progress::More } else { Progress::End }
    }

    /// Waits until an interface has something, all of whose frames were handed over.
    fn wait(&mut self, timeout: Duration) -> Result<(), Error> {
        let urgent =
            self.lanes.iter().any(|lane| lane.first().is_some() || (lane.is_alive() && !lane.is_open()));
        let timeout = match (self.behind, urgent) {
            (true, _) => Duration::ZERO,
            (false, true) => timeout.min(SHORT_WAIT),
            (false, false) => timeout,
        };
        let waited_for = self.lanes.iter().filter(|lane| lane.is_open() && lane.first().is_none());
        let mut fds: Vec<PollFd<'_>> = waited_for.map(|lane| PollFd::new(lane, PollFlags::IN)).collect();
        let timeout = Timespec::try_from(timeout).ok();
        match rustix::event::poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(self.cannot_wait(errno)),
        }
        self.lanes.iter_mut().filter(|lane| lane.first().is_some()).for_each(Lane::weigh);
        Ok(())
    }

    fn cannot_wait(&self, errno: Errno) -> Error {
        let names: Vec<&str> = self.lanes.iter().map(Lane::name).collect();
        Error::Capture { interface: names.join(", "), why: errno.to_string() }
    }

    /// Hands over what is there, as far as it was captured before `until`.
    fn round(&mut self, until: Timestamp, sink: &mut Sink<'_>) {
        let end = self.frames + ROUND;
        loop {
            self.fill();
            let handed = self.hand_over(until, sink);
            self.frames += handed;
            self.behind = handed > 0 && self.frames >= end;
            if handed == 0 || self.behind {
                return;
            }
        }
    }

    /// Looks into the rings of the interfaces of which nothing is at hand, unless they are known to be past the next
    /// frame.
    fn fill(&mut self) {
        let next = self.next().map(|(_, ts)| ts);
        for lane in self.lanes.iter_mut().filter(|lane| lane.is_alive() && lane.first().is_none()) {
            if next.is_none_or(|ts| !lane.is_past(ts)) {
                self.notices.extend(lane.refill());
            }
        }
    }

    /// Hands over frames as long as it is known which one comes next; gives their number.
    fn hand_over(&self, until: Timestamp, sink: &mut Sink<'_>) -> u64 {
        let mut batch = Batch::new(sink);
        let (mut number, future) = (self.frames, now().plus(CLOCK_STEP));
        while let Some((index, ts)) = self.next() {
            let Some(lane) = self.lanes.get(index).filter(|_| ts <= until) else { break };
            if !lane.is_pressed() && ts <= future && !self.lanes.iter().all(|lane| lane.is_past(ts)) {
                break;
            }
            number += 1;
            if let Some(frame) = lane.take(number, u16::try_from(index).unwrap_or(u16::MAX)) {
                batch.push(frame);
            }
        }
        batch.finish()
    }

    /// The earliest frame at hand, and its interface.
    #[inline]
    fn next(&self) -> Option<(usize, Timestamp)> {
        let firsts = self.lanes.iter().enumerate().filter_map(|(index, lane)| Some((index, lane.first()?)));
        firsts.min_by_key(|&(_, ts)| ts)
    }

    fn look(&mut self) {
        self.looked = Instant::now();
        self.notices.extend(self.lanes.iter_mut().filter_map(Lane::look));
    }
}

impl Source for LiveSource {
    /// Polls for a [`TICK`].
    fn read(&mut self, sink: &mut dyn FnMut(&[Frame<'_>])) -> Result<Progress, Error> {
        self.poll(TICK, sink)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_can_be_given_to_a_thread() {
        const fn can_be_sent<T: Send>() {}
        can_be_sent::<LiveSource>();
    }

    #[test]
    fn without_interfaces_nothing_comes() {
        let mut source = LiveSource::open(&Options::on(Vec::new())).unwrap();
        let progress = source.poll(Duration::ZERO, &mut |_| panic!("a frame from nowhere")).unwrap();
        assert_eq!((progress, source.counts()), (Progress::End, LiveCounts::default()));
    }
}
