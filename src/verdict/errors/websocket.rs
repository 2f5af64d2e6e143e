//! WebSocket connections that ended without a Close frame.

use super::events::BROKEN_OFF;
use super::{ErrorText, Witness};
use crate::verdict::programs::{Program, read};

const fn text(
    program: Program,
    text: &'static str,
    patterns: &'static [&'static str],
    meaning: &'static str,
) -> ErrorText {
    ErrorText {
        text,
        program,
        patterns,
        loose: &[],
        sight: Some(read("EOF")),
        witness: Witness::Either,
        meaning,
        event: BROKEN_OFF,
    }
}

pub(super) const TEXTS: &[ErrorText] = &[
    text(
        Program::Go,
        "websocket: close 1006 (abnormal closure): unexpected EOF",
        &["websocket: close 1006", "1006 (abnormal closure)"],
        "gorilla/websocket read the end of the connection, and no Close frame before it.",
    ),
    text(
        Program::Python,
        "ConnectionClosedError: no close frame received or sent",
        &["no close frame received"],
        "The connection ended, and the other side had sent no Close frame.",
    ),
    text(
        Program::Node,
        "close event with code 1006",
        &["code 1006", "code: 1006", "code=1006", "close 1006", "closed (1006)", "closed: 1006"],
        "The connection ended without a Close frame; 1006 is never sent, it stands for that (RFC 6455 §7.4.1).",
    ),
];
