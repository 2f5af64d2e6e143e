//! Alerts in clear (RFC 8446 §6, RFC 5246 §7.2).

use super::super::super::key::End;
use super::super::stream::Stamp;
use crate::decode::SeqNumber;

/// An alert in clear: its level and description, as numbered by IANA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Who sent it.
    pub by: End,
    /// In which frame.
    pub frame: u64,
    /// How far its sender had received the other side.
    pub ack: SeqNumber,
    /// 1 warning, 2 fatal.
    pub level: u8,
    /// What it is about.
    pub description: u8,
}

impl Alert {
    /// What an end says in a segment; one that acknowledges nothing answers nothing.
    pub(super) fn said((by, stamp): (End, Stamp), level: u8, description: u8) -> Self {
        Self { by, frame: stamp.frame, ack: stamp.ack.unwrap_or_default(), level, description }
    }

    /// Its name in RFC 8446 §6 and RFC 5246 §7.2.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.description {
            0 => "close_notify",
            10 => "unexpected_message",
            20 => "bad_record_mac",
            22 => "record_overflow",
            40 => "handshake_failure",
            42 => "bad_certificate",
            43 => "unsupported_certificate",
            44 => "certificate_revoked",
            45 => "certificate_expired",
            46 => "certificate_unknown",
            47 => "illegal_parameter",
            48 => "unknown_ca",
            49 => "access_denied",
            50 => "decode_error",
            51 => "decrypt_error",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            90 => "user_canceled",
            109 => "missing_extension",
            110 => "unsupported_extension",
            112 => "unrecognized_name",
            113 => "bad_certificate_status_response",
            115 => "unknown_psk_identity",
            116 => "certificate_required",
            120 => "no_application_protocol",
            _ => "unknown_alert",
        }
    }
}
