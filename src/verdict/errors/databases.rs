//! Clients of databases.

use super::events::{CLIENT_LEFT, CONNECT_TIMEOUT, NOT_GREETED, NOT_LET_IN, POOL, REFUSED, TOO_LONG};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, connect, read};

/// A client's connection that ended under it.
const ENDED: Alike = Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: POOL };
/// A server's connection whose client was gone.
const LEFT: Alike =
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Server, event: CLIENT_LEFT };
/// Nobody takes connections at that address.
const ABSENT: Alike =
    Alike { sight: Some(connect("ECONNREFUSED")), witness: Witness::Client, event: REFUSED };

pub(super) const TEXTS: &[ErrorText] = &[
    ErrorText {
        text: "server closed the connection unexpectedly",
        program: Program::Database,
        patterns: &[
            "server closed the connection unexpectedly",
            "terminated abnormally before or while processing",
            "because of crash of another server process",
            "server conn crashed",
            "query_wait_timeout",
            "client_idle_timeout",
            "an i/o error occurred while sending to the backend",
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
    ENDED.in_words(
        Program::Database,
        "SSL connection has been closed unexpectedly",
        &["ssl connection has been closed unexpectedly", "ssl syscall error: eof detected", "ssl syscall error: connection"],
        "PostgreSQL's libpq over TLS: the connection ended by FIN or RST under a query, or in the pool.",
    ),
    LEFT.in_words(
        Program::Database,
        "could not receive data from client",
        &["could not receive data from client", "could not send data to client", "connection to client lost", "unexpected eof on client connection"],
        "PostgreSQL's server: the client's connection ended without its goodbye (Terminate): its process died, or has no clean end. \
'unexpected EOF' is a FIN, 'Connection reset by peer' a RST.",
    ),
    LEFT.in_words(
        Program::Database,
        "Aborted connection … (Got an error reading communication packets)",
        &["aborted connection … to db", "got an error reading communication packets", "got timeout reading communication packets"],
        "MySQL's server: the client's connection ended without its goodbye (COM_QUIT), or said nothing for wait_timeout.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: NOT_GREETED }.in_words(
        Program::Database,
        "Lost connection to MySQL server at 'reading initial communication packet'",
        &["reading initial communication packet", "reading authorization packet", "handshake: reading initial"],
        "MySQL's clients: the connection was made, and ended before the server's greeting: something accepts and has nobody behind it (a proxy, \
a balancer), the server has blocked the host, or it is overloaded.",
    ),
    Alike { sight: Some(connect("ETIMEDOUT")), witness: Witness::Client, event: CONNECT_TIMEOUT }.in_words(
        Program::Database,
        "Can't connect to MySQL server … (110)",
        &["can't connect to mysql server … (110", "can't connect to server … (110", "ORA-12170"],
        "The SYNs to the database stayed unanswered until the system, or the client's own timeout, gave up.",
    ),
    ABSENT.in_words(
        Program::Database,
        "Can't connect to MySQL server … (111)",
        &["can't connect to mysql server … (111", "can't connect to server … (111", "ORA-12541" ],
        "Nothing listens where the client looks for its database: the number in brackets is the errno (111 refused).",
    ),
    ENDED.in_words(
        Program::Database,
        "ORA-03113: end-of-file on communication channel",
        &["ORA-03113", "ORA-03135", "ORA-12537", "ORA-03114", "a transport-level error has occurred"],
        "Oracle's and SQL Server's clients: the connection ended under a query or while it was idle in the pool; a firewall's idle timeout is the \
classic reason.",
    ),
    ENDED.in_words(
        Program::Database,
        "Connection closed by server",
        &[
            "connection closed by server",
            "socket closed unexpectedly",
            "connection with master lost",
            "socketclosedunexpectedlyerror",
            "read error on connection to",
            "redis server went away",
            "connection pool … was cleared",
            "poolclearederror",
            "mongonetworkerror: connection",
        ],
        "Clients of Redis and MongoDB: the server's FIN (or a device's RST) came under a command, or while the connection was idle. \
PHP's 'read error on connection' may also be its own read_timeout.",
    ),
    ErrorText {
        text: "MySQL server has gone away",
        program: Program::Database,
        patterns: &[
            "server has gone away",
            "lost connection to mysql server",
            "lost connection to server during query",
            "connection lost: the server closed the connection",
            "disconnected by the server because of inactivity",
            "the last packet successfully received from the server",
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
        patterns: &[
            "too many connections",
            "max number of clients reached",
            "too many clients already",
            "remaining connection slots are reserved",
            "the database system is shutting down",
            "the database system is starting up",
        ],
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
