//! OpenSSH, both ends of it.

use super::events::{LOST_SESSION, NOT_GREETED, PEER_SILENT};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read, write};

const NO_BANNER: Alike =
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Either, event: NOT_GREETED };

pub(super) const TEXTS: &[ErrorText] = &[
    NO_BANNER.in_words(
        Program::Ssh,
        "kex_exchange_identification: Connection closed by remote host",
        &[
            "kex_exchange_identification",
            "ssh_exchange_identification",
            "did not receive identification string",
        ],
        "The other side ended before it had said which SSH it speaks: 'closed' is a FIN, 'reset by peer' a RST. For a client that is \
a server with too many logins under way (MaxStartups), one that bans the address, or a proxy with nobody behind it; for a server a check or a scan.",
    ),
    Alike { sight: Some(write("EPIPE")), witness: Witness::Client, event: LOST_SESSION }.in_words(
        Program::Ssh,
        "client_loop: send disconnect: Broken pipe",
        &["client_loop: send disconnect", "packet_write_wait", "packet_write_poll"],
        "The session had ended without ssh's noticing, mostly while it was idle; the next key that was pressed met it.",
    ),
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Client, event: LOST_SESSION }.in_words(
        Program::Ssh,
        "Connection to … closed by remote host",
        &["connection to … closed by remote host", "connection closed by … port", "connection reset by … port"],
        "The other side ended the session: 'closed' is a FIN, 'reset' a RST. Of sshd, with [preauth] behind it, the client left before it had logged in.",
    ),
    Alike { sight: None, witness: Witness::Either, event: PEER_SILENT }.in_words(
        Program::Ssh,
        "Timeout, server not responding",
        &["timeout, server … not responding", "timeout, client not responding"],
        "ssh's own question whether the other side is still there (ServerAliveInterval, ClientAliveInterval) had no answer, and it closes.",
    ),
];
