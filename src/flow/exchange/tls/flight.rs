//! TLS 1.3 hides what is handshake and what is not: both are records of application data. What the lengths and the order
//! tell (RFC 8446 §2, §4.4, §4.6.1).

use std::ops::RangeInclusive;

use crate::decode::SeqNumber;

use super::records::HEADER_LEN;

/// Content type and authentication tag, on top of every message.
const HIDDEN: u16 = 1 + 16;
/// Level and description.
pub(super) const ALERT: u16 = 2 + HIDDEN;
/// The same with the header of its record.
pub(super) const ALERT_BYTES: u32 = HEADER_LEN + ALERT as u32;
/// Message header.
const MESSAGE: u16 = 4;
const END_OF_EARLY_DATA: u16 = MESSAGE + HIDDEN;
/// The shortest Finished: of SHA-256, with the short tag of AES-CCM-8 (RFC 8446 §B.4). Java pads alerts to 16 bytes.
const SHORTEST_FINISHED: u16 = MESSAGE + 32 + 1 + 8;
/// A Certificate message without any certificate: context and list are empty.
const NO_CERTIFICATE: u16 = MESSAGE + 4 + HIDDEN;
/// One with the shortest certificate that anybody uses.
const CERTIFICATE: u16 = 200;
/// Signature algorithm and length of a CertificateVerify.
const VERIFY: u16 = MESSAGE + 4 + HIDDEN;
/// What a ticket takes, apart from one that holds a client's certificate: OpenSSL's are about 250 bytes.
const TICKET: RangeInclusive<u16> = 64..=512;

/// What a record of application data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Said by a program.
    Application,
    /// Part of the handshake, or a ticket.
    Handshake,
    /// As long as an alert.
    Alert,
    /// A ticket, and so was the record before, which had passed for an answer.
    SecondTicket,
}

/// How far the client's second flight has come: Certificate, CertificateVerify, Finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Stage {
    /// Nothing of it was seen.
    #[default]
    Waiting,
    /// A record that is not Finished alone.
    Certificate,
    /// A record as long as a CertificateVerify.
    Verify,
    /// Some of it is missing from the capture: it may be over.
    Unseen,
    /// It is over.
    Done,
}

/// What is known of the hidden part of a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Flight {
    stage: Stage,
    /// The client was asked for a certificate: it sent that message, be there none in it.
    certificate: bool,
    hellos: Hellos,
    server: Server,
    /// Where the client's first application record begins.
    asked: Option<SeqNumber>,
    /// Length of the last ticket before any answer, and how many there were.
    ticket: u16,
    tickets: u8,
    /// Length of the first answer while it is the only one.
    answer: Option<u16>,
    answered: Answered,
}

/// What the two hellos say of a session that was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Hellos {
    #[default]
    Nothing,
    /// The client announced early data.
    Early,
    /// The server took a ticket, which is good for one time, so that it gives another (RFC 8446 §C.4).
    Resumed,
    /// Both.
    EarlyResumed,
}

/// How far the server's flight has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Server {
    #[default]
    Waiting,
    /// It said hello.
    Hello,
    /// A record as long as Finished came.
    Finished,
    /// More came before the client's Finished: tickets, so that none follows.
    Tickets,
    /// All of it came before the capture began.
    Before,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Answered {
    #[default]
    No,
    Yes,
}

impl Flight {
    /// That of a session whose handshake was not captured.
    pub(super) fn before_capture() -> Self {
        Self { stage: Stage::Done, server: Server::Before, ..Self::default() }
    }

    /// The handshake is over as far as lengths and order tell, or may be, in records that the capture misses.
    pub(super) const fn may_be_over(&self) -> bool {
        matches!(self.stage, Stage::Done | Stage::Unseen)
    }

    /// Was the beginning of it captured?
    pub(super) fn is_seen(&self) -> bool {
        self.server != Server::Before
    }

    /// Did the client send a Certificate message?
    pub(super) const fn has_certificate(&self) -> bool {
        self.certificate
    }

    pub(super) fn announce_early_data(&mut self) {
        self.hellos = Hellos::Early;
    }

    /// The server said hello.
    pub(super) fn server_hello(&mut self) {
        if self.server == Server::Waiting {
            self.server = Server::Hello;
        }
    }

    /// And in it, that a session goes on.
    pub(super) fn resume(&mut self) {
        self.hellos = if self.is_early() { Hellos::EarlyResumed } else { Hellos::Resumed };
    }

    /// Is a record of this length what a program says, whatever came before it, and is nothing to be learnt from it?
    #[inline]
    pub(super) fn is_over(&self, of_client: bool, len: u16, ack: Option<SeqNumber>) -> bool {
        let told = self.stage == Stage::Done && len != ALERT;
        told && if of_client {
            self.asked.is_some() && self.answer.is_none()
        } else {
            let answered = self.answered == Answered::Yes && self.answer.is_none();
            self.server == Server::Before || answered && !self.is_ticket(len, ack)
        }
    }

    const fn is_early(&self) -> bool {
        matches!(self.hellos, Hellos::Early | Hellos::EarlyResumed)
    }

    /// What a record of the client is that begins at `seq`.
    pub(super) fn of_client(&mut self, len: u16, seq: SeqNumber) -> Class {
        if len == ALERT {
            return Class::Alert;
        }
        let early = self.is_early() && self.stage == Stage::Waiting;
        if early && self.server == Server::Waiting {
            return self.asks(seq);
        }
        if early && len == END_OF_EARLY_DATA {
            return Class::Handshake;
        }
        let stage = match (self.stage, len) {
            (Stage::Done, _) => return self.asks(seq),
            (_, _) if is_finished(len) => Stage::Done,
            (Stage::Waiting, NO_CERTIFICATE | CERTIFICATE..) => Stage::Certificate,
            (Stage::Waiting, ..SHORTEST_FINISHED) => return Class::Alert,
            // Finished with a shorter tag, or padded.
            (Stage::Waiting, _) => Stage::Done,
            (Stage::Certificate | Stage::Unseen, _) if is_verify(len) => Stage::Verify,
            _ => {
                self.stage = Stage::Done;
                return self.asks(seq);
            }
        };
        self.certificate |= stage == Stage::Certificate;
        self.stage = stage;
        Class::Handshake
    }

    /// What a record of the server is, sent when it had acknowledged `ack` of the client.
    pub(super) fn of_server(&mut self, len: u16, ack: Option<SeqNumber>) -> Class {
        if len == ALERT {
            return Class::Alert;
        }
        if self.server == Server::Before {
            return Class::Application;
        }
        if self.stage == Stage::Waiting {
            self.server = match self.server {
                Server::Finished | Server::Tickets => Server::Tickets,
                _ if is_finished(len) => Server::Finished,
                _ => Server::Hello,
            };
            return Class::Handshake;
        }
        if self.stage != Stage::Unseen {
            self.stage = Stage::Done;
        }
        if self.is_ticket(len, ack) {
            (self.ticket, self.tickets) = (len, self.tickets.saturating_add(1));
            return Class::Handshake;
        }
        if self.was_ticket(|answer| answer == len) {
            return Class::SecondTicket;
        }
        if self.answered == Answered::No {
            (self.answered, self.answer) = (Answered::Yes, Some(len));
        }
        Class::Application
    }

    /// Records of the client are missing. What comes before the server's hello is none of this flight.
    pub(super) fn miss_of_client(&mut self) {
        if self.stage != Stage::Done && self.server != Server::Waiting {
            self.stage = Stage::Unseen;
        }
    }

    /// What bytes of the client are that begin at `seq` and of which the snaplen hides where records begin in them.
    pub(super) fn of_client_unseen(&mut self, seq: SeqNumber) -> Class {
        self.asks(seq)
    }

    /// The same of the server's bytes: `len` of them, behind a whole record. OpenSSL's tickets come in twos of one length and in one
    /// segment.
    pub(super) fn of_server_unseen(&mut self, len: u32) -> Class {
        let is_twin = |record: u16| len == HEADER_LEN + u32::from(record);
        if self.was_ticket(is_twin) {
            return Class::SecondTicket;
        }
        if self.answered == Answered::No && self.tickets == 1 && is_twin(self.ticket) {
            self.tickets = 2;
            return Class::Handshake;
        }
        self.answered = Answered::Yes;
        Class::Application
    }

    /// Was what passed for the only answer so far a ticket, the twin of which has come now?
    fn was_ticket(&mut self, is_twin: impl Fn(u16) -> bool) -> bool {
        let twin = self.answer.take().is_some_and(|answer| TICKET.contains(&answer) && is_twin(answer));
        let two = twin && self.tickets == 0 && self.server != Server::Tickets;
        if two {
            (self.tickets, self.answered) = (2, Answered::No);
        }
        two
    }

    /// Nothing that the client asked can be answered yet, or it is the twin of the first ticket: OpenSSL sends two of equal
    /// length, and the second may come behind the first request. Of a session that goes on it sends one.
    fn is_ticket(&self, len: u16, ack: Option<SeqNumber>) -> bool {
        let unasked = self.asked.is_none_or(|seq| ack.is_some_and(|ack| !ack.after(seq)));
        let twin = || self.tickets == 1 && self.ticket == len;
        unasked || self.answered == Answered::No && (twin() || self.is_renewed(len))
    }

    /// Is it as long as the ticket that a server owes for the one which it took, and has not given yet?
    fn is_renewed(&self, len: u16) -> bool {
        let resumed = matches!(self.hellos, Hellos::Resumed | Hellos::EarlyResumed);
        let due = resumed && self.tickets == 0 && self.server != Server::Tickets;
        due && TICKET.contains(&len)
    }

    fn asks(&mut self, seq: SeqNumber) -> Class {
        self.asked.get_or_insert(seq);
        if self.answered == Answered::Yes {
            self.answer = None;
        }
        Class::Application
    }
}

/// A hash of the transcript: SHA-256 or SHA-384.
const fn is_finished(len: u16) -> bool {
    const SHA256: u16 = MESSAGE + 32 + HIDDEN;
    const SHA384: u16 = MESSAGE + 48 + HIDDEN;
    matches!(len, SHA256 | SHA384)
}

/// RSA of 2048, 3072 and 4096 bits; ECDSA in DER on P-256, P-384, P-521; Ed25519, Ed448.
const fn is_verify(len: u16) -> bool {
    let signature = len.saturating_sub(VERIFY);
    matches!(signature, 256 | 384 | 512 | 69..=72 | 101..=104 | 136..=139 | 64 | 114)
}
