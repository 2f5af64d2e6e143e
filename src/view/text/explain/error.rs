//! The page of an error text.

use std::net::SocketAddr;

use crate::verdict::errors::{self, ErrorText, Lead, Scope};
use crate::verdict::rules;

use super::super::style::{Ink, Style};
use super::{INDENT, labelled, section, sentence};

pub(super) fn page(error: &ErrorText, server: Option<SocketAddr>, style: &Style) -> String {
    let title = format!("{} ({})", error.text, error.program.name());
    let sections = [
        style.wrap(&title, INDENT, Ink::Title),
        section("What it means", &meaning(error, style), style),
        leads(error, style),
        section("What to capture", &what_to_capture(error.event.scope, server, style), style),
        kin(error, style),
    ];
    sections.concat()
}

/// The causes, where packets can tell of any.
fn leads(error: &ErrorText, style: &Style) -> String {
    let leads: String = error.event.leads.iter().map(|lead| cause(lead, style)).collect();
    if leads.is_empty() {
        return String::new();
    }
    section("The causes behind it, likeliest first, and how each is told", &leads, style)
}

fn what_to_capture(scope: Scope, server: Option<SocketAddr>, style: &Style) -> String {
    let port = match server {
        Some(server) => format!("host {} and tcp port {}", server.ip(), server.port()),
        None => "tcp port PORT".to_owned(),
    };
    match scope {
        Scope::Stream => capture(&port, server, style),
        Scope::Connect if server.is_some() => capture(&format!("({port}) or icmp or icmp6"), server, style),
        Scope::Connect => capture(&format!("{port} or icmp or icmp6"), server, style),
        Scope::Nothing => sentence(
            "nothing: no packet is behind this text. What it means says where to look; a capture shows at most the connections \
before it.",
            style,
        ),
    }
}

fn meaning(error: &ErrorText, style: &Style) -> String {
    let facts = [
        error.sight.map(|sight| ("call", sight.to_string())),
        Some(("on the wire", error.event.wire.to_owned())),
        Some(("said by", error.witness.word().to_owned())),
    ];
    let width = "on the wire".len();
    let line = |(label, text): (&str, String)| labelled(label, width, &text, style);
    let facts: String = facts.into_iter().flatten().map(line).collect();
    sentence(error.meaning, style) + &facts
}

fn cause(lead: &Lead, style: &Style) -> String {
    let title = rules::find(lead.cause).map_or("", |rule| rule.title);
    let head = style.block(&format!("{}: {title}", lead.cause), INDENT, Ink::Title);
    head + &style.block(lead.tell, INDENT * 2, Ink::Plain)
}

fn capture(filter: &str, server: Option<SocketAddr>, style: &Style) -> String {
    let port = if server.is_some() { "" } else { " (PORT is the server's)" };
    let before = format!(
        "on the host that logged it, both directions, from before the connection begins{port}; root is needed:"
    );
    let after = "If it is rare, add -C 100 -W 10: a ring of ten files of 100 MB keeps the latest. \
Where a device between the hosts is suspected, capture on both hosts at once.";
    // Commands are there to be copied: they stay on their line.
    let command = |text: &str| format!("{:1$}{text}\n", "", INDENT * 2);
    [
        sentence(&before, style),
        command(&format!("tcpdump -i any -n -s 256 -U -w trace.pcap '{filter}'")),
        command("rstwho replay trace.pcap"),
        sentence(after, style),
    ]
    .concat()
}

/// What other programs say of the same.
fn kin(error: &ErrorText, style: &Style) -> String {
    let same: Vec<String> =
        errors::kin(error).map(|other| format!("{} \"{}\"", other.program.name(), other.text)).collect();
    if same.is_empty() {
        return String::new();
    }
    let same = same.join(&format!(" {} ", style.dot));
    section("Others call it", &style.block(&same, INDENT, Ink::Quiet), style)
}
