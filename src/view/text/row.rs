//! One end in words.

use crate::verdict::{Confidence, ExchangeFacts, Sender, Stage, Verdict};

use super::style::Ink;

/// Who ended it and by what: `server RST`, `client FIN`, `nobody`. A question mark where the sender is only possible.
pub(super) fn ended_by(verdict: &Verdict) -> String {
    match (verdict.rst_by, verdict.fin_by) {
        (Some(sender), _) => format!("{} RST{}", sender.word(), doubt(verdict)),
        (None, Some(side)) => format!("{side} FIN"),
        (None, None) => "nobody".to_owned(),
    }
}

fn doubt(verdict: &Verdict) -> &'static str {
    let claimed = verdict.rst_claimed.map(Sender::Side) == verdict.rst_by;
    match verdict.rst_by_confidence {
        Some(Confidence::Possible) => "?",
        // That a device forged it is a conclusion; that its address is true is the rule.
        Some(Confidence::Likely) if !claimed => "?",
        _ => "",
    }
}

/// Why: the cause with a word for how sure it is, or how it ended.
pub(super) fn cause(verdict: &Verdict) -> String {
    match verdict.cause {
        None => verdict.how.word().to_owned(),
        Some(finding) if finding.confidence == Confidence::Certain => finding.rule.name.to_owned(),
        Some(finding) => format!("{} ({})", finding.rule.name, finding.confidence.word()),
    }
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
pub(super) fn stage(verdict: &Verdict) -> &'static str {
    verdict.stage.map_or("-", Stage::word)
}

/// The fact that comes first, what was asked for, and the capture: whatever of it is known.
pub(super) fn remark(verdict: &Verdict, file: Option<&str>, dot: &str) -> Option<String> {
    let fact = verdict.evidence.first().map(|fact| match fact.frame {
        Some(frame) => format!("{} (frame {frame})", fact.fact),
        None => fact.fact.clone(),
    });
    let parts = [fact, verdict.exchange.as_ref().and_then(request), file.map(str::to_owned)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(&format!(" {dot} ")))
}

/// `GET /api/report api.internal`, `TLS api.internal`.
fn request(exchange: &ExchangeFacts) -> Option<String> {
    if exchange.method.is_none() {
        return exchange.sni.as_ref().map(|name| format!("TLS {name}"));
    }
    let parts = [&exchange.method, &exchange.target, &exchange.host].into_iter().flatten();
    Some(parts.map(String::as_str).collect::<Vec<_>>().join(" "))
}
