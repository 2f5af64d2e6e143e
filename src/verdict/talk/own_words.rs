//! Why an end came, in the words of whom it came from: a database's error, a line of a mail server, a WebSocket's Close frame.

use crate::flow::{CloseFrame, Side};

use super::{given_up, goaway, turned_away};
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::{Fact, How, talk};

/// What was said of the end before it.
pub(in crate::verdict) fn fact(evidence: &Evidence<'_>) -> Option<Fact> {
    of_fatal(evidence).or_else(|| of_close_frame(evidence)).or_else(|| turned_away::words_fact(evidence))
}

/// What to do about what the server said of the end.
pub(in crate::verdict) fn advice(evidence: &Evidence<'_>) -> Option<String> {
    let by_server = |close: &&CloseFrame| evidence.close.side(close.by) == Side::Server;
    let in_a_frame = || {
        close_frame(evidence).filter(by_server).map(|close| {
            format!(
                "The server ended the WebSocket and said why in its Close frame ({}): make the client act on that code, and send nothing more once it has come.",
                named(close)
            )
        })
    };
    fatal_advice(evidence).or_else(in_a_frame).or_else(|| turned_away::words_advice(evidence))
}

/// The same, of HTTP/2's ways to say it as well.
pub(in crate::verdict) fn advice_in_any_form(evidence: &Evidence<'_>) -> Option<String> {
    goaway::advice(evidence).or_else(|| given_up::advice(evidence)).or_else(|| advice(evidence))
}

/// The first Close frame of a WebSocket; the other side's only answers it.
fn close_frame<'a>(evidence: &Evidence<'a>) -> Option<&'a CloseFrame> {
    evidence.exchange.websocket()?.close_frame()
}

fn of_close_frame(evidence: &Evidence<'_>) -> Option<Fact> {
    let close = close_frame(evidence)?;
    let side = evidence.close.side(close.by);
    Some(Fact::at(
        close.frame,
        format!("the {side} ended the WebSocket with a Close frame: {}", named(close)),
    ))
}

/// Code, its name and the reason, as far as they are known.
fn named(close: &CloseFrame) -> String {
    let code =
        close.code.map_or_else(|| "without a code".to_owned(), |code| format!("{code} {}", meaning(code)));
    let parts = [code.trim_end(), close.reason.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What a code means (RFC 6455 §7.4.1 and IANA's registry); those of programs' own mean what they say.
const fn meaning(code: u16) -> &'static str {
    match code {
        1000 => "normal closure",
        1001 => "going away",
        1002 => "protocol error",
        1003 => "unsupported data",
        1007 => "invalid data",
        1008 => "policy violation",
        1009 => "message too big",
        1010 => "mandatory extension",
        1011 => "internal error",
        1012 => "service restart",
        1013 => "try again later",
        1014 => "bad gateway",
        _ => "",
    }
}

/// Is the server's last word its answer to the message that it left unread in part? It had begun when that was said, in a protocol of which nothing
/// else tells what is answered.
pub(in crate::verdict) fn is_answer(evidence: &Evidence<'_>) -> bool {
    let aborted = evidence.how == How::Reset && evidence.shape == Shape::Active;
    aborted && !evidence.exchange.is_framed() && came_upon_message(evidence)
}

/// Did the server say its last word when it had some of what the client said last?
pub(in crate::verdict) fn came_upon_message(evidence: &Evidence<'_>) -> bool {
    let asked = evidence.exchange.turn.filter(|turn| evidence.close.side(turn.by) == Side::Client);
    let said = talk::fatal(evidence)
        .and_then(|fatal| evidence.close.recent.iter().find(|own| own.serial == fatal.serial));
    asked.zip(said).is_some_and(|(asked, said)| said.ack.after(asked.seq))
}

/// Why the server ended the session in a protocol that is told by it.
fn of_fatal(evidence: &Evidence<'_>) -> Option<Fact> {
    let fatal = talk::fatal(evidence)?;
    let word = format!("{} {}", fatal.severity, fatal.code);
    // The rest of the message may be in the next segment.
    let said = [word.trim(), fatal.text.as_str()].into_iter().filter(|part| !part.is_empty());
    Some(Fact::at(fatal.frame, format!("the server said {}", said.collect::<Vec<_>>().join(": "))))
}

/// What to do about that.
fn fatal_advice(evidence: &Evidence<'_>) -> Option<String> {
    let fatal = talk::fatal(evidence)?;
    let why = match fatal.code.as_str() {
        "57P01" => "an administrator's command (pg_terminate_backend) or a shutdown ended the session",
        "57P02" => "another of its processes crashed, and it ended all sessions",
        "57P04" => "its database was dropped",
        "57P05" => "it limits how long a session may be idle (idle_session_timeout)",
        "25P03" => "it limits how long a transaction may be idle (idle_in_transaction_session_timeout)",
        "1053" => "it was being shut down",
        "1153" => "the client sent more at once than it takes (max_allowed_packet)",
        "1927" => "an administrator killed it (KILL)",
        "4031" => "it limits how long a session may be idle (wait_timeout, interactive_timeout)",
        code => {
            return Some(format!(
                "The server ended the session and said why ({}), so that the program has an error of its own to show.",
                format!("{code} {}", fatal.text).trim()
            ));
        }
    };
    Some(format!("The server ended the session on purpose: {why}. Its log at that time says more."))
}
