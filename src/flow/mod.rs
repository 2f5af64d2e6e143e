//! Segments to closes: the hot path and the only large state. It records, it does not judge.
//!
//! What is promised: segments are taken in the order in which they come, in batches of any size, which change nothing
//! about the outcome; time is the capture's and only moves forward (a step back expires nothing); every connection is
//! handed over exactly once, as a [`Close`], by its end and a linger, by expiry, by eviction or at the end of input;
//! memory is bounded by [`Settings::max_flows`] and rings of recent segments.
//!
//! What a connection is: the segments between two endpoints, in both directions, until another SYN begins a new one.
//! Two readings are kept side by side: Zeek's, which checks no sequence numbers (`zeek`, `history`), and the receivers'
//! (`half`, `acceptance`, `ending`).

mod acceptance;
mod admission;
mod attempt;
mod chain;
mod close;
mod duplicate;
mod ending;
mod exchange;
mod expiry;
mod facts;
mod half;
mod history;
mod index;
mod key;
mod legs;
mod opening;
mod passage;
mod place;
mod places;
mod recent;
mod roles;
mod router;
mod shard;
mod shards;
mod shut;
mod state;
mod survey;
mod table;
mod track;
mod usual;
mod volley;
mod zeek;

pub use acceptance::Acceptance;
pub use attempt::{Attempted, Refusal};
pub use close::{
    After, Aftermath, Close, Coverage, Ended, Fin, Finality, Leg, Moment, ObservedUntil, Reset, Side,
};
pub use duplicate::{Doubles, SAME_FRAME};
pub use exchange::{
    Aborted, Alert, Answer, BodyLength, CloseFrame, Exchange, Fatal, GoAway, Http, Http2, Offers, Owed, Peek,
    Protocol, Proxied, ProxyVersion, Request, Response, Session, Spoken, Stream, Tls, Turn, Upgrade,
    Upgraded, WebSocket,
};
pub use half::{Half, Marks};
pub use history::History;
pub use key::{Both, End, FlowKey};
pub use passage::{Elsewhere, Passage, compare, nearest};
pub use place::{Copied, Look, Looks, Place};
pub use places::{PLACES, Places, Recorded};
pub use recent::{LADDER, Recent};
pub use roles::Roles;
pub use router::{Address, Arrival, Router, SHARDS};
pub use shard::Provisional;
pub use shards::{Begun, Handed, Leaving, Outlet, Shards};
pub use shut::Shut;
pub use survey::Survey;
pub use table::{DEFAULT_MAX_FLOWS, FlowTable, GRAVE, LINGER, Settings, Sink, TOGETHER, TableCounts};
pub use volley::Volley;
pub use zeek::ConnState;
