//! Numbers that a live socket does not give its RST: behind what its host had sent, or an acknowledgement of what was never sent.

use crate::decode::{SeqNumber, Traits};
use crate::flow::{Close, End, Marks, Recent, Reset};

use super::{AT_ONCE, Doubt, claimed, doubt, is_authentic};
use crate::verdict::How;
use crate::verdict::evidence::{Evidence, Shape};

/// How far the receiver of the RST has got in the end, if that lies behind the place of the RST: whoever believes one acknowledges nothing
/// beyond it any more, and whoever had got further by then does not believe it (RFC 9293 §3.10.7.4).
pub(in crate::verdict) fn overtaken_by(close: &Close, reset: &Reset) -> Option<SeqNumber> {
    let (own, receiver) = (close.halves.at(reset.by), close.halves.at(reset.by.peer()));
    // A RST may lie just before the FIN of its sender (Linux's `tcp_reset_check`).
    let before_fin = own.has_fin() && reset.rst.seq == own.fin_end.minus(1);
    let end = if before_fin { own.fin_end } else { reset.rst.seq };
    // Before and behind a device that renumbers, numbers do not compare.
    let one_place = !close.doubles.are_of_several_places();
    let got = receiver.marks.has(Marks::ACKED) && receiver.rcv_nxt.after(end);
    (one_place && got && echo(reset).is_none()).then_some(receiver.rcv_nxt)
}

/// What comes at once behind the RST in its receiver's name, and acknowledges what the capture never held of its sender. Whoever forged the one
/// may have forged the other as well, having taken away what he answers: it does not tell how far the receiver has got.
fn echo(reset: &Reset) -> Option<Recent> {
    let own = reset.before.at(reset.by);
    let unheard = |next: &Recent| next.flags.ack() && next.ack.after(own.snd_nxt);
    let soon = |next: &Recent| next.ts.since(reset.rst.ts) <= AT_ONCE;
    reset.after.at(reset.by.peer()).first.filter(|next| unheard(next) && soon(next))
}

/// A host that was reset answers nothing, least of all what nobody had sent.
pub(super) fn echoed(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let next = echo(reset).filter(|_| is_lives(evidence) && evidence.seen().handshake)?;
    let more = next.ack.offset_from(reset.before.at(reset.by).snd_nxt);
    let side = claimed(evidence, reset);
    let says = format!(
        "{} later the {} acknowledges {more} bytes that the {side} had not sent, as far as was captured",
        next.ts.since(reset.rst.ts),
        side.peer()
    );
    Some(doubt(next.frame, 2, says))
}

/// The RST of a live socket lies where its host had sent up to; who forges one has seen that a moment before (DATA_SEQ_RST of Weaver,
/// Sommer and Paxson).
pub(super) fn behind(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let got = overtaken_by(evidence.close, reset).filter(|_| is_lives(evidence))?;
    let (side, more) = (claimed(evidence, reset), got.offset_from(reset.rst.seq));
    let says =
        format!("it lies {more} bytes behind what the {side} had sent, as the {} acknowledges", side.peer());
    Some(doubt(reset.rst.frame, 2, says))
}

/// A live socket acknowledges what it has received. One whose host received more than the capture holds would be another matter, but of
/// that the capture knows nothing else.
pub(super) fn acknowledges_nothing(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let (seen, peer) = (evidence.seen(), evidence.close.halves.at(reset.by.peer()));
    let complete = seen.handshake && seen.both_sides && seen.gaps == 0;
    let more = reset.rst.ack.offset_from(peer.snd_nxt);
    let unsent = reset.rst.flags.ack() && more > 0 && is_lives(evidence);
    let side = claimed(evidence, reset).peer();
    let says = format!("it acknowledges {more} bytes more than the {side} had ever sent");
    (complete && unsent).then(|| doubt(reset.rst.frame, 2, says))
}

/// A host counts its own segments. Who answers with the other's identification has made the RST from what it answers, as few stacks and
/// many devices do.
pub(super) fn reflected(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let (prompt, id) = (reset.prompt.filter(|prompt| prompt.len > 0)?, reset.rst.ip_id);
    let others =
        |by: End| evidence.close.recent.iter().filter(move |recent| recent.by == by && !recent.flags.rst());
    // Who writes captures by hand gives all segments the same.
    let counts = others(prompt.by).filter(|other| other.ip_id == id).count() <= 1;
    let own = others(reset.by).any(|own| own.ip_id == id);
    let copied = !reset.rst.traits.has(Traits::IPV6) && id != 0 && id == prompt.ip_id;
    let says = format!("it has the IP identification of frame {}, which it answers", prompt.frame);
    (copied && counts && !own).then(|| doubt(reset.rst.frame, 1, says))
}

/// Has it the shape of a live socket's, and none of the marks that only its host gives with ease?
fn is_lives(evidence: &Evidence<'_>) -> bool {
    let aborts = evidence.shape == Shape::Active && evidence.how != How::Refused;
    aborts && !is_authentic(evidence)
}

#[cfg(test)]
mod tests {
    use crate::flow::Side;
    use crate::verdict::Sender;
    use crate::verdict::example::verdict;

    const TALK: &str = "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
B > A . \"HTTP/1.1 200 OK\\r\\nContent-Length: 90000\\r\\n\\r\\n\"\nB > A . len 1000\nA > B .\n\
B > A . seq 6043 len 1000\n";

    /// A filter that has seen the answer cuts it off, and the next segment of that passes before its RST.
    #[test]
    fn a_rst_behind_what_had_arrived_has_no_effect() {
        let told = verdict(&format!(
            "{TALK}B > A R. seq 6043 ttl 60 id 9000\n+0.005 A > B . ack 7043\n+6 A > B R. ack 7043"
        ));
        assert_eq!((told.cause_name(), told.rst_by), (Some("injected_reset"), Some(Sender::Middlebox)));
        assert_eq!(told.client_sees.read, None, "{:?}", told.evidence);
        assert!(told.evidence.iter().any(|fact| fact.fact.contains("1000 bytes")), "{:?}", told.evidence);
    }

    /// A filter takes a request away, resets the server in the client's name, and answers the client in the server's. Each sees what was sent
    /// to it.
    #[test]
    fn what_a_device_acknowledges_tells_nothing_of_its_victim() {
        let asked = "A > B S\nB > A S.\nA > B .\nA > B P. len 31\n";
        let page = "+0 B > A P. ack 1415 len 378 id 700\n+0 B > A F. ack 1415 id 9\n";
        let told = verdict(&format!("{asked}+0.0001 A > B R. win 0 id 9000\n{page}"));
        assert_eq!(told.rst_by, Some(Sender::Middlebox), "{:?}", told.evidence);
        assert_eq!((told.server_sees.read, told.client_sees.read), (Some("ECONNRESET"), Some("EOF")));
        assert!(!told.evidence.iter().any(|fact| fact.fact.contains("no effect")), "{:?}", told.evidence);
    }

    #[test]
    fn nobody_acknowledges_what_was_never_said() {
        let open = "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
        let told = |ack: u32| verdict(&format!("{open}+0.1 A > B R. ack {ack} id 9000\n+0 B > A R.")).rst_by;
        assert_eq!(told(5321), Some(Sender::Middlebox));
        assert_eq!(told(5001), Some(Sender::Side(Side::Client)));
    }

    /// On a path with a long queue, what is made from a segment comes back long after it.
    #[test]
    fn a_rst_with_anothers_identification_was_made_from_that() {
        let open = "A > B S\n+0.04 B > A S.\nA > B .\nA > B P. len 9\n+0.04 B > A .\n+1 A > B P. len 9 id 777\nA > B P. len 9\n";
        let told = verdict(&format!("{open}+0.6 B > A R seq 5001 id 777"));
        let says = |text: &str| told.evidence.iter().any(|fact| fact.fact.contains(text));
        assert!(says("identification of frame 6") && says("answers frame 6"), "{:?}", told.evidence);
        assert!(!says("answers no segment"), "{:?}", told.evidence);
    }

    /// The capture has lost the last words of the server, which the client's own RST acknowledges.
    #[test]
    fn a_rst_that_goes_on_in_its_hosts_count_is_the_hosts() {
        let open = "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nA > B P. len 9\n";
        let told = verdict(&format!("{open}+0.1 A > B R. ack 5321"));
        assert_eq!(told.rst_by, Some(Sender::Side(Side::Client)), "{:?}", told.evidence);
    }
}
