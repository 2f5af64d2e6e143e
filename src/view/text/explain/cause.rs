//! The page of a cause.

use crate::verdict::errors::INVISIBLE;
use crate::verdict::example::{self, Seen};
use crate::verdict::{Program, Rule, Side};

use super::super::style::{Ink, Style};
use super::{INDENT, headline, labelled, section, sentence, trace};

pub(super) fn page(rule: &Rule, style: &Style) -> String {
    let title = headline(rule.name, rule.title, style);
    let story: String =
        rule.sections().map(|(heading, text)| section(heading, &sentence(text, style), style)).collect();
    let seen = section("What programs see (on Linux)", &programs(rule, style), style);
    let sources = rule.sources.join(", ").replace('§', style.paragraph);
    let sources = section("Sources", &style.block(&sources, INDENT, Ink::Plain), style);
    let example = example::of(rule).map(|example| trace::section(&example, style)).unwrap_or_default();
    format!("{title}{story}{seen}{example}{sources}")
}

fn programs(rule: &Rule, style: &Style) -> String {
    if let Some((_, why)) = INVISIBLE.iter().find(|(cause, _)| *cause == rule.name) {
        return sentence(&format!("nothing that is logged: {why}."), style);
    }
    let seen = example::seen(rule);
    [Side::Client, Side::Server].map(|side| of_side(side, &seen, style)).concat()
}

/// A program and what it says of an error.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Said {
    errno: &'static str,
    program: Program,
    text: &'static str,
}

fn of_side(side: Side, seen: &[Seen], style: &Style) -> String {
    let width = "client".len();
    let label = side.to_string();
    let mut known: Vec<Said> = Vec::new();
    let mut lines = String::new();
    for seen in seen.iter().filter(|seen| seen.side == side) {
        let label = if lines.is_empty() { label.as_str() } else { "" };
        let new: Vec<Said> = said(seen).filter(|said| !known.contains(said)).collect();
        lines.push_str(&labelled(label, width, &format!("{}{}", seen.sight, words(&new, style.dot)), style));
        known.extend(new);
    }
    if lines.is_empty() {
        return labelled(&label, width, "nothing: none of its calls fails", style);
    }
    lines
}

fn said(seen: &Seen) -> impl Iterator<Item = Said> {
    let errno = seen.sight.errno;
    let says = move |program: Program| {
        let text = program.says(seen.side, seen.sight, seen.stage)?;
        Some(Said { errno, program, text })
    };
    Program::SPEAKING.iter().copied().filter_map(says)
}

fn words(said: &[Said], dot: &str) -> String {
    let said: Vec<String> =
        said.iter().map(|said| format!("{} \"{}\"", said.program.name(), said.text)).collect();
    if said.is_empty() { String::new() } else { format!(": {}", said.join(&format!(" {dot} "))) }
}
