//! A server whose kernel never took the connection in: it shook hands, repeated its SYN+ACK although the client had answered that, and acknowledged
//! nothing. Linux does so while its accept queue is full (`tcp_check_req`); what comes when it has given the attempt up meets the listener.

use crate::flow::{Half, Marks, Side};
use crate::verdict::evidence::Evidence;

/// Did the server say nothing but its SYN+ACK, again and again, through what the client said?
pub(in crate::verdict) fn only_offers(evidence: &Evidence<'_>) -> bool {
    let (client, server) =
        (evidence.close.half_before(Side::Client), evidence.close.half_before(Side::Server));
    client.has_data() && offers_again(client, server) && evidence.close.handshake_seen()
}

/// The same up to the end: did the client leave by a FIN, and did that go the same way?
pub(in crate::verdict) fn left_in_vain(evidence: &Evidence<'_>) -> bool {
    let (client, server) = (evidence.close.half(Side::Client), evidence.close.half(Side::Server));
    client.has_fin()
        && client.retransmits > 0
        && offers_again(client, server)
        && evidence.close.handshake_seen()
}

fn offers_again(client: &Half, server: &Half) -> bool {
    let offers = server.marks.has(Marks::SYN_ACK) && server.packets == 1 + u64::from(server.retransmits);
    let heard = server.rcv_nxt.after(client.iss.plus(1));
    offers && server.retransmits > 0 && client.marks.has(Marks::ACKED) && !heard
}
