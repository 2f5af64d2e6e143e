//! What GOAWAY tells: who announced the end of an HTTP/2 connection, why, and which requests were never worked on (RFC 9113 §6.8).

use crate::flow::{GoAway, Side};

use crate::verdict::Fact;
use crate::verdict::evidence::Evidence;

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const ENHANCE_YOUR_CALM: u32 = 11;

/// What a side had said by the end.
fn of<'a>(evidence: &Evidence<'a>, side: Side) -> Option<&'a GoAway> {
    evidence.exchange.http2()?.goaway.at(evidence.close.end(side)).as_ref()
}

/// What each side had said, the server first.
pub(in crate::verdict) fn facts(evidence: &Evidence<'_>) -> Vec<Fact> {
    let unseen = evidence.stream().filter(|_| never_worked_on(evidence));
    let fact = |side| {
        let said = of(evidence, side)?;
        let more = unseen
            .filter(|_| side == Side::Server)
            .map(|stream| format!("; it never worked on stream {}", stream.id));
        let fact = format!("the {side} said GOAWAY ({}){}", reason(said), more.unwrap_or_default());
        Some(Fact::at(said.frame, fact))
    };
    [Side::Server, Side::Client].into_iter().filter_map(fact).collect()
}

/// Did the server say that it never worked on the request that is told of?
pub(in crate::verdict) fn never_worked_on(evidence: &Evidence<'_>) -> bool {
    of(evidence, Side::Server)
        .zip(evidence.stream())
        .is_some_and(|(said, stream)| stream.id > said.last_stream)
}

/// Had the server called something an error and given the connection up before the client closed it?
pub(in crate::verdict) fn gave_up(evidence: &Evidence<'_>) -> bool {
    let said = of(evidence, Side::Server).filter(|said| said.is_error());
    let left = evidence.fin(Side::Client);
    let before = said.zip(left).is_some_and(|(said, left)| said.serial < left.serial);
    evidence.closer == Some(Side::Client) && before
}

/// What to do about a server that had called something an error and then ended the connection.
pub(in crate::verdict) fn advice_of_error(evidence: &Evidence<'_>) -> Option<String> {
    of(evidence, Side::Server).filter(|said| said.is_error()).and_then(|_| advice(evidence))
}

/// What to do about a server that ended with a request under way and said why.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    let said = of(evidence, Side::Server)?;
    let reason = reason(said);
    Some(match said.code {
        NO_ERROR => format!(
            "The server announced its end (GOAWAY {reason}) and did not wait for this request: give it a longer grace when it shuts down or a connection reaches its age limit."
        ),
        ENHANCE_YOUR_CALM => format!(
            "The server took the client for too busy (GOAWAY {reason}): lengthen the interval of the client's keepalive pings, or permit shorter ones on the server."
        ),
        INTERNAL_ERROR => {
            format!("The server gave the connection up (GOAWAY {reason}): its log at that time says why.")
        }
        _ => format!(
            "The server objected to what it read (GOAWAY {reason}): look for a library or a proxy on the way that does not speak its HTTP/2."
        ),
    })
}

/// The name of its code, and its words if it has any.
fn reason(said: &GoAway) -> String {
    match said.text.as_str() {
        "" => said.name().to_owned(),
        text => format!("{}, \"{text}\"", said.name()),
    }
}
