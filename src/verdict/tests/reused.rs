//! Connections that a client uses again although they are over: who ended them, and why.

use crate::time::Span;
use crate::verdict::example::{cause, verdict};
use crate::verdict::{Confidence, Harm, How, Side};

use super::story::record;

/// A server that closes right behind an answer has a reason, of which HTTP's are none where something else is spoken, or where its answer
/// did not announce it.
#[test]
fn an_end_is_announced_only_where_it_was() {
    let advice = |open: &str, again: &str| {
        let told =
            verdict(&format!("A > B S\nB > A S.\nA > B .\n{open}B > A F.\nA > B .\n+0.2 {again}B > A R"));
        assert_eq!(told.cause_name(), Some("stale_keepalive"), "{:?}", told.evidence);
        told.advice.unwrap_or_default()
    };
    let get = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let answer = |more: &str| {
        format!("{get}B > A P. \"HTTP/1.1 200 OK\\r\\n{more}Content-Length: 0\\r\\n\\r\\n\"\nA > B .\n")
    };
    let silent = advice(&answer(""), get);
    assert!(silent.contains("restart or a kill") && !silent.contains("Connection: close"), "{silent}");
    let announced = advice(&answer("Connection: close\\r\\n"), get);
    assert!(announced.contains("had announced") && !announced.contains("restart"), "{announced}");
    let ping = "A > B P. \"*1\\r\\n$4\\r\\nPING\\r\\n\"\n";
    let redis = advice(&format!("{ping}B > A P. \"+PONG\\r\\n\"\nA > B .\n"), ping);
    assert!(redis.contains("shutdown or a restart") && !redis.contains("HTTP"), "{redis}");
}

/// Connections that a process takes with it had been idle for various times, and somebody still waited on one of them.
#[test]
fn who_waits_on_a_server_that_ends_learns_that_others_ended_too() {
    let get = "P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"";
    let answer = "P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"";
    let open =
        |client: &str| format!("{client} > B S\nB > {client} S.\n{client} > B .\n{client} > B {get}\n");
    let idle = |client: &str| format!("{}B > {client} {answer}\n{client} > B .\n", open(client));
    let end = |client: &str| format!("B > {client} F.\n{client} > B F.\nB > {client} .\n");
    let ends = ["C", "D", "A"].map(end).concat();
    let advice = |pause: &str| {
        let talk = format!("{}{pause}{}+1.5 {}+0.4 ", idle("C"), idle("D"), open("A"));
        let told = verdict(&format!("{talk}{ends}"));
        assert_eq!(told.cause_name(), Some("no_response"), "{:?}", told.evidence);
        told.advice.unwrap_or_default()
    };
    let killed = advice("+2 ");
    assert!(killed.contains("2 others at that moment") && !killed.contains("timeout"), "{killed}");
    // Others that had been idle for one time may have had their timeout.
    assert!(advice("").contains("timeout of that length"), "{}", advice(""));
}

/// What comes behind an answer is the next request only if it is one: a program may write something else where it reads the end.
#[test]
fn what_is_no_request_is_not_called_one() {
    let get = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let answer = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B .\n";
    let told = |said: &str| {
        verdict(&format!("A > B S\nB > A S.\nA > B .\n{get}{answer}B > A F.\nA > B .\n{said}B > A R"))
    };
    assert_eq!(told(get).cause_name(), Some("stale_keepalive"));
    assert_eq!(told("A > B P. \"GE\"\n").cause_name(), Some("stale_keepalive"));
    let other = told("A > B P. \"more\"\n");
    assert_eq!(other.cause_name(), Some("write_after_close"), "{:?}", other.evidence);
}

/// At the server's end the request comes behind the RST, and was on its way by then.
#[test]
fn a_request_that_meets_an_abort_is_lost_at_whichever_end_it_is_seen() {
    let open = "A > B S\nB > A S.\n+0.2 A > B .\n";
    let talk = "A > B P. len 28\nB > A P. len 43\n+0.2 A > B .\n+3 B > A R.\n";
    let told = |later: &str| verdict(&format!("{open}{talk}{later} A > B P. len 28\nB > A R seq 5044"));
    let lost = told("+0.13");
    assert_eq!(cause(&lost), (Some("stale_keepalive"), Some(Harm::Harmful)), "{:?}", lost.evidence);
    assert_eq!(lost.cause.unwrap().confidence, Confidence::Likely);
    assert_eq!(told("+0.3").cause_name(), Some("aborted_by_application"));
}

/// An answer that refuses what is still being sent, and names no length, ends where the server closes.
#[test]
fn a_refusal_without_a_length_is_not_cut() {
    let post = "A > B P. \"POST / HTTP/1.1\\r\\nHost: b\\r\\nContent-Length: 9000\\r\\n\\r\\nhalf\"\n";
    let told = |status: &str| {
        let answer = format!("B > A P. \"HTTP/1.1 {status}\\r\\n\\r\\n\"\n");
        verdict(&format!("A > B S\nB > A S.\nA > B .\n{post}{answer}A > B P. len 400\nB > A R."))
    };
    assert_eq!(told("400 Bad Request").cause_name(), Some("unread_data_at_close"));
    assert_eq!(told("200 OK").cause_name(), Some("response_cut"));
}

/// What all had been idle for a round time a timeout may have closed; where the port lets nobody in any more, its program has gone.
#[test]
fn a_port_that_refuses_right_after_tells_of_a_restart() {
    let get = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let answer = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B .\n";
    let before = "A > B S\nB > A S.\nA > B .\n";
    let advice = |name: &str, talk: &str, more: &str| {
        let told = verdict(&format!("{before}{get}{talk}{more}"));
        assert_eq!(told.cause_name(), Some(name), "{:?}", told.evidence);
        let seen = told.evidence.iter().any(|fact| fact.fact.contains("refused a new connection"));
        (told.advice.unwrap_or_default(), seen)
    };
    let refused = "D > B S\nB > D R.\n";
    let let_in = "D > B S\nB > D S.\nD > B .\nD > B R.\n";
    let again = format!("{answer}+5 B > A F.\nA > B .\n+0.2 {get}B > A R\n");
    let (told, seen) = advice("stale_keepalive", &again, refused);
    assert!(told.contains("no timeout, but a shutdown") && seen, "{told}");
    // Long after, nobody knows what for.
    for other in [let_in.to_owned(), format!("+9 {refused}")] {
        let (told, seen) = advice("stale_keepalive", &again, &other);
        assert!(told.contains("idle timeout below 5") && !seen, "{other}: {told}");
    }
    let (told, seen) = advice("no_response", "B > A .\n+2 B > A F.\nA > B F.\nB > A .\n", refused);
    assert!(told.contains("refused a new connection") && seen, "{told}");
    let cut = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nok\"\nA > B .\n+2 B > A R.\n";
    let (told, seen) = advice("response_cut", cut, refused);
    assert!(told.contains("refused a new connection") && seen, "{told}");
    // Whoever it lets in later is answered by a program that is there.
    let back = format!("{refused}+0.4 {before}{get}B > A .\n+0.1 B > A F.\nA > B F.\nB > A .");
    let told = verdict(&format!("C > B S\nB > C S.\nC > B .\nC > B R.\n+3 {back}"));
    assert!(told.evidence.iter().all(|fact| !fact.fact.contains("refused new")), "{:?}", told.evidence);
    // What answers in its stead may be a firewall that began to refuse.
    let (told, seen) = advice("state_lost", &format!("{answer}+0.2 {get}B > A R\n"), refused);
    assert!(told.contains("firewall") && seen, "{told}");
    // Who forgot what was idle and lets nobody in was restarted.
    let forgotten = format!("{answer}+60 {get}B > A R\n");
    let (_, seen) = advice("state_lost", &forgotten, refused);
    assert!(seen);
    advice("idle_timeout", &forgotten, let_in);
}

/// A server that says why it closes an idle connection (408) may cross the next request: it answers what it acknowledges.
#[test]
fn what_a_server_says_as_it_closes_answers_no_request_that_crossed_it() {
    let get = "\"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let open = format!("A > B S\nB > A S.\n+0.2 A > B .\nA > B P. {get}");
    let answer = "+0.2 B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nA > B .\n";
    let late = "\"HTTP/1.1 408 Request Timeout\\r\\nConnection: close\\r\\nContent-Length: 0\\r\\n\\r\\n\"\n";
    let met = |ack: u32| {
        let closed = format!("+0.1 B > A PF. ack {ack} {late}");
        let told = verdict(&format!(
            "{open}{answer}+5 A > B P. {get}{closed}A > B .\n+0.1 B > A R seq 5039\n+0.1 B > A R seq 5112"
        ));
        (told.cause_name(), told.client_sees.read)
    };
    assert_eq!(met(1028), (Some("stale_keepalive"), Some("EOF")));
    assert_ne!(met(1055).0, Some("stale_keepalive"));
}

/// A ServerHello, then what ends both sides' handshakes of TLS 1.2, and a question that has its answer.
const SESSION: &str = "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\n\
B > A P. hex 160303000402000000140303000101160303000420202020\nA > B P. hex 140303000101160303000420202020\nB > A .\n";

fn session() -> String {
    format!("{SESSION}A > B P. hex {}\nB > A P. hex {}\nA > B .\n", record(60), record(99))
}

/// What a client asks of a server that has closed is lost, whether or not it reads the end and closes before the RST comes.
#[test]
fn who_closes_upon_the_end_of_what_it_asked_has_lost_that_all_the_same() {
    let bye = format!("1503030013{}", "61".repeat(19));
    let told = |len: u16| {
        let asks = format!(
            "+0.7 A > B P. hex {}\nA > B P. hex {bye}\nA > B F.\n+0.02 B > A R seq 5154",
            record(len)
        );
        verdict(&format!("{}+1.5 B > A P. hex {bye}\nB > A F.\nA > B .\n{asks}", session()))
    };
    for (words, harm) in [(40, Some(Harm::Harmful)), (14, None)] {
        let told = told(17 + words);
        assert_eq!(cause(&told), (Some("stale_keepalive"), harm), "{words}: {:?}", told.evidence);
    }
    // As few are a last word, and nobody's request.
    let told = told(17 + 5);
    let found = (Some("write_after_close"), Some(Harm::Harmless));
    assert_eq!(cause(&told), found, "{:?}", told.evidence);
}

/// A database says why it ends an idle session, which nobody can read in TLS: that is part of the end, not an answer before it.
#[test]
fn what_a_server_says_unasked_as_it_closes_ends_no_idle_time() {
    let why = format!("B > A P. hex {}\n", record(120));
    let bye = format!("B > A P. hex 1503030013{}\n", "61".repeat(19));
    let again = format!("A > B .\n+0.7 A > B P. hex {}\nB > A R", record(60));
    let told = |said: &str| verdict(&format!("{}{said}B > A F.\n{again}", session()));
    for said in [format!("+3 {why}{bye}"), format!("+3 {why}")] {
        let told = told(&said);
        assert_eq!(told.cause_name(), Some("stale_keepalive"), "{:?}", told.evidence);
        let idle = told.idle_before.map(Span::as_secs_f64);
        assert!(idle.is_some_and(|idle| idle > 3.0), "{:?}", told.evidence);
        let advice = told.advice.unwrap_or_default();
        assert!(advice.contains("3.00 s idle") && !advice.contains("after its last message"), "{advice}");
    }
    // What comes again and again is a stream, and what is long an answer.
    let long = "B > A P. len 1400\n";
    for said in [format!("+3 {why}+3 {why}"), format!("+3 {long}{long}")] {
        let told = told(&said);
        assert!(told.idle_before.is_some_and(|idle| idle < Span::from_secs(1)), "{:?}", told.evidence);
    }
}

/// Whoever still has an earlier connection acknowledges that one: its numbers are none of the new one's, nor is the RST that ends it.
#[test]
fn what_answers_for_an_earlier_connection_is_none_of_the_next() {
    let met = "A > B S\nB > A . seq 90000 ack 5000000\nA > B R seq 5000000\n";
    let talk = "+3 A > B S seq 1000\nB > A S. seq 5000 ack 1001\nA > B . seq 1001 ack 5001\n\
        A > B P. seq 1001 ack 5001 \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
        B > A P. seq 5001 ack 1028 \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B . seq 1028\n";
    let left = verdict(&format!("{met}{talk}+70 A > B R. seq 1028"));
    assert_eq!((left.how, left.rst_claimed), (How::Reset, Some(Side::Client)), "{:?}", left.evidence);
    assert_eq!(left.cause_name(), Some("idle_timeout"), "{:?}", left.evidence);
    let closed = verdict(&format!("{met}{talk}A > B F. seq 1028\nB > A F. seq 5042\nA > B ."));
    assert_eq!((closed.how, closed.cause_name()), (How::Fin, None), "{:?}", closed.evidence);
    // The RST that ends it does not get through.
    let again = "+1 A > B S seq 1000\nB > A . seq 90000 ack 5000000\nA > B R seq 5000000\n".repeat(4);
    let kept = verdict(&format!("{met}{again}"));
    assert_eq!(kept.cause_name(), Some("syn_unanswered"), "{:?}", kept.evidence);
    assert!(
        kept.evidence.iter().any(|fact| fact.fact.contains("an earlier connection")),
        "{:?}",
        kept.evidence
    );
}

/// What was cut is the request that was lost, not the one before it, which had its answer.
#[test]
fn the_exchange_that_is_told_is_the_one_that_was_lost() {
    let ask = |n: u16| format!("A > B P. \"GET /{n} HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n");
    let answer = "B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n";
    let open = format!("A > B S\nB > A S.\nA > B .\n{}{answer}+5 B > A F.\nA > B .\n", ask(1));
    let told = |rest: &str| {
        let cut = verdict(&format!("{open}{rest}")).exchange.unwrap();
        (cut.target, cut.status, cut.response_bytes, cut.response_expected)
    };
    assert_eq!(told(&format!("+0.04 {}B > A R", ask(2))), (Some("/2".to_owned()), None, Some(0), None));
    assert_eq!(told("A > B F.\nB > A ."), (Some("/1".to_owned()), Some(200), Some(2), Some(2)));
}

/// Redis looks for idle connections once a second: of a timeout of 3 s come 3 to 4 s. Who trusts the usual one is reset again.
#[test]
fn a_pool_has_to_be_quicker_than_the_shortest_idle_time_of_a_server() {
    let closed = |of: char, idle: &str, end: &str| {
        let said = format!("{of} > B P. len 9\nB > {of} P. len 9\n{of} > B .\n");
        format!("+1 {of} > B S\nB > {of} S.\n{of} > B .\n{said}+{idle} B > {of} F.\n{of} > B .\n+0.1 {end}\n")
    };
    let others = |idles: [&str; 2]| -> String {
        let ends = ['C', 'D'].into_iter().zip(idles);
        ends.map(|(of, idle)| closed(of, idle, &format!("{of} > B F.\nB > {of} ."))).collect()
    };
    let told = |others: &str, idle: &str| {
        let asked = closed('A', idle, "A > B P. len 9\nB > A R");
        verdict(&format!("{others}{asked}")).advice.expect("what to do")
    };
    let advice = told(&others(["3.4", "4"]), "3.93");
    assert!(
        advice.contains("it closes after 3.40 s to 4.00 s idle (so it was the last 3 times). "),
        "{advice}"
    );
    assert!(advice.contains("below 3.40 s, "), "{advice}");
    let advice = told(&others(["5", "60"]), "5");
    assert!(advice.contains("after 5.00 s idle (2 of the last 3 times). "), "{advice}");
    let advice = told(&others(["30", "30"]), "4.7");
    assert!(advice.contains("had closed after 4.70 s idle; others it closes after 30.0 s idle"), "{advice}");
}

/// At the client a round trip lies between its request and what it hears of that.
#[test]
fn a_round_trip_is_no_time_that_a_server_takes() {
    let talk = "A > B P. \"GET /1 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n\
+0.3 B > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok\"\nA > B .\n";
    let next = "A > B P. \"GET /2 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let ends = "A > B F.\n+0.3 B > A .";
    let client = |took: &str| {
        verdict(&format!("A > B S\n+0.3 B > A S.\nA > B .\n{talk}+2.6 {next}{took} B > A F.\n{ends}"))
    };
    let at_once = client("+0.3003");
    let advice = at_once.advice.as_deref().unwrap_or_default();
    assert_eq!(at_once.cause_name(), Some("no_response"), "{:?}", at_once.evidence);
    assert!(advice.contains("right upon") && !advice.contains("300 ms"), "{advice}");
    assert!(at_once.alternatives.iter().any(|other| other.rule.name == "stale_keepalive"));
    let late = client("+1.3");
    let advice = late.advice.as_deref().unwrap_or_default();
    assert!(advice.contains("after 1.00 s without answering"), "{advice}");
    assert!(late.alternatives.iter().all(|other| other.rule.name != "stale_keepalive"));
}
