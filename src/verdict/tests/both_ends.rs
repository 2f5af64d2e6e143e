//! What captures of both ends prove together, whatever their clocks and numbers: who sent what, what was lost, and what each program saw.

use super::places::{TALK_OF_TWO, at_both, captured, judged, talk_at_both, verdict, verdicts};
use super::story::{says, sender};
use crate::decode::script;
use crate::flow::Side;
use crate::time::Span;
use crate::verdict::{Confidence, Sender, Verdict};

/// The verdicts where the second capture's clock is behind or ahead, by fractions of a second and by more.
fn by_any_clock(text: &str) -> Vec<Vec<Verdict>> {
    let clocks = [-400_i64, -20, -1, 0, 1, 20, 400, 3_000, 3_600_000, -3_600_000];
    let by = |millis: i64| {
        let apart = Span::from_millis(millis.unsigned_abs());
        judged(captured(text, |segment| {
            segment.ts = if millis < 0 { segment.ts.minus(apart) } else { segment.ts.plus(apart) };
        }))
    };
    clocks.map(by).into()
}

/// What one place alone holds of a story.
fn alone(text: &str, file: &str) -> Verdict {
    let here: Vec<&str> = text.lines().filter(|line| line.contains(&format!("file {file}"))).collect();
    let told = verdicts(&here.join("\n").replace(&format!(" file {file}"), ""));
    told.into_iter().next().expect("it has a connection")
}

/// A device between the two resets the client in the server's name, and the client's own host refuses what the server says on.
#[test]
fn clocks_that_differ_do_not_change_who_did_it() {
    let asked = at_both("+0.1 A > B P. seq 1019 ack 5019 len 9 id 7");
    let forged = "+0.00005 B > A R. seq 5019 ack 1028 file 0 ttl 63 id 14\n";
    let said = at_both("+0.1 B > A P. seq 5019 ack 1028 len 9 id 14");
    let refused = at_both("A > B R seq 1028 id 0");
    let text = format!("{}{asked}{forged}{said}{refused}", talk_at_both());
    for told in by_any_clock(&text) {
        assert_eq!(told.len(), 1);
        assert_eq!(
            sender(&told[0]),
            (Some(Sender::Middlebox), Some(Confidence::Certain)),
            "{:?}",
            told[0].evidence
        );
        assert_eq!(
            (told[0].client_sees.read, told[0].server_sees.read),
            (Some("ECONNRESET"), Some("ECONNRESET"))
        );
        assert!(says(&told[0], "a capture nearer to the server, which went on, never held it"));
        let advice = told[0].advice.as_deref().unwrap_or_default();
        assert!(
            advice.contains("between the places of these captures") && !advice.contains("to prove it"),
            "{advice}"
        );
    }
}

/// Who closed first, each knows for itself: two FINs that cross come in another order at each place.
#[test]
fn each_program_saw_what_its_own_capture_tells() {
    let server = "+0.1 B > A F. seq 5019 ack 1019 id 15 file 1 ttl 64\n";
    let client = "+0.001 A > B F. seq 1019 ack 5019 id 7 file 0 ttl 64\n";
    let arrive = "+0.002 B > A F. seq 5019 ack 1019 id 15 file 0 ttl 63\n+0.0001 A > B F. seq 1019 ack 5019 id 7 file 1 ttl 63\n";
    let end = at_both("A > B . seq 1020 ack 5020 id 8") + &at_both("B > A . seq 5020 ack 1020 id 16");
    let text = format!("{}{server}{client}{arrive}{end}", talk_at_both());
    let (at_client, at_server) = (alone(&text, "0"), alone(&text, "1"));
    assert_eq!((at_client.fin_by, at_server.fin_by), (Some(Side::Client), Some(Side::Server)));
    for told in by_any_clock(&text) {
        assert_eq!((told.len(), told[0].client_sees.write), (1, at_client.client_sees.write));
        assert_eq!(told[0].server_sees.write, at_server.server_sees.write);
    }
}

/// A firewall gives a connection other numbers: it is one all the same. A proxy that keeps addresses makes two of it.
#[test]
fn numbers_may_change_on_the_way() {
    let end = at_both("+0.1 B > A P. seq 5019 ack 1019 len 9 id 14")
        + &at_both("+0.1 B > A R. seq 5028 ack 1019 id 15");
    let text = talk_at_both() + &end;
    let renumbered = captured(&text, |segment| {
        let (seq, ack) = if segment.src == script::CLIENT { (70_000, 0) } else { (0, 70_000) };
        segment.seq = segment.seq.plus(seq);
        segment.ack = if segment.flags.ack() { segment.ack.plus(ack) } else { segment.ack };
    });
    let told = judged(renumbered);
    assert_eq!(
        (told.len(), sender(&told[0])),
        (1, (Some(Sender::Side(Side::Server)), Some(Confidence::Certain)))
    );
    let proxied = captured(&text, |segment| {
        segment.seq = segment.seq.plus(70_000);
        segment.ack = if segment.flags.ack() { segment.ack.plus(70_000) } else { segment.ack };
        segment.ip_id = segment.ip_id.wrapping_add(9_000);
    });
    let told: Vec<_> = judged(proxied).iter().map(sender).collect();
    assert_eq!(told, [(Some(Sender::Side(Side::Server)), Some(Confidence::Certain)); 2]);
}

/// A device answers in the server's name and closes for it; the server, which goes on, knows nothing of that.
#[test]
fn a_fin_that_its_hosts_capture_never_held_is_not_its_own() {
    let asked = "+0.1 A > B P. seq 1019 ack 5019 len 9 id 7 file 0 ttl 64\n";
    let closed = "+0.004 B > A FP. seq 5019 ack 1028 len 90 id 14 file 0 ttl 63\n+0.0001 A > B . seq 1028 ack 5110 id 8 file 0 ttl 64\n";
    let own = at_both("+0.1 B > A P. seq 5019 ack 1019 len 4 id 14");
    let told = verdict(&format!("{}{asked}{closed}{own}", talk_at_both()));
    assert_eq!(told.fin_by, None, "{:?}", told.evidence);
    assert!(says(&told, "a FIN with the server's address is not its own: a capture nearer to the server"));
}

/// The client's FIN is lost, and the server's next words are refused: it had no end to read.
#[test]
fn a_fin_that_was_lost_gave_nobody_an_end() {
    let closed = "+0.1 A > B F. seq 1019 ack 5019 id 7 file 0 ttl 64\n";
    let said = at_both("+0.01 B > A P. seq 5019 ack 1019 len 4 id 14");
    let refused = at_both("A > B R seq 1019 id 0");
    let text = format!("{}{closed}{said}{refused}", talk_at_both());
    assert_eq!(alone(&text, "0").server_sees.read, Some("EOF"));
    for told in by_any_clock(&text) {
        assert_eq!((told.len(), told[0].server_sees.read), (1, Some("ECONNRESET")), "{:?}", told[0].evidence);
        assert_ne!(told[0].cause_name(), Some("state_lost"), "{:?}", told[0].evidence);
        assert!(says(&told[0], "the server had no end to read"), "{:?}", told[0].evidence);
    }
}

/// A device refuses a SYN and lets it pass all the same: the client's kernel had the refusal before the answer.
#[test]
fn a_refusal_that_its_host_never_sent_is_a_devices() {
    let other = talk_at_both().replace("A >", "C >").replace("> A", "> C");
    let syn = at_both("A > B S seq 1000 id 1");
    let forged = "B > A R. seq 0 ack 1001 id 0 file 0 ttl 63\n";
    let answer = at_both("B > A S. seq 5000 ack 1001 id 0") + &at_both("A > B R seq 1001 id 0");
    let text = format!("{other}+0.1 {syn}{forged}{answer}");
    for told in by_any_clock(&text) {
        let told = told.iter().find(|told| told.client == script::CLIENT).unwrap();
        assert_eq!(told.rst_by, Some(Sender::Middlebox), "{:?}", told.evidence);
        assert_eq!(told.client_sees.connect, Some("ECONNREFUSED"), "{:?}", told.evidence);
    }
}

/// Both sides ask whether the other is there, and a device drops all: what either says is no answer.
#[test]
fn probes_of_both_sides_answer_nothing() {
    let talk = talk_at_both();
    let probes = |from: &str, numbers: &str, file: u8, id: u8| -> String {
        let line = |n: u8| format!("+1 {from} . {numbers} id {} file {file} ttl 64\n", id + n);
        (0..4).map(line).collect()
    };
    let client =
        probes("A > B", "seq 1018 ack 5019", 0, 7) + "+1 A > B R. seq 1019 ack 5019 id 11 file 0 ttl 64\n";
    let text = format!("{talk}{client}{}", probes("B > A", "seq 5018 ack 1019", 1, 15));
    let one = alone(&text, "0");
    assert_eq!(one.cause_name(), Some("keepalive_timeout"), "{:?}", one.evidence);
    for told in by_any_clock(&text) {
        assert_eq!((told.len(), told[0].cause_name()), (1, one.cause_name()), "{:?}", told[0].evidence);
        assert!(!says(&told[0], "they were answered"), "{:?}", told[0].evidence);
        assert_eq!(told[0].server_sees.read, alone(&text, "1").server_sees.read);
    }
}

/// Captures of both hosts and of a router between them.
#[test]
fn three_places_are_told_apart() {
    let thrice = |line: &str| {
        let (near, far) = if line.contains("A >") { (0, 2) } else { (2, 0) };
        let plain = line.trim_start_matches(|c: char| !c.is_ascii_uppercase());
        format!("{line} file {near} ttl 64\n+0.004 {plain} file 1 ttl 63\n+0.004 {plain} file {far} ttl 62\n")
    };
    let talk: String = TALK_OF_TWO.map(thrice).concat();
    let asked = thrice("+0.1 A > B P. seq 1019 ack 5019 len 9 id 7");
    // Made between the client and the router.
    let forged = "+0.00005 B > A R. seq 5019 ack 1028 file 0 ttl 62 id 103\n";
    let said = thrice("+0.1 B > A P. seq 5019 ack 1028 len 9 id 103");
    let told = verdicts(&format!("{talk}{asked}{forged}{said}"));
    assert_eq!((told.len(), told[0].rst_by), (1, Some(Sender::Middlebox)), "{:?}", told[0].evidence);
    let own = verdicts(&format!("{talk}{asked}{}", thrice("+0.1 B > A R. seq 5019 ack 1028 id 103")));
    assert_eq!(
        (own.len(), sender(&own[0])),
        (1, (Some(Sender::Side(Side::Server)), Some(Confidence::Certain)))
    );
}

/// The client's RST is lost, and what the server says next is refused: nothing was restarted.
#[test]
fn a_reset_that_was_lost_began_it_all() {
    let abort = "+0.1 A > B R. seq 1019 ack 5019 id 7 file 0 ttl 64\n";
    let said = at_both("+0.02 B > A P. seq 5019 ack 1019 len 4 id 14");
    let refused = at_both("A > B R seq 1019 id 0");
    let text = format!("{}{abort}{said}{refused}", talk_at_both());
    assert_eq!(alone(&text, "1").cause_name(), Some("state_lost"));
    for told in by_any_clock(&text) {
        assert_eq!(
            (told.len(), told[0].rst_by),
            (1, Some(Sender::Side(Side::Client))),
            "{:?}",
            told[0].evidence
        );
        assert_ne!(told[0].cause_name(), Some("state_lost"), "{:?}", told[0].evidence);
        assert_eq!(told[0].server_sees.read, Some("ECONNRESET"), "{:?}", told[0].evidence);
        assert!(says(&told[0], "a capture nearer to the server, which went on, never held it"));
    }
}
