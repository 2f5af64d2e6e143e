//! A RST answers a segment in mid-connection, and the host never said goodbye.

use crate::flow::Side;
use crate::time::Span;
use crate::verdict::ending::outage::{self, Outage};
use crate::verdict::ending::{gave_up, never_taken, silence, together};
use crate::verdict::evidence::Shape;
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::who::forgery;
use crate::verdict::{Evidence, Fact, How, Sender, ending, facts};

pub(super) const RULE: Rule = Rule {
    name: "state_lost",
    title: "the host no longer knew the connection: crash, failover",
    doc: "What happened: one side sent a segment as usual, and the other host answered that it knows no such connection: it was \
rebooted, its container moved, a load balancer sent the segment to another backend, or its FIN was lost.
How it is told: a bare RST that answers a segment in mid-connection, and neither FIN nor RST of that side before it. Of \
a host that had spoken within the last second it is only possible: its FIN or RST may have been lost.
Not to be confused with: stale_keepalive and write_after_close, where that side had closed; idle_timeout, where a long silence \
came first; an answer to the handshake's last ACK, which is accept_queue_overflow.
What to do: look for a restart, a failover or a re-balancing at that time (uptime, deploy log, pod events). A client should treat it \
as a lost connection: reconnect, and retry what may safely happen twice.",
    sources: &["RFC 9293 §3.5.2", "RFC 9293 §3.5.1"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "the server was rebooted",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+1 A > B P. len 9\nB > A P. len 9\nA > B .\n+1 A > B P. len 9\nB > A R",
        ),
        hit(
            "idle, and another that was in use is forgotten too",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\nC > B S\nB > C S.\nC > B .\n\
+7 C > B P. len 9\nB > C P. len 9\nC > B .\n+0.5 C > B P. len 9\nB > C R\n+0.2 A > B P. len 9\nB > A R",
        ),
        hit(
            "idle, and another that was in use had been repeating itself until then",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\nC > B S\nB > C S.\nC > B .\n\
C > B P. len 9\nB > C P. len 9\nC > B .\n+0.5 C > B P. len 9\n+0.2 C > B again\n+0.4 C > B again\n+0.8 C > B again\n\
+1.6 C > B again\n+3.2 C > B again\nB > C R\n+0.01 A > B P. len 9\nB > A R",
        ),
        hit(
            "a close that meets no socket",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+2 A > B F.\nB > A R",
        ),
        hit("what goes on meets a host that had not been heard", "A > B P. len 9\nB > A R"),
        miss("only an acknowledgement, as scans send it", "A > B .\nB > A R"),
        miss("it had closed", "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A .\nB > A F.\nA > B .\nA > B P. len 9\nB > A R"),
        miss(
            "its answer and its FIN were overtaken by the RST",
            "A > B S tsval 1\nB > A S. tsval 1\nA > B . tsval 2\nA > B P. len 9 tsval 3\nA > B P. len 9 tsval 3\n\
B > A R seq 5001\n+0.005 B > A F. seq 5001 ack 10 len 9 tsval 2",
        ),
        miss("it aborted itself", "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+1 B > A R."),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    if forgery::may_be_another_host(evidence) {
        return Some(Confidence::Possible);
    }
    let refused_a_close = gave_up::refused_a_close(evidence);
    let Some(Sender::Side(side)) = evidence.rst_by.filter(|_| evidence.how == How::Reset || refused_a_close)
    else {
        return None;
    };
    let reset = evidence.reset()?;
    let answers = evidence.shape == Shape::Reply && reset.prompt.is_some_and(|prompt| !prompt.flags.syn());
    if !answers {
        return None;
    }
    let own = evidence.close.half_before(side);
    let only_offers = side == Side::Server && never_taken::only_offers(evidence);
    let knew = (own.has_data() || own.packets > 1) && !only_offers;
    // Of one that was never heard here: whoever goes on in a connection that the capture did not see begin had one.
    let stray = !own.seen() && reset.prompt.is_some_and(|prompt| prompt.flags.ack() && prompt.len > 0);
    // Its own RST, lost on the way to the other side or ignored there, is a goodbye too.
    let said_goodbye =
        evidence.close.ignored.as_ref().is_some_and(|ignored| evidence.close.side(ignored.0.by) == side);
    // What it had sent before came later: the socket had been there, and ended in some other way.
    let overtook_own = reset.after.at(reset.by).first.is_some();
    let closed = ending::closed_unseen(evidence.close, side);
    if !(knew || stray) || said_goodbye || overtook_own || closed {
        return None;
    }
    if stray {
        return Some(Confidence::Possible);
    }
    // Who has given up has forgotten the connection too, and nothing was restarted.
    let gave_up = gave_up::gave_up(evidence).is_some() || gave_up::waited_for_room(evidence);
    // How it lost the connection was before the other side closed, and may have been seen there.
    let end_missing = ending::end_unseen(evidence.close, side);
    let had_time = just_spoke(evidence).is_none();
    let said = evidence.exchange.turn.is_some() && !gave_up && !refused_a_close && !end_missing && had_time;
    Some(if said { Confidence::Likely } else { Confidence::Possible })
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let mut facts = facts::of_rst(evidence);
    facts.extend(outage::fact(evidence));
    if evidence.asked_long_before() {
        facts.extend(facts::of_talk(evidence));
    }
    if let Some(apart) = evidence.surroundings.forgot_another {
        facts.push(Fact::of_all(format!(
            "within {apart} of it the server had forgotten another connection as well, which was in use"
        )));
    }
    facts.extend(together::facts(evidence));
    if let Some(Sender::Side(side)) = evidence.rst_by {
        let before = evidence.close.half_before(side);
        facts.extend(before.seen().then(|| {
            Fact::of_all(format!(
                "the {side} had sent {} segments and {} bytes, and no FIN",
                before.packets, before.bytes
            ))
        }));
    }
    facts
}

/// How long before the RST its sender had spoken on this connection, if nothing restarts, or takes over an address, in that time: then its end
/// had been closed by something else, unless it has forgotten another connection as well.
fn just_spoke(evidence: &Evidence<'_>) -> Option<Span> {
    let reset = evidence.reset().filter(|_| evidence.surroundings.forgot_another.is_none())?;
    silence::just_spoke(reset)
}

fn advise(evidence: &Evidence<'_>) -> String {
    let Some(Sender::Side(side)) = evidence.rst_by else { return String::new() };
    let host = evidence.close.endpoint(side).addr;
    if gave_up::waited_for_room(evidence) {
        return format!(
            "The {}'s window was shut, and the {side} ({host}) gave up waiting for room (TCP_USER_TIMEOUT, its program's own timeout) or was restarted: look why the {} stopped reading.",
            side.peer(),
            side.peer()
        );
    }
    if gave_up::refused_a_close(evidence) {
        return format!(
            "The {} closed what {host} (the {side}) did not know any more: a restart or failover of it, or a device nearer to it that had ended the connection there. Capture on {host} to see what its program was told.",
            side.peer()
        );
    }
    if let Some(Outage { over, .. }) = outage::before_rst(evidence) {
        return format!(
            "Nothing came back from {host} (the {side}) on this connection for {over}: look for a restart of it, a change of its address, or an outage of the path in which its program gave up by a timeout of its own. {}",
            facts::retry_advice(evidence)
        );
    }
    if forgery::may_be_another_host(evidence) {
        return format!(
            "{host} (the {side}) speaks on behind this refusal: who refused may be another host that answers for that address now (a failover, a load balancer's other backend), its own firewall, or a device before it. Capture there: what its own kernel refuses leaves it. {}",
            facts::retry_advice(evidence)
        );
    }
    if let Some(silence) = just_spoke(evidence) {
        return format!(
            "{host} (the {side}) had spoken on this connection {silence} before: nothing restarts that fast. Its end had been closed meanwhile by something that this capture does not hold (a FIN or RST of its own that was lost, one that a device sent to it), its own firewall refuses, or another host has its address or gets its segments (a balancer). Capture there. {}",
            facts::retry_advice(evidence)
        );
    }
    format!(
        "Look for a restart, failover or re-balancing of {host} (the {side}) just before, or a firewall there that began to refuse (`reject with tcp reset` looks the same); reconnect. {}",
        facts::retry_advice(evidence)
    )
}
