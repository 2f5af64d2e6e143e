//! Clients of databases.

use super::events::{NOT_LET_IN, POOL, TOO_LONG};
use super::{ErrorText, Witness};
use crate::verdict::programs::{Program, read};

pub(super) const TEXTS: &[ErrorText] = &[
    ErrorText {
        text: "server closed the connection unexpectedly",
        program: Program::Database,
        patterns: &[
            "server closed the connection unexpectedly",
            "terminated abnormally before or while processing",
        ],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "libpq (PostgreSQL): the connection ended by FIN or RST under a query.",
        event: POOL,
    },
    ErrorText {
        text: "Connection terminated unexpectedly",
        program: Program::Database,
        patterns: &["connection terminated unexpectedly"],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "node-postgres: the connection ended under a query or in the pool.",
        event: POOL,
    },
    ErrorText {
        text: "FATAL: terminating connection due to …",
        program: Program::Database,
        patterns: &["terminating connection due to"],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Either,
        meaning: "PostgreSQL's server ended the session on purpose, and says why: an administrator's command, a \
timeout (idle_in_transaction_session_timeout, idle_session_timeout) or a conflict. It sends this, then a FIN.",
        event: POOL,
    },
    ErrorText {
        text: "MySQL server has gone away",
        program: Program::Database,
        patterns: &[
            "server has gone away",
            "lost connection to mysql server",
            "protocol_connection_lost",
            "communications link failure",
        ],
        loose: &[],
        sight: Some(read("EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "MySQL's clients: the connection ended under a query, or had ended while it was idle in the \
pool (wait_timeout).",
        event: POOL,
    },
    ErrorText {
        text: "Too many connections",
        program: Program::Database,
        patterns: &["too many connections", "max number of clients reached", "too many clients already"],
        loose: &[],
        sight: Some(read("this text, then EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "A database's server (MySQL: max_connections; Redis: maxclients; PostgreSQL: max_connections) takes nobody \
else in: it says so and closes, at once. What the client had asked meanwhile is not read.",
        event: NOT_LET_IN,
    },
    ErrorText {
        text: "Got a packet bigger than 'max_allowed_packet' bytes",
        program: Program::Database,
        patterns: &[
            "bigger than 'max_allowed_packet'",
            "packet for query is too large",
            "max_allowed_packet",
        ],
        loose: &[],
        sight: Some(read("this text, EOF or ECONNRESET")),
        witness: Witness::Client,
        meaning: "MySQL's server takes no statement and no value that is longer than max_allowed_packet: it says so before it has \
read all of it, and closes. A client that still sends may see only ECONNRESET ('server has gone away').",
        event: TOO_LONG,
    },
];
