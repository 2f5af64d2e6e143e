//! What holds for every rule on the shelf.

use super::*;
use crate::decode::{Pdu, script};
use crate::flow::Side;
use crate::verdict::example::{conclude, verdict};
use crate::verdict::{Confidence, Sender, Verdict};

#[test]
fn names_are_unique_words() {
    for (index, rule) in RULES.iter().enumerate() {
        assert!(rule.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", rule.name);
        assert!(RULES[index + 1..].iter().all(|other| other.name != rule.name), "{}", rule.name);
        assert_eq!(find(rule.name).unwrap().name, rule.name);
    }
    assert_eq!(RULES.last().unwrap().name, "unexplained");
}

#[test]
fn every_rule_is_whole() {
    for rule in RULES {
        assert!(rule.title.chars().count() <= 60, "{}: {}", rule.name, rule.title);
        for heading in ["What happened: ", "How it is told: ", "Not to be confused with: ", "What to do: "] {
            assert!(
                rule.doc.lines().any(|line| line.starts_with(heading)),
                "{} lacks '{heading}'",
                rule.name
            );
        }
        assert!(!rule.sources.is_empty(), "{} cites nothing", rule.name);
        assert!(
            rule.cases.iter().any(|case| case.hit) && rule.cases.iter().any(|case| !case.hit),
            "{}",
            rule.name
        );
    }
}

#[test]
fn every_rule_wins_its_hits_and_leaves_its_misses_to_others() {
    for rule in RULES {
        for case in rule.cases {
            let verdict = verdict(case.script);
            let won = verdict.cause_name() == Some(rule.name);
            assert_eq!(
                won, case.hit,
                "{}: {}: got {:?}\n{}",
                rule.name, case.about, verdict.cause, case.script
            );
        }
    }
}

#[test]
fn every_winner_shows_facts_that_exist_and_says_what_to_do() {
    for case in RULES.iter().flat_map(|rule| rule.cases) {
        let frames = script::parse(case.script).unwrap().len() as u64;
        let verdict = verdict(case.script);
        let Some(cause) = verdict.cause else { continue };
        assert!(!verdict.evidence.is_empty(), "{:?}: {}", cause.rule, case.about);
        assert!(
            verdict.evidence.iter().all(|fact| fact.frame.is_none_or(|frame| (1..=frames).contains(&frame)))
        );
        let advice = verdict.advice.unwrap();
        assert!(advice.ends_with('.') && advice.len() > 30, "{:?}: {advice}", cause.rule);
    }
}

#[test]
fn nobody_tells_a_fact_twice() {
    for case in RULES.iter().flat_map(|rule| rule.cases) {
        let mut told: Vec<_> =
            verdict(case.script).evidence.into_iter().map(|fact| (fact.frame, fact.fact)).collect();
        let before = told.len();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), before, "{}: {told:?}", case.script);
    }
}

#[test]
fn what_is_not_seen_makes_less_sure() {
    let whole = "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A .\n+1 B > A F.\nA > B F.\nB > A .";
    let without_handshake = &whole[whole.find("A > B P").unwrap()..];
    let one_way = "A > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\n+1 A > B R.";
    let sure = |text: &str| verdict(text).cause.unwrap().confidence;
    assert_eq!(sure(whole), Confidence::Certain);
    assert_eq!(sure(without_handshake), Confidence::Likely);
    assert_eq!(sure(one_way), Confidence::Possible);
    // A client that resets was answered: the answer was not captured.
    assert_eq!(sure("A > B S\nA > B R. seq 1001 ack 5001"), Confidence::Possible);
}

#[test]
fn of_the_asking_side_alone_nobody_knows_that_it_was_not_answered() {
    let asked = "A > B S\nA > B . seq 1001 ack 5001\nA > B P. seq 1001 ack 5001 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let acks = (6..30).map(|n| format!("A > B . seq 1028 ack {n}000")).collect::<Vec<_>>().join("\n");
    assert_eq!(verdict(&format!("{asked}{acks}\nA > B F. seq 1028 ack 29000")).cause_name(), None);
    assert_eq!(verdict(&format!("{asked}+1 A > B F. seq 1028 ack 5001")).cause_name(), Some("client_abort"));
}

#[test]
fn an_icmp_error_is_what_a_program_sees_once_its_kernel_gives_up() {
    let open = "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+1 A > B P. len 9\n";
    let again = "+0.2 A > B again\n+0.4 A > B again\n+0.8 A > B again";
    let told = verdict(&format!("{open}B > A unreachable\n{again}"));
    assert_eq!((told.client_sees.read, told.cause_name()), (Some("EHOSTUNREACH"), Some("peer_vanished")));
    assert_eq!(verdict(&format!("{open}{again}")).client_sees.read, Some("ETIMEDOUT"));
}

#[test]
fn a_half_close_is_no_leaving() {
    let asked = "A > B S\nB > A S.\nA > B .\nA > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let whole =
        "+1 B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nabc\"\nA > B .\nB > A F.\nA > B .";
    assert_eq!(verdict(&format!("{asked}A > B F.\nB > A .\n{whole}")).cause_name(), None);
    let part = "+1 B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nabc\"\nA > B .\n";
    let cut = verdict(&format!("{asked}A > B F.\nB > A .\n{part}+1 B > A R."));
    assert_eq!((cut.cause_name(), cut.fin_by), (Some("response_cut"), Some(Side::Client)));
    assert_eq!(cut.cause.unwrap().confidence, Confidence::Likely);
    assert!(cut.evidence.iter().any(|fact| fact.fact.contains("half-closed (FIN)")), "{:?}", cut.evidence);
    let never = verdict(&format!("{asked}A > B F.\nB > A .\n+2 B > A F.\nA > B ."));
    assert_eq!(
        (never.cause_name(), never.cause.unwrap().confidence),
        (Some("client_abort"), Confidence::Likely)
    );
    assert!(
        never.alternatives.iter().any(|other| other.rule.name == "no_response"),
        "{:?}",
        never.alternatives
    );
    let waited = verdict(&format!("{asked}B > A .\n+2 A > B F.\nB > A F.\nA > B ."));
    assert_eq!(waited.cause.unwrap().confidence, Confidence::Certain);
}

#[test]
fn who_gave_up_was_not_restarted() {
    let shut = "A > B S\nB > A S.\nA > B .\nA > B P. len 90\nB > A . win 0\n";
    let probes = "+0.3 A > B . seq 1090\nB > A . win 0\n+0.6 A > B . seq 1090\nB > A . win 0\n";
    let told = verdict(&format!("{shut}{probes}+5 B > A . win 900\nA > B R seq 1091"));
    assert_eq!(
        (told.cause_name(), told.cause.unwrap().confidence),
        (Some("state_lost"), Confidence::Possible)
    );
    assert!(told.advice.as_deref().unwrap().contains("window was shut"), "{:?}", told.advice);
}

#[test]
fn a_refusal_that_is_passed_on_is_no_abort_for_certain() {
    let handshake = "A > B S tsval 1\nB > A S. tsval 1\nA > B . tsval 2\n";
    let passed_on = verdict(&format!("{handshake}B > A R."));
    assert_eq!(passed_on.cause.unwrap().confidence, Confidence::Possible);
    assert!(passed_on.advice.as_deref().unwrap().contains("SYN proxy"), "{:?}", passed_on.advice);
    let aborted = verdict(&format!("{handshake}B > A R. tsval 2"));
    assert_eq!(aborted.cause.unwrap().confidence, Confidence::Likely);
}

#[test]
fn a_hello_that_is_answered_in_clear_fails_for_the_client() {
    let hello = "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A .\n";
    let clear =
        verdict(&format!("{hello}B > A P. \"HTTP/1.1 400 Bad Request\\r\\n\\r\\n\"\nA > B .\nA > B R."));
    assert_eq!(
        (clear.cause_name(), clear.harm),
        (Some("tls_handshake_reset"), Some(crate::verdict::Harm::Harmful))
    );
    assert!(clear.evidence[0].fact.contains("is no TLS"), "{:?}", clear.evidence);
    let probed = verdict(&format!("{hello}B > A P. hex 160303000102\nA > B .\nA > B R."));
    assert!(probed.evidence.iter().all(|fact| !fact.fact.contains("is no TLS")), "{:?}", probed.evidence);
}

#[test]
fn silence_is_told_by_what_came_after_it_began() {
    let asked = "A > B S\nB > A S.\nA > B .\nA > B P. len 50\n";
    let dark = "+1 B > A P. len 90\n+0.2 B > A again\n+0.4 B > A again\n+0.8 B > A again\n+1.6 B > A again\n+3 B > A again";
    let half_closed = verdict(&format!("{asked}A > B F.\nB > A .\n{dark}"));
    assert_eq!(half_closed.cause.unwrap().confidence, Confidence::Certain);
    assert!(half_closed.evidence[0].fact.contains("got no answer"), "{:?}", half_closed.evidence);
    let slow = "A > B S\n+1 A > B again\nB > A S.\n+1 B > A again\n+2 B > A again\n+4 B > A again";
    let never_again = verdict(slow);
    assert_eq!(never_again.cause.unwrap().confidence, Confidence::Possible);
    assert!(never_again.evidence[0].fact.contains("got no answer"), "{:?}", never_again.evidence);
}

#[test]
fn what_the_server_forgot_says_nothing_of_what_the_client_did() {
    let forgotten =
        "C > B S\nB > C S.\nC > B .\nC > B P. len 9\nB > C P. len 9\nC > B .\n+0.5 C > B P. len 9\nB > C R\n";
    let by_client = "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n";
    let told = verdict(&format!("{by_client}{forgotten}+2 B > A P. len 9\nA > B R"));
    assert_eq!(told.cause_name(), Some("state_lost"));
    assert!(told.evidence.iter().all(|fact| !fact.fact.contains("another")), "{:?}", told.evidence);
}

#[test]
fn of_one_direction_nothing_is_certain_but_that_a_syn_has_no_answer() {
    let left =
        "A > B S\nA > B . seq 1001 ack 5001\nA > B P. seq 1001 ack 5001 len 9\n+1 A > B R. seq 1010 ack 5901";
    let unanswered = "A > B S\n+1 A > B again\n+2 A > B again\n+4 A > B again";
    let sure = |text: &str| verdict(text).cause.map(|cause| cause.confidence);
    assert_eq!(sure(left), Some(Confidence::Possible));
    assert_eq!(sure(unanswered), Some(Confidence::Certain));
}

#[test]
fn a_reset_that_overtook_its_own_host_was_not_forged() {
    let stamped = |data: u32, reset: u32| {
        format!(
            "A > B S tsval 10\nB > A S. tsval 70\nA > B . tsval 11\nA > B P. len 9 tsval 12\n\
             +0.03 B > A R. seq 5101 tsval {reset}\n+0.03 B > A P. seq 5001 len 100 tsval {data}"
        )
    };
    let by = |data, reset| verdict(&stamped(data, reset)).rst_by;
    assert_eq!(by(100, 102), Some(Sender::Side(Side::Server)));
    assert_eq!(by(130, 102), Some(Sender::Middlebox));
}

#[test]
fn a_reset_with_its_hosts_marks_that_comes_too_soon_is_possibly_forged() {
    let far = |tsval: &str| {
        format!(
            "A > B S tsval 1\n+0.08 B > A S. tsval 1\nA > B . tsval 81\nA > B P. len 9 tsval 82\n\
             +0.08 B > A P. len 9 tsval 82\nA > B . tsval 162\n+1 A > B P. len 9 tsval 1163\nB > A R. {tsval}"
        )
    };
    let unmarked = verdict(&far("id 9000"));
    let marked = verdict(&far("tsval 1163"));
    assert_eq!(
        (unmarked.rst_by, unmarked.rst_by_confidence),
        (Some(Sender::Middlebox), Some(Confidence::Likely))
    );
    assert_eq!(
        (marked.rst_by, marked.rst_by_confidence),
        (Some(Sender::Middlebox), Some(Confidence::Possible))
    );
}

#[test]
fn a_reset_is_too_soon_only_after_the_first_segment_that_it_can_answer() {
    let stream = |segments: usize| {
        format!(
            "A > B S\n+0.08 B > A S.\nA > B .\nA > B P. len 9\n+0.08 B > A P. len 9\nA > B .\n\
             +1 A > B P. len 100\n+0.078 A > B P. len 100\n{}+0.0001 B > A R seq 5010",
            "+0.0001 A > B P. len 100\n".repeat(segments)
        )
    };
    // With few segments all are kept, with many the one that is answered is not.
    for segments in [1, 30] {
        assert_eq!(verdict(&stream(segments)).rst_by, Some(Sender::Side(Side::Server)), "{segments}");
    }
}

#[test]
fn a_hidden_record_of_an_alerts_length_is_an_answer_where_the_fin_comes_much_later() {
    let record = |len: usize| format!("hex 170303{len:04x}{}", "aa".repeat(len));
    let finished = record(69);
    let (short, question) = (record(19), record(40));
    let closes = |pause: &str| {
        format!(
            "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A P. hex 160303000102\n\
             B > A P. {finished}\nA > B P. {finished}\nA > B P. {question}\nB > A P. {short}\nA > B .\n\
             {pause} B > A F.\nA > B F.\nB > A ."
        )
    };
    assert_eq!(verdict(&closes("+0.001")).cause_name(), Some("no_response"));
    assert_eq!(verdict(&closes("+0.7")).cause_name(), None);
}

/// The verdict on a script of which one frame was not captured.
fn verdict_without(text: &str, frame: u64) -> Option<Verdict> {
    let played = script::parse(text).ok()?;
    let kept = played.iter().map(script::Scripted::pdu).filter(|pdu| match pdu {
        Pdu::Segment(segment, _) => segment.frame != frame,
        Pdu::Icmp(error) => error.frame != frame,
    });
    conclude(&kept.collect::<Vec<_>>())
}

#[test]
fn evidence_that_is_taken_away_is_missed() {
    let sure = |verdict: &Verdict| verdict.cause.map(|finding| (finding.rule.name, finding.confidence));
    let mut idle = Vec::new();
    for (rule, case) in
        RULES.iter().flat_map(|rule| rule.cases.iter().filter(|case| case.hit).map(move |case| (rule, case)))
    {
        let whole = verdict(case.script);
        for fact in &whole.evidence {
            let Some(frame) = fact.frame else { continue };
            let without = verdict_without(case.script, frame);
            let lowered = without.as_ref().is_none_or(|without| {
                without.cause_name() != whole.cause_name()
                    || sure(without) < sure(&whole)
                    || without.evidence != whole.evidence
            });
            if !lowered {
                idle.push(format!("{}: {}: frame {frame}: {}", rule.name, case.about, fact.fact));
            }
        }
    }
    assert!(idle.is_empty(), "facts that nothing rests on:\n{}", idle.join("\n"));
}
