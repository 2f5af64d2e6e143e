//! One line for each bad end as it happens: for grep, for a log, for a terminal that scrolls.

use std::io::{self, Write};

use crate::config::{Charset, Colour, Presentation};
use crate::time::Timestamp;
use crate::verdict::{Confidence, How, Ruling, Stage, Verdict};

use super::clock::{Date, TimeOfDay};
use super::ledger::{Ledger, News};
use super::{Report, View, one_line, plain, request_of};

/// Lines as things happen; what is told early and turns out otherwise is told again.
pub(super) struct Lines<'w> {
    presentation: Presentation,
    out: Box<dyn Write + 'w>,
    ledger: Ledger,
}

impl<'w> Lines<'w> {
    pub(super) fn new(presentation: Presentation, out: Box<dyn Write + 'w>) -> Self {
        Self { presentation, out, ledger: Ledger::default() }
    }
}

impl View for Lines<'_> {
    fn wants(&mut self, ruling: &Ruling) -> bool {
        self.ledger.may_note(ruling, self.presentation.listing)
    }

    fn ended(&mut self, verdict: &Verdict, _file: Option<&str>) -> io::Result<()> {
        let line = match self.ledger.note(verdict, self.presentation.listing) {
            News::None | News::Confirmed => return Ok(()),
            News::First => line(verdict, ""),
            News::Revised => line(verdict, "revised: "),
        };
        let line = match self.presentation.charset {
            Charset::Unicode => line,
            Charset::Ascii => plain::ascii(&line),
        };
        let line = match self.presentation.colour {
            Colour::Used if verdict.is_bad_end() => format!("\x1b[31m{line}\x1b[0m\n"),
            _ => line + "\n",
        };
        self.out.write_all(line.as_bytes())
    }

    fn report(&mut self, _report: &Report<'_>) -> io::Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// `TIME CLIENT > SERVER END by WHO, STAGE: CAUSE (CONFIDENCE); REQUEST; FACT (frame N)`.
fn line(verdict: &Verdict, mark: &str) -> String {
    let told = [Some(story(verdict)), request_of(verdict), fact(verdict)];
    let told = told.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let time = time(verdict.end_time);
    one_line(&format!("{time} {mark}{} > {} {told}", verdict.client, verdict.server))
}

fn time(ts: Timestamp) -> String {
    format!("{}T{}Z", Date(ts), TimeOfDay(ts))
}

fn story(verdict: &Verdict) -> String {
    let stage = verdict.stage.map(|stage: Stage| format!(", {}", stage.word())).unwrap_or_default();
    let cause = verdict.cause.map_or_else(
        || "nothing went wrong".to_owned(),
        |finding| format!("{}{}", finding.rule.name, in_brackets(Some(finding.confidence))),
    );
    format!("{}{}{stage}: {cause}", verdict.how.word(), by(verdict))
}

/// Who ended it, and how sure that is where it is not certain.
fn by(verdict: &Verdict) -> String {
    let doubt = verdict.rst_by_confidence.filter(|&confidence| confidence < Confidence::Certain);
    match (verdict.how, verdict.rst_by, verdict.fin_by) {
        // Who began a close with FIN is who closed, whoever then sent the RST.
        (How::Fin, _, Some(side)) => format!(" by {side}"),
        (_, Some(sender), _) => format!(" by {}{}", sender.word(), in_brackets(doubt)),
        _ => String::new(),
    }
}

fn in_brackets(confidence: Option<Confidence>) -> String {
    confidence.map_or_else(String::new, |confidence| format!(" ({})", confidence.word()))
}

fn fact(verdict: &Verdict) -> Option<String> {
    let fact = verdict.evidence.first()?;
    Some(match fact.frame {
        Some(frame) => format!("{} (frame {frame})", fact.fact),
        None => fact.fact.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::sample::{closed, refused, stale};

    #[test]
    fn a_line_says_who_how_when_and_why() {
        assert_eq!(
            line(&stale(), ""),
            "2026-11-20T19:04:46.271Z 10.0.3.7:53884 > 10.0.9.2:8080 fin_then_reset by server, idle: \
             stale_keepalive (certain); GET /api/report api.internal; \
             the server closed (FIN) 5.00 s after its last answer (frame 9)"
        );
        assert!(line(&refused(), "").contains(" refused by server, syn: port_closed (certain); a RST"));
    }

    #[test]
    fn what_turned_out_otherwise_is_marked() {
        let line = line(&closed(), "revised: ");
        assert!(line.contains("Z revised: 10.0.3.7:53884 > 10.0.9.2:8080 fin by server"), "{line}");
        assert!(line.ends_with("nothing went wrong"), "{line}");
    }
}
