use super::*;
use crate::decode::{SeqNumber, script};
use crate::flow::{Acceptance, Close, ConnState, End, Roles, Side};

/// Plays a script through a table, in batches of `batch`.
fn play_in(batch: usize, text: &str) -> Vec<Close> {
    let played = script::parse(text).unwrap();
    let mut table = FlowTable::new(Settings::default());
    let mut closes = Vec::new();
    for part in played.chunks(batch) {
        let pdus: Vec<Pdu<'_>> = part.iter().map(script::Scripted::pdu).collect();
        table.observe(&pdus, &mut |close| closes.push(close.into_close()));
    }
    table.finish(ObservedUntil::Eof, &mut |close| closes.push(close.into_close()));
    assert!(table.is_empty());
    closes
}

fn play(text: &str) -> Vec<Close> {
    play_in(32, text)
}

/// The only connection of a script.
fn one(text: &str) -> Close {
    let mut closes = play(text);
    assert_eq!(closes.len(), 1, "{closes:#?}");
    closes.remove(0)
}

const OPEN: &str = "A > B S\nB > A S.\nA > B .\n";
const ASKED: &str = "A > B S\nB > A S.\nA > B .\nA > B P. len 50\nB > A .\n";

#[test]
fn a_normal_close_has_zeeks_words() {
    let close = one(&format!("{ASKED}B > A P. len 80\nA > B .\nA > B F.\nB > A F.\nA > B ."));
    assert_eq!((close.conn_state, close.history.to_string().as_str()), (ConnState::Sf, "ShADadFf"));
    assert_eq!((close.roles, close.until), (Roles::Handshake, ObservedUntil::Close));
    assert!(close.reset.is_none() && close.rtt.is_some());
    assert_eq!((close.half(Side::Client).bytes, close.half(Side::Server).bytes), (50, 80));
}

#[test]
fn a_refusal_takes_only_the_right_acknowledgement() {
    let close = one("A > B S\nB > A R.");
    assert_eq!((close.reset.unwrap().acceptance, close.conn_state), (Acceptance::AnswersSyn, ConnState::Rej));
    let close = one("A > B S\nB > A R. ack 7");
    assert!(close.reset.is_none());
    assert_eq!(close.ignored_resets, 1);
}

#[test]
fn a_challenged_reset_does_not_end_a_connection() {
    let close = one(&format!(
        "{ASKED}B > A R seq 5501\nA > B .\nB > A P. len 80\nA > B .\nA > B F.\nB > A F.\nA > B ."
    ));
    assert!(close.reset.is_none());
    assert_eq!((close.ignored_resets, close.until), (1, ObservedUntil::Close));
}

#[test]
fn a_connection_that_demonstrably_lives_on_was_not_reset() {
    let close = one(&format!("{ASKED}B > A R seq 5001\nB > A P. len 80\nA > B .\nA > B P. len 50\nB > A ."));
    assert!(close.reset.is_none());
    assert_eq!(close.until, ObservedUntil::Eof);
}

#[test]
fn a_doubtful_reset_is_refuted_by_who_goes_on_after_it() {
    let forged =
        format!("{ASKED}B > A P. len 80\nA > B .\n+1 B > A R seq 7000\nA > B . ack 5081\nB > A R seq 9900\n");
    let close = one(&format!(
        "{forged}+0.4 A > B P. len 11 ack 5081\nB > A . seq 5081\n+60 A > B F. ack 5081\nB > A F. seq 5081"
    ));
    assert!(close.reset.is_none(), "{:?}", close.reset);
    assert_eq!((close.ignored_resets, close.until), (2, ObservedUntil::Close));
    // What was under way when it came, and the other side's answer, refute nothing.
    let under_way = one(&format!("{forged}A > B P. len 11 ack 5081\nB > A . seq 5081"));
    assert!(under_way.reset.is_some());
}

#[test]
fn segments_under_way_do_not_contradict_a_reset() {
    let close =
        one(&format!("{OPEN}B > A P. len 80\nB > A P. len 80\nA > B R.\nB > A P. len 80\nA > B R seq 1001"));
    let reset = close.reset.unwrap();
    assert_eq!((reset.by, reset.after.at(End::High).segments), (End::Low, 1));
    assert_eq!(reset.before.at(End::High).snd_nxt, SeqNumber(5161));
}

#[test]
fn a_reply_names_the_segment_that_it_answers() {
    let close = one(&format!("{ASKED}B > A F.\nA > B .\nA > B P. len 50\nB > A R"));
    assert_eq!(close.reset.unwrap().prompt.unwrap().frame, 8);
}

#[test]
fn a_new_syn_on_the_same_ports_is_another_connection() {
    let closes = play(&format!("{OPEN}A > B R.\nA > B S seq 9000\nB > A S. seq 7000\nA > B . seq 9001"));
    assert_eq!(closes.len(), 2);
    assert!(closes[0].reset.is_some() && closes[1].reset.is_none());
    let after_fin = play(&format!("{OPEN}B > A F.\nA > B .\nA > B F.\nB > A .\nA > B S seq 90000"));
    assert_eq!(after_fin.len(), 2);
    assert_eq!(play("A > B S seq 100\n+30 A > B S seq 900").len(), 2);
}

#[test]
fn a_stray_syn_is_believed_only_when_it_is_answered() {
    let stray = format!("{OPEN}A > B S seq 90000\n");
    assert_eq!(play(&format!("{stray}B > A . ack 1001\nB > A P. len 5 ack 1001")).len(), 1);
    let split = play(&format!("{stray}B > A S. seq 70000 ack 90001\nA > B . seq 90001 ack 70001"));
    assert_eq!(split.len(), 2);
    assert_eq!(split[1].start.frame, 4);
}

#[test]
fn late_segments_open_no_ghost() {
    let late = "+6 A > B .\n+60 B > A R\n+100 B > A R\n";
    assert_eq!(play(&format!("{OPEN}B > A R.\n{late}")).len(), 1);
    assert_eq!(play(&format!("{OPEN}B > A R.\n{late}+200 B > A R")).len(), 2);
}

#[test]
fn simultaneous_open_and_close_are_one_connection() {
    let close = one(
        "A > B S\nB > A S\nA > B S. seq 1000\nB > A S. seq 5000\nA > B P. len 9\nA > B F.\nB > A F. ack 1010\nA > B .\nB > A .",
    );
    assert!(close.reset.is_none() && close.fins.at(End::Low).is_some() && close.fins.at(End::High).is_some());
}

#[test]
fn a_syn_that_was_captured_after_its_answer_belongs_to_it() {
    let close = one("B > A S. ack 1001\nA > B S\nA > B .\nA > B P. len 5\nB > A .");
    assert_eq!(close.roles, Roles::Handshake);
    assert_eq!(close.endpoint(Side::Server).port, 80);
    assert!(close.handshake_seen());
}

/// A tap with a clock for each direction may show more of the server's before it.
#[test]
fn a_syn_may_be_captured_behind_all_that_answers_its_burst() {
    let rest = "A > B .\nA > B P. len 59\nA > B .\nA > B F.\nB > A . ack 1061";
    let close = one(&format!("B > A S. ack 1001\nB > A . ack 1060\nA > B S\n{rest}"));
    assert_eq!((close.half(Side::Client).packets, close.half(Side::Server).packets), (5, 3));
    assert_eq!(play(&format!("B > A S. ack 1001\nB > A . ack 90000\nA > B S\n{rest}")).len(), 2);
}

#[test]
fn idleness_expires_nothing_but_unanswered_attempts() {
    let closes = play(&format!("{OPEN}+7200 B > A R."));
    assert_eq!(closes.len(), 1);
    assert!(closes[0].reset.is_some());
    let closes = play("A > B S\n+1 A > B again\n+200 B > A P. len 4 seq 1 ack 1");
    assert_eq!((closes.len(), closes[0].until), (2, ObservedUntil::Expired));
}

#[test]
fn the_same_frame_twice_counts_once_and_a_retransmission_does_not() {
    let played = script::parse(&format!("{ASKED}B > A R.")).unwrap();
    let mut table = FlowTable::new(Settings::default());
    let mut closes = Vec::new();
    let twice: Vec<_> = played.iter().flat_map(|s| [s, s]).map(script::Scripted::pdu).collect();
    let duplicates = table.observe(&twice, &mut |close| closes.push(close.into_close()));
    table.finish(ObservedUntil::Eof, &mut |close| closes.push(close.into_close()));
    assert_eq!((duplicates, closes.len()), (6, 1));
    let close = one(&format!("{ASKED}+0.3 A > B again"));
    assert_eq!((close.half(Side::Client).retransmits, *close.unanswered.at(End::Low)), (1, 1));
}

#[test]
fn the_oldest_give_way_and_are_counted() {
    let mut table = FlowTable::new(Settings { max_flows: 2, ..Settings::default() });
    let mut closes = Vec::new();
    for port in 1..=5_u16 {
        let script::Scripted::Segment(mut syn, _) = script::parse("A > B S").unwrap()[0].clone() else {
            panic!()
        };
        syn.src.port = port;
        syn.ts = Timestamp::from_parts(1_700_000_000 + u64::from(port), 0);
        table.observe(&[Pdu::Segment(syn, &[])], &mut |close| closes.push(close.into_close()));
    }
    table.advance(table.now(), &mut |close| closes.push(close.into_close()));
    assert_eq!((table.len(), table.counts().evicted), (2, 3));
    let ports: Vec<_> = closes.iter().map(|close| close.endpoint(Side::Client).port).collect();
    assert_eq!(ports, [1, 2, 3]);
    assert!(closes.iter().all(|close| close.until == ObservedUntil::Evicted));
}

#[test]
fn batch_size_changes_nothing() {
    let text = format!("{ASKED}B > A P. len 80\nA > B .\n+5 B > A F.\nA > B P. len 50\nB > A R");
    let shown = |batch| format!("{:?}", play_in(batch, &text));
    assert_eq!(shown(1), shown(7));
    assert_eq!(shown(1), shown(32));
}
