//! Stacks other than Linux's, and devices that forge: what their RSTs look like in captures of real ones.

use crate::flow::Side;
use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Harm, Sender, Verdict};

use super::story::{sender, told};

fn injected(told: &Verdict) -> bool {
    told.alternatives.iter().chain(&told.cause).any(|found| found.rule.name == "injected_reset")
}

/// Windows 2000 to 2003 abort with a plain RST that says how far they had heard.
#[test]
fn an_abort_without_the_flag_is_one() {
    let talk = "A > B P. \"GET / HTTP/1.1\\r\\n\\r\\n\"\nB > A P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nabc\"\nA > B .\n";
    let left = told(&format!("{talk}A > B R ack 5042 id 5"));
    assert_eq!(left.cause_name(), Some("client_abort"), "{:?}", left.evidence);
    assert_eq!(sender(&left), (Some(Sender::Side(Side::Client)), Some(Confidence::Certain)));
    // What it acknowledged at a FIN is one less.
    let session = "B > A P. len 9\nA > B P. len 90\nB > A P. len 900\nA > B F.\nB > A .\n";
    let refused = told(&format!("{session}B > A R ack 1091 id 5"));
    assert_eq!(refused.cause_name(), Some("aborted_by_application"), "{:?}", refused.evidence);
    let unsure = told(&format!("{session}B > A R ack 1091 id 9999"));
    assert_eq!(unsure.cause_name(), Some("aborted_by_application"), "{:?}", unsure.evidence);
    // What was left in the field from something else tells nothing, but the next identification does.
    let left = told(&format!("{talk}A > B R ack 77 id 5"));
    assert_eq!(left.cause_name(), Some("client_abort"), "{:?}", left.evidence);
    let refused = told(&format!("{session}B > A R ack 77 id 5"));
    assert_eq!(refused.cause_name(), Some("aborted_by_application"), "{:?}", refused.evidence);
    let odd = told(&format!("{talk}A > B R ack 77 id 9999"));
    assert!(injected(&odd), "{:?}", odd.evidence);
}

/// Windows, 10 as well, fills in its own number where no socket fits.
#[test]
fn a_refusal_with_its_own_number_is_no_oddity() {
    let from = |ttl: u8, ack: u32| {
        verdict(&format!(
            "A > B S\nB > A S. ttl {ttl}\nA > B .\nA > B P. len 9\nB > A P. len 9 ttl {ttl}\nA > B .\nB > A F. ttl {ttl}\n\
A > B .\n+1 A > B P. len 9\nB > A R seq 5011 ack {ack} ttl {ttl}"
        ))
    };
    assert!(!injected(&from(128, 5011)), "{:?}", from(128, 5011).evidence);
    assert!(!injected(&from(111, 5011)), "{:?}", from(111, 5011).evidence);
    assert!(injected(&from(128, 4711)));
    // Linux does not.
    assert!(injected(&from(64, 5011)));
}

/// BSD's stacks set DF on what a socket sends, and not on a RST.
#[test]
fn who_counts_on_may_leave_out_what_a_stack_leaves_out() {
    let open = "A > B S tsval 1\nB > A S. tsval 1\nA > B . tsval 1\nA > B P. len 9 tsval 1\n";
    let talk = format!("{open}B > A P. len 9 tsval 1\nA > B . tsval 2\nB > A . tsval 2\n");
    let host = verdict(&format!("{talk}+1 B > A R. id 4 no_df tsval 3"));
    assert!(!injected(&host), "{:?}", host.evidence);
    // What copies the count leaves out more than one stack does.
    let mirrored = verdict(&format!("{talk}+1 B > A R. id 4 no_df"));
    assert!(injected(&mirrored), "{:?}", mirrored.evidence);
    let other = verdict(&format!("{talk}+1 B > A R. id 4444 no_df"));
    assert_eq!(other.rst_by, Some(Sender::Middlebox), "{:?}", other.evidence);
}

/// A counter that other connections use too goes on while this one is quiet; one of its own does not.
#[test]
fn a_shared_counter_goes_on() {
    let talk = |id: [u16; 3]| {
        format!(
            "A > B P. len 9\nB > A P. len 9 id {}\nA > B P. len 9\nB > A P. len 9 id {}\nA > B P. len 9\nB > A P. len 9 id {}\nA > B .\n+5 B > A R. id 2000",
            id[0], id[1], id[2]
        )
    };
    let shared = told(&talk([5, 9, 11]));
    assert!(!injected(&shared), "{:?}", shared.evidence);
    let own = told(&talk([2, 3, 4]));
    assert!(injected(&own), "{:?}", own.evidence);
    // Two in a row are chance, and Windows has one count for all.
    let brief = told("A > B P. len 9\nB > A . id 2\n+5 B > A R. id 2000");
    assert!(!injected(&brief), "{:?}", brief.evidence);
    let windows = talk([2, 3, 4]).replace(" id", " ttl 128 id");
    let windows = verdict(&format!("A > B S\nB > A S. ttl 128\nA > B .\n{windows}"));
    assert!(!injected(&windows), "{:?}", windows.evidence);
}

/// Windows NT 4 counts in the order of bytes of its processor.
#[test]
fn a_counter_may_count_the_other_way_round() {
    let talk = "A > B P. len 9\nB > A P. len 9 id 512\nB > A P. len 9 id 768\nB > A . id 1280\nA > B .\n+1 B > A R. id ";
    let open = "A > B S\nB > A S. id 256\nA > B .\n";
    let host = verdict(&format!("{open}{talk}1536"));
    assert!(!injected(&host), "{:?}", host.evidence);
    let other = verdict(&format!("{open}{talk}40000"));
    assert!(injected(&other), "{:?}", other.evidence);
}

/// What comes another way than host and RST did, and does not count on, was sent by somebody else.
#[test]
fn who_speaks_on_must_look_like_the_host() {
    let open = "A > B S\nB > A S. ttl 63\nA > B .\nA > B P. len 9\n";
    let talk = "B > A P. len 9 ttl 63\nB > A P. len 9 ttl 63\nB > A P. len 9 ttl 63\nA > B .\n";
    let story = |ttl: u8, id: u16| {
        verdict(&format!("{open}{talk}B > A R. ttl 63 id 5\n+1 B > A P. len 9 seq 6063 ttl {ttl} id {id}"))
    };
    assert_eq!(story(64, 1).rst_by, Some(Sender::Side(Side::Server)), "{:?}", story(64, 1).evidence);
    assert_eq!(story(63, 6).rst_by, Some(Sender::Middlebox), "{:?}", story(63, 6).evidence);
}

/// Sandvine's pair, 12503 apart, seen on peer-to-peer connections of 2006: the SYN+ACK is all that the host had sent.
#[test]
fn a_pair_that_came_another_way_than_the_offer_is_forged() {
    let pair = |ttl: u8| {
        let story = format!("A > B P. len 12\nB > A R seq 5001 ttl {ttl}\nB > A R seq 17504 ttl {ttl}");
        told(&story)
    };
    assert_eq!(sender(&pair(21)), (Some(Sender::Middlebox), Some(Confidence::Likely)));
    assert_eq!(pair(64).rst_by, Some(Sender::Side(Side::Server)));
    assert_eq!(pair(21).harm, Some(Harm::Harmful));
}

/// A mirror port doubles some frames by chance; captures of two places double nearly all of them.
#[test]
fn a_few_doubles_tell_nothing_of_one_that_is_none() {
    let twice = |line: &str, id: u32| format!("{line} id {id}\n+0.0001 {line} id {id}\n");
    let few = twice("B > A S. seq 5000 ack 1001", 1) + &twice("B > A . seq 5001 ack 1010", 2);
    let story = format!("A > B S\n{few}A > B P. len 9\n+1 B > A R. id 3");
    assert!(!injected(&verdict(&story)), "{:?}", verdict(&story).evidence);
}

/// Whose SYN a load balancer has sent, and perhaps the RST, is not known where the capture begins later.
#[test]
fn without_a_handshake_another_ttl_is_less_odd() {
    let talk = "A > B P. len 9 ttl 52\nB > A P. len 9\nA > B P. len 9 ttl 52\nB > A P. len 9\nA > B P. len 9 ttl 52\nB > A P. len 9\n";
    let end = "+1 A > B R. ttl 251 id 9999";
    let mid = verdict(&format!("{talk}{end}"));
    assert_eq!(mid.rst_by, Some(Sender::Side(Side::Client)), "{:?}", mid.evidence);
    let whole = verdict(&format!("A > B S ttl 52\nB > A S.\nA > B . ttl 52\n{talk}{end}"));
    assert_eq!(sender(&whole), (Some(Sender::Middlebox), Some(Confidence::Likely)), "{:?}", whole.evidence);
}

/// A router that translates addresses shows a connection behind itself alone, and what it does not translate before itself.
#[test]
fn what_passes_the_other_way_has_another_ttl_by_right() {
    let open = "A > B S ttl 63 out\nB > A S. ttl 64\nA > B . ttl 63 out\nA > B P. len 9 ttl 63 out\nB > A . ttl 64\nB > A P. len 9 ttl 64\n";
    let refused = |way: &str| {
        let later = format!("A > B R ttl 64 {way}\n+1.5 A > B P. seq 1001 ack 5001 len 9 ttl 63 tsval 9 out");
        verdict(&format!("{open}{later}"))
    };
    assert_eq!(sender(&refused("out")), (Some(Sender::Middlebox), Some(Confidence::Certain)));
    let own = refused("");
    assert_eq!(sender(&own), (Some(Sender::Middlebox), Some(Confidence::Likely)), "{:?}", own.evidence);
    assert!(own.advice.is_some_and(|advice| advice.contains("not translated")));
}

/// Where nothing was captured twice, no number stands for that.
#[test]
fn a_ttl_of_zero_is_nobodys_second_copy() {
    let story = |ttl: u8| {
        let talk = "A > B S\nB > A S. ttl 57\nA > B .\nA > B P. len 9\nB > A P. len 9 ttl 57\nA > B .\n";
        verdict(&format!("{talk}+1 B > A R. ttl {ttl}"))
    };
    for ttl in [0, 60] {
        assert!(story(ttl).evidence.iter().any(|fact| fact.fact.contains("its TTL is")), "{ttl}");
    }
}

/// What the capturing host itself says in somebody's name only goes out there.
#[test]
fn what_only_goes_out_was_not_sent_by_who_comes_in() {
    let open = "A > B S out\nB > A S.\nA > B . out\nA > B P. len 9 out\nB > A P. len 9\nA > B . out\n";
    let left = |way: &str| {
        let told = verdict(&format!("{open}+1 B > A R. {way}"));
        told.evidence.iter().any(|fact| fact.fact.contains("it left the host that captured it"))
    };
    assert!(left("out") && !left(""));
}

/// A gateway that has forgotten an idle connection answers in its host's name; the host goes on a moment later.
#[test]
fn what_is_forged_behind_a_long_silence_was_forgotten() {
    let forged = |pause: &str| {
        let told = verdict(&format!(
            "A > B S\nB > A S.\nA > B .\nA > B P. len 5\nB > A P. len 5\nA > B .\n+{pause} B > A P. len 9\nA > B R seq 1006\n+0.5 A > B P. seq 1006 ack 5006 len 5"
        ));
        assert_eq!(told.cause_name(), Some("injected_reset"));
        told.advice.unwrap_or_default().contains("keep it alive")
    };
    assert!(forged("5"));
    assert!(!forged("0.1"));
}

/// The client's last acknowledgement does not get through, and something resets it: the server's program never had the connection.
#[test]
fn who_repeats_its_offer_has_nothing_to_tell_its_program() {
    let sees = |between: &str| {
        verdict(&format!("A > B S\nB > A S.\nA > B .\n+0.1 A > B P. len 5\n{between}B > A R seq 5001\n+1 B > A S. seq 5000 ack 1001"))
            .server_sees
            .read
    };
    assert_eq!(sees(""), None);
    assert_eq!(sees("B > A P. len 5\n"), Some("ECONNRESET"));
}

/// Linux gives a socket that has closed to TIME-WAIT's list when its FIN is acknowledged, but not while data does that.
#[test]
fn what_acknowledges_the_fin_tells_who_refuses_the_data() {
    let closed = "A > B S\nB > A S.\nA > B .\nA > B P. len 9\nB > A P. len 9\nA > B .\n+3 B > A F.\n";
    let reasons = |rest: &str| verdict(&format!("{closed}{rest}B > A R")).reasons[0];
    assert_eq!(reasons("A > B P. len 9\n"), "abort_on_data");
    assert_eq!(reasons("A > B .\n+1 A > B P. len 9\n"), "timewait_socket");
}

/// A load balancer whose idle time is up resets in a host's name; nobody had said anything for long.
#[test]
fn a_bare_reset_in_the_midst_of_silence_is_no_hosts_answer() {
    let told = |last: &str| {
        let told = verdict(&format!(
            "A > B S\nB > A S.\nA > B .\nA > B P. len 5\nB > A P. len 5\nA > B .\n+4 {last}"
        ));
        (told.cause.map(|finding| finding.confidence), told.rst_by_confidence)
    };
    // That it was dropped for idleness is as sure as before; by whom is not.
    assert_eq!(told("A > B R seq 1006"), (Some(Confidence::Likely), Some(Confidence::Possible)));
    // Its prompt may have swapped places with it.
    let swapped = told("A > B R seq 1006\nB > A P. seq 5006 ack 1006 len 9");
    assert_eq!(swapped.1, Some(Confidence::Likely));
}

/// A path of one length lets nothing come no way at all, whatever it began with.
#[test]
fn what_comes_no_way_at_all_comes_from_nearer_by() {
    let told = |ttl: u8| {
        verdict(&format!("A > B S\nB > A S. ttl 63\nA > B .\nA > B P. len 5\nB > A P. len 5 ttl 63\nA > B .\n+4 A > B P. len 5\nB > A R ttl {ttl}"))
            .rst_by_confidence
    };
    assert_eq!((told(255), told(254)), (Some(Confidence::Possible), Some(Confidence::Likely)));
}

/// Linux's sockets give their RSTs the timestamps that were agreed on, and Windows' do not; who copies the count may not know of them.
#[test]
fn who_counts_as_linux_does_leaves_no_timestamps_out() {
    let talk = |ttl: u8| {
        let says =
            |tsval: u32| format!("A > B P. len 9 tsval {tsval}\nB > A P. len 9 tsval {tsval} ttl {ttl}\n");
        let open = format!("A > B S tsval 1\nB > A S. tsval 1 ttl {ttl}\nA > B . tsval 1\n");
        format!("{open}{}{}{}A > B . tsval 5\n", says(2), says(3), says(4))
    };
    let told = |ttl: u8, marks: &str| verdict(&format!("{}+2 B > A R. ttl {ttl} {marks}", talk(ttl)));
    let sure = |ttl: u8, marks: &str| told(ttl, marks).rst_by_confidence;
    assert_eq!(sure(64, "tsval 2000"), Some(Confidence::Certain));
    assert_eq!(sure(128, ""), Some(Confidence::Certain));
    let bare = told(64, "");
    assert_eq!(bare.rst_by_confidence, Some(Confidence::Likely), "{:?}", bare.evidence);
    assert!(bare.alternatives.iter().any(|other| other.rule.name == "injected_reset"));
}

/// Windows answers what comes behind the FIN of a closed socket by a RST+ACK that acknowledges it, without a window. Nobody had left
/// that unread when he closed.
#[test]
fn what_comes_behind_a_fin_was_not_there_at_the_close() {
    let closed =
        "A > B P. len 90\nB > A P. len 90\nA > B .\nB > A P. len 9\nB > A F.\n+0.0005 A > B P. len 20\n";
    let refused = told(&format!("{closed}+0.0001 B > A R. win 0"));
    assert_eq!(refused.cause_name(), Some("write_after_close"), "{:?}", refused.evidence);
    assert!(
        refused.evidence.iter().any(|fact| fact.fact.contains("answers frame 9")),
        "{:?}",
        refused.evidence
    );
    // A live socket tells its window; and one that stays half-closed for a while is read by a program.
    for abort in ["+0.0001 B > A R.", "+0.1 B > A R. win 0"] {
        let unread = told(&format!("{closed}{abort}"));
        assert_eq!(unread.cause_name(), Some("unread_data_at_close"), "{abort}: {:?}", unread.evidence);
    }
}

/// Whoever shook hands for a host is known by that, however long the talk is.
#[test]
fn who_shook_hands_is_remembered() {
    let talk = "A > B P. len 9\nB > A P. len 9 ttl 219\nA > B .\n".repeat(12);
    let open = "A > B S\nB > A S. ttl 231\nA > B .\nA > B P. len 9\nB > A . ttl 231\n";
    let ended = |ttl: u8| verdict(&format!("{open}{talk}+9 B > A R. ttl {ttl} id 9000"));
    assert_eq!(ended(231).cause_name(), Some("idle_timeout"), "{:?}", ended(231).evidence);
    assert!(!injected(&ended(231)), "{:?}", ended(231).evidence);
    assert_ne!(ended(230).cause_name(), Some("idle_timeout"), "{:?}", ended(230).evidence);
}

/// macOS gives no identification where nothing is fragmented, and its RST no timestamps.
#[test]
fn who_counts_nothing_may_leave_timestamps_out() {
    let said = |id: u16| {
        let by_b = format!("B > A . id {id} tsval 9\n");
        let talk = format!("A > B P. len 5 tsval 4\n{by_b}B > A P. len 9 id {id} tsval 9\nA > B . tsval 5\n");
        verdict(&format!("A > B S tsval 1\nB > A S. id 0 tsval 8\nA > B . tsval 2\n{talk}+1 B > A R. id 0"))
    };
    assert!(!injected(&said(0)), "{:?}", said(0).evidence);
    assert!(injected(&said(7)), "{:?}", said(7).evidence);
}

/// lwIP's and other small stacks abort with a bare RST, which tells the window of the live socket.
#[test]
fn a_bare_reset_with_a_window_is_an_abort() {
    let talk = "A > B P. len 5\nB > A P. len 9\nA > B .\nA > B P. len 5\nB > A P. len 9\nA > B .\n";
    let aborted = |rst: &str| told(&format!("{talk}+3 A > B R {rst}"));
    let by_client = aborted("seq 1011 win 9000 id 7");
    assert_eq!(by_client.cause_name(), Some("aborted_by_application"), "{:?}", by_client.evidence);
    assert!(!injected(&by_client), "{:?}", by_client.evidence);
    assert!(injected(&aborted("seq 1011 id 7")) && injected(&aborted("seq 1011 win 9000 id 9000")));
}

/// Windows XP leaves what was in the field before, and counts for all its connections.
#[test]
fn what_an_old_windows_leaves_is_no_mark() {
    let by = |ttl: u8| {
        let own = format!("ttl {ttl}\n");
        let open =
            format!("A > B S {own}B > A S.\nA > B . {own}A > B P. len 5 {own}B > A P. len 9\nA > B . {own}");
        verdict(&format!("{open}B > A F.\nA > B . {own}+90 A > B R ack 77 id 700 {own}"))
    };
    assert_eq!(by(128).cause_name(), Some("aborted_by_application"), "{:?}", by(128).evidence);
    assert!(!injected(&by(128)), "{:?}", by(128).evidence);
    assert!(injected(&by(64)), "{:?}", by(64).evidence);
}
