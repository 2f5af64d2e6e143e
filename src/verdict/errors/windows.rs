//! Windows: http.sys, on which IIS and HttpListener rest, its error log (httperr), and WinHTTP.

use super::events::{ANSWER_LOST, CLIENT_LEFT, ENDED_ANYHOW, NO_SERVER, OWN_LIMIT, OWN_TIMEOUT, TIMED_OUT};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, connect, read};

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: None, witness: Witness::Server, event: OWN_LIMIT }.in_words(
        Program::Iis,
        "Timer_ConnectionIdle",
        &["Timer_ConnectionIdle"],
        "http.sys ended a connection on which nothing was asked for its limit (connectionTimeout, 120 s): the normal end of an idle connection. \
A client that takes longer pauses loses its next request.",
    ),
    Alike { sight: None, witness: Witness::Server, event: OWN_LIMIT }.in_words(
        Program::Iis,
        "Timer_EntityBody",
        &["Timer_EntityBody", "Timer_HeaderWait", "Timer_MinBytesPerSecond"],
        "http.sys ended the connection of a client that was too slow: with its request's head (HeaderWait) or body (EntityBody), or with taking \
its answer (MinBytesPerSecond, 240 bytes a second).",
    ),
    Alike { sight: None, witness: Witness::Server, event: ANSWER_LOST }.in_words(
        Program::Iis,
        "Connection_Abandoned_By_ReqQueue",
        &["Connection_Abandoned_By_ReqQueue", "Connection_Abandoned_By_AppPool", "Timer_AppPool", "Timer_Response"],
        "http.sys ended the connection without an answer: the worker process that had the request died or was recycled (Abandoned), or took too \
long (Timer).",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Server, event: CLIENT_LEFT }.in_words(
        Program::Iis,
        "Client_Reset",
        &["Client_Reset", "Connection_Dropped", "an operation was attempted on a nonexistent network connection"],
        "http.sys: the client ended the connection before its request was done with.",
    ),
    Alike { sight: Some(read("ECONNRESET")), witness: Witness::Either, event: ENDED_ANYHOW }.in_words(
        Program::Dotnet,
        "The specified network name is no longer available",
        &["specified network name is no longer available", "[winerror 64]", "ERROR_NETNAME_DELETED"],
        "Windows (64, in IIS's log sc-win32-status): the other side ended the connection under an operation of this side: of a server it is its \
client, of SQL Server's client the server or a device on the way.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: ENDED_ANYHOW }.in_words(
        Program::Dotnet,
        "The connection with the server was terminated abnormally (12030)",
        &["connection with the server was terminated abnormally", "ERROR_WINHTTP_CONNECTION_ERROR", "0x80072efe", "0x00002efe"],
        "WinHTTP and WinINet (12030, 0x80072EFE): the connection ended under a request, by FIN or RST, also in TLS's handshake.",
    ),
    Alike { sight: None, witness: Witness::Client, event: NO_SERVER }.in_words(
        Program::Dotnet,
        "A connection with the server could not be established (12029)",
        &["a connection with the server could not be established", "ERROR_WINHTTP_CANNOT_CONNECT", "0x80072efd", "0x00002efd"],
        "WinHTTP and WinINet (12029, 0x80072EFD): connecting failed: refused, no answer, or TLS that did not come about.",
    ),
    Alike { sight: None, witness: Witness::Client, event: OWN_TIMEOUT }.in_words(
        Program::Dotnet,
        "The operation timed out (12002)",
        &["the operation timed out (12002)", "ERROR_WINHTTP_TIMEOUT", "0x80072ee2", "0x00002ee2"],
        "WinHTTP and WinINet (12002, 0x80072EE2): the program's own limit ran out while it connected or waited for an answer; it closes.",
    ),
    Alike { sight: Some(connect("ETIMEDOUT")), witness: Witness::Client, event: TIMED_OUT }.in_words(
        Program::Dotnet,
        "A connection attempt failed because the connected party did not properly respond",
        &["connected party did not properly respond"],
        "Windows (10060): SYNs, or what was sent on a connection, stayed unanswered until the system gave up.",
    ),
];
