//! `explain`: what a cause means, and what is behind an error text.

mod cause;
mod error;
mod trace;

use std::net::SocketAddr;

use crate::config::{Canvas, Charset};
use crate::verdict::Rule;
use crate::verdict::errors::ErrorText;
use crate::verdict::rules::RULES;

use super::grid::{Align, Cell, Column, Grid};
use super::style::{Ink, Style};
use crate::view::plain;

/// Columns before what stands below a heading.
const INDENT: usize = 2;

/// Every cause and what it means in a line.
#[must_use]
pub fn causes(canvas: &Canvas) -> String {
    let style = Style::bare(canvas);
    let left = |title| Column { title, align: Align::Left };
    let rows = RULES.iter().map(|rule| vec![Cell::plain(rule.name), Cell::plain(rule.title)]).collect();
    let grid = Grid::new(vec![left("CAUSE"), left("WHAT HAPPENED")], rows);
    let list = if grid.width() <= style.width {
        let (head, lines) = grid.lines(&style);
        head + &lines.concat()
    } else {
        RULES.iter().map(|rule| headline(rule.name, rule.title, &style)).collect()
    };
    let hint = "rstwho explain CAUSE tells the whole story; rstwho explain \"read ECONNRESET\", or whatever your log says, \
names the causes behind it.";
    shown(&format!("{list}\n{}", style.wrap(hint, 0, Ink::Plain)), canvas)
}

/// The whole story of a cause.
#[must_use]
pub fn cause(rule: &Rule, canvas: &Canvas) -> String {
    shown(&cause::page(rule, &Style::bare(canvas)), canvas)
}

/// What an error text means, and how to find out which cause is behind it. `server` is the one that it names.
#[must_use]
pub fn error(error: &ErrorText, server: Option<SocketAddr>, canvas: &Canvas) -> String {
    shown(&error::page(error, server, &Style::bare(canvas)), canvas)
}

fn shown(page: &str, canvas: &Canvas) -> String {
    match canvas.charset {
        Charset::Unicode => page.to_owned(),
        Charset::Ascii => plain::ascii(page),
    }
}

/// A cause and what it means.
fn headline(name: &str, title: &str, style: &Style) -> String {
    style.wrap(&format!("{name}: {title}"), INDENT, Ink::Title)
}

/// A heading and what stands below it.
fn section(heading: &str, body: &str, style: &Style) -> String {
    format!("\n{}{body}", style.wrap(heading, 0, Ink::Title))
}

/// A sentence below a heading. A name keeps its small letter.
fn sentence(text: &str, style: &Style) -> String {
    let name = text.split_whitespace().next().is_some_and(|word| word.contains('_'));
    let mut letters = text.chars();
    match letters.next().filter(|_| !name) {
        Some(first) => {
            let text = format!("{}{}", first.to_uppercase(), letters.as_str());
            style.block(&text, INDENT, Ink::Plain)
        }
        None => style.block(text, INDENT, Ink::Plain),
    }
}

/// `label  text`, with all labels as wide as `width`.
fn labelled(label: &str, width: usize, text: &str, style: &Style) -> String {
    let indent = INDENT + width + 2;
    let body = style.block(text, indent, Ink::Plain);
    format!("{:INDENT$}{label:width$}  {}", "", body.get(indent..).unwrap_or_default())
}

#[cfg(test)]
mod tests;
