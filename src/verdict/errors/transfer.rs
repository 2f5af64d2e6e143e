//! Programs that carry files, and sessions of other kinds: git, rsync, wget, FTP, SMB.

use super::events::{CLIENT_LEFT, CUT, HUNG_UP};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read, write};

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: CUT }.in_words(
        Program::Transfer,
        "the remote end hung up unexpectedly",
        &[
            "remote end hung up unexpectedly",
            "fatal: early eof",
            "unexpected disconnect while reading sideband packet",
            "rpc failed; curl",
        ],
        "git: the connection broke off in the midst of what was fetched or pushed; curl's number beside it says how (18 a FIN, 55 and 56 a RST).",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Either, event: CUT }.in_words(
        Program::Transfer,
        "rsync: connection unexpectedly closed",
        &["rsync: connection unexpectedly closed", "connection unexpectedly closed (", "error in rsync protocol data stream"],
        "rsync: the other side ended in the midst of the transfer; what it printed itself says why.",
    ),
    Alike { sight: Some(read("EOF")), witness: Witness::Client, event: HUNG_UP }.in_words(
        Program::Transfer,
        "No data received.",
        &["no data received.", "read error (… in headers", "server closed connection without sending any data back"],
        "wget (Perl's LWP: 'Server closed connection without sending any data back'): the server ended before the head of its answer was whole.",
    ),
    Alike { sight: Some(read("EOF")), witness: Witness::Client, event: HUNG_UP }.in_words(
        Program::Transfer,
        "Server has terminated the connection abnormally.",
        &["terminated the connection abnormally"],
        "gnutls-cli: the server ended TLS by FIN without the goodbye (close_notify) that belongs before it: it died, or does not care.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: CUT }.in_words(
        Program::Transfer,
        "NT_STATUS_CONNECTION_DISCONNECTED",
        &["NT_STATUS_CONNECTION_DISCONNECTED", "NT_STATUS_CONNECTION_RESET", "x connection to … broken"],
        "A session that was open (SMB, X11) ended under the program: 'DISCONNECTED' and 'explicit kill or server shutdown' are a FIN as a rule, 'RESET' is a RST.",
    ),
    Alike { sight: Some(write("EPIPE or ECONNRESET")), witness: Witness::Server, event: CLIENT_LEFT }.in_words(
        Program::Transfer,
        "426 Failure writing network stream.",
        &["426 failure writing network stream", "426 connection closed; transfer aborted"],
        "FTP: the data connection ended before the file was through; the client closed it, or the path to it broke. The control connection goes on.",
    ),
];
