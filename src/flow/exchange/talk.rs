//! What is read for, and how a protocol that was recognised begins in it.

use super::super::key::End;
use super::Protocol;
use super::http::{self, Http, Kind, Looks};
use super::http2::{self, Http2};
use super::last_words::{self, LastWord, LastWords};
use super::proxied::{self, Proxied};
use super::session::{self, Session};
use super::spoken::Spoken;
use super::stream::Piece;
use super::tls::Tls;
use super::turns::Turns;

/// What is read for: the protocol and the turns of an exchange.
pub(super) struct Talk<'a> {
    pub(super) protocol: &'a mut Protocol,
    pub(super) turns: Turns<'a>,
    pub(super) proxied: &'a mut Option<Proxied>,
    pub(super) last_words: &'a mut Option<Box<LastWords>>,
}

impl Talk<'_> {
    /// Takes note of a last word, where nothing is known of what is spoken; gives whether that is all that the piece is.
    pub(super) fn is_last_word(&mut self, by: End, piece: &Piece<'_>) -> bool {
        let unread = matches!(self.protocol, Protocol::Unknown | Protocol::Session(_));
        let may_be = unread && (*self.turns.count > 0 || last_words::may_be_first(piece.bytes));
        let word = if may_be { last_words::of(by, piece) } else { None };
        if let Some(words) = self.last_words {
            words.goes_on(by);
        }
        let Some(word) = word else { return false };
        let words = self.last_words.get_or_insert_default();
        match word {
            LastWord::Goodbye => {
                *words.goodbye.at_mut(by) = piece.len();
                true
            }
            LastWord::Fatal(fatal) => {
                let fatal = words.fatal.insert(fatal);
                !fatal.within && !fatal.answers
            }
        }
    }

    /// How long a proxy's header is with which the piece begins, if that is one: it is no part of the talk.
    pub(super) fn proxy_header(&mut self, by: End, piece: &Piece<'_>) -> Option<u32> {
        let (version, length) = proxied::header(piece.bytes).filter(|_| self.is_unknown())?;
        let length = u32::try_from(length).ok()?;
        *self.proxied = Some(Proxied { by, version });
        self.turns.untake_first(by, piece.seq, length);
        Some(length)
    }

    /// Counts a piece for the turns.
    pub(super) fn say(&mut self, by: End, piece: &Piece<'_>) {
        if self.is_unknown() {
            self.turns.take_unread(by, piece);
        } else {
            self.turns.take(by, piece.stamp, piece.seq, piece.len());
        }
    }

    /// Does what is spoken tell by itself what is speech?
    pub(super) fn tells_turns(&self) -> bool {
        match &self.protocol {
            Protocol::Tls(_) | Protocol::Http2(_) => true,
            Protocol::Upgraded(upgraded) => upgraded.tls.is_some() || upgraded.websocket.is_some(),
            Protocol::Http(_) | Protocol::Session(_) | Protocol::Unknown => false,
        }
    }

    pub(super) fn looks_like_preface(&self, bytes: &[u8]) -> Looks {
        if self.is_unknown() { http2::looks_like_preface(bytes) } else { Looks::Unlike }
    }

    /// In a tunnel only TLS is looked for.
    pub(super) fn looks_like_request(&self, bytes: &[u8]) -> Looks {
        if self.is_unknown() { http::looks_like_request(bytes) } else { Looks::Unlike }
    }

    pub(super) fn begins_request(&self, by: End, piece: &Piece<'_>) -> bool {
        let begins = self.turns.now.is_some_and(|turn| turn.by == by && turn.seq == piece.seq);
        begins && self.is_unknown() && http::is_surely_request(piece.bytes)
    }

    pub(super) fn begin_http(&mut self, client: End, greeted: Option<(End, Spoken)>) {
        let mut http = Http::new(client);
        http.other = greeted.filter(|&(by, _)| by != client).map(|(_, spoken)| spoken);
        *self.protocol = Protocol::Http(Box::new(http));
    }

    /// Its settings are nobody's turn.
    pub(super) fn begin_http2(&mut self, http2: Http2) {
        self.turns.clear();
        *self.protocol = Protocol::Http2(Box::new(http2));
    }

    /// The client of an HTTP/2 connection that began before the capture, if these are whole frames of one.
    pub(super) fn client_of_frames(&self, by: End, piece: &Piece<'_>) -> Option<End> {
        let unknown = self.is_unknown() && piece.unseen == 0;
        let kind = http2::kind_of(piece.bytes).filter(|_| unknown)?;
        Some(if kind == Kind::Request { by } else { by.peer() })
    }

    /// What was said before in it was said; what tells it is read first.
    pub(super) fn go_on_in_tls(&mut self, by: End, piece: &Piece<'_>) {
        self.turns.untake(by, piece.seq, piece.len());
        *self.protocol = Protocol::Tls(Box::new(Tls::midway(by)));
    }

    pub(super) fn begin_tls(&mut self, client: End) {
        self.begin(Tls::new(client));
    }

    /// The same where the two have agreed on it in clear.
    pub(super) fn begin_tls_behind_clear(&mut self, client: End) {
        let mut tls = Tls::new(client);
        tls.behind_clear = true;
        self.begin(tls);
    }

    /// Its handshake is nobody's turn.
    fn begin(&mut self, tls: Tls) {
        self.turns.clear();
        match &mut *self.protocol {
            Protocol::Upgraded(upgraded) => upgraded.tls = Some(tls),
            protocol => *protocol = Protocol::Tls(Box::new(tls)),
        }
    }

    /// Is nothing known of what is spoken?
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.protocol, Protocol::Unknown)
    }

    pub(super) fn looks_like_startup(&self, bytes: &[u8]) -> Looks {
        if self.is_unknown() { session::looks_like_startup(bytes) } else { Looks::Unlike }
    }

    /// A session in messages, if it begins with this, or goes on with it.
    pub(super) fn session(&self, by: End, piece: &Piece<'_>) -> Option<Session> {
        if self.is_unknown() { Session::begun(by, piece) } else { None }
    }

    pub(super) fn begin_session(&mut self, session: Session) {
        *self.protocol = Protocol::Session(Box::new(session));
    }
}
