//! An exchange that is being listened to.
//!
//! Most bytes need nobody's attention: the rest of a body or of an encrypted record, and what goes on where nothing is known
//! unless it begins like something that is. They are counted beside the connection as long as their sender goes on, and the
//! exchange, which lies elsewhere in memory, is told of all of them at once.

use triomphe::Arc;

use crate::decode::{Flags, Segment, SeqNumber};

use super::super::half::{Half, Order};
use super::super::key::{Both, End};
use super::http::{self, Kind, Looks};
use super::{Exchange, Peek, http2, last_words, session, tls};

/// What an attempt takes, by which room is measured: its cell and its entries in indices.
const ROOM: usize = 160;
/// So much is taken into account for every connection that is followed.
const FREE: usize = 512;

/// What a connection knows of its exchange.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Hearing {
    exchange: Option<Arc<Exchange>>,
    /// So many of the next bytes of `by` need not be looked at.
    opaque: u16,
    /// So many have passed that the exchange was not told of.
    passed: u16,
    /// What the exchange takes beyond what every one does, in units of [`ROOM`] bytes.
    room: u16,
    by: End,
    /// Unless a segment of them begins with this.
    unless: Unless,
}

/// What the payload of a segment may begin with, so that it has to be looked at all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Unless {
    /// Nothing.
    #[default]
    Never,
    /// A message of HTTP.
    Message(Kind),
    /// A ClientHello, records of TLS, frames of HTTP/2 with a head, a request of a session in messages, or a last word.
    Known,
    /// A last word: nothing else is looked for any more.
    LastWord,
}

impl Unless {
    #[inline]
    fn begins(self, payload: &[u8]) -> bool {
        match self {
            Self::Never => false,
            Self::Message(kind) => http::looks_like_message(payload, kind) == Looks::Like,
            Self::Known => {
                tls::is_surely_hello(payload)
                    || tls::is_surely_data(payload)
                    || http2::kind_of(payload).is_some()
                    || session::begins(payload)
                    || last_words::is_one(payload)
            }
            Self::LastWord => last_words::is_one(payload),
        }
    }
}

/// How many of the next bytes of an end nobody has to look at, the last of them apart.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Opaque {
    pub(super) bytes: u64,
    pub(super) unless: Unless,
}

impl Opaque {
    /// All of them.
    pub(super) const fn all(unless: Unless) -> Self {
        Self { bytes: u64::MAX, unless }
    }
}

impl Hearing {
    /// Do the next bytes of `by`, so many of them, need nobody's attention? The last of them always do: something ends there.
    #[inline]
    pub(in super::super) fn is_opaque(&self, by: End, len: u32) -> bool {
        self.by == by && len < u32::from(self.opaque)
    }

    /// Lets a segment pass that goes on where its sender had stopped, if nobody has to look at its payload.
    #[inline]
    pub(in super::super) fn pass(&mut self, (segment, payload): (&Segment, &[u8]), by: End) -> bool {
        if !self.is_opaque(by, segment.len) || self.unless.begins(payload) {
            return false;
        }
        let len = u16::try_from(segment.len).unwrap_or(u16::MAX);
        self.opaque = self.opaque.saturating_sub(len);
        self.passed = self.passed.saturating_add(len);
        true
    }

    /// See [`Exchange::heard`]. What has passed was settled.
    pub(in super::super) fn heard(
        &mut self,
        heard: (&Segment, &[u8], u64),
        by: End,
        order: Order,
        start: Option<SeqNumber>,
        peek: Peek,
    ) {
        self.change(|exchange| exchange.heard(heard, by, order, start, peek));
    }

    /// Takes a usual segment that goes on in TLS, if it does: nothing else is to be asked then.
    #[inline]
    pub(in super::super) fn goes_on_in_tls(&mut self, heard: (&Segment, &[u8], u64), by: End) -> bool {
        let alone = self.exchange.as_mut().and_then(Arc::get_mut);
        let Some((weight, opaque)) = alone.and_then(|exchange| exchange.goes_on_in_tls(heard, by)) else {
            return false;
        };
        self.room = room_of(weight);
        (self.opaque, self.unless, self.by) = (u16::try_from(opaque).unwrap_or(u16::MAX), Unless::Never, by);
        true
    }

    /// Changes the exchange; the change gives what that takes then. Where it is kept as it was (at a FIN or a RST) it is copied for that, see [`Hearing::uncounted`].
    #[inline]
    fn change(&mut self, change: impl FnOnce(&mut Exchange) -> usize) {
        let exchange = self.exchange.get_or_insert_default();
        if !exchange.is_unique() {
            separate(exchange);
        }
        if let Some(exchange) = Arc::get_mut(exchange) {
            self.room = room_of(change(exchange));
        }
    }

    /// Bytes that the exchange takes beyond what every one does and that [`Hearing::room`] leaves out, and those of exchanges that
    /// are kept as they were, as far as they are others than this.
    pub(in super::super) fn uncounted(&self, kept: [Option<&Arc<Exchange>>; 2]) -> usize {
        let now = self.exchange.as_ref();
        let [first, second] = kept;
        let own = |copy: &Arc<Exchange>, other: Option<&Arc<Exchange>>| {
            !other.is_some_and(|other| Arc::ptr_eq(copy, other)) && !copy.is_nothing()
        };
        let first = first.filter(|copy| own(copy, now));
        let second = second.filter(|copy| own(copy, now) && own(copy, first));
        let copies = [first, second].into_iter().flatten();
        let free = now.map_or(0, |now| now.weight().min(FREE));
        free + copies.map(|copy| copy.size() + FREE.max(copy.weight())).sum::<usize>()
    }

    /// The room that the exchange takes beyond what every one does, in attempts; copies of it apart.
    #[inline]
    pub(in super::super) const fn room(&self) -> u16 {
        self.room
    }

    /// Lets the next bytes of `by` pass, as far as nobody has to look at them, if its SND.NXT is where the exchange has come
    /// to: an empty segment may have gone beyond that.
    pub(in super::super) fn allow(&mut self, by: End, snd_nxt: SeqNumber) {
        let Some(exchange) = &self.exchange else { return };
        let Opaque { bytes, unless } = exchange.opaque(by, snd_nxt);
        (self.opaque, self.unless, self.by) = (u16::try_from(bytes).unwrap_or(u16::MAX), unless, by);
    }

    /// See [`Exchange::missed`]. What has passed was settled.
    pub(in super::super) fn missed(&mut self, by: End, ack: SeqNumber) {
        if self.exchange.is_some() {
            self.change(|exchange| {
                exchange.missed(by, ack);
                exchange.weight()
            });
        }
    }

    /// Something other than the next bytes comes: the exchange is told of what has passed, and nothing more passes until it
    /// has heard what comes, and [`Hearing::allow`] was asked. The halves tell when the last of it did;
    /// of the connection's segments `serial` is the latest.
    #[inline]
    pub(in super::super) fn settle(&mut self, halves: &Both<Half>, serial: u64) {
        if self.passed > 0
            && let Some(exchange) = &mut self.exchange
        {
            let last = (halves.at(self.by).last_data, serial);
            Arc::make_mut(exchange).passed(self.by, self.passed.into(), last);
        }
        (self.opaque, self.passed) = (0, 0);
    }

    /// The exchange as it is now.
    pub(in super::super) fn so_far(&mut self, halves: &Both<Half>, serial: u64) -> Option<Arc<Exchange>> {
        self.settle(halves, serial);
        self.exchange.clone()
    }

    /// The exchange as it was in the end.
    pub(in super::super) fn take(&mut self, halves: &Both<Half>, serial: u64) -> Option<Arc<Exchange>> {
        self.settle(halves, serial);
        self.exchange.take()
    }

    /// The exchange, which may not have been told of all that has passed.
    pub(in super::super) fn exchange(&self) -> Option<&Exchange> {
        self.exchange.as_deref()
    }

    /// The exchange, if the next segment of `by` will touch it: one that may end the connection does.
    #[inline]
    pub(in super::super) fn needs(&self, by: End, segment: &Segment) -> Option<&Exchange> {
        let touches = segment.flags.has(Flags::FIN.with(Flags::RST))
            || segment.len > 0 && !self.is_opaque(by, segment.len);
        self.exchange.as_deref().filter(|_| touches)
    }
}

/// Makes a copy that is nobody else's.
#[cold]
fn separate(exchange: &mut Arc<Exchange>) {
    Arc::make_mut(exchange);
}

/// Nearly always nothing, for an exchange that takes so many bytes beyond what every one does.
#[inline]
fn room_of(weight: usize) -> u16 {
    if weight <= FREE { 0 } else { room_for(weight - FREE) }
}

/// The room that so many bytes take, in attempts.
pub(in super::super) fn room_for(bytes: usize) -> u16 {
    u16::try_from(bytes.div_ceil(ROOM)).unwrap_or(u16::MAX)
}
