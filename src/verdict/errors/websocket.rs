//! WebSocket connections that ended without a Close frame.

use super::events::{BROKEN_OFF, SAID_CLOSE};
use super::{Alike, ErrorText, Witness};
use crate::verdict::programs::{Program, read};

/// A program that reads an end where a Close frame should be.
const UNCLOSED: Alike = Alike { sight: Some(read("EOF")), witness: Witness::Either, event: BROKEN_OFF };

pub(super) const TEXTS: &[ErrorText] = &[
    UNCLOSED.in_words(
        Program::Go,
        "websocket: close 1006 (abnormal closure): unexpected EOF",
        &["websocket: close 1006", "1006 (abnormal closure)"],
        "gorilla/websocket read the end of the connection, and no Close frame before it.",
    ),
    UNCLOSED.in_words(
        Program::Python,
        "ConnectionClosedError: no close frame received or sent",
        &["no close frame received"],
        "The connection ended, and the other side had sent no Close frame.",
    ),
    UNCLOSED.in_words(
        Program::Node,
        "close event with code 1006",
        &["code 1006", "code: 1006", "code=1006", "close 1006", "closed (1006)", "closed: 1006", "=1006"],
        "The connection ended without a Close frame; 1006 is never sent, it stands for that (RFC 6455 §7.4.1).",
    ),
    UNCLOSED.in_words(
        Program::Rust,
        "Connection reset without closing handshake",
        &["connection reset without closing handshake"],
        "tungstenite: the connection ended, by FIN or RST, and the other side had sent no Close frame.",
    ),
    Alike { sight: Some(read("EOF")), witness: Witness::Either, event: SAID_CLOSE }.in_words(
        Program::Any,
        "websocket: close 1001 (going away)",
        &[
            "close 1001",
            "1001 (going away)",
            "closed with code 1001",
            "close code 1001",
            "code=1001, reason",
            "websocket … code 1001",
            "websocket … code: 1001",
            "closeevent … 1001",
            "=1001",
        ],
        "The other side said goodbye in a Close frame with code 1001: a server that shuts down, or a user who left the page (RFC 6455 §7.4.1).",
    ),
];
