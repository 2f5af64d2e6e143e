//! Databases' codes, and what drivers and pools say: the standard's SQLSTATE, Oracle, HikariCP, MongoDB, ioredis.

use super::events::{
    ENDED_ANYHOW, GONE_BEFORE, NONE_FREE, NOT_LET_IN, NOT_MADE, NOT_MADE_OR_ENDED, OWN_TIMEOUT, POOL,
};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

const ENDED: Alike = Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: POOL };
const UNMADE: Alike = Alike { sight: None, witness: Witness::Client, event: NOT_MADE };

pub(super) const TEXTS: &[ErrorText] = &[
    ENDED.in_words(
        Program::Database,
        "DPI-1080: connection was closed by ORA-…",
        &["DPI-1080", "DPY-4011", "the database or network closed the connection"],
        "Oracle's drivers (node-oracledb, python-oracledb): the session was found dead; the number says how: ORA-3113, 3135 and 12537 are an end on \
the wire, ORA-28 and 2396 the database's own doing.",
    ),
    ENDED.in_words(
        Program::Database,
        "Failed to validate connection … Possibly consider using a shorter maxLifetime value.",
        &["possibly consider using a shorter maxlifetime value", "marked as broken because of SQLSTATE(08"],
        "HikariCP found a connection of its pool dead: the database or a device on the way had ended it while it was idle, before maxLifetime.",
    ),
    Alike { sight: None, witness: Witness::Client, event: NONE_FREE }.in_words(
        Program::Database,
        "Connection is not available, request timed out after …",
        &["connection is not available, request timed out after", "ResourceRequest timed out", "timeout acquiring a connection", "connection not available and request was dropped from queue", "queuepool limit of size"],
        "A pool (HikariCP, Knex, Ecto, SQLAlchemy) had no connection to give in time; for this request nothing was sent. Queries that last, \
connections that are not given back, or a database that lets nobody in: look for that.",
    ),
    Alike { sight: None, witness: Witness::Client, event: GONE_BEFORE }.in_words(
        Program::Database,
        "Error: Connection is closed.",
        &["error: connection is closed.", "=connection is closed.", "=connection is closed"],
        "ioredis: a command met a connection that had ended: the program had called quit() or disconnect(), or attempts to connect again had \
been given up (retryStrategy); the 'error' event before it says why.",
    ),
    Alike { sight: None, witness: Witness::Client, event: GONE_BEFORE }.in_words(
        Program::Database,
        "Reached the max retries per request limit",
        &["reached the max retries per request limit", "MaxRetriesPerRequestError"],
        "ioredis: the connection ended as often as a command may be tried (maxRetriesPerRequest, 20), or could not be made again.",
    ),
    UNMADE.in_words(
        Program::Database,
        "The TCP/IP connection to the host … has failed",
        &["the tcp/ip connection to the host … has failed"],
        "SQL Server's JDBC driver could not connect; what follows says whether it was refused or had no answer.",
    ),
];

/// What says little by itself: the words beside it, where there are any, tell more.
pub(super) const BARE: &[ErrorText] = &[
    UNMADE.in_words(
        Program::Database,
        "SQLSTATE[HY000] [2002]",
        &["sqlstate[hy000] [2002]", "error 2002 (hy000)", "error 2003 (hy000)", "sqlstate[hy000] [2003]"],
        "PHP's PDO and other clients of MySQL could not connect; the text beside it says how. 'No such file or directory' is a Unix socket: \
'localhost' means one, 127.0.0.1 does not.",
    ),
    ENDED.in_words(
        Program::Database,
        "SQLSTATE[HY000] [2013]",
        &["sqlstate[hy000] [2013]", "sqlstate[hy000] [2006]", "sqlstate[hy000]: general error: 2006", "sqlstate[hy000]: general error: 2013", "error 2013 (hy000)", "error 2006 (hy000)"],
        "A client of MySQL lost its connection under a query (2013), or found it gone (2006: wait_timeout, max_allowed_packet).",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: ENDED_ANYHOW }.in_words(
        Program::Database,
        "SQLSTATE 08006 (connection failure)",
        &["sqlstate[08006]", "sqlstate 08006", "sqlstate: 08006", "sqlstate=08006", "sqlstate(08006)", "sql state: 08006", "=08006", "sqlstate[08003]", "sqlstate: 08003", "sqlstate=08003", "sqlstate(08003)"],
        "The standard's code for a connection that failed (PostgreSQL's clients; PDO says it also of one that could not be made, and the text \
beside it says which); 08003: it had been gone before.",
    ),
    UNMADE.in_words(
        Program::Database,
        "SQLSTATE 08001 (unable to establish a connection)",
        &["sqlstate[08001]", "sqlstate 08001", "sqlstate: 08001", "sqlstate=08001", "sqlstate(08001)", "sql state: 08001", "=08001"],
        "The standard's code for a connection that a client could not make.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: ENDED_ANYHOW }.in_words(
        Program::Database,
        "SQLSTATE 08S01 (communication link failure)",
        &["sqlstate[08s01]", "sqlstate 08s01", "sqlstate: 08s01", "sqlstate=08s01", "sqlstate(08s01)", "sql state: 08s01", "=08s01", "communication link failure"],
        "ODBC's and MySQL's code for a connection that ended under a call, by FIN or RST (SQL Server's drivers: 'Communication link failure').",
    ),
    ENDED.in_words(
        Program::Database,
        "SQLSTATE 57P01 (admin_shutdown)",
        &["57P01", "57P02", "57P05", "25P03"],
        "PostgreSQL's server ended the session on purpose: an administrator or a restart (57P01), the crash of another session (57P02), idle for \
too long (57P05; 25P03 in a transaction). It says so and closes.",
    ),
    Alike { sight: Some(read("this text, then EOF or ECONNRESET")), witness: Witness::Client, event: NOT_LET_IN }.in_words(
        Program::Database,
        "SQLSTATE 57P03 (cannot_connect_now)",
        &["57P03", "sqlstate[53300]", "sqlstate: 53300", "sqlstate 53300", "sqlstate=53300"],
        "PostgreSQL's server takes nobody in for now: it starts up or shuts down (57P03), or has too many connections (53300).",
    ),
    ENDED.in_words(
        Program::Database,
        "pymongo.errors.AutoReconnect",
        &["AutoReconnect", "mongonetworkerror", "MongoSocketReadException", "MongoSocketWriteException", "connection pool paused"],
        "Clients of MongoDB: the connection ended, by FIN ('connection closed') or RST, under an operation, which may or may not have been done; \
the next one connects again.",
    ),
    Alike { sight: None, witness: Witness::Client, event: NOT_MADE_OR_ENDED }.in_words(
        Program::Database,
        "ServerSelectionTimeoutError",
        &["ServerSelectionTimeoutError", "MongoServerSelectionError", "MongoTimeoutException"],
        "Clients of MongoDB found no server that fits within 30 s; the text holds what each one's connection met: 'connection closed' a FIN, \
errno 104 a RST, 111 a refusal, 'timed out' no answer.",
    ),
    Alike { sight: None, witness: Witness::Client, event: OWN_TIMEOUT }.in_words(
        Program::Database,
        "pymongo.errors.NetworkTimeout",
        &["pymongo.errors.NetworkTimeout", "MongoNetworkTimeoutError", "MongoSocketReadTimeoutException"],
        "Clients of MongoDB: the program's own limit (socketTimeoutMS) ran out while it waited for an answer, and it closes.",
    ),
];
