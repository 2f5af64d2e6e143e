//! Signs of life of a host after the RST that carries its address: who speaks on was not the one who reset.

use crate::decode::Traits;
use crate::flow::{Marks, Place, Recent, Reset};
use crate::time::Span;

use super::pace::{self, too_soon};
use super::places::never_left;
use super::{
    Baseline, CONVICTS, Doubt, claimed, doubt, in_reach, made_here, own_before, rests_on_one_measure,
};
use crate::verdict::evidence::{Evidence, Shape};
use crate::verdict::{How, Sender};

/// Segments of one host that overtake each other do so by less than this: paths of one connection differ by little.
pub(in crate::verdict) const UNDER_WAY: Span = Span::from_millis(20);
/// The same where no timestamp says when a segment was sent: as long as Linux waits before it repeats anything.
const UNDER_WAY_UNSTAMPED: Span = Span::from_millis(200);
/// How far a timestamp clock may lag: its granularity, and a slow card.
const CLOCK_SLACK: Span = Span::from_millis(4);
/// Reordering in a capture is shorter than this.
const REORDER: Span = Span::from_millis(1);

/// Weaver, Sommer and Paxson's RST_SEQ_DATA, and more: a socket that is gone sends nothing any more, neither news nor
/// acknowledgements nor repetitions. What had been under way lies before the RST in sequence and, coming the same way,
/// not far behind it in time; what was captured twice is no new segment. The first story that holds is told.
pub(super) fn spoke_on(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let life = Life::after(evidence, reset)?;
    [proven_later, stamped_later, with_bytes_left_out, having_heard_more, merely_late]
        .iter()
        .find_map(|story| story(&life))
}

/// What the host whose address a RST carries says after it.
struct Life<'e> {
    evidence: &'e Evidence<'e>,
    reset: &'e Reset,
    /// The latest segment that is surely no copy of an earlier one.
    word: Recent,
    /// How long after the RST.
    later: Span,
    /// When it was sent.
    sent: Sent,
    /// Does some segment say what lies behind the RST?
    beyond: bool,
}

/// When a segment was sent that was captured after a RST.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Before,
    After,
    Unknown,
}

impl<'e> Life<'e> {
    /// `None` where it says nothing new, or had said it before, or where it is the later word that is somebody else's.
    fn after(evidence: &'e Evidence<'e>, reset: &'e Reset) -> Option<Self> {
        let after = reset.after.at(reset.by);
        let (first, last) = (after.first?, after.last?);
        if repeats_its_offer(reset, &last) {
            return None;
        }
        let word = [last, first].into_iter().find(|recent| is_fresh(evidence, reset, recent))?;
        if is_another(evidence, reset, &word) {
            return None;
        }
        let sent = when_sent(evidence, reset, &word);
        let is_old = sent == Sent::Before && !had_more(evidence, reset, &word);
        let beyond = after.news && word.seq_end().after(reset.rst.seq) && word.seq_end() != word.seq;
        let later = word.ts.since(reset.rst.ts);
        (!is_old).then_some(Self { evidence, reset, word, later, sent, beyond })
    }

    /// Was it sent after the RST, as far as its time tells?
    fn is_later(&self) -> bool {
        let Self { evidence, reset, ref word, later, .. } = *self;
        let acknowledges = reset.after.at(reset.by).acknowledged_news;
        match self.sent {
            Sent::Before => false,
            Sent::After if may_be_older(evidence, reset, word) => false,
            Sent::After => later > REORDER && (self.beyond || acknowledges || later > UNDER_WAY),
            Sent::Unknown if later <= UNDER_WAY => false,
            Sent::Unknown => later > UNDER_WAY_UNSTAMPED || answers_what_was_under_way(evidence, reset, word),
        }
    }

    fn doubt(&self, weight: u32, more: &str) -> Doubt {
        let (side, later) = (claimed(self.evidence, self.reset), self.later);
        doubt(
            self.word.frame,
            weight,
            format!("the {side} speaks on {later} after the RST with its address{more}"),
        )
    }
}

/// It was sent later, or cannot come from who sent the RST.
fn proven_later(life: &Life<'_>) -> Option<Doubt> {
    let Life { evidence, reset, ref word, .. } = *life;
    let proven = life.is_later();
    let took = takes_what_it_refused(evidence, reset, word);
    if !proven && !took && !same_id(evidence, reset, word) {
        return None;
    }
    // Where it never left that host, another may have its address, and answers for it.
    let kernel = may_be_own_kernel(evidence, reset);
    // From just as far as its host answers, or past all places that its host's segments pass, and with their TTL: whoever else sent it
    // would have to be where its host is.
    let from_there =
        || pace::came_from_afar(evidence, reset) || Baseline::of(evidence, reset).came_their_way();
    let weight = if kernel && from_there() { 2 } else { CONVICTS };
    let decisive = !refuses_as_a_host(evidence, reset) && (proven || !took);
    Some(Doubt { decisive, ..life.doubt(weight, "") })
}

/// A live socket stamps its RST with its own clock (RFC 7323 §3.2) and is gone then: no segment of it has a later stamp, in whatever order the two
/// came.
fn stamped_later(life: &Life<'_>) -> Option<Doubt> {
    let (rst, word) = (&life.reset.rst, &life.word);
    let stamped = [rst.traits, word.traits].iter().all(|traits| traits.has(Traits::TIMESTAMPS));
    let aborts = life.evidence.shape == Shape::Active && rst.flags.ack();
    (aborts && stamped && is_later(rst.tsval, word.tsval))
        .then(|| life.doubt(CONVICTS, ", with a later timestamp than this"))
}

fn with_bytes_left_out(life: &Life<'_>) -> Option<Doubt> {
    let leaves_out = life.beyond && left_out(life.evidence, life.reset, &life.word);
    leaves_out.then(|| life.doubt(CONVICTS, ", with bytes that this RST leaves out"))
}

fn having_heard_more(life: &Life<'_>) -> Option<Doubt> {
    had_more(life.evidence, life.reset, &life.word)
        .then(|| life.doubt(CONVICTS, ", and had heard more than this RST tells"))
}

/// Nothing tells when it was sent, but it comes too late to have been reordered in the capture.
fn merely_late(life: &Life<'_>) -> Option<Doubt> {
    (life.later > REORDER).then(|| life.doubt(1, ""))
}

/// Does a RST of a live socket, which has the number behind all that its host has sent (SND.NXT), leave out what comes after it, however soon?
/// Sent before it, that would have been counted; after it, no socket is left that could send it.
fn left_out(evidence: &Evidence<'_>, reset: &Reset, later: &Recent) -> bool {
    let all_had = reset.rst.seq == reset.before.at(reset.by).snd_nxt;
    let aborts = evidence.shape == Shape::Active && reset.rst.flags.ack();
    aborts && all_had && later.len > 0 && !later.seq.before(reset.rst.seq)
}

/// Does it acknowledge more than the RST of a live socket? A host takes back nothing that it acknowledged, so that it was sent later, in whatever order
/// the two came; and no socket was left to send it.
fn had_more(evidence: &Evidence<'_>, reset: &Reset, later: &Recent) -> bool {
    let aborts = evidence.shape == Shape::Active && reset.rst.flags.ack();
    // A FIN takes a number that some RSTs leave out.
    aborts && later.flags.ack() && later.ack.after(reset.rst.ack.plus(1))
}

/// Does it acknowledge the very data, or the offer (SYN+ACK), that the RST refuses, as a host without a socket does? No socket hears what came when
/// there was none, unless it came twice.
fn takes_what_it_refused(evidence: &Evidence<'_>, reset: &Reset, later: &Recent) -> bool {
    let takes = |said: &Recent| said.len > 0 || said.flags.syn();
    let refused = reset.prompt.filter(|prompt| takes(prompt) && evidence.shape == Shape::Reply);
    let Some(refused) = refused.filter(|_| !evidence.prompt_was_repeated()) else { return false };
    let again = |said: &&Recent| said.by == refused.by && said.seq == refused.seq && takes(said);
    let once = evidence.close.recent.iter().filter(again).count() <= 1;
    let takes_it = later.flags.ack() && !later.ack.before(refused.seq_end());
    // Of several that were captured as one, it may have had some, and answered those.
    let whole = refused.flags.syn() || reset.before.at(reset.by).rcv_nxt == refused.seq;
    // Where the capture misses some, the RST may answer that.
    let complete = later.len > 0 || evidence.seen().gaps == 0;
    once && takes_it && whole && complete && !later.seq.before(reset.rst.seq)
}

/// Is it the later segment that does not come from the host? The RST goes on in its count and came as far as all that it sent; this did not.
fn is_another(evidence: &Evidence<'_>, reset: &Reset, later: &Recent) -> bool {
    let baseline = Baseline::of(evidence, reset);
    let place = Place::of(&reset.rst);
    let mut here = baseline.own.iter().filter(|own| evidence.close.is_one_place(own.place(), place));
    let elsewhere = here.all(|own| own.ttl != later.ttl && own.ttl == reset.rst.ttl);
    evidence.close.is_one_place(later.place(), place) && elsewhere && baseline.goes_on_in(&reset.rst)
}

/// A socket in SYN-RECEIVED refuses an acknowledgement of something else, and goes on waiting for that of its SYN+ACK, which it repeats
/// (RFC 9293 §3.10.7.4): so does a server that an old SYN has reached.
fn repeats_its_offer(reset: &Reset, last: &Recent) -> bool {
    let own = reset.before.at(reset.by);
    let offered = own.marks.has(Marks::SYN) && !own.has_data() && !own.has_fin();
    let other =
        |prompt: Recent| prompt.flags.ack() && prompt.ack != own.iss.plus(1) && prompt.ack == reset.rst.seq;
    let again = last.flags.syn() && last.flags.ack() && last.seq == own.iss;
    offered && again && reset.prompt.is_some_and(other)
}

/// A host's own firewall refuses as a host without a socket does (nftables: `nf_reject_ip_tcphdr_put`), with the host's TTL; and where
/// the translation of an address was lost on the way, the host itself refused what it could not know as its own.
pub(in crate::verdict) fn may_be_own_kernel(evidence: &Evidence<'_>, reset: &Reset) -> bool {
    refuses_as_a_host(evidence, reset) && !never_left(evidence, reset)
}

/// Does it answer as a host without a socket does, from as far as the host whose address it carries?
fn refuses_as_a_host(evidence: &Evidence<'_>, reset: &Reset) -> bool {
    // Where all else of it passed in the other direction, or elsewhere, TTLs do not compare.
    let baseline = Baseline::of(evidence, reset);
    let own_ttl = baseline.has_their_ttl() || baseline.has_no_ttl();
    let may_be = evidence.shape == Shape::Reply && reset.prompt.is_some() && own_ttl;
    may_be && too_soon(evidence, reset).is_none()
}

/// A host that has taken over an address (a failover, a balancer's other backend) answers for what it does not know, as a device on the
/// path does that rejects, and from as far as the host did that knows, and speaks on. That no RST left that host says nothing of another. So does who
/// passes on for the address (a NAT, a balancer) and has forgotten the connection, from nearer by.
pub(in crate::verdict) fn may_be_another_host(evidence: &Evidence<'_>) -> bool {
    let Some(reset) = evidence.reset().filter(|_| evidence.how == How::Reset) else { return false };
    let in_talk = evidence.exchange.turn.is_some() && reset.prompt.is_some_and(|prompt| !prompt.flags.syn());
    let passed_on = evidence.shape == Shape::Reply && rests_on_one_measure(evidence);
    if in_talk && passed_on {
        return evidence.rst_by == Some(Sender::Middlebox);
    }
    in_talk
        && refuses_as_a_host(evidence, reset)
        && made_here(evidence, reset).is_none()
        && spoke_on(evidence, reset)
            .is_some_and(|life| life.weight > 1 || evidence.rst_by == Some(Sender::Middlebox))
}

/// A host that refuses a SYN does not accept the same SYN. Of two copies, a program that began to listen between them may have done
/// both.
pub(super) fn accepted_after_all(evidence: &Evidence<'_>, reset: &Reset) -> Option<Doubt> {
    let accepted = |recent: &Recent| recent.flags.syn() && recent.flags.ack();
    let accepts = reset.after.at(reset.by).first.filter(accepted)?;
    let side = claimed(evidence, reset);
    let says = format!("the {side} accepts the same SYN {} later", accepts.ts.since(reset.rst.ts));
    let once = reset.before.at(reset.by.peer()).packets == 1;
    Some(Doubt { decisive: once, ..doubt(accepts.frame, CONVICTS, says) })
}

/// A host that counts its segments gives no number twice: one of the two is not its own, and it is not the later one.
fn same_id(evidence: &Evidence<'_>, reset: &Reset, later: &Recent) -> bool {
    let counted = Baseline::of(evidence, reset).counted().is_some();
    counted && reset.rst.ip_id != 0 && later.ip_id == reset.rst.ip_id
}

/// When was it sent that was captured after the RST? Its timestamp says so, counted from that side's last segment before: Linux
/// stamps milliseconds, and a slower clock only makes the answer more careful. What was stamped before the RST was overtaken by
/// it on the way. Unknown without timestamps.
fn when_sent(evidence: &Evidence<'_>, reset: &Reset, later: &Recent) -> Sent {
    if was_overtaken(reset, later) {
        return Sent::Before;
    }
    let stamped = newest(evidence, reset).filter(|_| later.traits.has(Traits::TIMESTAMPS));
    let Some(last) = stamped else { return Sent::Unknown };
    if is_later(later.tsval, last.tsval) {
        return Sent::Before;
    }
    let ticks = Span::from_millis(u64::from(later.tsval.wrapping_sub(last.tsval)));
    let apart = reset.rst.ts.since(last.ts);
    match ticks {
        // Stamped in the same tick as one before the RST, it may have been sent with that, and be late.
        Span::ZERO if apart <= CLOCK_SLACK => Sent::Unknown,
        _ if ticks.plus(CLOCK_SLACK) >= apart => Sent::After,
        _ => Sent::Before,
    }
}

/// Does it acknowledge what had been said less than a round trip before the RST came? That cannot have reached the host when a RST of its own left.
fn answers_what_was_under_way(evidence: &Evidence<'_>, reset: &Reset, later: &Recent) -> bool {
    let Some(leg) = *evidence.close.legs.at(reset.by) else { return false };
    let own = reset.before.at(reset.by);
    let news = later.flags.ack() && later.ack.after(own.rcv_nxt);
    let asked = |said: &&Recent| said.by != reset.by && said.len > 0 && said.serial < reset.serial;
    let mut asked = evidence.close.recent.iter().filter(asked).filter(|said| said.seq_end() == later.ack);
    news && asked.next().is_some_and(|said| reset.rst.ts.since(said.ts) < leg.shortest)
}

/// May it have been sent before the RST, and have come later by another delay? It does not acknowledge what the RST answers: its sender had
/// not heard that by then. How long the segment that its timestamp is compared with was under way nobody knows either, so that in less than
/// a round trip two stamps prove nothing.
fn may_be_older(evidence: &Evidence<'_>, reset: &Reset, later: &Recent) -> bool {
    let asked = reset.prompt.filter(|prompt| prompt.len > 0 || prompt.flags.fin());
    let unheard = asked.is_some_and(|prompt| later.flags.ack() && later.ack.before(prompt.seq_end()));
    let way = evidence.close.rtt.unwrap_or(Span::ZERO).max(UNDER_WAY);
    unheard && later.ts.since(reset.rst.ts) <= way
}

/// What the claimed sender had stamped the latest: a second copy of an earlier one says when that was captured once more, not when it was sent.
fn newest<'a>(evidence: &Evidence<'a>, reset: &Reset) -> Option<&'a Recent> {
    let stamped = own_before(evidence, reset).filter(|own| own.traits.has(Traits::TIMESTAMPS));
    stamped.reduce(|a, b| if is_later(a.tsval, b.tsval) { b } else { a })
}

/// Was it sent before the RST, and came later? Its timestamp says so; or, where it says nothing new, the identification that its
/// host had counted up to by then. Networks deliver old copies late.
fn was_overtaken(reset: &Reset, later: &Recent) -> bool {
    let both_stamped = [reset.rst.traits, later.traits].iter().all(|traits| traits.has(Traits::TIMESTAMPS));
    let stamped_before = both_stamped && !is_later(reset.rst.tsval, later.tsval);
    let old = !later.seq_end().after(reset.before.at(reset.by).snd_nxt);
    let counted = reset.rst.ip_id != 0 && later.ip_id != 0;
    stamped_before || old && counted && in_reach(later.ip_id, reset.rst.ip_id)
}

/// Is the timestamp `b` later than `a`? RFC 7323 §5.2: they wrap, and only half of the circle lies ahead.
pub(in crate::verdict) const fn is_later(a: u32, b: u32) -> bool {
    let ahead = b.wrapping_sub(a);
    ahead != 0 && ahead < 1 << 31
}

/// Not the same frame as an earlier one of that side: captures of two hosts whose clocks differ show each twice. Where a host says nothing
/// new after the RST, the frame that said it first has to be among those that are kept, or a timestamp to be later than all of them.
fn is_fresh(evidence: &Evidence<'_>, reset: &Reset, recent: &Recent) -> bool {
    let same = |other: &&Recent| {
        (other.seq, other.ack, other.len, other.flags) == (recent.seq, recent.ack, recent.len, recent.flags)
            && (other.ip_id, other.tsval) == (recent.ip_id, recent.tsval)
    };
    let close = evidence.close;
    let own = |other: &&Recent| other.serial < reset.serial && other.by == reset.by;
    let before = || close.recent.iter().filter(own);
    let news = reset.after.at(reset.by).news;
    let all_kept = close.recent.first().is_some_and(|first| first.is_at(close.start));
    let again = before().any(|other| (other.seq, other.len) == (recent.seq, recent.len));
    let later = newest(evidence, reset).is_some_and(|last| is_later(last.tsval, recent.tsval));
    // What goes beyond all that it had said before the RST is no copy of that.
    let beyond = recent.seq_end().after(reset.before.at(reset.by).snd_nxt);
    let identified = recent.ip_id != 0 || recent.tsval != 0 || beyond;
    identified && (news || all_kept || again || later) && !before().any(|other| same(&other))
}

#[cfg(test)]
mod tests {
    use crate::flow::Side;
    use crate::verdict::example::verdict;
    use crate::verdict::{Confidence, Sender};

    /// Three resets at the same number, each with an identification of its own: at least two of them are somebody else's.
    #[test]
    fn who_aborts_several_times_is_not_likely_the_host() {
        let told = |again: &str| {
            let talk = "A > B S\nB > A S.\nA > B .\nA > B P. len 80\nB > A .\n+0.1 B > A R. id 50\n";
            verdict(&format!("{talk}{again}")).rst_by_confidence
        };
        assert_eq!(told("B > A R. id 90\nB > A R. id 70"), Some(Confidence::Possible));
        assert_ne!(told(""), Some(Confidence::Possible));
    }

    /// A device resets both sides in their names, and what the client says next is right behind the RST with its address.
    #[test]
    fn a_host_counts_what_it_has_sent_in_its_rst() {
        let talk = "A > B S\nB > A S.\nA > B .\nA > B P. len 80\nB > A P. len 30\nA > B . id 7\n+1 ";
        let told = |end: &str| verdict(&format!("{talk}{end}")).rst_by;
        let forged = "A > B R. seq 1081 id 9\n+0.00003 A > B P. seq 1081 len 40 id 8\nB > A R";
        assert_eq!(told(forged), Some(Sender::Middlebox));
        // The path, or the capture, has put the RST before what had left first: it counts that.
        let overtook = "A > B R. seq 1121 id 9\n+0.00003 A > B P. seq 1081 len 40 id 8";
        assert_eq!(told(overtook), Some(Sender::Side(Side::Client)));
    }

    /// A filter answers a hello in the server's name, from nearby; what the client then refuses asks nothing of the server, whose next
    /// acknowledgement says nothing of how far it is.
    #[test]
    fn what_follows_a_refusal_measures_no_distance() {
        let open = "A > B S\n+0.011 B > A S.\nA > B .\nA > B P. len 80\n";
        let forged = "+0.0008 B > A R seq 5001\n";
        let alive = "+0.0105 B > A . ack 1001 tsval 30\nA > B R seq 1001\n+0.0004 B > A . ack 1081 tsval 31\nA > B R seq 1081";
        let told = verdict(&format!("{open}{forged}{alive}"));
        assert_eq!(told.rst_by, Some(Sender::Middlebox), "{:?}", told.evidence);
    }

    /// A host without a socket refuses what comes late, and on a path that reorders its refusal overtakes what it had said before. In the
    /// tick of a timestamp nobody can tell which was sent first.
    #[test]
    fn what_was_stamped_in_the_same_tick_may_have_been_overtaken() {
        let open = "A > B S tsval 1\nB > A S. tsval 1\nA > B . tsval 2\n+1 A > B P. len 4000 tsval 9\nB > A . ack 3001 id 7 tsval 90\n";
        let told = |tsval: u32| {
            let late = format!("+0.008 B > A P. seq 5001 ack 5001 len 9 id 8 tsval {tsval}");
            verdict(&format!("{open}+0.0009 B > A R seq 5001\n{late}")).rst_by
        };
        assert_eq!((told(90), told(98)), (Some(Sender::Side(Side::Server)), Some(Sender::Middlebox)));
    }

    /// A server closes as a request is under way to it, and the path hands over its refusal of that before its FIN, which had left first.
    #[test]
    fn what_does_not_acknowledge_the_question_may_have_left_before_the_answer() {
        let open = "A > B S tsval 1\n+0.055 B > A S. tsval 332\nA > B . tsval 56\n+0.095 A > B P. len 28 tsval 151\n";
        let told = |ack: u32, later: &str| {
            let fin = format!("+{later} B > A F. seq 5001 ack {ack} tsval 493");
            let told = verdict(&format!("{open}+0.055 B > A R seq 5001\n{fin}"));
            told.rst_by.zip(told.rst_by_confidence)
        };
        let server = Sender::Side(Side::Server);
        assert_eq!(told(1001, "0.0099"), Some((server, Confidence::Likely)));
        // Who has heard it, or speaks a round trip later, has a socket.
        assert_eq!(told(1029, "0.0099"), Some((server, Confidence::Possible)));
        assert_eq!(told(1001, "0.08"), Some((Sender::Middlebox, Confidence::Likely)));
    }
}
