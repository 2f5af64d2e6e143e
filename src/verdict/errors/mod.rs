//! The error texts that people paste, and the causes behind each.
//!
//! A text is found inside a whole log line. The more telling texts come first: a proxy's sentence before the errno in it,
//! a language's before the system's. What is too short to be sure of (`EOF`, `499`) is looked for only when nothing
//! else is found.

mod apple;
mod asyncio;
mod balancers;
mod bare;
mod brokers;
mod browsers;
mod certificates;
mod curl;
mod databases;
mod dotnet;
mod envoy;
mod erlang;
mod events;
mod forwarders;
mod go;
mod http2;
mod java;
mod javascript;
mod jvm;
mod limits;
mod mail;
mod proxies;
mod python;
mod ruby;
mod rust;
mod search;
mod sql;
mod ssh;
mod system;
mod timeouts;
mod tls;
mod transfer;
mod versions;
mod websocket;
mod windows;

pub use events::{Event, Lead, Scope};

use super::programs::{Program, Sight};
use search::Line;

/// An error text.
#[derive(Debug)]
pub struct ErrorText {
    /// As people know it.
    pub text: &'static str,
    /// Whose words these are.
    pub program: Program,
    /// What to look for in a line: words in lower case are found in any case, others only as they are, `…` stands for
    /// anything between, and behind `=` is all that the line may hold.
    patterns: &'static [&'static str],
    /// The same, when nothing else is found in it.
    loose: &'static [&'static str],
    /// Which call returned what; `None` where no call failed, but a timer of the program's own ran out, or it does not say.
    pub sight: Option<Sight>,
    /// Who says it.
    pub witness: Witness,
    /// What it means, in a sentence or two.
    pub meaning: &'static str,
    /// What happened on the wire, and the causes behind it.
    pub event: &'static Event,
}

/// What several programs tell of alike, each in its own words.
struct Alike {
    sight: Option<Sight>,
    witness: Witness,
    event: &'static Event,
}

impl Alike {
    const fn in_words(
        self,
        program: Program,
        text: &'static str,
        patterns: &'static [&'static str],
        meaning: &'static str,
    ) -> ErrorText {
        let Self { sight, witness, event } = self;
        ErrorText { text, program, patterns, loose: &[], sight, witness, meaning, event }
    }
}

/// On which side of the connection a program stands that says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// The client's.
    Client,
    /// The server's.
    Server,
    /// Either.
    Either,
    /// A proxy's, about its connection to a server.
    Upstream,
    /// A proxy's, about its connection to a client.
    Downstream,
}

impl Witness {
    /// In words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "the client",
            Self::Server => "the server",
            Self::Either => "client or server, whichever it happens to",
            Self::Upstream => "a proxy, about its connection to the server behind it",
            Self::Downstream => "a proxy, about the connection of its client",
        }
    }
}

/// Causes of which no program's error text tells, and why.
pub const INVISIBLE: &[(&str, &str)] = &[(
    "port_scan",
    "only the scanner's own connects fail; no program on the scanned hosts has anything to log",
)];

/// Every error text, the more telling before the less.
pub fn all() -> impl Iterator<Item = &'static ErrorText> {
    const GROUPS: &[&[ErrorText]] = &[
        timeouts::TEXTS,
        limits::TEXTS,
        certificates::TEXTS,
        ssh::TEXTS,
        brokers::TEXTS,
        mail::TEXTS,
        transfer::TEXTS,
        versions::TEXTS,
        websocket::TEXTS,
        balancers::TEXTS,
        envoy::TEXTS,
        forwarders::TEXTS,
        proxies::TEXTS,
        http2::TEXTS,
        curl::TEXTS,
        tls::TEXTS,
        javascript::UNDICI,
        dotnet::TEXTS,
        windows::TEXTS,
        ruby::TEXTS,
        rust::TEXTS,
        apple::TEXTS,
        erlang::TEXTS,
        asyncio::TEXTS,
        python::TEXTS,
        sql::TEXTS,
        jvm::TEXTS,
        databases::TEXTS,
        java::TEXTS,
        javascript::NODE,
        go::TEXTS,
        browsers::CHROME,
        browsers::FIREFOX,
        system::TEXTS,
        jvm::BARE,
        sql::BARE,
        asyncio::WRAPPERS,
        bare::TEXTS,
    ];
    GROUPS.iter().copied().flatten()
}

/// The error text that a line from a log holds; the one that tells most, where it holds several.
#[must_use]
pub fn find(line: &str) -> Option<&'static ErrorText> {
    let line = Line::new(line);
    let holds = |patterns: &[&str]| patterns.iter().any(|pattern| line.holds(pattern));
    all().find(|error| holds(error.patterns)).or_else(|| all().find(|error| holds(error.loose)))
}

/// Error texts of other programs that tell of the same: of each the one that tells most.
pub fn kin(error: &ErrorText) -> impl Iterator<Item = &'static ErrorText> {
    let mut named = vec![error.program];
    all().filter(move |other| {
        let new = std::ptr::eq(other.event, error.event) && !named.contains(&other.program);
        if new {
            named.push(other.program);
        }
        new
    })
}

#[cfg(test)]
mod tests;
