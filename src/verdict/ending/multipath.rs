//! MPTCP (RFC 8684): what looks like a connection is one path of one.
//!
//! Its programs close by DATA_FIN and abort by MP_FASTCLOSE, options that are not read here. A FIN or RST ends this path alone, of which no
//! program is told as long as the connection has, or may find, another.

use crate::decode::Traits;
use crate::flow::{Close, Recent};

use crate::verdict::Fact;

/// Have both sides agreed on MPTCP, as their options tell? A server that does not know them answers a SYN that offers them without, and a client
/// agrees by the third segment of the handshake.
pub(in crate::verdict) fn is_one_path(close: &Close) -> bool {
    let agrees =
        |recent: &Recent| recent.flags.ack() && !recent.flags.rst() && recent.traits.has(Traits::MPTCP);
    let speaks = |by| close.recent.iter().any(|recent| recent.by == by && agrees(recent));
    speaks(close.client.peer()) && speaks(close.client)
}

/// What to do about a RST: it may be the answer that is due to the other side's MP_FASTCLOSE (RFC 8684 §3.5), or end this path alone.
pub(in crate::verdict) fn advice(close: &Close) -> Option<String> {
    is_one_path(close).then(|| {
        "This is one path of an MPTCP connection. A RST ends that alone, or answers the other side's MP_FASTCLOSE, with which that aborts all: look at its options and those of the last segments before it (in Wireshark tcp.options.mptcp.subtype) before you blame either program.".to_owned()
    })
}

/// What that means for a verdict.
pub(in crate::verdict) fn fact(close: &Close) -> Option<Fact> {
    is_one_path(close).then(|| {
        Fact::of_all(
            "both sides speak MPTCP: this is one path of their connection, which may go on by another and ends in options that are not read",
        )
    })
}
