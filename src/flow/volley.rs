//! RSTs aimed at where their host might have got to by the time they arrive.
//!
//! A stack's RST lies where its host had sent up to, or is an acknowledgement of the other side (RFC 9293 §3.5.2). Who forges one while
//! the two talk on does not know where they will be, and sends several: at steps of a segment, or of the window (tcpkill, and the
//! RST_SEQ_CHANGE of Weaver, Sommer and Paxson, NDSS 2009).

use crate::decode::{Segment, SeqNumber};

use super::half::Half;
use super::key::{Both, End};
use super::recent::Recent;

/// What a side's own stack may add to what is known of it: a SYN and a FIN that the capture lacks.
const SLACK: u32 = 2;

/// Those of one side that lie further on than all that it had sent, or that the other had acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volley {
    /// The first.
    pub first: Option<Recent>,
    /// At how many places they lay, each other than that of the one before.
    pub places: u8,
    last: SeqNumber,
}

impl Volley {
    fn note(&mut self, rst: &Segment, by: End) {
        if self.first.is_some() && rst.seq == self.last {
            return;
        }
        self.first.get_or_insert(Recent::of(rst, by));
        self.last = rst.seq;
        self.places = self.places.saturating_add(1);
    }
}

/// Does a RST of `by` lie further on than all that is known to have been sent or acknowledged?
pub(super) fn is_beyond(rst: &Segment, by: End, before: &Both<Half>) -> bool {
    let (me, peer) = (before.at(by), before.at(by.peer()));
    me.seen() && peer.seen() && rst.seq.after(me.snd_nxt.furthest(peer.rcv_nxt).plus(SLACK))
}

/// A RST of `by`, the captured segment that it answers, and the two sides as they were when it came.
pub(super) fn note(
    volley: &mut Option<Box<Both<Volley>>>,
    (rst, prompt): (&Segment, Option<Recent>),
    by: End,
    before: &Both<Half>,
) {
    if prompt.is_none() && is_beyond(rst, by, before) {
        volley.get_or_insert_default().at_mut(by).note(rst, by);
    }
}
