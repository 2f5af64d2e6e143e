//! WebSocket connections that ended without a Close frame.

use super::events::BROKEN_OFF;
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
        &["code 1006", "code: 1006", "code=1006", "close 1006", "closed (1006)", "closed: 1006"],
        "The connection ended without a Close frame; 1006 is never sent, it stands for that (RFC 6455 §7.4.1).",
    ),
];
