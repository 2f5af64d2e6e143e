//! Clients of databases.

use super::events::POOL;
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
];
