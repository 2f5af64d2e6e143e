//! A client that asks in HTTP, and a server that speaks another version of it, or none: each takes the other's words for an error.

use crate::flow::{Side, Spoken};

use crate::verdict::Fact;
use crate::verdict::evidence::Evidence;

/// What the server speaks instead of what it was asked in. A capture that begins in the midst may have begun in the midst of an answer.
pub(in crate::verdict) fn spoken(evidence: &Evidence<'_>) -> Option<Spoken> {
    let midway = evidence.exchange.http().is_some() && !evidence.close.handshake_seen();
    let tells = |spoken: &Spoken| !midway || *spoken == Spoken::Http2;
    evidence.exchange.speaks_other().filter(tells)
}

/// Did the client ask in HTTP what speaks none? Whatever it got then was no answer.
pub(in crate::verdict) fn speaks_no_http(evidence: &Evidence<'_>) -> bool {
    matches!(spoken(evidence), Some(Spoken::NoHttp | Spoken::MySql | Spoken::Tls))
}

/// What the server spoke instead of what it was asked in.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let spoken = match spoken(evidence)? {
        Spoken::Http1 => "HTTP/1",
        Spoken::Http2 => "HTTP/2",
        Spoken::Tls => "TLS",
        Spoken::MySql => "MySQL",
        Spoken::NoHttp => "something else",
    };
    let fact = format!("the server speaks {spoken} here and not the HTTP that it was asked in");
    let said = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Server);
    Some(match said {
        Some(turn) => Fact::at(turn.frame, fact),
        None => Fact::of_all(fact),
    })
}

/// What to do about it, whoever ended the connection.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    let server = evidence.close.endpoint(Side::Server);
    let asked_in_http1 = evidence.exchange.http().is_some();
    let what = match spoken(evidence)? {
        Spoken::Tls => {
            return Some(format!(
                "{server} wants TLS and was asked in clear, and a retry will fail as well: ask it with https://, or another port in clear."
            ));
        }
        Spoken::MySql => {
            return Some(format!(
                "{server} is a MySQL or MariaDB server and speaks no HTTP, and a retry will fail as well: look for a wrong port."
            ));
        }
        Spoken::NoHttp if asked_in_http1 => {
            return Some(format!(
                "What answers on {server} speaks no HTTP, and a retry will fail as well: look for a wrong port, or for another service that has taken its place."
            ));
        }
        Spoken::Http1 | Spoken::NoHttp => {
            "turn HTTP/2 without TLS (prior knowledge, h2c, gRPC) off in the client or proxy, or on in the server"
        }
        Spoken::Http2 => {
            "let the client or proxy ask this port in HTTP/2 without TLS (prior knowledge, h2c, gRPC), or HTTP/1 another port"
        }
    };
    Some(format!("Client and server do not speak the same HTTP, and a retry will fail as well: {what}."))
}
