//! Data arrived after the other side's complete close.

use crate::flow::{Recent, Side};
use crate::time::Span;
use crate::verdict::ending::{gave_up, shut_window, unseen};
use crate::verdict::evidence::{BRIEFEST_IDLE, Shape, Talk};
use crate::verdict::rule::{Confidence, Rule, hit, miss};
use crate::verdict::talk::{
    after, broken_off, farewell, hidden, own_words, patience, race, refused_tls, turned_away, unanswerable,
    unheeded, unused, woken,
};
use crate::verdict::who::forgery::not_its_own;
use crate::verdict::{Evidence, Fact, How, Sender, facts, talk};

pub(super) const RULE: Rule = Rule {
    name: "write_after_close",
    title: "data was written into a connection the peer had closed",
    doc: "What happened: one side had closed for good, and the other wrote on. The first write succeeds and draws a RST; the next \
one fails with EPIPE ('broken pipe'), and a read gives EOF: the reader never learns of the RST.
How it is told: a FIN, later data from the other side, and a RST that answers exactly that data; or the first request of a connection, which no \
answer can follow, behind the FIN of a server that had waited for it, be there a RST or not.
Not to be confused with: a half-close, where the side that sent FIN still reads; client_abort, where the client had left before \
it had its answer; stale_keepalive, where the data is the next request on a kept-alive connection; a keep-alive probe that a closed end refuses, by \
which nothing is written and nothing lost: it is told here as well, as harmless.
What to do: treat a read of 0 (EOF, 'end') as the end for writing too, unless the protocol has half-closes; a writer that must \
not lose data needs an acknowledgement in its own protocol.",
    sources: &["RFC 1122 §4.2.2.13", "RFC 9293 §3.6.1"],
    judge,
    facts: facts_of,
    advise,
    cases: &[
        hit(
            "broken pipe",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 5\nB > A P. len 5\nA > B .\nA > B P. len 5\nB > A .\nB > A F.\nA > B .\n\
+1 A > B P. len 6\nB > A R",
        ),
        hit(
            "a client that hangs up on the reply to its goodbye",
            "A > B S\nB > A S.\nA > B .\nB > A P. len 30\nA > B P. len 24\nB > A P. len 12\nA > B P. \"QUIT\\r\\n\"\nA > B F.\n+0.02 B > A P. \"221 bye\\r\\n\"\nA > B R",
        ),
        miss("both had closed and nothing was lost", "A > B S\nB > A S.\nA > B .\nB > A F.\nA > B F.\nB > A .\nB > A R"),
        miss("nothing was ever written", "A > B S\nB > A . seq 5001 ack 1001\nA > B F.\nA > B R"),
        miss(
            "a socket that refuses even the acknowledgement of its FIN",
            "A > B S\nB > A S.\nA > B .\nA > B P. len 4\nB > A P. len 4\nA > B .\nB > A F.\n+0.04 A > B .\nB > A R",
        ),
        miss("an abort without any close", "A > B S\nB > A S.\nA > B .\nA > B P. len 5\nB > A .\n+1 B > A R."),
    ],
};

fn judge(evidence: &Evidence<'_>) -> Option<Confidence> {
    if unanswerable::first(evidence).is_some() {
        return Some(Confidence::Certain);
    }
    let Some(Sender::Side(closer)) = evidence.rst_by.filter(|_| evidence.how == How::FinThenReset) else {
        return None;
    };
    evidence.fin(closer).filter(|_| !evidence.in_tls_handshake && !refused_tls::by_server(evidence))?;
    let owed_to_client =
        matches!(evidence.talk, Talk::Awaiting | Talk::Answering) || talk::end_unknown(evidence);
    match (evidence.shape, after::written_after(evidence, closer)) {
        // Whoever closed before it had its answer, or gave it, is the story, not what came too late; least of all a goodbye.
        (Shape::Reply, Some(_)) if closer == Side::Client && owed_to_client => Some(Confidence::Possible),
        (Shape::Reply, Some(_)) if owed_to_client && evidence.answers_alert() => Some(Confidence::Possible),
        // Nor is a goodbye the story where what was answered is missing from the capture.
        (Shape::Reply, Some(_)) if evidence.answers_alert() && talk::answers_unread(evidence) => {
            Some(Confidence::Possible)
        }
        // A server that ended without TLS's goodbye may not have meant to: what it had still to say nobody knows.
        (Shape::Reply, Some(_)) if closer == Side::Server && ended_mute(evidence) => {
            Some(Confidence::Possible)
        }
        // Nobody reused what he was told to be over.
        (Shape::Reply, Some(_)) if closer == Side::Server && woken::by_close(evidence) => {
            Some(Confidence::Likely)
        }
        // Between two exchanges the data is the next request: stale_keepalive is the story, this the mechanism.
        (Shape::Reply, Some(_)) if between_exchanges(evidence, closer) => Some(Confidence::Possible),
        // Who still sends its request has not been told to stop: that the server closed in its midst is the story.
        (Shape::Reply, _) if closer == Side::Server && evidence.exchange.request_unfinished() => {
            Some(Confidence::Possible)
        }
        // It had been written long before.
        (Shape::Reply, Some(_)) if gave_up::never_came_through(evidence).is_some() => {
            Some(Confidence::Possible)
        }
        (Shape::Reply, Some(_)) if refused_tls::asked_nothing(evidence) => Some(Confidence::Possible),
        (Shape::Reply, Some(_)) if broken_off::by_servers_fin(evidence) => Some(Confidence::Possible),
        (Shape::Reply, Some(_)) if patience::greeted_too_late(evidence) => Some(Confidence::Possible),
        (Shape::Reply, Some(_)) if hidden::may_lack_the_rest(evidence) => Some(Confidence::Possible),
        (Shape::Reply, Some(_)) if talk::may_be_only_settings(evidence) => Some(Confidence::Possible),
        (Shape::Reply, Some(_)) if unseen::words_are_hidden(evidence) => Some(Confidence::Likely),
        // Nobody wrote it after the close; it was said again.
        (Shape::Reply, Some(_)) if said_before(evidence, closer).is_some() => Some(Confidence::Likely),
        (Shape::Reply, Some(_)) => Some(Confidence::Certain),
        // What it answers crossed its FIN on the way; a mere acknowledgement wrote nothing.
        (Shape::Reply, None)
            if evidence.reset()?.prompt.is_some_and(|prompt| prompt.len > 0 || prompt.flags.fin()) =>
        {
            Some(Confidence::Likely)
        }
        // Whatever it was that came too late, it would have been captured before the RST.
        (Shape::Active, _) if !spoke_since(evidence, closer) => None,
        (Shape::Reply, None) if answers_acknowledgement(evidence, closer) => None,
        // Who never said anything wrote nothing into a closed connection.
        _ if never_wrote(evidence, closer) => None,
        (Shape::Reply | Shape::Active, _) => Some(Confidence::Possible),
        _ => None,
    }
}

fn ended_mute(evidence: &Evidence<'_>) -> bool {
    farewell::left_without_a_word(evidence, Side::Server)
}

fn between_exchanges(evidence: &Evidence<'_>, closer: Side) -> bool {
    closer == Side::Server
        && evidence.talk == Talk::Complete
        && race::is_next_talk(evidence)
        && evidence.exchange.turns >= 2
        && unheeded::unheeded(evidence).is_none()
        && unused::waited(evidence).is_none()
        && !evidence.answers_alert()
        && evidence.exchange.websocket().is_none()
}

/// Did the other side say nothing at all, as far as the whole of it was captured?
fn never_wrote(evidence: &Evidence<'_>, closer: Side) -> bool {
    let seen = evidence.seen();
    let whole = seen.gaps == 0 && seen.both_sides && evidence.close.handshake_began();
    whole && !evidence.close.half(closer.peer()).has_data()
}

/// Did the other side write nothing but acknowledge the FIN? A socket that its program wants no more of refuses that too (`TCP_LINGER2`
/// below 0).
fn answers_acknowledgement(evidence: &Evidence<'_>, closer: Side) -> bool {
    let Some((fin, reset)) = evidence.fin(closer).zip(evidence.reset()) else { return false };
    let bare = |prompt: &Recent| prompt.len == 0 && !prompt.flags.fin() && prompt.ack == fin.end;
    // A probe lies before what was said last (RFC 9293 §3.8.4).
    let news = |prompt: &Recent| prompt.seq == reset.before.at(prompt.by).snd_nxt;
    let answers = reset.prompt.as_ref().is_some_and(|prompt| bare(prompt) && news(prompt));
    answers && !spoke_since(evidence, closer)
}

/// Did the other side send anything between the closer's FIN and its RST? Where the capture misses something, it may have.
fn spoke_since(evidence: &Evidence<'_>, closer: Side) -> bool {
    let (Some(fin), Some(reset)) = (evidence.fin(closer), evidence.reset()) else { return true };
    let between = |recent: &&Recent| fin.serial < recent.serial && recent.serial < reset.serial;
    let wrote = |recent: &Recent| recent.by != reset.by && recent.len > 0;
    let seen = evidence.seen();
    seen.gaps > 0 || !seen.both_sides || evidence.close.recent.iter().filter(between).any(wrote)
}

/// What the RST answers, as it was first sent before the close, if it only came again.
fn said_before<'a>(evidence: &Evidence<'a>, closer: Side) -> Option<&'a Recent> {
    let prompt = evidence.reset()?.prompt.filter(|prompt| prompt.len > 0)?;
    let fin = evidence.fin(closer).filter(|fin| fin.serial < prompt.serial)?;
    let before = evidence.close.recent.iter().take_while(|own| own.serial < fin.serial);
    before.filter(|own| own.by == prompt.by && own.len > 0).find(|own| own.seq == prompt.seq)
}

/// How it was said again, and why it had to be, if that is known.
fn repetition(evidence: &Evidence<'_>, closer: Side) -> Option<(String, bool)> {
    let first = said_before(evidence, closer)?;
    let (fin, prompt) = (evidence.fin(closer)?, evidence.reset()?.prompt?);
    let no_room = shut_window::told_to_wait(evidence, first, &prompt);
    let why = if no_room {
        format!(", for which there had been no room: the {closer}'s window was shut")
    } else {
        String::new()
    };
    Some((
        format!("repeated then what it had said {} before the close{why}", fin.ts.since(first.ts)),
        no_room,
    ))
}

/// The frame of the probe that the RST answers, if that came after the close.
fn probed_after(evidence: &Evidence<'_>, closer: Side) -> Option<u64> {
    let prompt = evidence.reset()?.prompt.filter(|_| evidence.answers_nothing_new())?;
    let (fin, half) = (evidence.fin(closer)?, evidence.close.half_before(closer.peer()));
    let probe = prompt.seq == half.snd_nxt.minus(1) && prompt.len <= 1 && !prompt.flags.fin();
    (probe && prompt.serial > fin.serial).then_some(prompt.frame)
}

fn facts_of(evidence: &Evidence<'_>) -> Vec<Fact> {
    if let Some(in_vain) = unanswerable::fact(evidence) {
        let closed = facts::of_fin(evidence, Side::Server);
        return closed.into_iter().chain([in_vain]).chain(facts::of_rst(evidence)).collect();
    }
    let Some(Sender::Side(closer)) = evidence.rst_by else { return Vec::new() };
    // A server that turned somebody away in words was not written to by a program that would not hear.
    let said = own_words::fact(evidence).filter(|_| closer == Side::Server);
    let vain = unheeded::fact(evidence).filter(|_| closer == Side::Server);
    let mut facts: Vec<Fact> = vain.into_iter().chain(said).chain(facts::of_fin(evidence, closer)).collect();
    facts.extend(not_its_own(evidence, closer.peer()));
    let own = format!("sent its {}", facts::own_last_words(evidence));
    let writer = facts::other_of(closer);
    let what = match repetition(evidence, closer) {
        _ if evidence.answers_alert() => format!("{own} after that"),
        Some((repeated, _)) => repeated,
        None => match woken::upon_close(evidence, closer) {
            Some(gap) => format!("wrote {gap} after that, which it acknowledges"),
            None => "wrote after that".to_owned(),
        },
    };
    facts.extend(
        after::written_after(evidence, closer).map(|frame| Fact::at(frame, format!("the {writer} {what}"))),
    );
    facts.extend(probed_after(evidence, closer).map(|frame| {
        Fact::at(frame, format!("the {writer} only probed then whether the {closer} is there (keep-alive)"))
    }));
    facts.extend(facts::of_rst(evidence));
    facts
}

/// Had nothing been said since the handshake when it was closed?
fn never_used(evidence: &Evidence<'_>) -> bool {
    let seen = evidence.seen();
    evidence.exchange.turn.is_none() && seen.handshake && seen.gaps == 0
}

/// How soon after the close the other side wrote, if no program can be blamed for that.
fn crossing(evidence: &Evidence<'_>, closer: Side) -> Option<Span> {
    let (fin, prompt) = (evidence.fin(closer)?, evidence.reset()?.prompt?);
    let gap = prompt.ts.since(fin.ts);
    // Who acknowledges the FIN has it.
    let knew = prompt.flags.ack() && !prompt.ack.before(fin.end);
    (prompt.serial > fin.serial && gap < race::SOON && !knew).then_some(gap)
}

/// Did what the RST answers come before the FIN? Then its writer could not know.
fn was_under_way(evidence: &Evidence<'_>, closer: Side) -> bool {
    let prompt = evidence.reset().and_then(|reset| reset.prompt);
    evidence.fin(closer).zip(prompt).is_some_and(|(fin, prompt)| prompt.serial < fin.serial)
}

/// What nobody misses once the connection is being closed met nobody.
fn of_alert(evidence: &Evidence<'_>, closer: Side) -> String {
    let (writer, words) = (facts::other_of(closer), facts::own_last_words(evidence));
    if let Some(advice) = hidden::advice(evidence) {
        return advice;
    }
    if closer == Side::Server && evidence.exchange.tls().is_some() {
        return format!(
            "Only the {writer}'s {words} met a socket that was closed already: by that nothing was lost. Whether all had come before, TLS hides: if the client misses something, ask why the server closed."
        );
    }
    let lost = match evidence.talk {
        Talk::Awaiting | Talk::Answering => {
            "by that nothing was lost, but the client had not waited for all that it was owed."
        }
        _ if talk::answers_unread(evidence) => {
            "by that nothing was lost. Whether all had been answered before, the capture does not hold: if the client misses something, ask why the connection was closed."
        }
        // Of what is encrypted nobody sees whether it was whole.
        _ if evidence.exchange.tls().is_some() => {
            "by that nothing was lost. Nothing needs doing, unless the client reports an error."
        }
        _ => "nothing was lost, nothing needs doing.",
    };
    format!("Only the {writer}'s {words} met a socket that was closed already: {lost}")
}

fn advise(evidence: &Evidence<'_>) -> String {
    if unanswerable::first(evidence).is_some()
        && let Some(waited) = unused::waited(evidence)
    {
        return of_unused(evidence, waited);
    }
    let Some(Sender::Side(closer)) = evidence.rst_by else { return String::new() };
    let writer = facts::other_of(closer);
    if refused_tls::asked_nothing(evidence) {
        return "The client said goodbye right behind TLS's handshake and asked for nothing: a check, or it did not trust the certificate, which its own log says.".to_owned();
    }
    if evidence.answers_alert() {
        return of_alert(evidence, closer);
    }
    if probed_after(evidence, closer).is_some() {
        return format!(
            "Nothing was written and nothing was lost: the {closer} had closed, and the {writer}'s program has not closed its end since. If such connections pile up (CLOSE_WAIT), make the {writer} close once it reads EOF."
        );
    }
    let unheeded = || unheeded::advice(evidence);
    if let Some(said) = own_words::advice(evidence).or_else(unheeded).filter(|_| closer == Side::Server) {
        return said;
    }
    if not_its_own(evidence, closer.peer()).is_some() {
        return format!(
            "Before the {closer} closed, somebody on the path had answered it in the {writer}'s name; what met a closed socket is what the {writer} said itself. Ask who can see and write that traffic, and encrypt it."
        );
    }
    let in_vain = unused::waited(evidence).or_else(|| evidence.idle_before.filter(|_| never_used(evidence)));
    if let Some(waited) = in_vain.filter(|_| closer == Side::Server) {
        return of_unused(evidence, waited);
    }
    if closer == Side::Client && after::only_a_complaint(evidence) {
        return of_complaint(evidence);
    }
    let repeated = repetition(evidence, closer);
    if let Some((_, true)) = repeated {
        return format!(
            "The {closer} had stopped reading before it closed: look there why, and what it did meanwhile; what the {writer} had still to say is lost."
        );
    }
    if repeated.is_some() || was_under_way(evidence, closer) || woken::cannot_know(evidence, closer) {
        return format!(
            "What the {writer} had sent was still on its way when the {closer} closed: nothing is wrong with the {writer}. Ask why the {closer} closed without waiting for it."
        );
    }
    if let Some(gap) = crossing(evidence, closer) {
        return format!(
            "The {writer}'s message left {gap} after the {closer} had closed: the two may have crossed. Ask first why the {closer} closed; and make the {writer} stop writing once it reads EOF (or gets 'end')."
        );
    }
    if let Some(gap) = woken::upon_close(evidence, closer).filter(|_| repeated.is_none()) {
        return of_answer(evidence, closer, gap);
    }
    of_silence(evidence, closer).unwrap_or_else(|| stop_writing(closer))
}

/// What to do where a server had waited in vain for the client's first words.
fn of_unused(evidence: &Evidence<'_>, waited: Span) -> String {
    if turned_away::is_at_once(evidence) {
        return format!("{} The client's first words came too late for it.", turned_away::reasons(evidence));
    }
    format!(
        "The client's first words came when the server had waited {waited} for them and closed: a connection that was opened ahead of need (by a pool, or a browser). Let the client give up unused ones before the server does. {}",
        facts::retry_unseen(evidence)
    )
}

/// What to do where the other side wrote that soon upon the close, of which its host knew.
fn of_answer(evidence: &Evidence<'_>, closer: Side, gap: Span) -> String {
    match closer {
        Side::Server => format!(
            "The client wrote {gap} upon the server's close, of which its host knew: a program that sleeps wakes up by the end, and says its last word or what it had in hand. Ask why the server closed{}, not why the client wrote.",
            after_silence(evidence)
        ),
        Side::Client => format!(
            "The server wrote {gap} upon the client's close, of which its host knew: its last word, or an answer for which the client had not waited. If that misses something, ask why it closed, not why the server wrote."
        ),
    }
}

/// After which silence that was, where it was one.
fn after_silence(evidence: &Evidence<'_>) -> String {
    let idle = evidence.idle_before.filter(|&idle| idle >= BRIEFEST_IDLE && evidence.closer.is_some());
    idle.map_or_else(String::new, |idle| {
        format!(" after {idle} of silence (a timeout of that length, a stop, a kill)")
    })
}

/// What to do where nothing else is to be said.
fn stop_writing(closer: Side) -> String {
    let writer = facts::other_of(closer);
    format!(
        "The {writer} wrote after the {closer} had closed: make the {writer} stop writing once it reads EOF (or gets 'end')."
    )
}

/// What to do where the capture holds nothing that was written behind the close.
fn of_silence(evidence: &Evidence<'_>, closer: Side) -> Option<String> {
    let (fin, writer) = (evidence.fin(closer)?, closer.peer());
    let half = evidence.close.half(writer);
    let wrote = half.has_data() && half.last_data > fin.ts;
    let met_fin = evidence.reset()?.prompt.is_some_and(|prompt| prompt.flags.fin() && prompt.len == 0);
    (!wrote).then(|| {
        if met_fin {
            format!("Only the {writer}'s own close met a socket that was closed already: by that nothing was lost.")
        } else {
            format!("The {closer} had closed, and the capture holds nothing that the {writer} said behind that: if it wrote all the same, make it stop once it reads EOF (or gets 'end').")
        }
    })
}

/// A server's last word about a request that its client had broken off, or never began.
fn of_complaint(evidence: &Evidence<'_>) -> String {
    let broken_off = evidence.exchange.request_unfinished();
    let which = if broken_off { ", to an upload that it then broke off," } else { "" };
    format!(
        "The client had its whole answer{which} when it closed: the server's error behind that answers nothing. Nothing was lost, nothing needs doing."
    )
}
