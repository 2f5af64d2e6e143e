//! Repetitions that nobody answers, and no RST.

use crate::decode::IcmpError;
use crate::flow::{Close, Marks, Side};
use crate::verdict::ending::gave_up;
use crate::verdict::ending::gave_up::GaveUp;
use crate::verdict::ending::long_segments;
use crate::verdict::ending::outage;
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::who::forgery::initial_ttl;
use crate::verdict::{Evidence, Fact, How, ending};

/// From as many repetitions on, chance is no explanation: with one segment in three lost, five in a row are lost once
/// in 240 times, and the answers would have to be lost as well.
const SURE: u8 = 5;

pub(super) const RULE: Rule = Rule {
    name: "peer_vanished",
    title: "one side fell silent: retransmissions go unanswered",
    doc: "What happened: one side kept repeating its data, its FIN, its SYN+ACK or its probes, and nothing came back any more: the path broke, \
the host was switched off or lost its network, or a firewall forgot the connection and drops its segments.
How it is told: two or more repetitions that the other side does not acknowledge, up to the end of the observation, even where it \
goes on speaking (then only one direction is broken); no RST, but one that answers what it says after the other side has given up, or \
the abort of the side that had repeated itself for a second or more, or of one that had received none of what the other repeated.
Not to be confused with: state_lost, where a host answers with RST; an idle connection, on which nobody repeats anything.
What to do: programs notice only after minutes (Linux: about 15 for unacknowledged data): set TCP_USER_TIMEOUT or keep-alives, \
and look at the path (routes, firewall state timeouts, MTU black holes where only large segments vanish).",
    sources: &["RFC 9293 §3.8.3", "RFC 1122 §4.2.3.5"],
    judge,
    facts,
    advise,
    cases: &[
        hit(
            "the path goes dark",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 50\nB > A .\nA > B P. len 50\n+0.2 A > B again\n+0.4 A > B again\n+0.8 A > B again\n+1.6 A > B again\n+3.2 A > B again",
        ),
        hit(
            "it speaks again when the other side has given up",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 50\nB > A P. len 5\nA > B .\n+1 A > B P. len 50\n+0.2 A > B again\n+0.4 A > B again\n+0.8 A > B again\n+5 B > A P. len 5 ack 1051\nA > B R seq 1051",
        ),
        hit(
            "it speaks again when the other side has closed in vain",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 50\nB > A P. len 5\nA > B .\n+1 A > B F.\n+0.2 A > B again\n+0.4 A > B again\n+5 B > A P. len 5 ack 1051\nA > B R seq 1051",
        ),
        hit(
            "a server that waits in vain for an acknowledgement, and then aborts",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 50\nB > A P. len 500\nA > B .\n+1 B > A P. len 500\n+0.2 B > A again\n+0.4 B > A again\n+0.8 B > A again\n+1 B > A R.",
        ),
        hit(
            "an answer that is lost on its way until the client aborts",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\n+0.2 B > A again\n+0.4 B > A again\n+0.8 B > A again\n+0.2 A > B R. ack 5001",
        ),
        hit(
            "a request that is lost on its way until the client aborts",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
+0.2 A > B again\n+0.4 A > B again\n+0.8 A > B again\n+0.2 A > B R.",
        ),
        hit(
            "a request that is lost on its way until the server has closed",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n+1 A > B P. \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
+0.2 A > B again\n+0.4 A > B again\n+1 B > A F. ack 1029\nA > B .\n+0.8 A > B P. seq 1029 ack 5042 \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A R",
        ),
        hit(
            "an answer that is lost on its way until the client closes",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nok\"\n+0.2 B > A again\n+0.4 B > A again\n+0.8 B > A again\n+0.2 A > B F. ack 5001\nB > A . seq 5042",
        ),
        miss("one repetition is answered", "A > B S\nB > A S.\nA > B .\nA > B P. len 50\n+0.2 A > B again\nB > A ."),
        hit(
            "the SYN+ACK never arrives",
            "A > B S\nB > A S.\n+1 A > B again\nB > A again\n+2 A > B again\nB > A again\n+4 A > B again\nB > A again\n+8 B > A again",
        ),
        hit(
            "the client leaves, since nothing comes through any more",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /big HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 9000\\r\\n\\r\\n\"\nA > B .\nB > A . len 1000\n+0.2 B > A again\n+0.4 B > A again\n\
+1 A > B F. ack 5042\nB > A .\n+0.2 A > B again\nB > A .\n+1 B > A . seq 5042 len 1000\n+2 B > A . seq 5042 len 1000",
        ),
        hit(
            "what one side says does not arrive, and both repeat themselves",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 50\nB > A P. len 35\n+0.2 B > A again\n+0.2 A > B P. seq 1001 ack 5001 len 50\n\
B > A . seq 5036\n+0.3 B > A P. seq 5001 len 35",
        ),
        miss("only idle", "A > B S\nB > A S.\nA > B .\nA > B P. len 50\nB > A ."),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    if matches!(evidence.how, How::Reset | How::FinThenReset) && gave_up::gave_up(evidence).is_some() {
        return Some(Confidence::Likely);
    }
    if gave_up::half_open(evidence) {
        return Some(Confidence::Possible);
    }
    let lost = gave_up::never_came_through(evidence).or_else(|| gave_up::never_heard(evidence));
    if gave_up::aborted(evidence).is_some() || lost.is_some() {
        return Some(Confidence::Likely);
    }
    if evidence.how == How::Reset && outage::before_rst(evidence).is_some() {
        return Some(Confidence::Possible);
    }
    if evidence.how != How::Silent {
        return None;
    }
    let side = evidence.unanswered_side()?;
    if handshake_failed(evidence) || closed_unhearing(evidence, side.peer()) {
        return Some(Confidence::Likely);
    }
    if speaks_on(evidence, side) {
        // A server that repeats its SYN+ACK alone may hear and have no room.
        let long = evidence.unanswered(side) >= SURE && !only_syn_acks(evidence, side.peer());
        return Some(if long { Confidence::Likely } else { Confidence::Possible });
    }
    // Of a side that never acknowledged anything, or never got beyond its SYN+ACK, it is not known that it was ever there
    // for more.
    let other = evidence.close.half(side.peer());
    let conversed =
        other.packets > 1 && other.marks.has(Marks::ACKED) && !only_syn_acks(evidence, side.peer());
    // Where a router says that it cannot deliver, or long segments do not pass, the side that is silent did not fall silent by itself.
    let fell = evidence.close.icmp.is_none() && long_segments::lost(evidence, side).is_none();
    let sure = evidence.unanswered(side) >= SURE && conversed && fell;
    Some(if sure {
        Confidence::Certain
    } else if conversed {
        Confidence::Likely
    } else {
        Confidence::Possible
    })
}

/// The client repeats its SYN after the SYN+ACK, and the server that: each lives, and what the server sends does not arrive.
fn handshake_failed(evidence: &Evidence<'_>) -> bool {
    let Close { client, recent, .. } = evidence.close;
    let answered = recent.iter().skip_while(|recent| recent.by == *client);
    !evidence.close.half(Side::Client).marks.has(Marks::ACKED)
        && only_syn_acks(evidence, Side::Server)
        && answered.into_iter().any(|recent| recent.by == *client)
}

/// A side has closed and did not acknowledge what the other one had said before: it lives, and nothing arrives there.
fn closed_unhearing(evidence: &Evidence<'_>, side: Side) -> bool {
    let end = evidence.close.end(side);
    let recent = &evidence.close.recent;
    recent.iter().enumerate().filter(|(_, fin)| fin.by == end && fin.flags.fin()).any(|(nth, fin)| {
        recent.iter().take(nth).any(|said| said.by != end && said.len > 0 && said.seq_end().after(fin.ack))
    })
}

/// Does the other side still speak, when a side has repeated itself already? Then it lives, and what is repeated does not arrive.
fn speaks_on(evidence: &Evidence<'_>, side: Side) -> bool {
    let again = ending::copies_of_last(evidence.close, side).nth(1);
    again.is_some_and(|again| evidence.close.half(side.peer()).last_seen > again.ts)
}

fn only_syn_acks(evidence: &Evidence<'_>, side: Side) -> bool {
    let half = evidence.close.half(side);
    half.marks.has(Marks::SYN_ACK) && half.packets == 1 + u64::from(half.retransmits) && !half.has_data()
}

fn facts(evidence: &Evidence<'_>) -> Vec<Fact> {
    if let Some((side, story)) = of_giving_up(evidence) {
        let own = crate::verdict::facts::of_end(evidence);
        let first = [Fact::at(story.frame, told(evidence, side, story))];
        let why = unreachable(evidence).map(of_icmp);
        return first.into_iter().chain(why).chain(long_segments::fact(evidence, side)).chain(own).collect();
    }
    let Some(side) = evidence.unanswered_side() else { return Vec::new() };
    let repeated = evidence.unanswered(side);
    let heard = evidence.close.half(side.peer()).last_seen;
    let silence = evidence.close.last.ts.since(heard);
    let says = if handshake_failed(evidence) {
        let syns = evidence.close.half(Side::Client).packets;
        format!(
            "{syns} SYNs of the client, the last {silence} before the end, though the server had sent its SYN+ACK and repeated it {repeated} times: it does not arrive"
        )
    } else if closed_unhearing(evidence, side.peer()) {
        format!(
            "the {side} repeated itself {repeated} times, and the {} closed without acknowledging it: it does not arrive",
            side.peer()
        )
    } else if speaks_on(evidence, side) {
        format!(
            "the {side} repeated itself {repeated} times, and the {}, which speaks on, acknowledges none of it: it does not arrive",
            side.peer()
        )
    } else {
        format!(
            "the {side} repeated itself {repeated} times and got no answer; the last that the {} sent came {silence} before",
            side.peer()
        )
    };
    let mut facts = vec![Fact::at(evidence.close.last.frame, says)];
    facts.extend(long_segments::fact(evidence, side));
    facts.extend(unreachable(evidence).map(of_icmp));
    facts.extend(crate::verdict::cap::limits(evidence));
    facts
}

fn of_icmp(icmp: &IcmpError) -> Fact {
    Fact::at(icmp.frame, format!("{} answers with ICMP: {}", icmp.from, icmp.says()))
}

/// What a router says of that which does not arrive: as it holds at the end, or as it did while a side repeated what came through too late.
fn unreachable<'a>(evidence: &Evidence<'a>) -> Option<&'a IcmpError> {
    evidence.unreachable().or_else(|| {
        let (side, story) = of_giving_up(evidence)?;
        let recent = &evidence.close.recent;
        let last = recent.iter().find(|own| own.frame == story.frame)?;
        let first = recent.iter().find(|own| (own.by, own.seq) == (last.by, last.seq) && own.len > 0)?;
        let refused = |icmp: &&IcmpError| icmp.src == evidence.close.endpoint(side) && icmp.ts >= first.ts;
        evidence.close.icmp.as_deref().filter(refused).filter(|icmp| !icmp.is_too_big())
    })
}

/// The side that had done something in vain, and what: the one that reset, or whose words came through too late.
fn of_giving_up(evidence: &Evidence<'_>) -> Option<(Side, GaveUp)> {
    if let Some(lost) = gave_up::never_came_through(evidence).or_else(|| gave_up::never_heard(evidence)) {
        return Some(lost);
    }
    let reset = evidence.reset()?;
    let story = gave_up::gave_up(evidence).or_else(|| gave_up::aborted(evidence))?;
    Some((evidence.close.side(reset.by), story))
}

fn told(evidence: &Evidence<'_>, side: Side, GaveUp { times, before, .. }: GaveUp) -> String {
    if gave_up::never_came_through(evidence).is_some() {
        return format!(
            "what the {side} said was first sent {before} before the {} closed, and repeated {times} times by then: it did not arrive",
            side.peer()
        );
    }
    if gave_up::never_heard(evidence).is_some() {
        let peer = side.peer();
        return format!(
            "the {side} repeated itself {times} times, and the {peer} had none of it, as it says itself at its end: it did not arrive"
        );
    }
    let end = if gave_up::aborted(evidence).is_some() {
        format!("{before} after the last time it aborted")
    } else {
        format!("when the {} spoke again, {before} later, it had given up", side.peer())
    };
    format!("the {side} repeated itself {times} times and got no answer; {end}")
}

/// Where to begin if only long ones are lost.
fn of_long_segments(evidence: &Evidence<'_>, side: Side) -> Option<String> {
    long_segments::lost(evidence, side)?;
    let far = evidence.close.endpoint(side.peer()).addr;
    Some(format!(
        "Run `tracepath -n {far}` on the {side}: a smaller MTU on the way (a tunnel, a VPN) whose ICMP is filtered loses just these; let that through, or clamp the MSS. "
    ))
}

/// Was the capture made at this side's host, or next to it? What that sent has come no way, and what the other sent has.
fn made_at(evidence: &Evidence<'_>, side: Side) -> bool {
    let is_new = |side| {
        let ttl = evidence.close.half(side).ttl;
        ttl == initial_ttl(ttl)
    };
    is_new(side) && !is_new(side.peer())
}

fn advise(evidence: &Evidence<'_>) -> String {
    let gave_up = of_giving_up(evidence).map(|(side, _)| side);
    let Some(side) = gave_up.or_else(|| evidence.unanswered_side()) else { return String::new() };
    let first = unreachable(evidence)
        .map(|icmp| format!("{} says why by ICMP ({}): begin there. ", icmp.from, icmp.says()));
    let first = first.or_else(|| of_long_segments(evidence, side)).unwrap_or_default();
    if made_at(evidence, side.peer()) {
        return format!(
            "{first}By its hop limits the capture was made at the {peer}, and the {side}'s repetitions got there: not the path to it lost them. Look at that host, its firewall and what it still knew of the connection.",
            peer = side.peer()
        );
    }
    if only_shook_hands(evidence) {
        return format!(
            "{first}The server shook hands and took nothing: a filter may drop what the first words name (a host, a name in TLS), or its queue of connections may be full behind SYN cookies (`nstat -az TcpExtListenOverflows` there). Try another name or port, and capture at the server to see whether the client's words arrive.",
        );
    }
    format!(
        "{first}Look at the path to the {} and at that host; set TCP_USER_TIMEOUT or keep-alives on the {side} so that its program notices within seconds.",
        side.peer()
    )
}

/// Has nothing come from the server but one SYN+ACK, and is it the client that repeats what it says?
fn only_shook_hands(evidence: &Evidence<'_>) -> bool {
    let server = evidence.close.half(Side::Server);
    let says =
        evidence.unanswered_side() == Some(Side::Client) && evidence.close.half(Side::Client).has_data();
    says && server.packets == 1 && server.marks.has(Marks::SYN_ACK)
}
