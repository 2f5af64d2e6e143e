//! What is listed: words that must all be there, and `field:value` words that look at one thing.

use std::net::IpAddr;

use crate::aggregate::Peer;
use crate::verdict::{Addr, ExchangeFacts, Harm, Rule, Sender, Side, Stage, Verdict};
use crate::view::text::row;

use super::Frame;

/// What the user typed, and what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    text: String,
    words: Vec<Word>,
}

/// One word of it, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// Anywhere.
    Free(String),
    /// An address, or a part of one.
    Peer(String),
    /// A port of either side.
    Port(String),
    /// A part of the cause's name.
    Cause(String),
    /// Who ended it: `client`, `server`, `middlebox`.
    Side(String),
    /// `harmful` or `harmless`.
    Harm(String),
    /// Address and port of the server.
    Service(String),
    /// A part of a name: of either side, or of what was asked for.
    Name(String),
}

/// The fields, for the help.
pub(super) const FIELDS: &str = "peer: port: service: cause: side: harm: name:";

/// What may stand behind two of them.
const SIDES: [&str; 3] = ["client", "server", "middlebox"];
const HARMS: [&str; 2] = ["harmful", "harmless"];

/// Is it a word, and no part of an IPv6 address?
fn is_name(field: &str) -> bool {
    let hex = |c: char| c.is_ascii_hexdigit();
    !field.is_empty() && field.chars().all(|c| c.is_ascii_alphabetic()) && !field.chars().all(hex)
}

/// While it is being typed, it is the beginning of one.
fn doubtful(field: &str, value: &str, values: &[&str]) -> Option<String> {
    let fits = values.iter().any(|known| known.starts_with(value));
    (!fits).then(|| format!("{field} is {}, not '{value}'", values.join(", ")))
}

impl Word {
    /// A word with an unknown field is one to be found as it is: IPv6 addresses have colons as well.
    fn parse(word: &str) -> Self {
        let (field, value) = word.split_once(':').unwrap_or(("", word));
        let value = value.to_owned();
        match field {
            "peer" => Self::Peer(value),
            "port" => Self::Port(value),
            "cause" => Self::Cause(value),
            "side" => Self::Side(value),
            "harm" => Self::Harm(value),
            "service" => Self::Service(value),
            "name" => Self::Name(value),
            _ => Self::Free(word.to_owned()),
        }
    }

    /// A field without its value yet, as it is while typing, says nothing.
    fn is_empty(&self) -> bool {
        let (Self::Free(value)
        | Self::Peer(value)
        | Self::Port(value)
        | Self::Cause(value)
        | Self::Side(value)
        | Self::Harm(value)
        | Self::Service(value)
        | Self::Name(value)) = self;
        value.is_empty()
    }
}

impl Filter {
    pub(super) fn parse(text: &str) -> Self {
        let words = text.to_lowercase().split_whitespace().map(Word::parse).collect();
        Self { text: text.to_owned(), words }
    }

    /// What is hardly meant as it was typed: a field that is none, or a value that it never has.
    pub(super) fn doubt(&self) -> Option<String> {
        self.words.iter().find_map(|word| match word {
            Word::Free(word) => {
                let (field, _) = word.split_once(':').filter(|(field, _)| is_name(field))?;
                Some(format!("No field is called '{field}:'; there are {FIELDS}"))
            }
            Word::Side(side) => doubtful("side:", side, &SIDES),
            Word::Harm(harm) => doubtful("harm:", harm, &HARMS),
            _ => None,
        })
    }

    /// As it was typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Does it ask for more than causes?
    pub(super) fn is_about_ends(&self) -> bool {
        self.words().any(|word| !matches!(word, Word::Cause(_)))
    }

    /// Is this end to be listed?
    pub(super) fn admits_end(&self, end: &Verdict, frame: &Frame) -> bool {
        self.words().all(|word| match word {
            Word::Free(part) => said_of(end).contains(part) || is_named(end, frame, part),
            Word::Name(part) => is_named(end, frame, part),
            Word::Service(service) => end.server.to_string() == *service,
            Word::Peer(addr) => is_addr(end.client.addr, addr) || is_addr(end.server.addr, addr),
            Word::Port(port) => [end.client.port, end.server.port].iter().any(|it| it.to_string() == *port),
            Word::Cause(name) => end.cause_name().unwrap_or_else(|| end.how.word()).contains(name),
            Word::Side(side) => ended_by(end).is_some_and(|word| word.starts_with(side)),
            Word::Harm(harm) => end.harm.map(Harm::word) == Some(harm),
        })
    }

    /// Is this peer? Words about single ends say nothing about a peer.
    pub(super) fn admits_peer(&self, peer: &Peer, frame: &Frame) -> bool {
        let cause = peer.worst_cause.map_or("", |rule| rule.name);
        self.words().all(|word| match word {
            Word::Free(part) => {
                peer.addr.to_string().contains(part)
                    || cause.contains(part)
                    || is_called(peer.addr, frame, part)
            }
            Word::Name(part) => is_called(peer.addr, frame, part),
            Word::Peer(addr) => is_addr(peer.addr, addr),
            Word::Cause(name) => cause.contains(name),
            Word::Port(_) | Word::Side(_) | Word::Harm(_) | Word::Service(_) => true,
        })
    }

    /// Is this cause?
    pub(super) fn admits_cause(&self, rule: &Rule) -> bool {
        self.words().all(|word| match word {
            Word::Cause(part) => rule.name.contains(part),
            _ => true,
        })
    }

    fn words(&self) -> impl Iterator<Item = &Word> {
        self.words.iter().filter(|word| !word.is_empty())
    }
}

/// A whole address is that address; anything else is a part of one.
fn is_addr(addr: Addr, wanted: &str) -> bool {
    match wanted.parse::<IpAddr>() {
        Ok(ip) => addr == Addr::from(ip),
        Err(_) => addr.to_string().contains(wanted),
    }
}

fn is_called(addr: Addr, frame: &Frame, part: &str) -> bool {
    frame.names.get(&addr).is_some_and(|name| name.to_lowercase().contains(part))
}

/// Is a name known for one of its sides, or was one asked for?
fn is_named(end: &Verdict, frame: &Frame, part: &str) -> bool {
    let asked = end.exchange.as_ref().map(|it| [&it.host, &it.sni]);
    let mut asked = asked.into_iter().flatten().flatten();
    asked.any(|name| name.to_lowercase().contains(part))
        || [end.client.addr, end.server.addr].iter().any(|&addr| is_called(addr, frame, part))
}

fn ended_by(end: &Verdict) -> Option<&'static str> {
    end.rst_by.map(Sender::word).or(end.fin_by.map(Side::word))
}

/// Everything that a line says about an end, to look for words in.
fn said_of(end: &Verdict) -> String {
    let request = end.exchange.as_ref().and_then(|it: &ExchangeFacts| row::request(it, ""));
    let stage = end.stage.map_or("", Stage::word);
    let request = request.unwrap_or_default();
    format!("{} {} {} {stage} {} {request}", end.client, end.server, row::ended_by(end), row::cause(end))
        .to_lowercase()
}
