//! The client's direction.

use compact_str::CompactString;

use crate::decode::SeqNumber;

use super::fields::{Fields, Whole};
use super::head::{self, Asked, Looks};
use super::pending::Pending;
use super::reader::Event;
use super::{BodyLength, Http, Request};

impl Http {
    /// A head that is not whole: a request counts as soon as it is known to be one.
    pub(super) fn request_so_far(&mut self) {
        let reader = self.readers.at(self.client);
        let Some(bytes) = reader.head() else { return };
        let named = self.request.target.is_empty() || !self.counted;
        let line =
            reader.first_line().filter(|_| named).map(|line| head::request_line(line.trim_ascii_end()));
        match line {
            Some(Some((method, target))) => {
                let method = method.to_owned();
                self.name_request(&method, target);
            }
            Some(None) => self.lose_request(bytes.len() as u64),
            None if !self.counted && head::looks_like_request(bytes) == Looks::Like => {
                let method = head::method(bytes).unwrap_or_default().to_owned();
                self.name_request(&method, CompactString::default());
            }
            None => {}
        }
    }

    /// A whole head.
    pub(super) fn request_head(&mut self, whole: &Whole<'_>) {
        let &Whole { bytes, line, fields, .. } = whole;
        let Some((method, target)) = line.and_then(head::request_line) else {
            return self.lose_request(bytes.len() as u64);
        };
        self.name_request(method, target);
        self.counted = false;
        if self.last_asked.is_none() && whole.asks_last() {
            self.last_asked = Some(self.requests);
        }
        self.request.host = host(&fields, bytes);
        self.request.length = match fields.body_length() {
            None => BodyLength::Bytes(0),
            // A request cannot be ended by closing: its answer would have no way back.
            Some(BodyLength::UntilClose) => BodyLength::Unknown,
            Some(length) => length,
        };
        let event = self.readers.at_mut(self.client).expect(self.request.length);
        self.request.complete = matches!(event, Event::Last(_));
    }

    /// A head of which the snaplen has cut `unseen` bytes, if its first line is there: the same as if it were gathered first. Where it
    /// begins, `at`, is told with it.
    pub(super) fn takes_cut_request(&mut self, cut: &Whole<'_>, at: SeqNumber, unseen: u32) -> bool {
        let line = cut.line.filter(|_| !self.counted).map(<[u8]>::trim_ascii_end);
        let Some((method, target)) = line.and_then(head::request_line) else { return false };
        self.head_seq = at;
        self.name_request(method, target);
        self.request.host = host(&cut.fields, cut.bytes);
        self.lose_request(unseen.into());
        true
    }

    /// The rest of a head is missing; the lines that are whole count.
    pub(super) fn request_cut(&mut self) {
        let head = self.readers.at(self.client).head().filter(|_| self.counted);
        let lines = head.and_then(|head| head.get(..=head.iter().rposition(|&byte| byte == b'\n')?));
        if let Some(host) = lines.and_then(|lines| host(&Fields::of(lines), lines)) {
            self.request.host = Some(host);
        }
    }

    /// What follows cannot be followed.
    pub(super) fn request_lost(&mut self, bytes: u64) {
        self.counted = false;
        if !self.request.complete {
            self.request.length = BodyLength::Unknown;
            self.request.body += bytes;
        }
    }

    pub(super) fn lose_request(&mut self, bytes: u64) {
        self.readers.at_mut(self.client).lose(bytes);
        self.request_lost(bytes);
    }

    fn name_request(&mut self, method: &[u8], target: CompactString) {
        if !self.counted {
            self.count_request(Asked::by(method));
        }
        self.request.method = head::method_name(method);
        self.request.target = target;
    }

    fn count_request(&mut self, asked: Asked) {
        self.settle();
        (self.counted, self.last_request_seq, self.request) = (true, self.head_seq, Request::default());
        self.requests = self.requests.saturating_add(1);
        // A capture may show an answer before its request.
        if self.surplus.take().is_some_and(|ack| self.head_seq.before(ack)) {
            self.answered = self.answered.saturating_add(1);
            return;
        }
        self.unanswered = self.unanswered.saturating_add(1);
        self.pending.push(asked);
        if self.unanswered == 1 {
            (self.response, self.interim) = (None, false);
        }
    }

    /// Whoever asks again has had its answer, or nobody can tell: where the answers cannot be followed, none is claimed to be
    /// missing.
    fn settle(&mut self) {
        if self.is_blind(self.client.peer()) && self.unanswered > 0 {
            self.answered = self.answered.saturating_add(self.unanswered);
            (self.unanswered, self.response) = (0, None);
            self.pending = Pending::default();
        }
    }
}

/// The host field, or else the host of an absolute target.
fn host(fields: &Fields<'_>, head: &[u8]) -> Option<CompactString> {
    let field = fields.host.map(head::host);
    field.or_else(|| head::host_of_target(head::first_line(head)?)).map(head::short)
}
