//! One end in words.

use crate::verdict::{Confidence, ExchangeFacts, Fact, Stage, Verdict};

use super::style::Ink;

/// What the marks mean, to be shown wherever one is.
pub(in crate::view) const MARKS: &str = "? likely, ?? possible, unmarked certain";

/// How sure something is, in as little room as there is.
pub(in crate::view) const fn mark(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "",
        Confidence::Likely => "?",
        Confidence::Possible => "??",
    }
}

/// Who ended it and by what: `server RST`, `client FIN`, `nobody`.
pub(in crate::view) fn ended_by(verdict: &Verdict) -> String {
    match (verdict.rst_by, verdict.fin_by) {
        (Some(sender), _) => format!("{} RST{}", sender.word(), verdict.rst_by_confidence.map_or("", mark)),
        (None, Some(side)) => format!("{side} FIN"),
        (None, None) => "nobody".to_owned(),
    }
}

/// Why, or how it ended.
pub(in crate::view) fn cause(verdict: &Verdict) -> String {
    match verdict.cause {
        None => verdict.how.word().to_owned(),
        Some(finding) => format!("{}{}", finding.rule.name, mark(finding.confidence)),
    }
}

/// Does it need [`MARKS`]?
pub(super) fn is_marked(verdict: &Verdict) -> bool {
    let doubts = [verdict.rst_by_confidence, verdict.cause.map(|finding| finding.confidence)];
    doubts.into_iter().flatten().any(|confidence| confidence < Confidence::Certain)
}

/// The colour of the cause.
pub(super) fn ink(verdict: &Verdict) -> Ink {
    match verdict.cause {
        Some(finding) if verdict.is_bad_end() && finding.confidence == Confidence::Possible => Ink::Doubtful,
        Some(_) if verdict.is_bad_end() => Ink::Bad,
        _ => Ink::Plain,
    }
}

/// In which stage.
pub(in crate::view) fn stage(verdict: &Verdict) -> &'static str {
    verdict.stage.map_or("-", Stage::word)
}

/// As many facts as make a story: what was owed, and how it ended.
const STORY: usize = 2;

/// The facts that come first, what was asked for, and the capture: whatever of it is known.
pub(super) fn remark(verdict: &Verdict, file: Option<&str>, dot: &str) -> Option<String> {
    let told: Vec<String> = verdict.evidence.iter().take(STORY).map(tell).collect();
    let story = (!told.is_empty()).then(|| told.join("; "));
    let asked = verdict
        .exchange
        .as_ref()
        .and_then(|exchange| request(exchange, story.as_deref().unwrap_or_default()));
    let parts = [story, asked, file.map(str::to_owned)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(&format!(" {dot} ")))
}

fn tell(fact: &Fact) -> String {
    match fact.frame {
        Some(frame) => format!("{} (frame {frame})", fact.fact),
        None => fact.fact.clone(),
    }
}

/// `GET /api/report api.internal`, `TLS api.internal`; only the host where the rest was told already.
pub(in crate::view) fn request(exchange: &ExchangeFacts, told: &str) -> Option<String> {
    let words = |parts: &[&Option<String>]| {
        let parts: Vec<&str> = parts.iter().filter_map(|part| part.as_deref()).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    match words(&[&exchange.method, &exchange.target]) {
        None => exchange.sni.as_ref().map(|name| format!("TLS {name}")),
        Some(request) if told.contains(&request) => exchange.host.as_ref().map(|host| format!("host {host}")),
        Some(_) => words(&[&exchange.method, &exchange.target, &exchange.host]),
    }
}
