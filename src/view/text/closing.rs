//! What was read, and what became of it: nothing is left out in silence.

use crate::aggregate::{Intake, Totals};
use crate::config::Listing;
use crate::verdict::How;
use crate::view::Report;
use crate::view::clock::{Date, TimeOfDay};

use super::counted;
use super::style::{Ink, Style};

/// More captures than these are counted instead of named.
const NAMED: usize = 3;

pub(super) fn section(report: &Report<'_>, listing: Listing, style: &Style) -> String {
    let (intake, totals) = (report.intake, &report.snapshot.totals);
    let lines = [
        Some(format!("{}: {}", captures(report.files), frames(intake))),
        Some(connections(totals)),
        resets(totals),
        harmless(totals, listing),
        skipped(intake),
        lost(intake),
    ];
    let notes = report.notices.iter().map(|notice| format!("note: {notice}"));
    lines.into_iter().flatten().chain(notes).map(|line| style.wrap(&line, 2, Ink::Plain)).collect()
}

fn captures(files: &[String]) -> String {
    match files {
        [file] => file.clone(),
        files if files.len() <= NAMED => files.join(", "),
        files => format!("{} captures", files.len()),
    }
}

fn frames(intake: &Intake) -> String {
    let count = counted(intake.frames, "frame");
    let (Some(first), Some(last)) = (intake.first, intake.last) else { return count };
    let end = if Date(first).to_string() == Date(last).to_string() {
        TimeOfDay(last).to_string()
    } else {
        format!("{} {}", Date(last), TimeOfDay(last))
    };
    format!("{count}, {} {} to {end} UTC ({})", Date(first), TimeOfDay(first), last.since(first))
}

fn connections(totals: &Totals) -> String {
    let count = counted(totals.connections, "connection");
    let ends = How::ALL.iter().map(|&how| (totals.ended(how), how)).filter(|&(count, _)| count > 0);
    let ends = ends.map(|(count, how)| format!("{count} {}", words(how))).collect::<Vec<_>>().join(", ");
    if ends.is_empty() { count } else { format!("{count}: {ends}") }
}

const fn words(how: How) -> &'static str {
    match how {
        How::Fin => "closed (FIN)",
        How::FinThenReset => "reset after a FIN",
        How::Reset => "reset",
        How::Refused => "refused",
        How::Unanswered => "unanswered",
        How::Silent => "fallen silent",
        How::Open => "still open",
    }
}

fn resets(totals: &Totals) -> Option<String> {
    let by = totals.resets;
    let senders = [(by.client, "clients"), (by.server, "servers"), (by.middlebox, "middleboxes")];
    let told =
        senders.iter().filter(|(count, _)| *count > 0).map(|(count, who)| format!("{count} from {who}"));
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| format!("RSTs that took effect: {}", told.join(", ")))
}

fn harmless(totals: &Totals, listing: Listing) -> Option<String> {
    let hidden = listing == Listing::Harmful && totals.harmless > 0;
    hidden
        .then(|| format!("{} hurt nobody (--harm all lists them too)", counted(totals.harmless, "more end")))
}

fn skipped(intake: &Intake) -> Option<String> {
    let kinds: Vec<String> =
        intake.skipped.nonzero().map(|(skip, frames)| format!("{frames} {skip}")).collect();
    (!kinds.is_empty()).then(|| format!("frames that are no part of a connection: {}", kinds.join(", ")))
}

fn lost(intake: &Intake) -> Option<String> {
    let dropped = intake.dropped;
    let parts = [
        (intake.late, "segments came after their connection had been reported"),
        (
            intake.evicted,
            "connections were given up because too many were followed at once (see --max-flows)",
        ),
        (dropped.kernel.unwrap_or(0), "frames were dropped by the capturing kernel"),
        (dropped.interface.unwrap_or(0), "frames were dropped by the interface"),
        (dropped.us.unwrap_or(0), "frames were dropped by rstwho"),
    ];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    (!told.is_empty()).then(|| told.join(", "))
}
