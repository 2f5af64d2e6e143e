//! The server's direction.

use super::fields::Whole;
use super::head::{self, Asked, Looks};
use super::reader::Event;
use super::{BodyLength, Closing, Http, Response, Spoken, Stamp, Upgrade};

/// Responses that only announce the real one (RFC 9110 §15.2); 101 is the real one.
const fn is_interim(status: u16) -> bool {
    matches!(status, 100 | 102..=199)
}

impl Http {
    /// A head that is not whole: an answer has begun unless it turns out to be an interim one.
    pub(super) fn response_so_far(&mut self) {
        let Some(bytes) = self.readers.at(self.client.peer()).head() else { return };
        if head::looks_like_message(bytes, head::Kind::Response) == Looks::Unlike {
            let (other, len) = (Spoken::instead_of_http1(bytes), bytes.len());
            return self.lose_response(other, len as u64);
        }
        let status = head::status(bytes).unwrap_or(0);
        let begun = Response { status, length: BodyLength::InHead, ..Response::default() };
        self.response = (!is_interim(status)).then_some(begun);
    }

    /// A whole head; says what the connection speaks behind it, if that is no HTTP.
    pub(super) fn response_head(&mut self, whole: &Whole<'_>, stamp: Stamp) -> Option<Upgrade> {
        let &Whole { bytes, fields, .. } = whole;
        let Some(status) = head::status(bytes) else {
            self.lose_response(Spoken::instead_of_http1(bytes), bytes.len() as u64);
            return None;
        };
        if is_interim(status) {
            (self.response, self.interim) = (None, true);
            return None;
        }
        self.other = None;
        let asked = self.pending.front();
        let upgrade = upgrade(status, asked, bytes);
        let length = match upgrade {
            Some(_) => BodyLength::UntilClose,
            // Of an answer to HEAD nothing follows.
            None if self.pending.is_forgotten() => BodyLength::Unknown,
            None => head::response_length(status, asked, &fields),
        };
        if !self.is_over() {
            let asked_last = self.last_asked.is_some_and(|last| last == self.answered.saturating_add(1));
            let last = fields.closes || asked_last && !fields.keeps_alive;
            self.closing = if last { Closing::Announced } else { Closing::No };
        }
        let unbounded = matches!(length, BodyLength::Chunked | BodyLength::UntilClose);
        let events = unbounded && head::is_event_stream(bytes);
        self.response = Some(Response { status, length, events, ..Response::default() });
        if upgrade.is_some() {
            self.answer();
        } else if let Event::Last(_) = self.readers.at_mut(self.client.peer()).expect(length) {
            self.response_ended(stamp);
        }
        upgrade
    }

    /// An answer is whole.
    pub(super) fn response_ended(&mut self, stamp: Stamp) {
        self.response.get_or_insert_default().complete = true;
        self.interim = false;
        if self.closing == Closing::Announced {
            self.closing = Closing::Over;
        }
        if self.unanswered == 0 {
            self.surplus = stamp.ack;
        } else {
            self.answer();
        }
    }

    /// A chunk is no chunk: what the server writes from here on is none of its answer.
    pub(super) fn response_broken(&mut self, bytes: u64) {
        let response = self.response.get_or_insert_default();
        response.length = BodyLength::Broken;
        response.body += bytes;
    }

    /// What follows cannot be followed.
    pub(super) fn response_lost(&mut self, bytes: u64) {
        let response = self.response.get_or_insert_default();
        if response.complete {
            *response = Response::default();
        }
        response.length = BodyLength::Unknown;
        response.body += bytes;
    }

    /// The oldest request is answered; the answer to the next one has not begun.
    pub(super) fn answer(&mut self) {
        let Some(left) = self.unanswered.checked_sub(1) else { return };
        self.pending.pop();
        self.unanswered = left;
        self.answered = self.answered.saturating_add(1);
        if left > 0 {
            self.response = None;
        }
    }

    /// What came is no response. The server's first words tell that it has none to give.
    fn lose_response(&mut self, other: Option<Spoken>, bytes: u64) {
        let begun = self.response.as_ref().is_some_and(|response| response.status != 0);
        if self.answered == 0 && !self.interim && !begun {
            self.other = self.other.or(other);
        }
        self.readers.at_mut(self.client.peer()).lose(bytes);
        self.response_lost(bytes);
    }
}

fn upgrade(status: u16, asked: Asked, head: &[u8]) -> Option<Upgrade> {
    let to = |name: &str| head::values(head, "upgrade").any(|to| to.eq_ignore_ascii_case(name));
    match (status, asked) {
        (101, _) if to("websocket") => Some(Upgrade::WebSocket),
        (101, _) if to("h2c") => Some(Upgrade::Http2),
        (101, _) => Some(Upgrade::Other),
        (200..=299, Asked::Connect) => Some(Upgrade::Tunnel),
        _ => None,
    }
}
