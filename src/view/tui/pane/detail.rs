//! One end, whole: the verdict and how sure it is, what tells it, what each program saw, and what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Borders, Paragraph, Widget};

use crate::verdict::{
    Confidence, ExchangeFacts, Harm, RstFacts, Seen, Sees, Sender, Side, Stage, Traffic, Verdict,
};
use crate::view::clock::{Date, TimeOfDay};
use crate::view::plain as text;
use crate::view::text::{counted, row};

use super::super::theme::Theme;
use super::{block, ladder, more_below, span};

/// Columns of the words at the left, and of the border with its blank.
const LABEL: usize = 10;
const MARGIN: usize = 2;

pub(in super::super) struct Detail<'a> {
    pub(in super::super) end: &'a Verdict,
    pub(in super::super) theme: Theme,
    pub(in super::super) scroll: usize,
}

/// What is said about one thing.
struct Entry {
    label: &'static str,
    text: String,
    style: Style,
}

impl Widget for Detail<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let lines: Vec<Line<'_>> =
            lines(self.end, self.theme, area.width).into_iter().skip(self.scroll).collect();
        let below = more_below(lines.len(), area);
        let title = format!("{} {} {}{below}", self.end.client, self.theme.arrow(), self.end.server);
        let head = block(self.theme, &title, area).borders(Borders::TOP | Borders::LEFT);
        Paragraph::new(lines).block(head).render(area, buffer);
    }
}

/// All lines at that width, broken between words.
pub(in super::super) fn lines(end: &Verdict, theme: Theme, width: u16) -> Vec<Line<'static>> {
    let room = usize::from(width).saturating_sub(LABEL + MARGIN + 1).max(LABEL);
    let broken = |entries: Vec<Entry>| entries.into_iter().flat_map(move |entry| broken(&entry, room, theme));
    let ladder = ladder::lines(end, theme, usize::from(width).saturating_sub(1));
    broken(story(end, theme)).chain(ladder).chain(broken(figures(end))).collect()
}

fn broken(entry: &Entry, room: usize, theme: Theme) -> Vec<Line<'static>> {
    let lines = text::lines(&theme.text(&entry.text), room).into_iter().enumerate();
    let labelled = lines.map(|(index, text)| {
        let label = if index == 0 { entry.label } else { "" };
        Line::from(vec![span(format!(" {label:LABEL$}"), Theme::quiet()), span(text, entry.style)])
    });
    labelled.collect()
}

/// A line that is nothing special.
fn plain(label: &'static str, text: String) -> Entry {
    Entry { label, text, style: Style::new() }
}

/// What happened, why, and what to do.
fn story(end: &Verdict, theme: Theme) -> Vec<Entry> {
    let mut entries = vec![
        Entry { label: "cause", text: cause(end), style: theme.cause(end).patch(Theme::title()) },
        plain("ended by", ended_by(end)),
        plain("when", format!("{} {} UTC", Date(end.end_time), TimeOfDay(end.end_time))),
        plain("stage", stage(end)),
    ];
    entries.extend(end.exchange.as_ref().and_then(exchange).map(|text| plain("exchange", text)));
    let advice = end.advice.clone();
    entries.extend(advice.map(|text| Entry { label: "do", text, style: theme.advice() }));
    for (index, fact) in end.evidence.iter().enumerate() {
        let frame = fact.frame.map_or(String::new(), |frame| format!(" (frame {frame})"));
        entries.push(plain(if index == 0 { "evidence" } else { "" }, format!("- {}{frame}", fact.fact)));
    }
    entries.push(plain("client", saw(&end.client_sees)));
    entries.push(plain("server", saw(&end.server_sees)));
    entries
}

/// What it rests on, for those who want to look closer.
fn figures(end: &Verdict) -> Vec<Entry> {
    let mut entries = Vec::new();
    let others = end.alternatives.iter().map(|it| format!("{} ({})", it.rule.name, it.confidence.word()));
    let others: Vec<String> = others.collect();
    entries.extend((!others.is_empty()).then(|| plain("or", others.join(", "))));
    entries.extend((!end.reasons.is_empty()).then(|| plain("kernel", end.reasons.join(", "))));
    entries.extend(end.rst.as_ref().map(|it| plain("RST", rst(it))));
    entries.push(plain("traffic", traffic(end)));
    entries.push(plain("capture", seen(end.seen)));
    entries.push(plain("Zeek", format!("{} {}", end.conn_state.word(), end.history)));
    entries
}

fn cause(end: &Verdict) -> String {
    let harm = if end.harm == Some(Harm::Harmless) { ", harmless" } else { "" };
    match end.cause {
        None => format!("none: {}", end.how.word()),
        Some(it) => format!("{} ({}{harm}): {}", it.rule.name, it.confidence.word(), it.rule.title),
    }
}

fn ended_by(end: &Verdict) -> String {
    let sure = end.rst_by_confidence.map_or("", Confidence::word);
    match (end.rst_by, end.fin_by) {
        (Some(sender), fin) => {
            let after = fin.map_or(String::new(), |side| format!(", after a FIN of the {side}"));
            let claimed = end.rst_claimed.filter(|_| sender == Sender::Middlebox);
            let claimed = claimed.map_or(String::new(), |side: Side| format!(" in the {side}'s name"));
            format!("RST of the {}{claimed} ({sure}){after}", sender.word())
        }
        (None, Some(side)) => format!("FIN of the {side}"),
        (None, None) => "nobody".to_owned(),
    }
}

fn stage(end: &Verdict) -> String {
    let idle = end.idle_before.map_or(String::new(), |idle| format!(", after {idle} of silence"));
    format!("{}{idle}", end.stage.map_or("-", Stage::word))
}

fn exchange(it: &ExchangeFacts) -> Option<String> {
    let request = row::request(it, "").or_else(|| it.protocol.map(str::to_owned))?;
    let status = it.status.map(|status| format!("answer {status}"));
    let bytes = match (it.response_bytes, it.response_expected) {
        (None | Some(0), None) => None,
        (Some(got), None) => Some(format!("{got} bytes of the answer")),
        (None, Some(of)) => Some(format!("{of} bytes of the answer were announced")),
        (Some(got), Some(of)) => Some(format!("{got} of {of} bytes of the answer")),
    };
    let alert = it.alert.map(|alert| format!("alert {alert}"));
    Some([Some(request), status, bytes, alert].into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn saw(sees: &Sees) -> String {
    let calls = [("connect", sees.connect), ("read", sees.read), ("write", sees.write)];
    let told: Vec<String> =
        calls.iter().filter_map(|(call, result)| result.map(|it| format!("{call} {it}"))).collect();
    if told.is_empty() { "sees nothing of it".to_owned() } else { format!("sees {}", told.join(", ")) }
}

fn rst(it: &RstFacts) -> String {
    let ip_id = it.ip_id.map_or(String::new(), |id| format!(", IP ID {id}"));
    let payload = it.payload.as_ref().map_or(String::new(), |text| format!(", payload {text}"));
    format!(
        "frame {}, flags {}, seq {}, ack {}, window {}, TTL {}{ip_id}{payload}",
        it.frame, it.flags, it.seq, it.ack, it.wnd, it.ttl
    )
}

fn traffic(end: &Verdict) -> String {
    let side = |who, it: Traffic| {
        Some(format!("{who} {} with {}", counted(it.packets, "segment"), counted(it.bytes, "byte")))
    };
    let parts = [
        side("client", end.client_traffic),
        side("server", end.server_traffic),
        (end.retransmits > 0).then(|| format!("{} retransmitted", end.retransmits)),
        (end.ignored_resets > 0).then(|| format!("{} ignored", counted(end.ignored_resets.into(), "RST"))),
        end.rtt.map(|rtt| format!("round trip {rtt}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn seen(seen: Seen) -> String {
    let limits = [
        (!seen.handshake).then(|| "no handshake".to_owned()),
        (!seen.both_sides).then(|| "only one side".to_owned()),
        (seen.gaps > 0).then(|| format!("{} gaps", seen.gaps)),
        seen.cut.then(|| "segments cut by the snaplen".to_owned()),
    ];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    if limits.is_empty() { "holds all of it".to_owned() } else { format!("limits: {}", limits.join(", ")) }
}
