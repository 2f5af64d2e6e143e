//! The handshake was done, and the overloaded server did not take the connection.

use crate::flow::{Marks, Side};
use crate::time::Span;
use crate::verdict::ending::{arrived, never_taken};
use crate::verdict::evidence::{Shape, Talk};
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::who::forgery;
use crate::verdict::{Evidence, Fact, How, Sender, facts};

/// Linux repeats a SYN+ACK after 1 s and 2 s more (`TCP_TIMEOUT_INIT`, RFC 6298 §2); one of the two may be lost.
const OFFERED_AGAIN: Span = Span::from_millis(3500);

pub(super) const RULE: Rule = Rule {
    name: "accept_queue_overflow",
    title: "the server was too busy to accept the connection",
    doc: "What happened: the client's connect() succeeded, but the server's queue of connections that wait for accept() was full. \
Linux then ignores the client's last ACK (and repeats its SYN+ACK), or resets it with tcp_abort_on_overflow=1.
How it is told: SYN, SYN+ACK, ACK; then a bare RST that answers just that ACK, or a repeated SYN+ACK although the ACK was sent, \
and the server's program never says a word. Or SYNs that had come to the server's own link, and that nobody answered while others were let in: \
its own firewall may drop them as well.
Not to be confused with: port_closed, where the SYN itself is refused; listener_closed, where waiting connections are reset \
later and together.
What to do: on the server, `nstat -az TcpExtListenOverflows` counts it and `ss -ltn` shows the queue (Recv-Q against Send-Q): raise \
the backlog and net.core.somaxconn, and find out why the program accepts too slowly (all workers busy, a stall, too few of them).",
    sources: &["Linux tcp_abort_on_overflow (ip-sysctl)", "RFC 9293 §3.10.7.4"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit("reset as the handshake completes", "A > B S\nB > A S.\nA > B .\nB > A R"),
        hit(
            "ignored",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 5\n+0.2 A > B again\n+0.4 A > B again\n+0.4 B > A S. seq 5000 ack 1001\nA > B .\n+0.8 A > B P. seq 1001 len 5",
        ),
        hit(
            "ignored until the attempt was given up",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 5\n+0.2 A > B again\n+0.8 B > A S. seq 5000 ack 1001\nA > B .\n+1 A > B P. seq 1001 len 5\nB > A R seq 5001",
        ),
        hit(
            "a client that waits for a greeting leaves in vain",
            "A > B S\nB > A S.\nA > B .\n+1 B > A S. seq 5000 ack 1001\nA > B .\n+2 B > A S. seq 5000 ack 1001\nA > B .\n+2 A > B F.\n+0.2 A > B again",
        ),
        miss(
            "a first request is dropped, and no SYN+ACK comes again",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 5\n+0.2 A > B again\n+0.4 A > B again\n+0.8 A > B again\n+1.6 A > B again\n+3.2 A > B again",
        ),
        miss("the client aborted", "A > B S\nB > A S.\nA > B .\nA > B R."),
        miss("refused", "A > B S\nB > A R."),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    if drops_syns(evidence) {
        return Some(Confidence::Possible);
    }
    let server = evidence.close.half_before(Side::Server);
    let unserved = !server.has_data() && !server.has_fin() && server.marks.has(Marks::SYN_ACK);
    // Who closes later, overtaken by the RST, had been accepted.
    if !unserved
        || evidence.close.half(Side::Server).has_fin()
        || !evidence.close.half_before(Side::Client).marks.has(Marks::ACKED)
    {
        return None;
    }
    match evidence.how {
        How::Reset => judge_reset(evidence),
        // Seen from the client, all that it sends may be dropped on the way.
        How::Silent if server.retransmits > 0 && is_captured_at_client(evidence) => {
            Some(Confidence::Possible)
        }
        // A lost ACK also makes a server repeat its SYN+ACK; that it goes on through data is what tells.
        How::Silent if server.retransmits > 0 => Some(Confidence::Likely),
        How::Silent if server.packets == 1 && !would_have_repeated(evidence) => Some(Confidence::Possible),
        // It waited in vain for the server to speak first.
        How::Fin if never_taken::left_in_vain(evidence) => Some(Confidence::Possible),
        _ => None,
    }
}

/// Did SYNs come to the server in vain, while it let others in? One whose queue is full drops them; so does a firewall of its own.
fn drops_syns(evidence: &Evidence<'_>) -> bool {
    let tried_again = evidence.close.half(Side::Client).packets > 1 && evidence.close.icmp.is_none();
    tried_again && evidence.surroundings.accepted_around && arrived::at_servers_link(evidence)
}

/// Is what came after the SYN+ACK unanswered for so long that a server which had not taken the handshake's last ACK would have repeated that? One
/// that sends SYN cookies does not; but whatever drops a first request on its way looks like that as well, and is commoner.
fn would_have_repeated(evidence: &Evidence<'_>) -> bool {
    let offered = evidence.close.half_before(Side::Server).last_seen;
    evidence.close.last.ts.since(offered) >= OFFERED_AGAIN
}

/// Do the client's segments have the TTL that they were sent with, and the server's a lower one?
fn is_captured_at_client(evidence: &Evidence<'_>) -> bool {
    let ttl = |side| evidence.close.half_before(side).ttl;
    let fresh = |ttl: u8| forgery::initial_ttl(ttl) == ttl;
    fresh(ttl(Side::Client)) && !fresh(ttl(Side::Server))
}

fn judge_reset(evidence: &Evidence<'_>) -> Option<Confidence> {
    let reset = evidence.reset()?;
    let by_server = evidence.rst_by == Some(Sender::Side(Side::Server)) && evidence.shape == Shape::Reply;
    let prompt = reset.prompt?;
    let at_start = prompt.ack == evidence.close.half_before(Side::Server).iss.plus(1);
    // The server acknowledged nothing: it never had more than the SYN.
    let only_syn = evidence.close.half_before(Side::Server).rcv_nxt
        == evidence.close.half_before(Side::Client).iss.plus(1);
    let bare = prompt.len == 0 && evidence.talk == Talk::Nothing;
    // Whose queue is full has just shaken hands, with a kernel of the same kind: nothing of its RST is strange.
    let strange = !bare && !evidence.doubts.is_empty();
    let likely = bare || never_taken::only_offers(evidence);
    (by_server && at_start && only_syn && !strange).then_some(if likely {
        Confidence::Likely
    } else {
        Confidence::Possible
    })
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let repeated = evidence.close.half(Side::Server).retransmits;
    let mut facts = Vec::new();
    if repeated > 0 {
        facts.push(Fact::of_all(format!(
            "the server repeated its SYN+ACK {repeated} times although the handshake was completed"
        )));
    }
    facts.extend(arrived::fact(evidence));
    if evidence.how == How::Silent {
        facts.push(Fact::at(
            evidence.close.last.frame,
            "the server acknowledged nothing that the client sent",
        ));
    }
    facts.extend(facts::of_rst(evidence));
    facts
}

fn advise(evidence: &Evidence<'_>) -> String {
    let server = evidence.close.endpoint(Side::Server);
    format!(
        "On {} compare Recv-Q with Send-Q in `ss -ltn sport = :{}` and watch `nstat -az TcpExtListenOverflows`: raise the backlog (and net.core.somaxconn) or accept faster.",
        server.addr, server.port
    )
}
