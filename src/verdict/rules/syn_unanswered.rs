//! SYNs, and nothing comes back.

use crate::flow::{Marks, Side};
use crate::time::Span;
use crate::verdict::ending::{arrived, unseen};
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::{Evidence, Fact, How, harm};

/// Linux repeats a SYN after 1 s; an answer that takes as long as two repetitions is none (`tcp_syn_retries`, RFC 6298 §2).
const PATIENCE: Span = Span::from_secs(2);

/// Tries that may be answered in the end.
const FEW: u64 = 3;

pub(super) const RULE: Rule = Rule {
    name: "syn_unanswered",
    title: "no answer to the SYN: dropped or nobody there",
    doc: "What happened: the client's SYNs got no answer at all. connect() hangs and fails with ETIMEDOUT after the last retry \
(Linux: about 67 to 130 s), or when the program's own timeout comes.
How it is told: only SYNs with the same sequence number, repeated at growing intervals, neither SYN+ACK nor RST nor ICMP; at most \
an acknowledgement of an earlier connection on the same ports, which the server or a NAT still has.
Not to be confused with: port_closed, where a RST comes at once; a capture of one direction only, in which the answers are \
missing, which is why a single SYN is called possible at most; an ICMP error that says why, which a capture with very short frames \
cannot tell from others.
What to do: something drops the packets: a firewall or security group (DROP), a wrong route, a host that is down, a full SYN \
queue. Capture on the server: if the SYN arrives there and no SYN+ACK leaves, it is the server or its firewall; else the path.",
    sources: &["RFC 9293 §3.8.3", "RFC 6298 §5"],
    judge,
    facts,
    advise,
    cases: &[
        hit("five tries", "A > B S\n+1 A > B again\n+2 A > B again\n+4 A > B again\n+8 A > B again"),
        miss("answered in the end", "A > B S\n+1 A > B again\nB > A S.\nA > B ."),
        miss("refused", "A > B S\nB > A R."),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    if evidence.how != How::Unanswered || evidence.close.icmp.is_some() {
        return None;
    }
    Some(match tries(evidence) {
        1 => Confidence::Possible,
        _ if had_earlier(evidence) => Confidence::Likely,
        _ if evidence.close.last.ts.since(evidence.close.start.ts) < PATIENCE => Confidence::Likely,
        _ if may_miss_errors(evidence) => Confidence::Likely,
        // So few may have been lost by chance, and nobody knows what became of the last.
        ..=FEW if unseen::last_syn_cut_off(evidence).is_some() => Confidence::Likely,
        _ => Confidence::Certain,
    })
}

/// Did the server answer, but for an earlier connection on the same ports?
fn had_earlier(evidence: &Evidence<'_>) -> bool {
    evidence.close.half(Side::Server).marks.has(Marks::EARLIER)
}

/// Frames that end before the SYN's options do: of an ICMP error, 70 bytes on Ethernet, the ports would be cut as well.
fn may_miss_errors(evidence: &Evidence<'_>) -> bool {
    evidence.close.half(Side::Client).marks.has(Marks::CUT)
}

fn tries(evidence: &Evidence<'_>) -> u64 {
    evidence.close.half(Side::Client).packets
}

fn facts(evidence: &Evidence<'_>) -> Vec<Fact> {
    if let Some(left) = unseen::answer_cut_off(evidence) {
        let fact = format!("one SYN, and the capture ended {left} later: an answer may have come after that");
        return vec![Fact::at(evidence.close.start.frame, fact)];
    }
    let over = evidence.close.last.ts.since(evidence.close.start.ts);
    let said = if tries(evidence) == 1 {
        "one SYN".to_owned()
    } else {
        format!("{} SYNs in {over}", tries(evidence))
    };
    let answer = match evidence.close.ignored_resets {
        0 if may_miss_errors(evidence) => {
            "no answer, unless it was an ICMP error: frames were cut too short to tell whose that is"
                .to_owned()
        }
        _ if had_earlier(evidence) => {
            "no answer but one that acknowledges an earlier connection on the same ports".to_owned()
        }
        0 => "no answer of any kind".to_owned(),
        n => format!(
            "no answer but {n} RSTs that do not acknowledge it, which the client's kernel passes over"
        ),
    };
    let cut = unseen::last_syn_cut_off(evidence)
        .filter(|_| (2..=FEW).contains(&tries(evidence)))
        .map(|left| format!("; the capture ended {left} after the last"))
        .unwrap_or_default();
    let said = Fact::at(evidence.close.start.frame, format!("{said}, and {answer}{cut}"));
    std::iter::once(said).chain(arrived::fact(evidence)).collect()
}

fn advise(evidence: &Evidence<'_>) -> String {
    if unseen::answer_cut_off(evidence).is_some() {
        return "The capture ended too early to tell: look for the answer in the next file, or capture longer.".into();
    }
    let server = evidence.close.endpoint(Side::Server);
    if evidence.close.ignored_resets > 0 {
        return format!(
            "Somebody refuses in the name of {server} with RSTs without ACK, which a client that is connecting has to pass over: look for the gateway, emulator or firewall that makes them."
        );
    }
    if had_earlier(evidence) {
        return format!(
            "{server}, or a NAT before it, still has an earlier connection from the client's port {}. The client's RST should end that, and its next SYN get in: look for a firewall that drops the RST, and for what uses client ports again so soon.",
            evidence.close.endpoint(Side::Client).port
        );
    }
    let once = if harm::asked_once(evidence) {
        "The client did not try again, as its kernel does after a second: it waited for less, or had another connection by then (IPv4 and IPv6 are tried together). "
    } else {
        ""
    };
    if let Some(advice) = arrived::advice(evidence) {
        return format!("{once}{advice}");
    }
    format!(
        "{once}Capture on {} too: if the SYN arrives there, its firewall or a full queue drops it; if not, the path to it does.",
        server.addr
    )
}
