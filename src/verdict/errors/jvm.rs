//! Libraries of the JVM: Netty, Reactor Netty, Lettuce, Jedis, OkHttp, Tomcat, Jetty, Akka.

use super::events::{
    ANSWER_LOST, CALLS_REFUSED, CLIENT_LEFT, CONNECT_TIMEOUT, ENDED_ANYHOW, GONE_BEFORE, OWN_CLOSE,
    OWN_TIMEOUT, POOL, UPLOAD,
};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read, write};

const EITHER: Option<super::Sight> = Some(read("EOF or ECONNRESET"));
const CLIENT: Witness = Witness::Client;

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: EITHER, witness: Witness::Server, event: CLIENT_LEFT }.in_words(
        Program::Java,
        "ClientAbortException",
        &["ClientAbortException", "org.eclipse.jetty.io.EofException"],
        "Tomcat (Jetty: EofException): the client had ended its connection before it had its whole answer; 'Broken pipe' and 'Connection reset' \
behind it tell of the write that met it.",
    ),
    Alike { sight: Some(write("EPIPE or ECONNRESET")), witness: CLIENT, event: UPLOAD }.in_words(
        Program::Java,
        "Connection has been closed BEFORE response, while sending request body",
        &["connection has been closed before response, while sending request body"],
        "Reactor Netty: the server ended the connection while the request's body was still being sent.",
    ),
    Alike { sight: Some(write("EPIPE or ECONNRESET")), witness: Witness::Either, event: GONE_BEFORE }.in_words(
        Program::Java,
        "Connection has been closed BEFORE send operation",
        &["connection has been closed before send operation", "reactor.netty.channel.AbortedException"],
        "Reactor Netty (AbortedException): the connection had ended before this side could send: a server's client that left, or a client's \
pooled connection that its server had closed.",
    ),
    Alike { sight: None, witness: CLIENT, event: CONNECT_TIMEOUT }.in_words(
        Program::Java,
        "ConnectTimeoutException: connection timed out",
        &["ConnectTimeoutException", "HttpConnectTimeoutException"],
        "Netty, Apache's and Java's HttpClient: no answer to the SYN within the program's own limit (Netty's is 30 s).",
    ),
    Alike { sight: None, witness: Witness::Either, event: OWN_TIMEOUT }.in_words(
        Program::Java,
        "RedisCommandTimeoutException: Command timed out after",
        &["RedisCommandTimeoutException", "io.netty.handler.timeout.ReadTimeoutException", "ReadTimeoutException"],
        "Lettuce and Netty: no answer within the program's own limit. Lettuce (60 s) leaves the connection as it is: where that ended unnoticed, \
each command says so until the system gives up.",
    ),
    Alike { sight: EITHER, witness: CLIENT, event: POOL }.in_words(
        Program::Java,
        "RedisException: Connection closed",
        &["RedisException: Connection closed", "RedisException: Connection disconnected", "RedisConnectionException: Connection closed prematurely"],
        "Lettuce: the connection to Redis ended, by FIN or RST, with commands under way, or was gone when one was to be sent.",
    ),
    Alike { sight: EITHER, witness: CLIENT, event: POOL }.in_words(
        Program::Java,
        "JedisConnectionException: Unexpected end of stream.",
        &["unexpected end of stream.", "it seems like server has closed the connection"],
        "Jedis: the server's FIN came under a command, or had come while the connection was idle in the pool (Redis' timeout).",
    ),
    Alike { sight: None, witness: CLIENT, event: GONE_BEFORE }.in_words(
        Program::Java,
        "JedisConnectionException: Attempting to read from a broken connection.",
        &["attempting to read from a broken connection", "could not get a resource from the pool"],
        "Jedis: an earlier call had met the end of this connection, or no new one could be made; what is behind 'Caused by' says which.",
    ),
    Alike { sight: None, witness: CLIENT, event: CALLS_REFUSED }.in_words(
        Program::Java,
        "StreamResetException: stream was reset",
        &["StreamResetException", "stream was reset: cancel", "stream was reset: refused_stream", "stream was reset: internal_error", "stream was reset: protocol_error"],
        "OkHttp: the server gave up a stream of HTTP/2 (RST_STREAM) for the reason that is named; CANCEL may be this program's own.",
    ),
    Alike { sight: Some(read("EOF")), witness: CLIENT, event: ANSWER_LOST }.in_words(
        Program::Java,
        "The http server closed the connection unexpectedly before delivering responses",
        &["the http server closed the connection unexpectedly", "UnexpectedConnectionClosureException"],
        "Akka HTTP and Pekko: the server's FIN came with requests unanswered; mostly one that was sent into an idle connection from the pool.",
    ),
    Alike { sight: None, witness: Witness::Either, event: OWN_CLOSE }.in_words(
        Program::Java,
        "ClosedChannelException",
        &["ClosedChannelException", "StacklessClosedChannelException", "AsynchronousCloseException", "socketexception: socket is closed"],
        "Java and Netty: the channel was closed on this side before this call; what closed it (an earlier error, a limit, the other side's FIN \
that Netty answered) is in the lines before.",
    ),
];

/// What says little by itself.
pub(super) const BARE: &[ErrorText] = &[
    Alike { sight: EITHER, witness: Witness::Either, event: ENDED_ANYHOW }.in_words(
        Program::Java,
        "PrematureCloseException",
        &["PrematureCloseException"],
        "Reactor Netty: the connection ended, by FIN or RST, before the answer was whole; its message says BEFORE or DURING the response.",
    ),
];
