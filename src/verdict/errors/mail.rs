//! Mail: Postfix, Exim, Exchange, and programs that send.

use super::events::{MAIL_LOST, MAIL_TIMEOUT};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

const LOST: Alike =
    Alike { sight: Some(read("EOF or ECONNRESET")), witness: Witness::Either, event: MAIL_LOST };
const WAITED: Alike = Alike { sight: None, witness: Witness::Either, event: MAIL_TIMEOUT };

pub(super) const TEXTS: &[ErrorText] = &[
    WAITED.in_words(
        Program::Transfer,
        "421 4.4.2 … Error: timeout exceeded",
        &[
            "421 4.4.2 … timeout exceeded",
            "timeout after … from",
            "smtp command timeout",
            "smtp data timeout",
            "timeout waiting for client input",
            "421 … timeout - closing connection",
        ],
        "A mail server (Postfix, in its own log 'timeout after DATA from'; Exim, 'SMTP command timeout'; Exchange, 451 4.7.0) had nothing from its \
client for its own limit (300 s as a rule), says so and closes.",
    ),
    WAITED.in_words(
        Program::Transfer,
        "conversation with … timed out while",
        &["conversation with … timed out while", "smtp timeout after"],
        "A mail client (Postfix; Exim, 'SMTP timeout after') had no answer of the server for its own limit at the command that is named, and closes; \
it tries again later. After the end of DATA the path's MTU is a classic reason.",
    ),
    LOST.in_words(
        Program::Transfer,
        "lost connection after … from",
        &[
            "lost connection after",
            "lost connection with … while",
            "smtpserverdisconnected",
            "connection unexpectedly closed: timed out",
            "unexpected disconnection while reading smtp",
            "remote host closed connection in response to",
            "lost input connection",
            "lost while reading message data",
            "421 4.4.2 connection dropped",
        ],
        "SMTP (Postfix, Exim, Exchange, Python): the other side ended in the midst of a dialogue, at the command that is named; no mail is lost, since \
the sender keeps it until it has been taken.",
    ),
];
