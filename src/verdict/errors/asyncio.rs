//! Python's asynchronous libraries: httpx, aiohttp, anyio, asyncio, tornado. Measured with each before servers that end in every way.

use super::events::{
    ANSWER_LOST, BROKEN_PIPE, ENDED_ANYHOW, HUNG_UP, NO_SERVER, NONE_FREE, NOT_MADE, NOT_MADE_OR_ENDED,
    OWN_CLOSE, OWN_TIMEOUT, RESET, UPLOAD,
};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read, write};

const CLIENT: Witness = Witness::Client;

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: Some(write("EPIPE or ECONNRESET")), witness: Witness::Either, event: BROKEN_PIPE }.in_words(
        Program::Python,
        "ConnectionResetError: Connection lost",
        &["ConnectionResetError: Connection lost", "ConnectionResetError('Connection lost')"],
        "asyncio's drain(): what was written before had already failed. Mostly the other side's FIN had come, the program wrote on, and a RST \
answered that; the name of the exception tells nothing.",
    ),
    Alike { sight: Some(write("EPIPE or ECONNRESET")), witness: Witness::Either, event: UPLOAD }.in_words(
        Program::Python,
        "Cannot write to closing transport",
        &["cannot write to closing transport", "can not write request body for", "ClientConnectionResetError"],
        "aiohttp: the other side ended the connection, by FIN or RST, while this one still had something to send: of a client its request's body, \
of a server the answer to a client that had left.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Either, event: NOT_MADE_OR_ENDED }.in_words(
        Program::Python,
        "StreamClosedError: Stream is closed",
        &["StreamClosedError", "HTTPStreamClosedError"],
        "tornado: the connection had ended, by FIN or RST; 'real_error' beside it names a RST. A server says so of a client that left, a client of \
a server that ended before its answer was whole, or that could not be connected to.",
    ),
    Alike { sight: Some(read("ECONNRESET")), witness: Witness::Either, event: ENDED_ANYHOW }.in_words(
        Program::Python,
        "anyio.BrokenResourceError",
        &["BrokenResourceError"],
        "anyio: a RST had arrived (of a read), or the program wrote on after the other side's FIN (of a write); its __cause__ says which.",
    ),
    Alike { sight: None, witness: Witness::Either, event: OWN_CLOSE }.in_words(
        Program::Python,
        "anyio.ClosedResourceError",
        &["ClosedResourceError"],
        "anyio: this program itself had closed the connection, and another part of it went on using it; no packet tells of that.",
    ),
    Alike { sight: None, witness: CLIENT, event: OWN_TIMEOUT }.in_words(
        Program::Python,
        "The read operation timed out",
        &["the read operation timed out", "the write operation timed out", "SocketTimeoutError", "ServerTimeoutError", "HTTPTimeoutError"],
        "Python's sockets, httpx, aiohttp, tornado: the program's own limit ran out while it waited for the other side, and it closes.",
    ),
    Alike { sight: None, witness: CLIENT, event: NONE_FREE }.in_words(
        Program::Python,
        "httpx.PoolTimeout",
        &["PoolTimeout"],
        "httpx: all connections of the pool were in use for as long as the request might wait (5 s); nothing was sent for it. Answers that nobody \
reads to their end, or a pool that is too small.",
    ),
];

/// What holds another error, and says little without it.
pub(super) const WRAPPERS: &[ErrorText] = &[
    Alike { sight: Some(read("EOF")), witness: Witness::Either, event: HUNG_UP }.in_words(
        Program::Python,
        "anyio.EndOfStream",
        &["anyio.EndOfStream", "anyio … EndOfStream", "raise EndOfStream", "=EndOfStream"],
        "anyio: the other side's FIN. httpx and Starlette mostly put a text of their own in its place.",
    ),
    Alike { sight: Some(read("ECONNRESET")), witness: CLIENT, event: ENDED_ANYHOW }.in_words(
        Program::Python,
        "httpx.ReadError",
        &["httpx.ReadError", "httpcore.ReadError", "ReadError('')", "ReadError: [Errno", "=ReadError"],
        "httpx and httpcore: reading the answer failed by a RST; AsyncClient gives no text with it. (The server's FIN would be \
RemoteProtocolError, 'Server disconnected without sending a response.')",
    ),
    Alike { sight: Some(write("EPIPE or ECONNRESET")), witness: CLIENT, event: UPLOAD }.in_words(
        Program::Python,
        "httpx.WriteError",
        &["httpx.WriteError", "httpcore.WriteError", "WriteError('')", "WriteError: [Errno", "=WriteError"],
        "httpx and httpcore: sending the request failed, since the server had ended the connection.",
    ),
    Alike { sight: None, witness: CLIENT, event: NO_SERVER }.in_words(
        Program::Python,
        "httpx.ConnectError",
        &["httpx.ConnectError", "httpcore.ConnectError", "ConnectError('')", "ConnectError: [Errno", "=ConnectError"],
        "httpx and httpcore: the connection, or TLS on it, did not come about; AsyncClient says no more than 'All connection attempts failed'.",
    ),
    Alike { sight: None, witness: CLIENT, event: NOT_MADE }.in_words(
        Program::Python,
        "All connection attempts failed",
        &["all connection attempts failed", "multiple exceptions: [errno"],
        "anyio and asyncio tried each address of the server, and none could be connected to; its __cause__ says with which error.",
    ),
    Alike { sight: None, witness: CLIENT, event: NOT_MADE }.in_words(
        Program::Python,
        "Cannot connect to host … [Connect call failed",
        &["cannot connect to host", "connect call failed", "ClientConnectorError"],
        "aiohttp (ClientConnectorError) and asyncio: connecting failed; the text does not say how, the errno of its os_error does.",
    ),
    Alike { sight: Some(read("ECONNRESET")), witness: CLIENT, event: RESET }.in_words(
        Program::Python,
        "ClientOSError",
        &["ClientOSError"],
        "aiohttp: a call of the system failed on a connection that had been made, mostly by a RST; its errno says which.",
    ),
    Alike { sight: Some(read("EOF")), witness: CLIENT, event: ANSWER_LOST }.in_words(
        Program::Python,
        "httpx.RemoteProtocolError",
        &["httpx.RemoteProtocolError", "httpcore.RemoteProtocolError", "RemoteProtocolError('", "=RemoteProtocolError"],
        "httpx and httpcore: the server's FIN came before its answer was whole (the text says how much had come), or what it sent is no HTTP.",
    ),
    Alike { sight: None, witness: Witness::Either, event: OWN_TIMEOUT }.in_words(
        Program::Python,
        "asyncio.TimeoutError",
        &[
            "asyncio.exceptions.timeouterror",
            "asyncio.timeouterror",
            "socket.timeout",
            "timeouterror: timed out",
            "timeouterror()",
            "=timeouterror",
            "=timeouterror:",
        ],
        "Python: a limit of the program's own ran out, and it goes on without an answer; only where '[Errno 110]' stands beside it was it the system's.",
    ),
];
