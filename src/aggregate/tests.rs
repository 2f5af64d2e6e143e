use super::sample::{closed, endpoint, harmless, hung_up, refused, stale};
use super::*;
use crate::verdict::{How, Sender, Side, Verdict};

fn counted(local: &[&str], verdicts: impl IntoIterator<Item = Verdict>) -> Snapshot {
    let mut aggregate = Aggregate::new(local.iter().map(|text| text.parse().unwrap()).collect());
    for verdict in verdicts {
        aggregate.count(&verdict);
    }
    aggregate.snapshot(20)
}

fn with(client: &str, server: &str, verdict: Verdict) -> Verdict {
    Verdict { client: endpoint(client, 50_000), server: endpoint(server, 80), ..verdict }
}

fn addresses(snapshot: &Snapshot) -> Vec<String> {
    snapshot.peers.list.iter().map(|peer| peer.addr.to_string()).collect()
}

#[test]
fn totals_count_ends_causes_and_senders() {
    let totals = counted(&[], [stale(), stale(), closed(), refused(), harmless(), hung_up()]).totals;
    assert_eq!((totals.connections, totals.bad_ends, totals.harmless), (6, 4, 1));
    assert_eq!(totals.ended(How::FinThenReset), 2);
    assert_eq!(totals.ended(How::Fin), 2);
    assert_eq!(How::ALL.iter().map(|&how| totals.ended(how)).sum::<u64>(), 6);
    assert_eq!(totals.resets, ResetCounts { client: 1, server: 3, middlebox: 0 });
    let causes: Vec<_> =
        totals.causes.iter().map(|cause| (cause.rule.name, cause.harmful, cause.harmless)).collect();
    let expected =
        [("stale_keepalive", 2, 0), ("no_response", 1, 0), ("port_closed", 1, 0), ("client_abort", 0, 1)];
    assert_eq!(causes, expected);
}

/// An end of which nobody knows whether it hurt anybody is listed, and fails no test.
#[test]
fn only_what_is_known_to_have_hurt_counts_as_harmful() {
    let unknown = Verdict { harm: None, ..stale() };
    let totals = counted(&[], [stale(), unknown, harmless(), closed()]).totals;
    assert_eq!((totals.bad_ends, totals.harmful, totals.harmless), (2, 1, 1));
}

#[test]
fn every_connection_of_a_peer_is_in_exactly_one_kind() {
    let middlebox = Verdict { rst_by: Some(Sender::Middlebox), ..stale() };
    let by_client = Verdict { rst_by: Some(Sender::Side(Side::Client)), ..stale() };
    let unanswered = Verdict { how: How::Unanswered, ..refused() };
    let silent = Verdict { how: How::Silent, ..hung_up() };
    let cut = Verdict { cause: stale().cause, ..hung_up() };
    let open = Verdict { how: How::Open, ..closed() };
    let verdicts = [
        stale(),
        by_client,
        middlebox,
        refused(),
        unanswered,
        silent,
        hung_up(),
        cut,
        closed(),
        open,
        harmless(),
    ];
    let snapshot = counted(&["10.0.3.0/24"], verdicts);
    assert_eq!(addresses(&snapshot), ["10.0.9.2"]);
    let expected = PeerCounts {
        connections: 11,
        bad_ends: 8,
        harmless: 1,
        resets: 1,
        resets_by_us: 2,
        resets_by_middlebox: 1,
        refused: 1,
        unanswered: 1,
        silent: 1,
        hung_up: 1,
        closed_badly: 1,
        closed: 1,
        open: 1,
    };
    let peer = &snapshot.peers.list[0];
    assert_eq!(peer.counts, expected);
    assert_eq!(peer.worst_cause.map(|rule| rule.name), Some("stale_keepalive"));
    assert_eq!(peer.last_seen, stale().end_time);
}

#[test]
fn the_address_that_nearly_all_share_is_ours() {
    let mut verdicts: Vec<_> = (1..=9).map(|n| with("10.0.0.1", &format!("192.0.2.{n}"), stale())).collect();
    verdicts.push(with("10.0.0.2", "192.0.2.1", stale()));
    let snapshot = counted(&[], verdicts);
    assert_eq!(snapshot.peers.ours, Ours::Shared("10.0.0.1".parse::<std::net::IpAddr>().unwrap().into()));
    assert_eq!(snapshot.peers.known, 10);
    assert_eq!(addresses(&snapshot)[0], "192.0.2.1", "two bad ends, the others one");
}

#[test]
fn where_nobody_or_more_than_one_is_shared_all_are_counted() {
    let pair = counted(&[], [stale(), stale()]);
    assert_eq!((pair.peers.ours, pair.peers.known), (Ours::Unknown, 2));
    let mixed = counted(&[], [with("10.0.0.1", "10.0.0.2", stale()), with("10.0.0.3", "10.0.0.4", stale())]);
    assert_eq!((mixed.peers.ours, mixed.peers.known), (Ours::Unknown, 4));
    let itself = counted(&[], [with("127.0.0.1", "127.0.0.1", stale())]);
    assert_eq!((itself.peers.ours, itself.peers.known), (Ours::Unknown, 1));
    assert_eq!(itself.peers.list[0].counts.connections, 1);
    assert_eq!(itself.peers.list[0].counts.resets, 1, "as the server it is");
}

#[test]
fn the_list_is_cut_and_says_how_many_there_are() {
    let mut aggregate = Aggregate::new(Vec::new());
    for n in 0..30 {
        aggregate.count(&with("10.0.0.1", &format!("192.0.2.{n}"), if n == 17 { stale() } else { closed() }));
    }
    let peers = aggregate.snapshot(5).peers;
    assert_eq!((peers.list.len(), peers.known), (5, 30));
    assert_eq!(peers.list[0].addr.to_string(), "192.0.2.17");
}

#[test]
fn peers_that_nobody_asks_for_are_not_counted() {
    let (mut with, mut without) =
        (Aggregate::new(Vec::new()), Aggregate::new(Vec::new()).without_peers().with_recent_minutes());
    for verdict in [stale(), closed(), harmless()] {
        with.count(&verdict);
        without.count(&verdict);
    }
    let (with, without) = (with.snapshot(20), without.snapshot(20));
    assert_eq!((without.peers.known, without.peers.list.len()), (0, 0));
    assert!(with.peers.known > 0);
    let told = |totals: &Totals| (totals.connections, totals.bad_ends, totals.harmful, totals.harmless);
    assert_eq!(told(&with.totals), told(&without.totals));
}

#[test]
fn the_last_minutes_are_counted_where_somebody_looks_at_them() {
    let mut watched = Aggregate::new(Vec::new()).with_recent_minutes();
    let mut reported = Aggregate::new(Vec::new());
    for verdict in [stale(), stale(), closed(), harmless()] {
        watched.count(&verdict);
        reported.count(&verdict);
    }
    let (watched, reported) = (watched.snapshot(20), reported.snapshot(20));
    assert_eq!(watched.peers.list[0].recent.last_minute(), 2);
    assert_eq!(watched.totals.recent("stale_keepalive").last_minute(), 2);
    assert_eq!(watched.totals.recent("client_abort").last_minute(), 0, "nobody was hurt");
    assert_eq!(reported.peers.list[0].recent, Series::default());
    assert_eq!(reported.totals.recent("stale_keepalive"), Series::default());
}

#[test]
fn ends_whose_last_word_is_to_come_are_counted_on_top() {
    let (early, later) = ([stale(), closed()], [with("10.0.3.7", "192.0.2.9", stale()), stale(), hung_up()]);
    let mut counts = counted(&["10.0.3.0/24"], early.clone());
    counts.count_pending(later.iter().map(Ruling::from));
    let all = counted(&["10.0.3.0/24"], early.into_iter().chain(later));
    let told = |counts: &Snapshot| {
        let peers = counts.peers.list.iter().map(|peer| (peer.addr, peer.counts, peer.last_seen));
        let causes = counts.totals.causes.iter().map(|cause| (cause.rule.name, cause.harmful));
        (counts.totals.bad_ends, causes.collect::<Vec<_>>(), peers.collect::<Vec<_>>(), counts.peers.known)
    };
    assert_eq!(told(&counts), told(&all), "as if they had been counted");
    let mut cut = Aggregate::new(Vec::new());
    for verdict in [stale(), with("10.0.3.7", "192.0.2.9", closed())] {
        cut.count(&verdict);
    }
    let mut cut = cut.snapshot(1);
    cut.count_pending(std::iter::once(Ruling::from(&with("10.0.3.7", "192.0.2.9", stale()))));
    assert_eq!((cut.peers.list.len(), cut.peers.known), (1, 2), "who is not in the list is left alone");
}
