//! The table: for people, on a terminal of any width, in a mail or a ticket.
//!
//! It holds the worst ends only, as many as are shown, and one of each cause, whatever the size of the capture.

mod causes;
mod closing;
mod columns;
mod ends;
mod examples;
pub mod explain;
mod grid;
mod peers;
pub(super) mod row;
mod services;
mod style;
mod worst;

use std::io::{self, Write};

use crate::aggregate::Services;
use crate::config::{Charset, Presentation};
use crate::verdict::{Ruling, Verdict};

use self::style::{Ink, Style};
use self::worst::Worst;
use super::{Report, View, plain};

/// The table.
pub(super) struct Text<'w> {
    presentation: Presentation,
    out: Box<dyn Write + 'w>,
    worst: Worst,
    services: Services,
}

impl<'w> Text<'w> {
    pub(super) fn new(presentation: Presentation, out: Box<dyn Write + 'w>) -> Self {
        let worst = Worst::new(presentation.top);
        Self { presentation, out, worst, services: Services::default() }
    }
}

impl View for Text<'_> {
    fn wants(&mut self, ruling: &Ruling) -> bool {
        if !self.presentation.listing.admits(ruling) {
            return false;
        }
        self.services.count(ruling);
        self.worst.would_keep(ruling)
    }

    fn ended(&mut self, verdict: &Verdict, file: Option<&str>) -> io::Result<()> {
        self.worst.keep(verdict, file);
        Ok(())
    }

    fn report(&mut self, report: &Report<'_>) -> io::Result<()> {
        let worst = std::mem::replace(&mut self.worst, Worst::new(self.presentation.top));
        let services = std::mem::take(&mut self.services);
        let page = page(report, &worst, &services, &self.presentation);
        self.out.write_all(page.as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Everything, section by section, with an empty line between.
fn page(report: &Report<'_>, worst: &Worst, services: &Services, presentation: &Presentation) -> String {
    let style = Style::new(presentation, report);
    let totals = &report.snapshot.totals;
    let sections = [
        report.heading.map(|name| style.wrap(name, 2, Ink::Title)),
        Some(ends::section(worst, totals, presentation.listing, &style)),
        causes::section(totals, presentation.listing, &style),
        services::section(services, worst.hidden(), &style),
        peers::section(&report.snapshot.peers, presentation.listing, &style),
        Some(closing::section(report, presentation.listing, &style)),
    ];
    let page = sections.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let page = if report.heading.is_some() { page + "\n" } else { page };
    match presentation.charset {
        Charset::Unicode => page,
        Charset::Ascii => plain::ascii(&page),
    }
}

/// "1 connection", "2 connections".
pub(super) fn counted(count: u64, singular: &str) -> String {
    match count {
        1 => format!("1 {singular}"),
        _ => format!("{count} {singular}s"),
    }
}

#[cfg(test)]
mod tests;
