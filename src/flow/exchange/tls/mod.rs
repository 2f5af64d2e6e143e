//! TLS from outside: is the handshake over, who says something, who says goodbye (RFC 8446, RFC 5246).
//!
//! Records are followed by their headers in both directions. What programs say is application data; handshakes, tickets
//! and alerts are TLS's own. Where a header is missing the direction is blind until a piece begins with one.

mod alert;
mod flight;
mod heard;
mod hello;
mod looks;
mod records;
mod unseen;

pub use alert::Alert;
pub use hello::Offers;
pub(super) use looks::{is_surely_data, is_surely_hello, looks_like_alert, looks_like_hello};

use crate::ahead::fetch;
use crate::decode::SeqNumber;
use crate::time::Timestamp;

use super::super::key::{Both, End};
use super::stream::{Piece, Stamp};
use super::turns::{Turn, Turns};
use flight::{Class, Flight};
use records::{Event, Hello, Record, Records};

/// An alert in clear is its level and its description; an encrypted one is longer.
const ALERT_LEN: u16 = 2;
const FATAL: u8 = 2;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;

/// A TLS session from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The end that sent the ClientHello.
    pub client: End,
    /// The name of the server that the client asked for (SNI; the outer one of ECH).
    pub sni: Option<String>,
    /// It is TLS 1.3; `None` before that is known.
    pub version13: Option<bool>,
    /// The handshake is over. TLS 1.3: the client's Finished was seen; before: both sides' Finished, or data. Where some of that is missing
    /// it may be over.
    pub established: bool,
    /// The last alert that could be read.
    pub alert: Option<Alert>,
    /// The last record of that end is an alert: one in clear, an encrypted one, or one that is as long as an alert.
    pub closing: Both<bool>,
    /// Bytes of alerts, and of records as long as HTTP/2's own frames, after everything else that end sent.
    pub trailing_own_bytes: Both<u32>,
    /// The last record of application data of that end is not whole.
    pub cut_record: Both<bool>,
    /// The HTTP that the client can speak.
    pub offers: Offers,
    /// It began behind something in clear (STARTTLS, PostgreSQL's SSLRequest).
    pub behind_clear: bool,
    sides: Both<Side>,
    flight: Flight,
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
struct Side {
    records: Records,
    hello: Hello,
    /// Where the record that is under way begins.
    begins: SeqNumber,
    now: Now,
    /// Its last record, if that is as long as an alert.
    suspect: Option<Box<Suspect>>,
    cipher: Cipher,
    /// Records of it may have been missed.
    missed: bool,
}

/// A record that passes for an alert, as long as nothing follows it: an alert is the last that an end says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Suspect {
    at: At,
    /// What had been said by then.
    said: Option<Turn>,
}

/// What the record that is under way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Now {
    /// It has said nothing that is TLS.
    #[default]
    Silent,
    /// Nothing to be looked at.
    Other,
    Handshake,
    Application,
    /// As long as a frame by which HTTP/2 talks about itself.
    Own,
    /// An alert that cannot be read.
    HiddenAlert,
    /// An alert in clear: its level if that came.
    Alert(Option<u8>),
}

/// How far a side has come up to TLS 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Cipher {
    #[default]
    Clear,
    /// It sent ChangeCipherSpec.
    Changed,
    /// And a handshake record after it, which is Finished.
    Finished,
}

/// Where something was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct At {
    by: End,
    stamp: Stamp,
    seq: SeqNumber,
}

impl Tls {
    /// A session whose ClientHello comes from `client`.
    #[must_use]
    pub fn new(client: End) -> Self {
        Self {
            client,
            sni: None,
            version13: None,
            established: false,
            alert: None,
            closing: Both::default(),
            trailing_own_bytes: Both::default(),
            cut_record: Both::default(),
            offers: Offers::NoHttp,
            behind_clear: false,
            sides: Both::default(),
            flight: Flight::default(),
        }
    }

    /// A session that is recognised in the middle, by records of `by`. Which end is the client the records do not tell, and nothing
    /// depends on it any more.
    #[must_use]
    pub(super) fn midway(by: End) -> Self {
        let mut tls = Self {
            established: true,
            version13: Some(true),
            flight: Flight::before_capture(),
            ..Self::new(by)
        };
        tls.sides.at_mut(by.peer()).records = Records::lost();
        tls
    }

    /// It is not known where the records of this end begin.
    #[must_use]
    pub fn is_blind(&self, by: End) -> bool {
        self.sides.at(by).records.is_blind()
    }

    /// Was it ever unknown where the records of this end begin?
    #[must_use]
    pub fn has_missed(&self, by: End) -> bool {
        self.sides.at(by).missed
    }

    /// Did this end say anything in TLS?
    #[must_use]
    pub fn has_spoken(&self, by: End) -> bool {
        self.sides.at(by).now != Now::Silent
    }

    /// Did the client say hello, as far as is known?
    #[must_use]
    pub fn has_hello(&self) -> bool {
        let side = self.sides.at(self.client);
        side.missed || side.hello != Hello::default()
    }

    /// Are the first bytes that this end said no TLS?
    #[must_use]
    pub fn answers_otherwise(&self, by: End) -> bool {
        !self.has_spoken(by) && self.sides.at(by).records.is_odd()
    }

    /// Was the handshake captured?
    #[must_use]
    pub fn has_handshake(&self) -> bool {
        self.flight.is_seen()
    }

    /// Was the client asked for a certificate, and did it send one or none? TLS 1.3 alone.
    #[must_use]
    pub const fn has_client_certificate(&self) -> bool {
        self.flight.has_certificate()
    }

    /// When the last record of an end came, if it is hidden and as long as an alert: it may be a message of two bytes too.
    #[must_use]
    pub fn alert_or_message(&self, by: End) -> Option<Timestamp> {
        self.sides.at(by).suspect.as_ref().map(|suspect| suspect.at.stamp.ts)
    }

    /// Asks for each cache line that the next record will touch.
    #[inline]
    pub(super) fn fetch(&self) {
        fetch(&self.sides.at(End::Low).hello);
        fetch(&self.sides.at(End::High).hello);
        fetch(&self.trailing_own_bytes);
        fetch(&self.established);
    }

    /// How many of the next bytes of `by` are encrypted for certain.
    pub(super) fn opaque(&self, by: End) -> u64 {
        let side = self.sides.at(by);
        if side.now == Now::Application { u64::from(side.records.left()) } else { 0 }
    }

    /// Bytes of memory that hellos take while they are not whole.
    #[inline]
    pub(super) const fn weight(&self) -> usize {
        self.sides.at(End::Low).hello.weight() + self.sides.at(End::High).hello.weight()
    }

    fn on(&mut self, event: Event<'_>, at: &At, turns: &mut Turns<'_>) {
        match event {
            Event::Partial => {}
            Event::Header(record) => self.on_header(record, at, turns),
            Event::Body(bytes, len) => self.on_body(bytes, len, at, turns),
            Event::Blind(len) => self.on_blind(len, at, turns),
        }
    }

    fn on_header(&mut self, record: Record, at: &At, turns: &mut Turns<'_>) {
        let now = match record.kind {
            records::CHANGE_CIPHER_SPEC => {
                self.sides.at_mut(at.by).cipher = Cipher::Changed;
                Now::Other
            }
            records::ALERT if record.len == ALERT_LEN => Now::Alert(None),
            records::ALERT => Now::HiddenAlert,
            records::HANDSHAKE => self.on_handshake(at.by),
            records::APPLICATION_DATA => self.on_data(record.len, at, turns),
            _ => Now::Other,
        };
        let side = self.sides.at_mut(at.by);
        side.now = now;
        let alert = matches!(now, Now::Alert(_) | Now::HiddenAlert);
        // Whoever goes on after a warning ended nothing by it.
        if !alert {
            self.alert.take_if(|said| said.by == at.by);
        }
        let trailing = self.trailing_own_bytes.at_mut(at.by);
        *trailing = if alert || now == Now::Own { trailing.saturating_add(records::HEADER_LEN) } else { 0 };
        *self.closing.at_mut(at.by) = alert;
        if now == Now::Application {
            turns.take(at.by, at.stamp, side.begins, records::HEADER_LEN);
        }
    }

    /// A handshake record after ChangeCipherSpec is Finished, up to TLS 1.2.
    fn on_handshake(&mut self, by: End) -> Now {
        let side = self.sides.at_mut(by);
        if side.cipher == Cipher::Clear {
            return Now::Handshake;
        }
        side.cipher = Cipher::Finished;
        self.established |= self.both_finished();
        Now::Handshake
    }

    fn on_data(&mut self, len: u16, at: &At, turns: &mut Turns<'_>) -> Now {
        let side = self.sides.at(at.by);
        // Up to TLS 1.2 nobody sends data before its own Finished.
        if self.version13.is_none() && side.cipher != Cipher::Finished && !side.missed {
            self.version13 = Some(true);
        }
        let own = self.offers == Offers::Http2 && records::may_be_http2s_own(len, self.version13);
        let begins = side.begins;
        self.clear_suspect(at.by, turns);
        if self.version13 != Some(true) {
            self.established = true;
            // Where a snaplen hides which version it is, the length tells: up to TLS 1.2 few ciphers have records of data as short as that.
            return match len {
                flight::ALERT if self.version13.is_none() => self.suspect(begins, at, turns),
                _ if own => Now::Own,
                _ => Now::Application,
            };
        }
        if own {
            return Now::Own;
        }
        let class = if at.by == self.client {
            self.flight.of_client(len, begins)
        } else {
            self.flight.of_server(len, at.stamp.ack)
        };
        self.established = self.flight.may_be_over();
        match class {
            Class::Application => Now::Application,
            Class::Alert => self.suspect(begins, at, turns),
            Class::Handshake => Now::Other,
            Class::SecondTicket => {
                turns.take_back(at.by);
                Now::Other
            }
        }
    }

    /// A record that begins at `begins` is as long as an alert.
    fn suspect(&mut self, begins: SeqNumber, at: &At, turns: &Turns<'_>) -> Now {
        let suspect = Suspect { at: At { seq: begins, ..*at }, said: *turns.now };
        self.sides.at_mut(at.by).suspect = Some(Box::new(suspect));
        Now::HiddenAlert
    }

    /// Something follows what passed for an alert: it was a message, whose turn it was unless the other side has spoken since.
    fn clear_suspect(&mut self, by: End, turns: &mut Turns<'_>) {
        let Some(suspect) = self.sides.at_mut(by).suspect.take() else { return };
        *self.trailing_own_bytes.at_mut(by) = 0;
        if *turns.now == suspect.said && self.established {
            turns.take(by, suspect.at.stamp, suspect.at.seq, flight::ALERT_BYTES);
        }
    }

    fn on_body(&mut self, bytes: &[u8], len: u32, at: &At, turns: &mut Turns<'_>) {
        let trailing = self.trailing_own_bytes.at_mut(at.by);
        match self.sides.at(at.by).now {
            Now::Silent | Now::Other => {}
            Now::Application => turns.take(at.by, at.stamp, at.seq, len),
            Now::HiddenAlert | Now::Own => *trailing = trailing.saturating_add(len),
            Now::Alert(level) => {
                *trailing = trailing.saturating_add(len);
                self.on_alert(level, bytes, at);
            }
            Now::Handshake => {
                if let Some(message) = self.sides.at_mut(at.by).hello.gather(bytes, len) {
                    self.on_hello(&message, at.by);
                }
            }
        }
    }

    fn on_alert(&mut self, level: Option<u8>, bytes: &[u8], at: &At) {
        let said = level.into_iter().chain(bytes.iter().copied());
        let mut said = said.take(usize::from(ALERT_LEN));
        let (level, description) = (said.next(), said.next());
        self.sides.at_mut(at.by).now = Now::Alert(level);
        // What a fatal one is answered with is not why it ended.
        let answers = self.alert.is_some_and(|said| said.by != at.by && said.level == FATAL);
        if let (Some(level @ 1..=FATAL), Some(description)) = (level, description)
            && !answers
        {
            self.alert = Some(Alert::said((at.by, at.stamp), level, description));
        }
    }

    fn on_hello(&mut self, message: &[u8], by: End) {
        match message.first() {
            Some(&CLIENT_HELLO) if by == self.client => {
                let hello = hello::client(message);
                self.sni = hello.sni;
                self.offers = hello.offers;
                if hello.early_data {
                    self.flight.announce_early_data();
                }
            }
            Some(&SERVER_HELLO) if by != self.client => {
                self.version13 = hello::chooses_13(message).or(self.version13);
                self.flight.server_hello();
                if hello::resumes(message) {
                    self.flight.resume();
                }
            }
            _ => {}
        }
    }
}
