//! The last segments between the two sides as a sequence chart: the client at the left, the server at the right, the one
//! that ended the connection marked.
//!
//! ```text
//!       9  -0.038900  ◀── FIN,ACK seq 41 ack 65 ────────
//!      11  -0.000410  ─── PSH,ACK seq 65 ack 42 len 64 ▶
//! !!   12   0.000000  ◀── RST seq 42 ──────────────────
//! ```

use ratatui::style::Style;
use ratatui::text::Line;

use crate::time::{NANOS_PER_SEC, Timestamp};
use crate::verdict::{Effect, Flags, Rung, Sender, Side, Verdict};

use super::super::theme::Theme;
use super::{cut, span};

/// Before the arrow: the mark, the frame, the time, and blanks between them.
const BEFORE: usize = 23;
/// An arrow that is shorter points nowhere.
const LEAST: usize = 12;
/// One that is longer is harder to follow.
const MOST: usize = 60;

/// The chart at that width, a line a segment and one that says what is what.
pub(super) fn lines(end: &Verdict, theme: Theme, width: usize) -> Vec<Line<'static>> {
    if end.ladder.is_empty() {
        return Vec::new();
    }
    let told = format!(" {:10}frame, seconds; client {} server; !! ended it", "ladder", theme.shafts().right);
    let zero = end.ladder.iter().find(|rung| rung.effect == Effect::Fatal).map_or(end.end_time, |it| it.time);
    let room = width.saturating_sub(BEFORE).clamp(LEAST, MOST);
    let rungs = end.ladder.iter().flat_map(|rung| {
        left_out(rung).into_iter().chain([line(rung, forger(end, rung), zero, room, theme)])
    });
    std::iter::once(Line::styled(cut(&told, width, theme), Theme::quiet())).chain(rungs).collect()
}

/// Says how many segments are not shown before this one.
fn left_out(rung: &Rung) -> Option<Line<'static>> {
    let many = if rung.left_out == 1 { "segment" } else { "segments" };
    let says = format!("{:BEFORE$}({} more {many})", "", rung.left_out);
    (rung.left_out > 0).then(|| Line::styled(says, Theme::quiet()))
}

/// Who sent it where that is not whose address it carries.
fn forger(end: &Verdict, rung: &Rung) -> &'static str {
    let forged = rung.effect == Effect::Fatal && end.rst_by == Some(Sender::Middlebox);
    if forged { " by a middlebox" } else { "" }
}

fn line(rung: &Rung, forger: &str, zero: Timestamp, room: usize, theme: Theme) -> Line<'static> {
    let (mark, style) = match rung.effect {
        Effect::Fatal => ("!!", theme.bad().patch(Theme::title())),
        Effect::Ordinary => ("", Style::new()),
    };
    let before = format!(" {mark:2}{:>6}  {:>10}  ", rung.frame, seconds(rung.time, zero));
    Line::from(vec![span(before, style), span(arrow(rung, forger, room, theme), style)])
}

/// `text` in the middle of an arrow that is `room` wide.
fn arrow(rung: &Rung, forger: &str, room: usize, theme: Theme) -> String {
    let shafts = theme.shafts();
    let room = room.saturating_sub(1);
    let inner = room.saturating_sub(4);
    let texts = [Detail::Whole, Detail::Short].map(|detail| text(rung, detail) + forger);
    let text = texts.iter().find(|text| text.chars().count() <= inner).unwrap_or(&texts[1]);
    let text = cut(text, inner, theme);
    let rest = shafts.shaft.repeat(inner - text.chars().count().min(inner));
    match rung.by {
        Side::Client => format!("{0}{0} {text} {rest}{1}", shafts.shaft, shafts.right),
        Side::Server => format!("{1}{0} {text} {rest}{0}", shafts.shaft, shafts.left),
    }
}

/// How much is said about a segment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Whole,
    /// Without what it acknowledges.
    Short,
}

fn text(rung: &Rung, detail: Detail) -> String {
    let ack = rung.ack.filter(|_| detail == Detail::Whole).map_or(String::new(), |ack| format!(" ack {ack}"));
    let len = if rung.len > 0 { format!(" len {}", rung.len) } else { String::new() };
    format!("{} seq {}{ack}{len}", flags(rung.flags), rung.seq)
}

/// `FIN,ACK`.
fn flags(flags: Flags) -> String {
    const WORDS: [(Flags, &str); 6] = [
        (Flags::SYN, "SYN"),
        (Flags::FIN, "FIN"),
        (Flags::RST, "RST"),
        (Flags::PSH, "PSH"),
        (Flags::URG, "URG"),
        (Flags::ACK, "ACK"),
    ];
    let set: Vec<&str> = WORDS.iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, word)| *word).collect();
    if set.is_empty() { "no flag".to_owned() } else { set.join(",") }
}

/// Seconds from `zero`, to the microsecond.
fn seconds(time: Timestamp, zero: Timestamp) -> String {
    let (sign, span) = if time < zero { ("-", zero.since(time)) } else { ("", time.since(zero)) };
    let nanos = span.as_nanos();
    let (whole, micros) = (nanos / NANOS_PER_SEC, nanos % NANOS_PER_SEC / 1_000);
    format!("{sign}{whole}.{micros:06}")
}
