//! What TLS tells of how a talk ended.

use crate::flow::{Alert, Exchange, Offers, Side, Tls};

use super::{has_all_of_server, is_quiet};
use crate::verdict::ending::unseen::answer_unseen;
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::{How, Sender};

/// Did the server's last TLS record announce more than came, also of what a hole before its FIN had held up, and is none of it missing from
/// the capture?
pub(in crate::verdict) fn record_is_cut(evidence: &Evidence<'_>) -> bool {
    let server = evidence.close.end(Side::Server);
    let cut = |exchange: &Exchange| {
        exchange.tls().is_some_and(|tls| *tls.cut_record.at(server) && !tls.is_blind(server))
    };
    cut(evidence.exchange) && cut(&evidence.close.exchange) && !answer_unseen(evidence)
}

/// Did the server answer a ClientHello with something that is no TLS, or say that before it and nothing after it?
pub(in crate::verdict) fn answers_in_clear(evidence: &Evidence<'_>) -> bool {
    if !evidence.in_tls_handshake {
        return false;
    }
    let side = evidence.close.end(Side::Server);
    let silent =
        |exchange: &Exchange| exchange.tls().is_some_and(|tls| tls.client != side && !tls.has_spoken(side));
    // Its hello may have come after a client that had left.
    let odd = silent(evidence.exchange) && silent(&evidence.close.exchange);
    // Of what a snaplen cut short the first bytes are enough.
    let begins = evidence.exchange.tls().is_some_and(|tls| tls.answers_otherwise(side));
    let known = has_all_of_server(evidence) || begins && evidence.close.handshake_seen();
    odd && known
}

/// Did the client say hello in TLS, wait, and leave without one byte of an answer? What comes then meets a closed socket.
pub(in crate::verdict) fn hello_in_vain(evidence: &Evidence<'_>) -> bool {
    if !evidence.in_tls_handshake {
        return false;
    }
    let server = evidence.close.end(Side::Server);
    let closed =
        matches!(evidence.how, How::Fin | How::FinThenReset) && evidence.closer == Some(Side::Client);
    let by_client = evidence.rst_claimed == Some(Side::Client) && evidence.shape == Shape::Active;
    let left = (closed || by_client && evidence.how == How::Reset) && is_quiet(evidence);
    let spoke = |tls: &Tls| tls.has_spoken(server) || tls.answers_otherwise(server);
    let heard = evidence.exchange.tls().is_some_and(spoke) || answer_unseen(evidence);
    let arrived = evidence.how == How::Fin || was_acknowledged(evidence);
    left && !heard && arrived && evidence.close.both_seen()
}

/// Did the client close in the handshake before it had a word of the server, which answered all the same? However short its patience was, and
/// whatever the path lost: nobody refused it.
pub(in crate::verdict) fn left_before_answer(evidence: &Evidence<'_>) -> bool {
    let closed = evidence.how == How::FinThenReset && evidence.closer == Some(Side::Client);
    let (fin, server) = (evidence.fin(Side::Client), evidence.close.half(Side::Server));
    let nothing = fin.is_some_and(|fin| fin.ack == server.iss.plus(1)) && evidence.close.handshake_seen();
    let refused = evidence.rst_by == Some(Sender::Side(Side::Client)) && evidence.shape == Shape::Reply;
    evidence.in_tls_handshake && closed && nothing && refused && server.has_data()
}

/// The command that repeats the handshake by hand.
pub(in crate::verdict) fn by_hand(evidence: &Evidence<'_>) -> String {
    let server = evidence.close.endpoint(Side::Server);
    let behind_clear = evidence.exchange.tls().is_some_and(|tls| tls.behind_clear);
    let (how, words) =
        if behind_clear { (" -starttls PROTOCOL", " (smtp, imap, ftp, postgres, ...)") } else { ("", "") };
    format!("`openssl s_client -connect {server} -servername NAME{how}`{words}")
}

/// The HTTP that the client can speak inside, where its hello was captured.
pub(in crate::verdict) fn offers(evidence: &Evidence<'_>) -> Offers {
    let tls = evidence.exchange.tls().filter(|tls| tls.has_handshake());
    tls.map(|tls| tls.offers).unwrap_or_default()
}

/// Had all that the client said been acknowledged when it left? What the path loses no program keeps waiting.
fn was_acknowledged(evidence: &Evidence<'_>) -> bool {
    let by_fin = evidence.fin(Side::Client).map(|fin| (fin.serial, fin.end.minus(1)));
    let by_rst = evidence.reset().map(|reset| (reset.serial, reset.rst.seq));
    let Some((left, said)) = by_fin.or(by_rst) else { return false };
    let server = evidence.close.end(Side::Server);
    let mut before = evidence.close.recent.iter().rev();
    let last = before.find(|recent| recent.by == server && recent.serial < left);
    last.is_some_and(|last| last.flags.ack() && !last.ack.before(said))
}

/// The alert that ended a TLS session: neither close_notify nor user_canceled, which announce a normal end (RFC 8446 §6.1).
pub(in crate::verdict) fn fatal_alert(evidence: &Evidence<'_>) -> Option<Alert> {
    let said = [evidence.exchange, &evidence.close.exchange]
        .into_iter()
        .find_map(|exchange| exchange.tls()?.alert)?;
    let ends_normally = matches!(said.description, 0 | 90);
    (!ends_normally && !answers_fin(evidence, said)).then_some(said)
}

/// Does an alert answer the FIN of the other side? Some libraries complain of a handshake that ended before its time.
fn answers_fin(evidence: &Evidence<'_>, alert: Alert) -> bool {
    let fin = evidence.fin(evidence.close.side(alert.by).peer());
    fin.is_some_and(|fin| !alert.ack.before(fin.end))
}
