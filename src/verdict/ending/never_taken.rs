//! A server whose kernel never took the connection in: it shook hands, repeated its SYN+ACK although the client had answered that, and acknowledged
//! nothing. Linux does so while its accept queue is full (`tcp_check_req`); what comes when it has given the attempt up meets the listener.

use crate::flow::{Marks, Side};
use crate::verdict::evidence::Evidence;

/// Did the server say nothing but its SYN+ACK, again and again, through what the client said?
pub(in crate::verdict) fn only_offers(evidence: &Evidence<'_>) -> bool {
    let (client, server) =
        (evidence.close.half_before(Side::Client), evidence.close.half_before(Side::Server));
    let offers = server.marks.has(Marks::SYN_ACK) && server.packets == 1 + u64::from(server.retransmits);
    let asked = client.marks.has(Marks::ACKED) && client.has_data();
    let heard = server.rcv_nxt.after(client.iss.plus(1));
    offers && server.retransmits > 0 && asked && !heard && evidence.close.handshake_seen()
}
