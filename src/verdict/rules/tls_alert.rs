//! A TLS alert was sent just before the end: its text is the cause.

use crate::flow::{Alert, Side};
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::talk::tls::{by_hand, fatal_alert};
use crate::verdict::{Evidence, Fact, How, facts};

pub(super) const RULE: Rule = Rule {
    name: "tls_alert",
    title: "TLS failed, and an alert says why",
    doc: "What happened: one side gave up the TLS session and said why in an alert: unknown_ca (the client does not trust the \
certificate), protocol_version, handshake_failure (no common cipher), unrecognized_name, certificate_required.
How it is told: an alert record that can be read, other than close_notify, before the end of the connection.
Not to be confused with: tls_handshake_reset, where nobody says why; the close_notify of every normal end.
What to do: the alert names the reason and its sender the side that objects. `openssl s_client -connect HOST:PORT -servername NAME` \
repeats the handshake by hand.",
    sources: &["RFC 8446 §6", "RFC 5246 §7.2"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "the client does not trust the certificate",
            "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A P. len 900\nA > B P. hex 15030300020230\nA > B R.",
        ),
        hit(
            "the server does not trust the client's certificate",
            "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A P. len 900\nA > B P. len 900\nB > A P. hex 15030300020230\nB > A F.",
        ),
        miss("no alert", "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A .\nB > A R."),
        miss(
            "a close_notify is no failure",
            "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A P. hex 15030300020100\nB > A F.\nA > B F.\nB > A .",
        ),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    let ended = !matches!(evidence.how, How::Open | How::Silent);
    fatal_alert(evidence).filter(|_| ended).map(|_| Confidence::Certain)
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(alert) = fatal_alert(evidence) {
        let side = evidence.close.side(alert.by);
        facts.push(Fact::at(
            alert.frame,
            format!("the {side} sent the TLS alert {} ({})", alert.name(), alert.description),
        ));
    }
    facts.extend(facts::of_end(evidence));
    facts
}

/// Does it object to the certificate of whom it is sent to (RFC 8446 §6.2: 41 to 46, unknown_ca, certificate_required)?
/// RFC 8446 §6.
const CERTIFICATE_EXPIRED: u8 = 45;
const UNKNOWN_CA: u8 = 48;

fn is_of_peer_certificate(alert: Alert) -> bool {
    matches!(alert.description, 41..=46 | 48 | 116)
}

fn advise(evidence: &Evidence<'_>) -> String {
    let Some(alert) = fatal_alert(evidence) else { return String::new() };
    let side = evidence.close.side(alert.by);
    if evidence.exchange.tls().is_some_and(|tls| tls.has_handshake() && !tls.has_hello()) {
        return format!(
            "The {side} said '{}' before anybody had said hello: its own TLS does not let it begin (settings, certificates, or another protocol than it expects); its log says why.",
            alert.name()
        );
    }
    let whose = match side {
        Side::Client => match alert.description {
            CERTIFICATE_EXPIRED => "the dates of the server's certificate, and the client's clock",
            UNKNOWN_CA => "who signed the server's certificate, and the client's trust store",
            _ if is_of_peer_certificate(alert) => {
                "the server's certificate (chain, names, purpose), and the client's trust store"
            }
            _ => "its trust store and TLS settings",
        },
        Side::Server if is_of_peer_certificate(alert) => {
            "the client's certificate, and which authorities the server accepts"
        }
        Side::Server => "its certificate, names and TLS settings",
    };
    format!(
        "The {side} ended the handshake with '{}': check {whose}; {} repeats it by hand.",
        alert.name(),
        by_hand(evidence)
    )
}

#[cfg(test)]
mod tests {
    use crate::verdict::example::verdict;

    /// A client's alert about a certificate is about the server's.
    #[test]
    fn an_alert_tells_whose_certificate_is_wrong() {
        let of = |description: &str| {
            let refused = format!("A > B P. hex 150303000202{description}\nA > B F.\nB > A F.\nA > B .");
            let text = format!(
                "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A P. hex 160303000402000000\nA > B .\n{refused}"
            );
            verdict(&text).advice.unwrap_or_default()
        };
        assert!(of("2d").contains("the dates of the server's certificate"), "{}", of("2d"));
        assert!(of("30").contains("who signed the server's certificate"), "{}", of("30"));
        // Where the two agree on TLS in clear the command has to as well.
        let mail = "B > A P. \"220 mail\\r\\n\"\nA > B P. \"STARTTLS\\r\\n\"\nB > A P. \"220 go\\r\\n\"\n";
        let hello = "A > B P. hex 1603010006010000020303\nB > A P. hex 160303000402000000\nA > B .\n";
        let refused = "A > B P. hex 15030300020230\nA > B F.\nB > A F.\nA > B .";
        let told = verdict(&format!("A > B S\nB > A S.\nA > B .\n{mail}{hello}{refused}"));
        assert!(
            told.advice.as_deref().is_some_and(|advice| advice.contains("-starttls")),
            "{:?}",
            told.advice
        );
        assert!(!of("30").contains("-starttls"));
        assert!(of("46").contains("its trust store and TLS settings"), "{}", of("46"));
    }
}
