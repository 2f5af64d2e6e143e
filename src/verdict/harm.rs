//! Did a program lose something or see an error? The whole rule for it is here.

mod peace;
mod unknown;

use crate::context::Telltale;
use crate::flow::Side;
use crate::time::Span;

use super::ending::{probes, shut_window, unseen};
use super::evidence::Evidence;
use super::talk::{after_goodbye, broken_off, farewell, race, refused_tls, tls, unanswerable, version};
use super::{How, talk};

/// Whether anybody was hurt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Harm {
    /// A program lost data or saw an error.
    Harmful,
    /// Nobody can have noticed: everything was delivered, or the one who left is the one who would have cared.
    Harmless,
}

impl Harm {
    /// The word for it in the record.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Harmful => "harmful",
            Self::Harmless => "harmless",
        }
    }
}

/// How long a SYN+ACK may take before a client that then leaves may have been waiting for it, and was not merely probing.
pub(super) const PATIENT: Span = Span::from_millis(200);

/// Who closes a connection because it is idle waits for seconds, mostly five or more (Node), and seldom less than one.
const IDLE: Span = Span::from_secs(1);

/// Says of an end whether it is one of a kind.
type Test = fn(&Evidence<'_>) -> bool;

/// Somebody's call fails, however quiet the end looks.
const FAILURES: &[Test] = &[
    waited_for_handshake,
    fatal_in_tls,
    hung_up_in_tls,
    tls::hello_in_vain,
    tls::answers_in_clear,
    refused_tls::by_server,
    talk::http2_failed,
    version::speaks_no_http,
    talk::is_broken,
    broken_off::by_servers_fin,
    probed_in_vain,
    met_an_abort,
    asked_after_goodbye,
    unanswerable::is_one,
];

/// Weighs an end that has a cause; a normal end has no harm to weigh.
///
/// Whoever sees an error is hurt, and nobody can be hurt by the answers to a scan; of what may be one it is not known. Else there may be
/// reasons not to know ([`unknown`]), or everybody had all that was owed, and only goodbyes were lost ([`peace`]). What is left is harmful:
/// somebody waited for what never came.
#[must_use]
pub(super) fn weigh(evidence: &Evidence<'_>) -> Option<Harm> {
    let telltale = evidence.surroundings.scan.map(|scan| scan.telltale);
    // Nor has a probe that no socket sent anybody who waits for the answer.
    let scan = telltale == Some(Telltale::Plain) || evidence.close.is_probe();
    let failed = !scan && any(FAILURES, evidence);
    let unknown = telltale == Some(Telltale::Missing) || !failed && !scan && unknown::is_unknown(evidence);
    if unknown || asked_once(evidence) {
        None
    } else if scan || !failed && peace::is_peaceful(evidence) {
        (!peace::is_doubtful(evidence)).then_some(Harm::Harmless)
    } else {
        (failed || !may_have_met_goodbye(evidence)).then_some(Harm::Harmful)
    }
}

/// Is it of any of these kinds?
fn any(tests: &[Test], evidence: &Evidence<'_>) -> bool {
    tests.iter().any(|test| test(evidence))
}

/// Was a SYN sent once, and never again? Its kernel would have sent it again after a second (RFC 6298 §2.1): either the watching ended
/// before that, or the program had no more need of it (a browser that tries IPv4 and IPv6 at once takes what answers first,
/// RFC 8305), or did not wait for so long.
pub(super) fn asked_once(evidence: &Evidence<'_>) -> bool {
    let once = evidence.close.half(Side::Client).packets == 1 && evidence.close.icmp.is_none();
    evidence.how == How::Unanswered && once && evidence.surroundings.scan.is_none()
}

/// Did a fatal alert end a TLS session?
fn fatal_in_tls(evidence: &Evidence<'_>) -> bool {
    tls::fatal_alert(evidence).is_some()
}

/// Did the server end the TLS handshake?
fn hung_up_in_tls(evidence: &Evidence<'_>) -> bool {
    evidence.in_tls_handshake && evidence.closer == Some(Side::Server)
}

/// Was a request on its way when the server aborted?
fn met_an_abort(evidence: &Evidence<'_>) -> bool {
    race::under_way(evidence).is_some()
}

/// Did the client ask when the server had ended the session in TLS's words?
fn asked_after_goodbye(evidence: &Evidence<'_>) -> bool {
    after_goodbye::asked(evidence).is_some()
}

/// Did a side give the connection up because nobody answered its probes?
fn probed_in_vain(evidence: &Evidence<'_>) -> bool {
    probes::ran_out(evidence)
}

/// The client never sent its last ACK, and the SYN+ACK that it refused had taken so long that it had repeated its SYN: its kernel does that
/// as long as its program waits.
fn waited_for_handshake(evidence: &Evidence<'_>) -> bool {
    unknown::connected_late(evidence) && evidence.close.half_before(Side::Client).packets > 1
}

/// Had the client closed, and may what came too late have been the server's goodbye, which the snaplen hides?
fn may_have_met_goodbye(evidence: &Evidence<'_>) -> bool {
    let left = evidence.closer == Some(Side::Client) && evidence.how == How::FinThenReset;
    left && may_be_all(evidence) && farewell::lost_little(evidence, Side::Server)
}

/// Does the snaplen hide what the server said, of which nothing shows that more was to come?
fn may_be_all(evidence: &Evidence<'_>) -> bool {
    unseen::is_cut_short(evidence) && !shut_window::waited(evidence, Side::Server)
}
