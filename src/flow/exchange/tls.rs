//! A peek at TLS record headers: is the handshake over, and was an alert sent in clear (RFC 8446 §5.1, §6)?

use super::super::key::End;

const HANDSHAKE: u8 = 22;
const ALERT: u8 = 21;
const APPLICATION_DATA: u8 = 23;
const RECORD_HEADER: usize = 5;
/// An alert in clear is its level and its description; an encrypted one is longer and says nothing.
const ALERT_LEN: u16 = 2;
/// Records looked at in one segment.
const MAX_RECORDS: usize = 16;

/// An alert in clear: its level and description, as numbered by IANA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Who sent it.
    pub by: End,
    /// In which frame.
    pub frame: u64,
    /// 1 warning, 2 fatal.
    pub level: u8,
    /// What it is about.
    pub description: u8,
}

/// A TLS session from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The end that sent the ClientHello.
    pub client: End,
    /// The client sent application data: for it the handshake is over.
    pub established: bool,
    /// The last alert that could be read.
    pub alert: Option<Alert>,
}

/// Do these bytes begin a ClientHello?
#[must_use]
pub(super) fn looks_like_hello(payload: &[u8]) -> bool {
    matches!(payload, [HANDSHAKE, 3, 0..=4, _, _, 1, ..])
}

impl Tls {
    /// A session whose ClientHello came from `client`.
    #[must_use]
    pub const fn new(client: End) -> Self {
        Self { client, established: false, alert: None }
    }

    /// Takes note of a segment. Records that do not begin with it are not found; that costs nothing but detail.
    pub fn heard(&mut self, payload: &[u8], by: End, frame: u64) {
        let mut rest = payload;
        for _ in 0..MAX_RECORDS {
            let [kind, 3, 0..=4, high, low, body @ ..] = rest else { return };
            match *kind {
                APPLICATION_DATA if by == self.client => self.established = true,
                ALERT if u16::from_be_bytes([*high, *low]) == ALERT_LEN => self.on_alert(body, by, frame),
                _ => {}
            }
            let next = RECORD_HEADER + usize::from(u16::from_be_bytes([*high, *low]));
            let Some(after) = rest.get(next..) else { return };
            rest = after;
        }
    }

    const fn on_alert(&mut self, body: &[u8], by: End, frame: u64) {
        if let [level @ 1..=2, description, ..] = body {
            self.alert = Some(Alert { by, frame, level: *level, description: *description });
        }
    }
}

impl Alert {
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
