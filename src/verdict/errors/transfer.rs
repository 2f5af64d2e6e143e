//! Programs that carry files and mail: git, rsync, wget, Postfix.

use super::events::{CUT, HUNG_UP, MAIL_LOST};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

pub(super) const TEXTS: &[ErrorText] = &[
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: CUT }.in_words(
        Program::Transfer,
        "the remote end hung up unexpectedly",
        &[
            "remote end hung up unexpectedly",
            "fatal: early eof",
            "unexpected disconnect while reading sideband packet",
            "rpc failed; curl",
            "non-properly terminated",
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
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Either, event: MAIL_LOST }.in_words(
        Program::Transfer,
        "lost connection after … from",
        &[
            "lost connection after",
            "lost connection with … while",
            "smtpserverdisconnected",
            "connection unexpectedly closed: timed out",
            "unexpected disconnection while reading smtp",
        ],
        "SMTP (Postfix, Exim, Python): the other side ended in the midst of a dialogue, at the command that is named; no mail is lost, since \
the sender keeps it until it has been taken.",
    ),
];
