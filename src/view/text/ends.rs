//! The ends themselves: one line each, and below it what tells it.

use crate::aggregate::Totals;
use crate::config::Listing;

use super::columns::Columns;
use super::style::{Ink, Style};
use super::worst::{Advice, Kept, Shown, Worst};
use super::{counted, row};

/// Below this many columns a line holds no five things side by side.
const NARROW: usize = 80;

/// How a row is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// In columns.
    Wide,
    /// One thing below the other.
    Stacked,
}

pub(super) fn section(worst: &Worst, totals: &Totals, listing: Listing, style: &Style) -> String {
    let shown = worst.sorted();
    if worst.offered() == 0 {
        return style.wrap(&nothing(totals, listing), 0, Ink::Plain);
    }
    let title = title(worst.offered(), totals.connections, listing) + " (times are UTC)";
    let mut section = style.wrap(&title, 2, Ink::Title);
    section.push_str(&rows(&shown, style));
    let hidden = worst.hidden();
    if hidden > 0 {
        let more = format!("... and {hidden} more (--top N shows more, --format jsonl or csv all of them)");
        section.push_str(&style.wrap(&more, 4, Ink::Plain));
    }
    section
}

fn title(listed: u64, all: u64, listing: Listing) -> String {
    let all = counted(all, "connection");
    match listing {
        Listing::Harmful => format!("{} of {all}", counted(listed, "bad end")),
        Listing::WithHarmless => format!("{} of {all}, harmless ones too", counted(listed, "end")),
        Listing::Everything => all,
    }
}

fn nothing(totals: &Totals, listing: Listing) -> String {
    match (totals.connections, listing) {
        (0, _) => "There is no TCP connection to report on.".to_owned(),
        (all, Listing::WithHarmless) => format!("Nothing went wrong in {}.", counted(all, "connection")),
        (all, _) => format!("No bad ends: no program was hurt in {}.", counted(all, "connection")),
    }
}

/// Each end as the table shows it.
pub(super) fn rows(shown: &[Shown<'_>], style: &Style) -> String {
    let kept: Vec<&Kept> = shown.iter().map(|shown| shown.kept).collect();
    let columns = if style.width < NARROW { None } else { Columns::of(&kept, style) };
    let layout = if columns.is_some() { Layout::Wide } else { Layout::Stacked };
    let Columns { head, ends } = columns.unwrap_or_else(|| Columns {
        head: String::new(),
        ends: kept.iter().map(|kept| stacked(kept, style)).collect(),
    });
    let mut rows = if kept.is_empty() { String::new() } else { head };
    for (shown, end) in shown.iter().zip(&ends) {
        rows.push_str(end);
        rows.push_str(&below(*shown, layout, style));
    }
    if kept.iter().any(|kept| row::is_marked(&kept.verdict)) {
        rows.push_str(&style.wrap(row::MARKS, 0, Ink::Quiet));
    }
    rows
}

/// The same without columns, each part on as many lines as it needs.
fn stacked(kept: &Kept, style: &Style) -> String {
    let verdict = &kept.verdict;
    let indent = indent(Layout::Stacked, style);
    let from = format!("{} {}", style.time(verdict.end_time), verdict.client);
    let to = format!("{} {}", style.arrow, verdict.server);
    let ends = if from.chars().count() + 1 + to.chars().count() <= style.width {
        format!("{from} {to}\n")
    } else {
        style.wrap(&from, indent, Ink::Plain) + &style.block(&to, indent, Ink::Plain)
    };
    let who = format!("{}, {}: {}", row::ended_by(verdict), row::stage(verdict), row::cause(verdict));
    ends + &style.block(&who, indent, row::ink(verdict))
}

/// What tells it, and what to do where that is told with this one.
fn below(shown: Shown<'_>, layout: Layout, style: &Style) -> String {
    let verdict = &shown.kept.verdict;
    let indent = indent(layout, style);
    let mut below = row::remark(verdict, style.capture(shown.kept), style.dot)
        .map_or_else(String::new, |remark| style.block(&remark, indent, Ink::Quiet));
    if let (Some(_), Some(advice), Advice::Told) = (verdict.cause, &verdict.advice, shown.advice) {
        below.push_str(&style.block(&format!("{} {advice}", style.arrow), indent, Ink::Plain));
    }
    below
}

/// Below the addresses where there is room for it.
fn indent(layout: Layout, style: &Style) -> usize {
    match layout {
        Layout::Wide => style.time(crate::time::Timestamp::ZERO).len() + 2,
        Layout::Stacked => 2,
    }
}
