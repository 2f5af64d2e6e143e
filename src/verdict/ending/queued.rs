//! A connection that waited in a listener's queue when that was closed, as far as anybody can tell: nobody sees whether a program had taken it.

use crate::flow::Side;
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::who::forgery;
use crate::verdict::{How, Sender};

/// Was it aborted in the server's name after a while in which neither side had said anything? A server that greets had not taken it.
pub(in crate::verdict) fn may_have_waited(evidence: &Evidence<'_>) -> bool {
    let close = evidence.close;
    let aborted = evidence.how == How::Reset && evidence.shape == Shape::Active;
    let by_server =
        evidence.rst_by == Some(Sender::Side(Side::Server)) && !forgery::lacks_timestamps(evidence);
    let silent = [Side::Client, Side::Server].into_iter().all(|side| !close.half_before(side).has_data());
    let whole = close.handshake_seen() && close.gaps == 0 && evidence.handshake_done();
    aborted && by_server && silent && whole && evidence.established_for_long()
}
