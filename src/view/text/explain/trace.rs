//! An example as tcpdump would print it, and rstwho's own verdict on it.

use crate::verdict::Flags;
use crate::verdict::example::{Example, Sent, Step};

use super::super::ends;
use super::super::style::{Ink, Style};
use super::super::worst::{Advice, Kept, Shown};
use super::INDENT;

/// What marks the frame that ended it.
const MARK: &str = ">>";

pub(super) fn section(example: &Example, style: &Style) -> String {
    let about = format!("An example: {}", example.about);
    let verdict = &example.verdict;
    let ended = if example.fatal.is_some() { format!("; {MARK} ended it") } else { String::new() };
    let names = format!("A is the client {}, B the server {}{ended}", verdict.client, verdict.server);
    let kept = Kept { verdict: verdict.clone(), file: None };
    let shown = Shown { kept: &kept, advice: Advice::Told };
    [
        super::section(&about, &style.block(&names, INDENT, Ink::Quiet), style),
        lines(example, style),
        super::section("What rstwho says of it", &ends::rows(&[shown], style), style),
    ]
    .concat()
}

fn lines(example: &Example, style: &Style) -> String {
    let who = |step: &Step| format!("{} {} {}", step.from, style.arrow, step.to);
    let widest = |text: &dyn Fn(&Step) -> usize| example.steps.iter().map(text).max().unwrap_or(0);
    let (frames, times) = (widest(&|step| step.frame.to_string().len()), widest(&|step| time(step).len()));
    let names = widest(&|step| who(step).chars().count());
    let line = |step: &Step| {
        let fatal = example.fatal == Some(step.frame);
        let mark = if fatal { MARK } else { "" };
        let line = format!(
            "{mark:>2} {:>frames$}  {:>times$}  {:names$}  {}",
            step.frame,
            time(step),
            who(step),
            what(&step.sent)
        );
        let fitting: String = line.chars().take(style.width).collect();
        style.paint(fitting.trim_end(), if fatal { Ink::Bad } else { Ink::Plain }) + "\n"
    };
    example.steps.iter().map(line).collect()
}

/// Seconds since the first frame, to the millisecond.
fn time(step: &Step) -> String {
    format!("{:.3}", step.at.as_secs_f64())
}

fn what(sent: &Sent) -> String {
    match sent {
        Sent::Icmp(says) => format!("ICMP: {says}"),
        Sent::Segment { flags, seq, ack, len, ttl, says } => {
            let parts = [
                Some(format!("{:<2}  seq {seq}", letters(*flags))),
                ack.map(|ack| format!("ack {ack}")),
                (*len > 0).then(|| format!("len {len}")),
                ttl.map(|ttl| format!("ttl {ttl}")),
                says.as_ref().map(|says| format!(" {says}")),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
    }
}

/// Flags as tcpdump prints them.
fn letters(flags: Flags) -> String {
    let known =
        [(Flags::FIN, 'F'), (Flags::SYN, 'S'), (Flags::RST, 'R'), (Flags::PSH, 'P'), (Flags::ACK, '.')];
    known.into_iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, letter)| letter).collect()
}
