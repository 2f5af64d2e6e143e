//! Erlang and Elixir: gen_tcp, ssl, httpc, Mint, DBConnection. Measured with Erlang/OTP 25.

use super::events::{CUT, ENDED_ANYHOW, OWN_TIMEOUT, POOL};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: None, witness: Witness::Client, event: OWN_TIMEOUT }.in_words(
        Program::Erlang,
        "the connection was closed by the pool, possibly due to a timeout",
        &["the connection was closed by the pool", "timed out because it queued and checked out"],
        "DBConnection (Ecto): a query lasted longer than its own limit (15 s), and the pool closed its connection under it.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: POOL }.in_words(
        Program::Erlang,
        "(DBConnection.ConnectionError) tcp recv: closed",
        &["tcp recv: closed", "tcp recv (idle): closed", "tcp send: closed", "ssl recv: closed", "ssl recv (idle): closed", "ssl send: closed"],
        "Ecto's drivers: the database's connection ended under a query, or '(idle)' while it was in the pool, by FIN or RST.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: CUT }.in_words(
        Program::Erlang,
        "{shutdown,server_closed}",
        &["{shutdown,server_closed}", "{:shutdown, :server_closed}"],
        "httpc: the server ended in the middle of its answer, by FIN or RST.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Either, event: ENDED_ANYHOW }.in_words(
        Program::Erlang,
        "{:error, :closed}",
        &[
            "{:error, :closed}",
            "{error,closed}",
            "{error, closed}",
            "reason: :closed",
            "socket_closed_remotely",
            "(Mint.TransportError) socket closed",
            "=:closed",
        ],
        "gen_tcp and ssl (and Mint, Finch, hackney above them): the connection ended. Erlang says `closed` of a RST as well as of a FIN, unless \
show_econnreset is set.",
    ),
    Alike { sight: None, witness: Witness::Either, event: OWN_TIMEOUT }.in_words(
        Program::Erlang,
        "{:error, :timeout}",
        &[
            "{:error, :timeout}",
            "{error,timeout}",
            "{error, timeout}",
            "reason: :timeout",
            "reason: :connect_timeout",
            "{:error, :connect_timeout}",
            "(Mint.TransportError) timeout",
            "=:timeout",
        ],
        "The program's own limit for connecting or for one recv ran out (5 s unless set in many libraries); nothing failed on the wire. The \
system's own time-out is `etimedout`.",
    ),
];
