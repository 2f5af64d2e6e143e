//! What a listening endpoint does to all of its connections: resets them together, closes them after the same idle time.

use smallvec::SmallVec;

use crate::decode::{Addr, Endpoint};
use crate::flow::{Acceptance, Close, LINGER, Side};
use crate::time::{Span, Timestamp};

use super::beginning::Beginning;
use super::window::{Hashed, Window};

/// Resets of one listener that follow each other within this time are one event: closing a listener resets its queue at
/// once (Linux `inet_csk_listen_stop`), and what serves one port in several processes closes them in a row.
const TOGETHER: Span = Span::from_millis(250);
/// What is remembered of a service: idle closes, and beginnings of connections that were reset together.
const SAMPLES: usize = 16;
/// More than this no socket takes that nobody reads: its buffer grows as its program reads (Linux `tcp_rmem`, of which the second
/// number, 128 KiB, is where it begins).
const UNREAD_AT_MOST: u32 = 1 << 20;
/// The slowest pace at which servers look for what is idle.
const TIMER: Span = Span::from_secs(1);
/// Below this a pause before a FIN is no idle time.
const IDLE: Span = Span::from_millis(900);

/// After what idle time a server closes its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LearnedIdle {
    /// The usual time.
    pub idle: Span,
    /// Moments of closes that came within a tenth of it: several at one moment are one event.
    pub fitting: u32,
    /// Moments of closes after an idle time in all, as many as are remembered.
    pub of: u32,
    /// The shortest and the longest that are as long as that but for the pace of a timer, of all that were seen.
    pub range: [Span; 2],
    /// At how many of those moments it was as long.
    pub alike: u32,
    /// Closes at the same moment as that of the connection, after various other idle times: what ends there is not the patience with one.
    /// None where those had been idle for one time, which may be their timeout.
    pub together: u32,
}

impl LearnedIdle {
    /// Is this idle time as good as the usual one?
    #[must_use]
    pub const fn is_near(&self, idle: Span) -> bool {
        near(idle, self.idle)
    }

    /// Is it as long as the usual one, but for the pace of a timer?
    #[must_use]
    pub fn is_alike(&self, idle: Span) -> bool {
        alike(idle, self.idle)
    }
}

#[derive(Clone, Debug, Default)]
struct Service {
    /// First and last reset of the latest group of unserved connections.
    first: Timestamp,
    last: Timestamp,
    unserved: u32,
    silent: u32,
    /// How those of the group began, as many as are remembered.
    began: SmallVec<[Beginning; 2]>,
    /// Closes after an idle time: when, and after which.
    idles: Vec<(Timestamp, Span)>,
    /// What they tell, whoever asks.
    usual: Option<LearnedIdle>,
}

#[derive(Debug, Default)]
pub(super) struct Services {
    by_port: Window<Endpoint, Service>,
    /// When it last turned out that a host had forgotten a connection in use: a host forgets those of all its ports.
    forgetful: Window<Addr, Timestamp>,
}

impl Services {
    /// Beside a table of so many connections.
    pub(super) fn beside(flows: usize) -> Self {
        Self { by_port: Window::beside(flows), forgetful: Window::beside(flows) }
    }

    pub(super) fn note(&mut self, close: &Close) {
        let idle = idle_close(close);
        let unserved = unserved_reset(close);
        if let Some(at) = forgotten_in_use(close) {
            let latest = self.forgetful.entry(close.endpoint(Side::Server).addr, close.closed_at);
            *latest = at.max(*latest);
        }
        if idle.is_none() && unserved.is_none() {
            return;
        }
        let service = self.by_port.entry(close.endpoint(Side::Server), close.closed_at);
        if let Some(idle) = idle {
            service.note_idle(idle);
        }
        if let Some(at) = unserved {
            service.note_unserved(at, close);
        }
    }

    /// Asks for the memory in which the look-up of a service will begin.
    #[inline]
    pub(super) fn fetch(&self, server: Endpoint) -> Hashed {
        self.by_port.fetch(&server)
    }

    /// Asks for what it will find there.
    #[inline]
    pub(super) fn fetch_found(&self, server: Hashed) {
        self.by_port.fetch_found(server);
    }

    /// The connections of the listener that were reset unserved together with `close`.
    pub(super) fn unserved(&self, close: &Close) -> Option<Unserved> {
        let at = unserved_reset(close)?;
        let service = self.by_port.get(&close.endpoint(Side::Server))?;
        let part = service.first <= at && at <= service.last && close.start.ts <= service.first;
        let over = service.last.since(service.first);
        let began = || service.began.iter().map(|began| began.at);
        let apart = began().min().zip(began().max()).map_or(Span::ZERO, |(first, last)| last.since(first));
        part.then_some(Unserved { resets: service.unserved, silent: service.silent, over, apart })
    }

    /// How far from where the server had forgotten `close` it was found to have forgotten another connection, which was in use.
    pub(super) fn forgot(&self, close: &Close) -> Option<Span> {
        let idle = close.silence_before_forgotten()? >= IDLE;
        let at = close.reset.as_ref().filter(|_| idle)?.rst.ts;
        let other = *self.forgetful.get(&close.endpoint(Side::Server).addr)?;
        let apart = other.apart(at);
        (apart <= LINGER).then_some(apart)
    }

    /// After what idle time a server closes connections that it has not closed.
    pub(super) fn usual_idle(&self, server: Endpoint) -> Option<LearnedIdle> {
        self.by_port.get(&server)?.usual
    }

    pub(super) fn learned_idle(&self, close: &Close) -> Option<LearnedIdle> {
        let service = self.by_port.get(&close.endpoint(Side::Server))?;
        let usual = service.usual?;
        let own = end_of_server(close).map(|ts| (ts, idle_until(close, ts)));
        let together = |&&(at, idle): &&(Timestamp, Span)| {
            own.is_some_and(|(ts, own)| at.apart(ts) <= TOGETHER && !near(idle, own))
        };
        let others = || service.idles.iter().filter(together).map(|(_, idle)| *idle);
        let one_time = others().next().is_none_or(|first| others().all(|idle| near(idle, first)));
        Some(LearnedIdle { together: if one_time { 0 } else { count(others().count()) }, ..usual })
    }
}

/// Is an idle time within a tenth of the usual one?
pub(super) const fn near(idle: Span, usual: Span) -> bool {
    idle.as_nanos().abs_diff(usual.as_nanos()).saturating_mul(10) <= usual.as_nanos()
}

/// Is it so, or does a timer part them that looks for idle connections once a second (Redis's `serverCron`)?
fn alike(idle: Span, usual: Span) -> bool {
    near(idle, usual) || idle.as_nanos().abs_diff(usual.as_nanos()) <= TIMER.as_nanos()
}

/// At how many moments these lie: what ends together says once why.
fn moments(times: impl Iterator<Item = Timestamp>) -> u32 {
    let mut sorted: SmallVec<[Timestamp; SAMPLES]> = times.collect();
    sorted.sort_unstable();
    let apart = sorted.windows(2).filter(|pair| pair[1].since(pair[0]) > TOGETHER).count();
    count(apart + usize::from(!sorted.is_empty()))
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Service {
    /// Adds a close after an idle time, and finds out what they tell now: few closes are such, and every one asks for it.
    fn note_idle(&mut self, idle: (Timestamp, Span)) {
        self.idles.truncate(SAMPLES - 1);
        self.idles.insert(0, idle);
        let mut sorted: SmallVec<[Span; SAMPLES]> = self.idles.iter().map(|(_, idle)| *idle).collect();
        sorted.sort_unstable();
        self.usual = sorted.get(sorted.len() / 2).map(|&usual| {
            let before = self.usual.map_or([usual; 2], |before| before.range);
            let seen = || sorted.iter().chain(&before).copied().filter(|&idle| alike(idle, usual));
            LearnedIdle {
                idle: usual,
                fitting: self.times(|idle| near(idle, usual)),
                of: self.times(|_| true),
                range: [seen().min().unwrap_or(usual), seen().max().unwrap_or(usual)],
                alike: self.times(|idle| alike(idle, usual)),
                together: 0,
            }
        });
    }

    /// At how many moments it closed after such an idle time.
    fn times(&self, is_such: impl Fn(Span) -> bool) -> u32 {
        moments(self.idles.iter().filter(|(_, idle)| is_such(*idle)).map(|(at, _)| *at))
    }

    /// Adds the reset of a connection to the latest group, or begins another. A connection that was opened after the first
    /// reset of a group met a listener that was alive, so that it belongs to none. Each counts once, however often it was captured.
    fn note_unserved(&mut self, at: Timestamp, close: &Close) {
        let apart = at.since(self.last).max(self.first.since(at));
        if self.unserved == 0 || apart > TOGETHER || close.start.ts > self.first {
            (self.first, self.last, self.unserved, self.silent) = (at, at, 0, 0);
            self.began.clear();
        }
        let began = Beginning::of(close);
        if self.began.iter().any(|other| other.is(&began)) {
            return;
        }
        if self.began.len() < SAMPLES {
            self.began.push(began);
        }
        let silent = u32::from(!close.half(Side::Client).has_data());
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        self.unserved += 1;
        self.silent += silent;
    }
}

/// Connections to one listener that were reset together without ever having been served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unserved {
    /// How many.
    pub resets: u32,
    /// Those on which the client had not said anything either: no program can have read them.
    pub silent: u32,
    /// From the first reset to the last.
    pub over: Span,
    /// From the beginning of the first connection to that of the last, of as many as are remembered.
    pub apart: Span,
}

/// When the server reset a connection that its handshake had opened and on which it never said a word.
fn unserved_reset(close: &Close) -> Option<Timestamp> {
    let reset = close.reset.as_ref().filter(|reset| close.side(reset.by) == Side::Server)?;
    let server = reset.before.at(reset.by);
    let active = reset.rst.flags.ack() && reset.acceptance == Acceptance::Exact;
    let client = reset.before.at(reset.by.peer());
    // Beyond half of the ring of numbers only the bytes tell.
    let taken = u32::try_from(server.rcv_nxt.offset_from(client.iss)).unwrap_or(u32::MAX);
    let unserved =
        !server.has_data() && !server.has_fin() && close.handshake_seen() && taken <= UNREAD_AT_MOST;
    (active && unserved).then_some(reset.rst.ts)
}

/// When a host no longer knew a connection on which its program had spoken a moment before: no idle time explains that.
fn forgotten_in_use(close: &Close) -> Option<Timestamp> {
    let in_use = close.silence_before_forgotten()? < IDLE;
    close.reset.as_ref().filter(|_| in_use).map(|reset| reset.rst.ts)
}

/// How long the server had been quiet when it closed first, after it had said something.
fn idle_close(close: &Close) -> Option<(Timestamp, Span)> {
    let end = end_of_server(close)?;
    let first = close.fins.at(close.client).is_none_or(|client| end <= client.ts);
    let server = close.half(Side::Server);
    let idle = idle_until(close, end);
    (first && server.has_data() && idle >= IDLE && !said_by_server(close).since(end).gt(&Span::ZERO))
        .then_some((end, idle))
}

/// When the server ended it: by announcing that, by its FIN, or by aborting where it had spoken last and nobody had closed.
fn end_of_server(close: &Close) -> Option<Timestamp> {
    let announced = announced_by_server(close);
    if announced.is_some() {
        return announced;
    }
    if let Some(fin) = close.fins.at(close.end(Side::Server)) {
        return Some(fin.ts);
    }
    let reset = close.reset.as_ref().filter(|reset| close.side(reset.by) == Side::Server)?;
    let aborted = reset.rst.flags.ack() && reset.acceptance == Acceptance::Exact;
    let [client, server] = [Side::Client, Side::Server].map(|side| close.half_before(side));
    let spoke_last = client.last_data <= server.last_data && !client.has_fin();
    (aborted && spoke_last).then_some(reset.rst.ts)
}

/// When the server announced in HTTP/2's words that it would end: its patience was over by then, and what follows is its grace.
fn announced_by_server(close: &Close) -> Option<Timestamp> {
    let (http2, server) = (close.exchange.http2()?, close.end(Side::Server));
    let meant = !http2.goaway.at(server).as_ref()?.is_error();
    http2.leaves_at.at(server).filter(|_| meant)
}

/// Since the server had last said something.
fn idle_until(close: &Close, ts: Timestamp) -> Span {
    ts.since(said_by_server(close))
}

/// When the server last said something, other than that it would end.
fn said_by_server(close: &Close) -> Timestamp {
    let announced = announced_by_server(close);
    let http2 = close.exchange.http2().filter(|_| announced.is_some());
    let said = http2.and_then(|http2| *http2.said_at.at(close.end(Side::Server)));
    said.unwrap_or(close.half(Side::Server).last_data)
}
