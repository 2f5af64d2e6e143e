use super::*;
use crate::verdict::Call;
use crate::verdict::example;
use crate::verdict::rules::{RULES, find as rule};

mod further;
mod pasted;

use further::{ALONE, FURTHER, INNOCENT};
use pasted::{CALLS, OTHERS, PASTED};

fn found(line: &str) -> &'static str {
    find(line).unwrap_or_else(|| panic!("nothing is found in {line:?}")).text
}

/// Those that are not found as what they are.
fn mistaken(pairs: impl Iterator<Item = (String, &'static str)>) -> Vec<(String, &'static str)> {
    pairs.filter(|(pasted, text)| find(pasted).map(|error| error.text) != Some(*text)).collect()
}

#[test]
fn what_people_paste_is_found_also_inside_a_log_line() {
    let pasted = || PASTED.iter().chain(CALLS).chain(OTHERS).chain(FURTHER);
    let bare = pasted().map(|&(pasted, text)| (pasted.to_owned(), text));
    assert_eq!(mistaken(bare), []);
    let logged = pasted().map(|&(pasted, text)| {
        let line = format!(
            "2026-11-20T19:04:41.230Z [web-7] ERROR request 8f3 to api failed: {pasted} (after 5003 ms)"
        );
        (line, text)
    });
    assert_eq!(mistaken(logged), []);
}

#[test]
fn a_word_that_says_little_is_found_where_it_is_all() {
    for &(pasted, text) in ALONE {
        assert_eq!(found(pasted), text, "{pasted:?}");
    }
}

#[test]
fn case_does_not_matter_but_where_it_is_the_message() {
    for (pasted, text) in [
        ("READ econnreset", "read ECONNRESET"),
        ("Socket Hang Up", "socket hang up"),
        ("remotedisconnected", "RemoteDisconnected"),
        ("sh--", "SH--"),
    ] {
        assert_eq!(found(pasted), text);
    }
}

#[test]
fn every_text_finds_itself() {
    assert_eq!(mistaken(all().map(|error| (error.text.to_owned(), error.text))), []);
    for error in all() {
        assert!(error.meaning.ends_with(['.', ')']) && error.meaning.len() > 20, "{}", error.text);
    }
}

#[test]
fn a_line_without_an_error_text_has_none() {
    for line in [
        "curl: (1) Protocol \"htps\" not supported or disabled in libcurl",
        "",
        "all is well",
        "listening on 0.0.0.0:8080",
        "EOFException",
        "took 1499 ms",
        "SHED load",
        "SocketException: Socket closed",
        "nfs: server 10.0.0.1 not responding, still trying",
        "node 3 of the cluster was disconnected",
    ]
    .iter()
    .chain(INNOCENT)
    {
        assert!(find(line).is_none(), "{line:?} is {:?}", find(line).map(|error| error.text));
    }
}

#[test]
fn every_lead_is_a_cause_and_is_named_once() {
    for error in all() {
        let leads = error.event.leads;
        assert!(!error.event.wire.is_empty(), "{}", error.text);
        // What no packet is behind has no cause among packets.
        assert_eq!(leads.is_empty(), error.event.scope == Scope::Nothing, "{}", error.text);
        for (index, lead) in leads.iter().enumerate() {
            assert!(rule(lead.cause).is_some(), "{}: {}", error.text, lead.cause);
            assert!(leads[index + 1..].iter().all(|other| other.cause != lead.cause), "{}", error.text);
            assert!((20..=110).contains(&lead.tell.chars().count()), "{}: {}", lead.cause, lead.tell);
        }
    }
}

#[test]
fn every_cause_is_behind_some_text_or_known_to_be_invisible() {
    for rule in RULES {
        let visible = all().any(|error| error.event.leads.iter().any(|lead| lead.cause == rule.name));
        let invisible = INVISIBLE.iter().any(|(cause, _)| *cause == rule.name);
        assert!(visible != invisible, "{}", rule.name);
    }
}

/// What `explain CAUSE` says that programs saw has to lead back to that cause.
#[test]
fn what_a_program_says_leads_back_to_the_cause() {
    for rule in RULES.iter().filter(|rule| INVISIBLE.iter().all(|(cause, _)| *cause != rule.name)) {
        let seen = example::seen(rule);
        let mut back = seen.is_empty();
        for seen in seen {
            for &program in Program::SPEAKING {
                let Some(text) = program.says(seen.side, seen.sight, seen.stage) else { continue };
                let error = find(text).unwrap_or_else(|| panic!("{text} is not known"));
                let whose = [program, Program::Any];
                assert!(whose.contains(&error.program), "{text} is {}", error.text);
                back |= error.event.leads.iter().any(|lead| lead.cause == rule.name);
            }
        }
        assert!(back, "{}: {:?}", rule.name, example::seen(rule));
    }
}

#[test]
fn each_program_is_named_once_among_those_that_say_the_same() {
    for error in all() {
        let programs: Vec<Program> = kin(error).map(|other| other.program).collect();
        assert!(!programs.contains(&error.program), "{}", error.text);
        for (index, program) in programs.iter().enumerate() {
            assert!(!programs[index + 1..].contains(program), "{}: {program:?}", error.text);
        }
    }
}

#[test]
fn sides_fit_their_witnesses() {
    for error in all() {
        let proxied = matches!(error.witness, Witness::Upstream | Witness::Downstream);
        assert!(
            !proxied
                || matches!(
                    error.program,
                    Program::Nginx | Program::Haproxy | Program::Envoy | Program::Proxy | Program::Balancer
                )
        );
        let of_connect = error.sight.is_some_and(|sight| sight.call == Call::Connect);
        assert!(
            !of_connect || matches!(error.witness, Witness::Client | Witness::Upstream | Witness::Either)
        );
    }
}
