//! A client and a server that speak different versions of HTTP: each takes the other's words for an error.

use crate::flow::{Side, Spoken};

use crate::verdict::Fact;
use crate::verdict::evidence::Evidence;

/// What the server spoke instead of what it was asked in.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    let spoken = match evidence.exchange.speaks_other()? {
        Spoken::Http1 => "HTTP/1",
        Spoken::Http2 => "HTTP/2",
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
    let what = match evidence.exchange.speaks_other()? {
        Spoken::Http1 | Spoken::NoHttp => {
            "turn HTTP/2 without TLS (prior knowledge, h2c, gRPC) off in the client or proxy, or on in the server"
        }
        Spoken::Http2 => {
            "let the client or proxy ask this port in HTTP/2 without TLS (prior knowledge, h2c, gRPC), or HTTP/1 another port"
        }
    };
    Some(format!("Client and server do not speak the same HTTP, and a retry will fail as well: {what}."))
}
