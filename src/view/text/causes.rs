//! The causes, the most frequent first.

use crate::aggregate::{CauseCount, Totals};
use crate::config::Listing;

use super::grid::{Align, Cell, Column, Grid};
use super::style::{Ink, Style};

pub(super) fn section(totals: &Totals, listing: Listing, style: &Style) -> Option<String> {
    let causes: Vec<&CauseCount> = totals.causes.iter().filter(|cause| listed(cause, listing) > 0).collect();
    if causes.is_empty() {
        return None;
    }
    let harmless = listing != Listing::Harmful && totals.harmless > 0;
    let with_titles = grid(&causes, listing, harmless, Titles::Shown);
    let grid = if with_titles.width() <= style.width {
        with_titles
    } else {
        grid(&causes, listing, harmless, Titles::Hidden)
    };
    let (head, lines) = grid.lines(style);
    Some(style.wrap("Causes", 0, Ink::Title) + &head + &lines.concat())
}

/// Whether there is room for what a cause means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Titles {
    Shown,
    Hidden,
}

const fn listed(cause: &CauseCount, listing: Listing) -> u64 {
    match listing {
        Listing::Harmful => cause.harmful,
        Listing::WithHarmless | Listing::Everything => cause.all(),
    }
}

fn grid(causes: &[&CauseCount], listing: Listing, harmless: bool, titles: Titles) -> Grid {
    let right = |title| Column { title, align: Align::Right };
    let left = |title| Column { title, align: Align::Left };
    let mut columns = vec![right("COUNT")];
    columns.extend(harmless.then(|| right("HARMLESS")));
    columns.push(left("CAUSE"));
    columns.extend((titles == Titles::Shown).then(|| left("WHAT IT IS")));
    let row = |cause: &&CauseCount| {
        let mut row = vec![Cell::count(listed(cause, listing))];
        row.extend(harmless.then(|| Cell::count(cause.harmless)));
        row.push(Cell::plain(cause.rule.name));
        row.extend((titles == Titles::Shown).then(|| Cell::plain(cause.rule.title)));
        row
    };
    Grid::new(columns, causes.iter().map(row).collect())
}
