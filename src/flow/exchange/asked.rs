//! What was asked and what is owed for it, whichever protocol tells that.

use crate::decode::SeqNumber;

use super::super::key::End;
use super::{Exchange, Owed, Protocol, Session, Spoken};

impl Exchange {
    /// What the server owes the client, where that can be known at all: in HTTP and in sessions of messages.
    #[must_use]
    pub fn owed(&self) -> Option<Owed> {
        let owed = match &self.protocol {
            Protocol::Http(http) => http.owed(),
            Protocol::Http2(http2) => http2.owed(),
            Protocol::Session(session) => session.owed(),
            _ => return None,
        };
        let blind = self.is_blind(End::Low) || self.is_blind(End::High);
        Some(if blind { self.rest_under_way().unwrap_or(Owed::Unknown) } else { owed })
    }

    /// Had an answer begun of which more was to come?
    #[must_use]
    pub fn owes_rest(&self) -> bool {
        matches!(self.owed(), Some(Owed::Rest(_)))
    }

    /// The rest of a response of which the whole head came, whatever is missing of its request.
    fn rest_under_way(&self) -> Option<Owed> {
        let http = self.http()?;
        let read = !self.is_blind(http.client.peer());
        http.rest().filter(|_| read)
    }

    /// What the server speaks, where the client asks it in HTTP, or in another version of it, and gets no answer that it understands.
    #[must_use]
    pub fn speaks_other(&self) -> Option<Spoken> {
        match &self.protocol {
            Protocol::Http(http) => http.other,
            Protocol::Http2(http2) => http2.other,
            _ => None,
        }
    }

    /// Does the protocol tell where requests and answers begin and end?
    #[must_use]
    pub fn is_framed(&self) -> bool {
        match &self.protocol {
            Protocol::Http(_) | Protocol::Http2(_) => true,
            Protocol::Session(session) => session.is_counted(),
            Protocol::Unknown | Protocol::Tls(_) | Protocol::Upgraded(_) => false,
        }
    }

    /// Who asks, where that is known from what is said.
    #[must_use]
    pub fn client(&self) -> Option<End> {
        match &self.protocol {
            Protocol::Http(http) => Some(http.client),
            Protocol::Http2(http2) => Some(http2.client),
            Protocol::Session(session) => Some(session.client()).filter(|_| session.is_counted()),
            Protocol::Upgraded(upgraded) => Some(upgraded.http.client),
            Protocol::Unknown | Protocol::Tls(_) => None,
        }
    }

    /// How many requests began, where that is known.
    #[must_use]
    pub fn requests(&self) -> u32 {
        match &self.protocol {
            Protocol::Http(http) => http.requests,
            Protocol::Http2(http2) => http2.requests,
            Protocol::Session(session) => session.requests(),
            _ => 0,
        }
    }

    /// Who sends requests, and where the latest began, where that is known.
    #[must_use]
    pub fn last_request(&self) -> Option<(End, SeqNumber)> {
        match &self.protocol {
            Protocol::Http(http) if http.requests > 0 => Some((http.client, http.last_request_seq)),
            Protocol::Http2(http2) if http2.requests > 0 => Some((http2.client, http2.last_request_seq)),
            Protocol::Session(session) if session.requests() > 0 => {
                Some((session.client(), session.last_request_seq()))
            }
            _ => None,
        }
    }

    /// The method of the request that is told of, where it is known.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        let method = match &self.protocol {
            Protocol::Http(http) => &http.request.method,
            Protocol::Http2(http2) => &http2.told()?.line.as_ref()?.method,
            _ => return None,
        };
        (!method.is_empty()).then_some(method)
    }

    /// Is the server in the midst of something that it says unasked, and of which it has told how long it is?
    #[must_use]
    pub fn is_within_push(&self) -> bool {
        self.session().is_some_and(Session::is_within_push)
    }

    /// Has a request not been sent whole? Where that cannot be known it is not claimed.
    #[must_use]
    pub fn request_unfinished(&self) -> bool {
        match &self.protocol {
            Protocol::Http(http) => http.request_unfinished(),
            Protocol::Http2(http2) => http2.request_unfinished(),
            Protocol::Session(session) => session.request_unfinished(),
            _ => false,
        }
    }
}
