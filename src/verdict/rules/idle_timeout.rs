//! A device or a server dropped an idle connection.

use crate::context::{Company, LearnedIdle};
use crate::flow::{Recent, Reset, Side};
use crate::time::Span;
use crate::verdict::ending::{gave_up, outage, probes, silence, together};
use crate::verdict::evidence::{BRIEFEST_IDLE, STANDS_OUT, Shape, Talk};
use crate::verdict::facts::usual_idle::UsualIdle;
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::talk::{broken_off, unheeded};
use crate::verdict::who::forgery::{self, ended_by_stand_in};
use crate::verdict::{Evidence, Fact, How, Sender, facts, talk};

/// The shortest idleness for which anybody gives up a connection on purpose and without a word; servers' keep-alive
/// timeouts begin at 2 s (gunicorn), devices' at tens of seconds.
const SHORTEST: Span = Span::from_secs(3);
/// An abort at the end of an idle time is called one only from here on: shorter pauses are part of any conversation.
const SHORTEST_ABORT: Span = Span::from_secs(30);
/// How many times as long as every pause before it an idle time has to be where nobody asked, at least.
const LONGER: u64 = 2;
/// Where somebody asked, a quarter more is enough: a pause that was survived is less than the limit, and tells no more of it.
const QUARTERS: u64 = 5;

pub(super) const RULE: Rule = Rule {
    name: "idle_timeout",
    title: "an idle connection was dropped without a word",
    doc: "What happened: nothing was said for long, and a firewall, a load balancer, a NAT gateway or the server itself gave the \
connection up. The next segment is answered by a RST ('connection reset by peer' on the first query in the morning), or the RST \
comes by itself when the time is over.
How it is told: an idle time longer than any pause before it (likely where it is far longer and, of a host's own RST, half a minute or a limit that devices have), nobody said goodbye, and a bare RST answers the first segment \
after it, or no segment at all; or an abort after a long idle time, or the end of a WebSocket without a Close frame. A shorter time tells as much where the \
server aborted others after the same, or where whoever shook hands for a host (told by its TTL) ends what that host has left idle.
Not to be confused with: stale_keepalive, where the server had closed by FIN; state_lost, where the connection was in regular \
use; keepalive_timeout, where probes went unanswered.
What to do: find the shortest idle timeout on the way (the measured time below is an upper bound for it) and stay under it: TCP \
keep-alives, a pool that gives up idle connections earlier, or application pings.",
    sources: &["RFC 5382 §5", "RFC 1122 §4.2.3.6"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "a firewall forgot the connection",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+0.3 A > B P. len 9\nB > A P. len 9\nA > B .\n+400 A > B P. len 9\nB > A R",
        ),
        hit(
            "a device resets at expiry, unasked",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+60 B > A R",
        ),
        hit("an abort at expiry", "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+350 B > A R."),
        hit(
            "a load balancer that shook hands for the client, another TTL than its host's",
            "A > B S ttl 251\nB > A S.\nA > B . ttl 251\nA > B P. len 9 ttl 52\nB > A P. len 9\nA > B . ttl 52\n+9 A > B R. ttl 251 id 9000",
        ),
        hit(
            "longer than what it had survived",
            "A > B S ttl 63\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+40 A > B P. len 9\nB > A P. len 9\nA > B .\n+200 A > B P. len 9\nB > A R ttl 255",
        ),
        miss(
            "the server took its time to answer",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A .\n+9 B > A P. len 9\nA > B R",
        ),
        miss(
            "nothing but the SYN and this had come from the client",
            "A > B S\nB > A S.\n+9 A > B P. len 9\nB > A R",
        ),
        miss(
            "a request had never been answered",
            "A > B S\nB > A S.\nA > B .\nA > B P. \"GET /drop HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\nB > A .\n+12 A > B P. len 5\nB > A R",
        ),
        miss(
            "only the last of many copies is answered",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+5 A > B P. len 9\n+0.2 A > B again\n+0.4 A > B again\nB > A R",
        ),
        miss(
            "in regular use",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+5 A > B P. len 9\nB > A P. len 9\nA > B .\n+5 A > B P. len 9\nB > A R",
        ),
    ],
};

/// Idle limits of known systems: a hint, never a proof.
const PROGRAMS: &[(u64, &str)] = &[
    (5, "Node's and Apache's keep-alive timeout"),
    (20, "Tomcat's keep-alive timeout"),
    (30, "Jetty's idle timeout"),
    (60, "the idle timeout of AWS ALB, nginx upstreams and many proxies"),
    (75, "nginx's keepalive_timeout"),
];
/// The same of what sits in between: who drops a connection without a FIN.
const DEVICES: &[(u64, &str)] = &[
    (240, "the idle timeout of Azure's load balancer and NAT gateway"),
    (300, "the idle timeout of F5 BIG-IP"),
    (350, "the idle timeout of AWS NLB and NAT gateway"),
    (600, "GCP's connection tracking"),
    (900, "a common firewall timeout"),
    (1800, "a common firewall timeout"),
    (3600, "the idle timeout of Envoy and of many firewalls"),
];

/// A limit within 2 % of an idle time.
fn limit(idle: Span) -> Option<&'static str> {
    among(PROGRAMS, idle).or_else(|| among(DEVICES, idle))
}

fn among(limits: &[(u64, &'static str)], idle: Span) -> Option<&'static str> {
    let near = |secs: u64| {
        idle.as_nanos().abs_diff(Span::from_secs(secs).as_nanos()).saturating_mul(50)
            <= Span::from_secs(secs).as_nanos()
    };
    limits.iter().find(|(secs, _)| near(*secs)).map(|(_, whose)| *whose)
}

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    let idle = evidence.idle_before?;
    if evidence.how == How::Fin && broken_off::is_broken_off(evidence) {
        return limit(idle).filter(|_| idle >= SHORTEST_ABORT).map(|_| Confidence::Likely);
    }
    if evidence.how != How::Reset
        || evidence.in_tls_handshake
        || probes::probing(evidence).is_some()
        || gave_up::gave_up(evidence).is_some()
        || gave_up::waited_for_room(evidence)
    {
        return None;
    }
    // Nobody's patience with one connection shuts a port, or ends several connections at one moment.
    let one_event = together::is_refused(evidence) || one_event(evidence, idle).is_some();
    let most = if one_event { Confidence::Possible } else { Confidence::Certain };
    judge_rst(evidence, idle).map(|sure| sure.min(most))
}

fn judge_rst(evidence: &Evidence<'_>, idle: Span) -> Option<Confidence> {
    match evidence.shape {
        Shape::Reply => judge_reply(evidence, idle),
        // Who only passes on what others say has no other reason.
        Shape::Active if idle >= SHORTEST && evidence.talk == Talk::Complete && is_stand_ins(evidence) => {
            Some(Confidence::Likely)
        }
        Shape::Active
            if idle >= SHORTEST_ABORT && matches!(evidence.talk, Talk::Complete | Talk::Nothing) =>
        {
            Some(if limit(idle).is_some() { Confidence::Likely } else { Confidence::Possible })
        }
        Shape::Active if is_usual(evidence, idle) && evidence.talk == Talk::Complete => {
            Some(Confidence::Likely)
        }
        // A server's own limit may be of any length; and so may be the pause before a program aborts. Of who speaks again and again nobody
        // takes the silence.
        Shape::Active if idle >= BRIEFEST_IDLE && evidence.talk == Talk::Complete => {
            unheeded::unheeded(evidence).is_none().then_some(Confidence::Possible)
        }
        _ => None,
    }
}

/// Others that ended at that moment, unless all may have begun to wait together for a time that is somebody's.
fn one_event(evidence: &Evidence<'_>, idle: Span) -> Option<Company> {
    let company = together::in_company(evidence).filter(|_| !answers(evidence))?;
    let one_time = company.unlike == 0 && (limit(idle).is_some() || is_usual(evidence, idle));
    (!one_time).then_some(company)
}

/// Is the RST the answer to a segment? When that came is no moment of who sends it.
fn answers(evidence: &Evidence<'_>) -> bool {
    evidence.shape == Shape::Reply && evidence.reset().is_some_and(|reset| reset.prompt.is_some())
}

fn is_stand_ins(evidence: &Evidence<'_>) -> bool {
    ended_by_stand_in(evidence).is_some()
}

/// Did the server end others after the same idle time, at other moments? Then it has a limit.
fn is_usual(evidence: &Evidence<'_>, idle: Span) -> bool {
    let by_server = evidence.rst_by == Some(Sender::Side(Side::Server)) && idle >= BRIEFEST_IDLE;
    let fits = |learned: LearnedIdle| learned.fitting > 1 && learned.is_near(idle);
    by_server && evidence.surroundings.learned_idle.is_some_and(fits)
}

/// The first segment after the idle time met nobody who knew the connection; or the RST came unasked, as from a device whose
/// time was up: a host's bare RST is an answer.
fn judge_reply(evidence: &Evidence<'_>, idle: Span) -> Option<Confidence> {
    let prompt = evidence.reset()?.prompt;
    let told = match prompt {
        // Who had forgotten it would have answered the first copy, also of what was lost on the way here.
        Some(prompt) => {
            prompt.len > 0
                && !evidence.prompt_was_repeated()
                && outage::before_rst(evidence).is_none()
                && was_idle(evidence, &prompt, idle)
        }
        None => matches!(evidence.talk, Talk::Complete | Talk::Nothing),
    };
    let longest = silence::longest_pause(evidence).unwrap_or(Span::ZERO);
    let longer = match prompt {
        Some(_) => idle.times(4) >= longest.times(QUARTERS),
        None => idle >= longest.times(LONGER),
    };
    if !told || !longer || idle < BRIEFEST_IDLE {
        return None;
    }
    // What it has survived was shorter, but not by so much that nothing else is as likely; but a device forgets by the clock alone.
    let by_device = !evidence.doubts.is_empty() && idle >= longest.times(LONGER);
    if !by_device && idle < longest.times(STANDS_OUT) {
        return Some(Confidence::Possible);
    }
    // A host that has forgotten what was in use has forgotten all; and who owes an answer is not idle.
    let owing = evidence.asked_long_before() || evidence.talk == Talk::Answering && talk::is_known(evidence);
    let other_story = evidence.surroundings.forgot_another.is_some() || owing || forgot_soon(evidence, idle);
    Some(if idle >= SHORTEST && !other_story { Confidence::Likely } else { Confidence::Possible })
}

/// Was nothing under way before what the RST answers? A server that takes its time to answer leaves nothing idle, and neither does a client of
/// which nothing but this has come: its handshake was not over.
fn was_idle(evidence: &Evidence<'_>, prompt: &Recent, idle: Span) -> bool {
    let (turn, before) = (evidence.exchange.turn, evidence.exchange.turn_before);
    let client = evidence.close.end(Side::Client);
    let answers = prompt.by != client
        && turn.is_some_and(|turn| turn.by == prompt.by && turn.seq == prompt.seq)
        && before.is_some_and(|before| before.by == client);
    let first = prompt.by == client
        && evidence.close.handshake_seen()
        && evidence.close.half_before(Side::Client).packets <= 2;
    !(first || answers && idle < SHORTEST_ABORT)
}

/// Did the host itself, from as far away as it always was, forget sooner than devices do? Programs say FIN when their time is up, so that a restart
/// or a failover is likelier.
fn forgot_soon(evidence: &Evidence<'_>, idle: Span) -> bool {
    let is_own = |reset: &Reset| reset.rst.ttl == reset.before.at(reset.by).ttl && reset.prompt.is_some();
    let own = evidence.doubts.is_empty() && evidence.reset().is_some_and(is_own);
    own && idle < SHORTEST_ABORT && among(DEVICES, idle).is_none()
}

/// Did the RST come with the TTL that the client's system begins with, as all else of it, and does nothing speak against it? Then there is no way
/// before the place of the capture on which anything could have made it.
fn left_beside_it(evidence: &Evidence<'_>) -> bool {
    let ttl = evidence.close.half_before(Side::Client).ttl;
    let fresh = ttl != 0 && forgery::initial_ttl(ttl) == ttl;
    fresh && evidence.reset().is_some_and(|reset| reset.rst.ttl == ttl) && evidence.doubts.is_empty()
}

/// Did the client's own socket end what nobody used, with nothing owed to it and nothing lost?
fn is_own_choice(evidence: &Evidence<'_>) -> bool {
    let by_client = evidence.rst_by == Some(Sender::Side(Side::Client));
    let sure = (evidence.rst_by_confidence == Some(Confidence::Certain) || left_beside_it(evidence))
        && !is_stand_ins(evidence);
    let settled = evidence.talk == Talk::Complete && !evidence.lost_data();
    by_client && sure && settled && evidence.shape == Shape::Active
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let mut facts = vec![Fact::of_all(format!("{} of silence before the end", facts::idle(evidence)))];
    facts.extend(broken_off::fact(evidence));
    if let Some(pause) = silence::longest_pause(evidence) {
        facts.push(Fact::of_all(format!("no pause before it was longer than {pause}")));
    }
    facts.extend(facts::of_rst(evidence));
    facts.extend(ended_by_stand_in(evidence));
    facts.extend(together::facts(evidence));
    facts
}

fn advise(evidence: &Evidence<'_>) -> String {
    if let Some(advice) = broken_off::advice(evidence) {
        return advice;
    }
    let idle = facts::idle(evidence);
    // A program would have said FIN.
    let fits = |idle| if evidence.shape == Shape::Reply { among(DEVICES, idle) } else { limit(idle) };
    let hint =
        evidence.idle_before.and_then(fits).map(|whose| format!(" ({whose} would fit)")).unwrap_or_default();
    let who = match evidence.rst_by {
        Some(Sender::Side(side)) if is_stand_ins(evidence) => match side {
            Side::Client => "what holds the connection for the client (a load balancer, a proxy)",
            Side::Server => "what holds the connection for the server (a load balancer, a proxy)",
        },
        Some(Sender::Side(Side::Client)) => "the client, or a device before it,",
        _ => "the server, or a device before it,",
    };
    if let Some(usual) = UsualIdle::of(evidence)
        && evidence.idle_before.is_some_and(|idle| is_usual(evidence, idle))
    {
        return format!(
            "The server aborts after {usual}: an idle timeout of its own (a database's wait_timeout). Let the client's pool give up or check idle connections before {}, or raise it.",
            usual.shortest
        );
    }
    if is_own_choice(evidence) {
        return format!(
            "The client gave up what it had not needed for {idle}{hint}: the limit of a pool of its own. Nothing was under way, nothing needs doing."
        );
    }
    if let Some(company) = evidence.idle_before.and_then(|idle| one_event(evidence, idle)) {
        return format!(
            "After {idle} idle {who} ended the connection, and {} others within {}: look for one event that ended them all (a program that was stopped, a host that slept, restarted or left the network) before you suspect a timeout.",
            company.others, company.over
        );
    }
    let did = if answers(evidence) { "no longer knew" } else { "ended" };
    format!(
        "After {idle} idle {who} {did} the connection{hint}: keep it alive (TCP keep-alive, pings) or give it up well before {idle}."
    )
}
