//! The connection ended between ClientHello and the end of the TLS handshake, without an alert.

use crate::flow::Side;
use crate::verdict::ending::together;
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::talk::{patience, refused_tls, tls};
use crate::verdict::{Evidence, Fact, How, Sender, facts};

pub(super) const RULE: Rule = Rule {
    name: "tls_handshake_reset",
    title: "reset in the middle of the TLS handshake",
    doc: "What happened: the client had sent its ClientHello, and the connection was reset before the handshake was over, without an \
alert that says why: a server that does not like the name or the protocol, an inspector or filter on the path that reads the \
server name, a plain-text service behind a TLS port.
How it is told: a ClientHello, no application data of the client yet, and a RST (or the server's FIN). In TLS 1.3 reasons are hidden: \
an alert in place of the client's Finished is the client's refusal, one right behind it the server's, mostly of a client certificate. \
A client that closes as soon as it has seen the server's part may not trust the certificate, or may have wanted to see no more.
Not to be confused with: tls_alert, where the reason is said; injected_reset, where the marks of the RST show that a device sent it.
What to do: try the same handshake with another server name and from another network (`openssl s_client -connect HOST:PORT \
-servername NAME`): if only the name decides, a filter or the server's name check does it; if only the network, a device on the path.",
    sources: &["RFC 8446 §6.2", "RFC 8446 §4.1.2"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "reset after the hello",
            "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A .\n+0.1 B > A R.",
        ),
        miss("plain text", "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A .\n+0.1 B > A R."),
        miss(
            "after the handshake",
            "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A P. hex 160303000102\nA > B P. hex 17030300356161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161\nB > A P. len 90\nA > B .\n+1 B > A R.",
        ),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    if refused_tls::failed_last(evidence) {
        return Some(Confidence::Likely);
    }
    if refused_tls::by_server(evidence) {
        return Some(Confidence::Likely);
    }
    if !evidence.in_tls_handshake || tls::hello_in_vain(evidence) || tls::left_before_answer(evidence) {
        return None;
    }
    if refused_tls::by_server_at_hello(evidence) {
        return Some(Confidence::Certain);
    }
    match (evidence.how, evidence.rst_by) {
        (How::Reset, Some(Sender::Side(Side::Server))) => Some(by_server(evidence)),
        (How::Reset, Some(Sender::Middlebox)) => Some(Confidence::Possible),
        // Who leaves with all that it was told was not refused.
        (How::Reset | How::FinThenReset, _) if refused_tls::given_up_by_client(evidence) => {
            Some(Confidence::Possible)
        }
        (How::FinThenReset, _) if patience::left_at_once(evidence) => Some(Confidence::Possible),
        (How::Reset | How::FinThenReset, _) => Some(Confidence::Likely),
        (How::Fin, _) if evidence.closer == Some(Side::Server) => Some(Confidence::Likely),
        (How::Fin, _) if tls::answers_in_clear(evidence) || refused_tls::by_client(evidence) => {
            Some(Confidence::Likely)
        }
        (How::Fin, _) if refused_tls::left_at_sight(evidence) => Some(Confidence::Possible),
        _ => None,
    }
}

/// Whoever was reset with others on which the server had said nothing either may have met no program that could dislike its hello.
fn by_server(evidence: &Evidence<'_>) -> Confidence {
    match evidence.surroundings.unserved.resets {
        _ if together::reset_in_a_row(evidence) => Confidence::Possible,
        0 | 1 => Confidence::Certain,
        _ => Confidence::Likely,
    }
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let said = evidence.close.half_before(Side::Server).bytes;
    let clear = format!("what the server said to the client's hello, {said} bytes, is no TLS");
    let clear = tls::answers_in_clear(evidence).then(|| Fact::of_all(clear));
    clear.into_iter().chain(refused_tls::fact(evidence)).chain(facts::of_story(evidence)).collect()
}

fn advise(evidence: &Evidence<'_>) -> String {
    let server = evidence.close.endpoint(Side::Server);
    if tls::answers_in_clear(evidence) {
        return format!(
            "{server} speaks no TLS, or not at once: ask it in clear (`nc`, http:// instead of https://), and look for a wrong port, or for STARTTLS that has to come first."
        );
    }
    if let Some(advice) = refused_tls::advice(evidence) {
        return advice.to_owned();
    }
    let together = evidence.surroundings.unserved.resets;
    if together > 1 {
        return format!(
            "{together} connections to {server} were reset together, and it had said nothing on any of them: look for a crash or restart of its program at that time before you suspect its choice or a filter."
        );
    }
    format!(
        "Repeat it by hand with {}, with other names and from another network: that tells the server's choice from a filter on the path.",
        tls::by_hand(evidence)
    )
}
