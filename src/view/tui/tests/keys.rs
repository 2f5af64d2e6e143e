//! What the keys do to the model.

use super::scene::{DOWN, ENTER, ESC, at, between, burst, drawn, fresh, key, press, show, type_in, verdicts};
use super::*;
use crate::aggregate::sample::{refused, stale};
use crate::config::Mouse;
use crate::config::{Named, Press};
use crate::view::tui::app::{Mode, Pace, Place};
use crate::view::tui::cursor::Step;
use crate::view::tui::frame::id;
use crate::view::tui::keys::KEYS;
use crate::view::tui::message::Command;

const SIZE: (u16, u16) = (120, 35);

#[test]
fn no_key_has_two_meanings_in_one_place_and_each_has_words() {
    for (index, key) in KEYS.iter().enumerate() {
        assert!(!key.presses.is_empty() && !key.help.is_empty() && !key.places.is_empty());
        for other in &KEYS[index + 1..] {
            let both = key.places.iter().any(|place| other.places.contains(place));
            let same = key.presses.iter().any(|press| other.presses.contains(press));
            assert!(!(both && same), "{} and {}", key.help, other.help);
        }
    }
}

#[test]
fn quit_works_everywhere_and_a_filter_may_have_a_q() {
    let mut app = burst(SIZE);
    for open in [Press::Char('2'), Press::Char('5'), Press::Char('?'), Press::Char('1'), ENTER] {
        press(&mut app, open);
        assert!(matches!(press(&mut app, Press::Ctrl('c')), Effect::Quit));
        if !matches!(app.mode, Mode::Help(_)) {
            assert!(matches!(press(&mut app, Press::Char('q')), Effect::Quit));
        }
        press(&mut app, ESC);
    }
    press(&mut app, Press::Char('/'));
    assert!(matches!(press(&mut app, Press::Char('q')), Effect::Draw));
    assert_eq!(app.filter.text(), "q");
    assert!(matches!(press(&mut app, Press::Ctrl('c')), Effect::Quit));
}

#[test]
fn tab_goes_round_and_digits_go_straight() {
    let mut app = burst(SIZE);
    let mut places = vec![app.place()];
    for _ in 0..5 {
        press(&mut app, Press::Named(Named::Tab));
        places.push(app.place());
    }
    assert_eq!(
        places,
        [Place::Ends, Place::Peers, Place::Causes, Place::Connections, Place::Health, Place::Ends]
    );
    press(&mut app, Press::Named(Named::BackTab));
    assert_eq!(app.place(), Place::Health);
    press(&mut app, Press::Char('2'));
    assert_eq!(app.place(), Place::Peers);
}

#[test]
fn the_selection_stays_on_its_connection_and_on_its_line() {
    let mut app = burst(SIZE);
    for _ in 0..3 {
        press(&mut app, Press::Char('j'));
    }
    let chosen = id(app.selected_end().unwrap());
    let mut more = verdicts();
    more.extend((0..5).map(|n| at(100 - n, between(("10.0.3.7", 60_000), ("10.0.9.9", 80), refused()))));
    show(&mut app, &more);
    assert_eq!(id(app.selected_end().unwrap()), chosen);
    assert_eq!((app.at.ends.index(), app.at.ends.offset()), (8, 5));
    press(&mut app, Press::Char('g'));
    assert_eq!(app.at.ends.index(), 0);
    more.push(at(10, stale()));
    show(&mut app, &more);
    assert_eq!(app.at.ends.index(), 0, "who has chosen none stays with the newest");
}

#[test]
fn pages_and_ends_of_the_list_are_its_bounds() {
    let mut app = burst(SIZE);
    press(&mut app, Press::Char('k'));
    assert_eq!(app.at.ends.index(), 0);
    press(&mut app, Press::Char('G'));
    let last = app.lists.ends.len() - 1;
    assert_eq!(app.at.ends.index(), last);
    press(&mut app, Press::Named(Named::PageDown));
    assert_eq!(app.at.ends.index(), last);
    press(&mut app, Press::Named(Named::PageUp));
    assert!(app.at.ends.index() < last && app.at.ends.index() > 0);
    update(&mut app, Message::Resize(60, 15));
    let visible = app.at.ends.offset()..app.at.ends.offset() + 5;
    assert!(visible.contains(&app.at.ends.index()), "{:?}", app.at.ends);
}

#[test]
fn a_frozen_list_stands_still_while_counting_goes_on() {
    let mut app = burst(SIZE);
    press(&mut app, Press::Char(' '));
    assert_eq!(app.pace, Pace::Frozen);
    let mut more = verdicts();
    more.push(at(10, between(("10.0.3.7", 60_000), ("10.0.9.9", 80), refused())));
    show(&mut app, &more);
    assert_eq!(app.unseen(), 1);
    assert_eq!(app.lists.ends.len(), 33);
    let page = drawn(&app);
    assert!(
        page.contains("34 bad ends of 36 connections") && page.contains("1 more bad end since"),
        "{page}"
    );
    press(&mut app, Press::Char(' '));
    assert_eq!((app.lists.ends.len(), app.unseen()), (34, 0));
}

#[test]
fn harmless_ends_are_hidden_until_they_are_asked_for() {
    let mut app = burst(SIZE);
    assert_eq!(app.lists.ends.len(), 33);
    press(&mut app, Press::Char('h'));
    assert_eq!(app.lists.ends.len(), 34);
    press(&mut app, Press::Char('h'));
    assert_eq!(app.lists.ends.len(), 33);
}

#[test]
fn a_filter_admits_what_has_all_its_words() {
    let cases = [
        ("peer:10.0.9.2", 30),
        ("peer:10.0.9", 30),
        ("peer:10.0.9.20", 0),
        ("port:81", 1),
        ("port:8", 0),
        ("cause:stale", 31),
        ("CAUSE:Stale port:443", 1),
        ("side:middlebox", 1),
        ("harm:harmful", 33),
        ("harm:harmless", 0),
        ("report", 30),
        ("2001:db8", 1),
        ("tls api.example", 1),
        ("peer:", 33),
        ("service:10.0.9.2:8080", 30),
        ("service:10.0.9.2:80", 0),
        ("name:api.int", 30),
        ("db-3", 1),
        ("name:api.example", 1),
        ("nonsense:7", 0),
    ];
    for (text, expected) in cases {
        let mut app = burst(SIZE);
        press(&mut app, Press::Char('/'));
        type_in(&mut app, text);
        assert_eq!(app.lists.ends.len(), expected, "{text}");
        press(&mut app, Press::Named(Named::Backspace));
        assert_eq!(app.filter.text().len(), text.len() - 1);
        press(&mut app, ESC);
        assert_eq!(app.lists.ends.len(), 33, "Esc drops it");
        assert_eq!(app.place(), Place::Ends);
    }
}

#[test]
fn a_detail_stays_open_on_its_end_and_turns_to_the_next() {
    let mut app = burst((60, 15));
    press(&mut app, ENTER);
    let first = id(app.selected_end().unwrap());
    let mut more = verdicts();
    more.push(at(10, between(("10.0.3.7", 60_000), ("10.0.9.9", 80), refused())));
    show(&mut app, &more);
    assert!(matches!(&app.mode, Mode::Detail(end, 0) if id(end) == first));
    press(&mut app, Press::Char('n'));
    assert!(matches!(&app.mode, Mode::Detail(end, 0) if id(end) != first));
    press(&mut app, Press::Char('p'));
    press(&mut app, Press::Char('G'));
    let Mode::Detail(_, bottom) = app.mode else { panic!("open") };
    press(&mut app, DOWN);
    assert!(matches!(app.mode, Mode::Detail(_, scroll) if scroll == bottom && bottom > 0), "no further");
    press(&mut app, ESC);
    assert_eq!((id(app.selected_end().unwrap()), app.at.ends.index()), (first, 1));
}

#[test]
fn a_final_verdict_replaces_the_provisional_one_in_the_detail() {
    let mut app = fresh(SIZE);
    let provisional = at(10, stale());
    show(&mut app, std::slice::from_ref(&provisional));
    press(&mut app, ENTER);
    let revised = crate::verdict::Verdict { advice: Some("Something better.".into()), ..provisional };
    show(&mut app, &[revised]);
    assert!(drawn(&app).contains("Something better."));
}

#[test]
fn nothing_happens_on_an_empty_list() {
    let mut app = fresh(SIZE);
    for key in KEYS.iter().filter(|key| key.command != Command::Quit) {
        for &it in key.presses {
            press(&mut app, it);
            drawn(&app);
        }
    }
}

fn peers(app: &App) -> Vec<String> {
    app.lists.peers.iter().map(|peer| peer.addr.to_string()).collect()
}

#[test]
fn s_sorts_by_the_next_column_and_capital_s_the_other_way_round() {
    let mut app = burst(SIZE);
    press(&mut app, key('2'));
    let worst_first = peers(&app);
    press(&mut app, key('S'));
    assert_eq!(peers(&app), worst_first.iter().rev().cloned().collect::<Vec<_>>());
    assert!(drawn(&app).contains("by BAD, turned round"), "{}", drawn(&app));
    let mut said = Vec::new();
    for _ in 0..10 {
        press(&mut app, key('s'));
        said.push(peers(&app).concat());
    }
    assert_eq!(peers(&app), worst_first, "round and round");
    let by_address = &said[8];
    assert!(by_address.starts_with("10.0.9.2") && by_address.ends_with("7334"), "{by_address}");
    press(&mut app, key('1'));
    press(&mut app, key('s'));
    let clients: Vec<_> = app.lists.ends.iter().map(|end| end.client).collect();
    assert!(clients.is_sorted() && drawn(&app).contains("(by CLIENT)"), "{}", drawn(&app));
}

#[test]
fn the_selection_stays_on_its_end_when_the_list_is_sorted() {
    let mut app = burst(SIZE);
    press(&mut app, DOWN);
    let chosen = id(app.selected_end().unwrap());
    press(&mut app, key('S'));
    assert_eq!(id(app.selected_end().unwrap()), chosen);
    assert_eq!(app.at.ends.index(), app.lists.ends.len() - 2);
}

#[test]
fn all_connections_have_a_screen_of_their_own() {
    let mut app = burst(SIZE);
    press(&mut app, key('4'));
    assert_eq!(app.lists.connections.len(), 35);
    press(&mut app, Press::Named(Named::End));
    press(&mut app, ENTER);
    assert!(matches!(&app.mode, Mode::Detail(end, _) if end.client.port == 40_000));
    press(&mut app, key('p'));
    assert!(matches!(&app.mode, Mode::Detail(end, _) if end.client.port == 40_001));
    press(&mut app, ESC);
    press(&mut app, key('1'));
    assert_eq!(app.at.ends.index(), 0, "each list has its own selection");
}

#[test]
fn copy_gives_the_line_of_the_selected_end() {
    let mut app = burst(SIZE);
    let Effect::Copy(line) = press(&mut app, key('y')) else { panic!("a line") };
    assert!(line.contains("10.0.3.7:50000 > 10.0.9.2:8080") && line.contains("stale_keepalive"), "{line}");
    press(&mut app, DOWN);
    press(&mut app, ENTER);
    let Effect::Copy(line) = press(&mut app, key('y')) else { panic!("a line") };
    assert!(line.contains("10.0.3.7:50001 >"), "what the detail shows: {line}");
    press(&mut app, ESC);
    press(&mut app, key('a'));
    assert!(matches!(press(&mut app, key('y')), Effect::Draw));
    assert!(drawn(&app).contains("No end is selected"), "{}", drawn(&app));
    press(&mut app, DOWN);
    assert!(app.said.is_none(), "until the next key");
}

#[test]
fn export_gives_the_selected_end_and_what_became_of_it_is_said() {
    let mut app = burst(SIZE);
    let Effect::Export(end) = press(&mut app, key('e')) else { panic!("an end") };
    assert_eq!(id(&end), id(app.selected_end().unwrap()));
    let mut desk = export::Desk::new(None);
    assert_eq!(desk.export(end), "There is nothing to export from.");
    update(&mut app, Message::Said("Wrote it.".to_owned()));
    show(&mut app, &verdicts());
    assert!(drawn(&app).contains("Wrote it."), "a new frame does not wipe it off");
}

#[test]
fn a_click_selects_a_line_or_a_screen_and_the_wheel_moves() {
    let mut app = burst(SIZE);
    let page = drawn(&app);
    let line =
        |text: &str| u16::try_from(page.lines().position(|line| line.contains(text)).unwrap()).unwrap();
    update(&mut app, Message::Click(20, line("10.0.3.7:50004 ")));
    assert_eq!(app.selected_end().unwrap().client.port, 50_004);
    update(&mut app, Message::Wheel(Step::Down));
    assert_eq!(app.selected_end().unwrap().client.port, 50_007);
    let tabs = page.lines().nth(1).unwrap();
    let column = |name: &str| u16::try_from(tabs.find(name).unwrap()).unwrap();
    for (name, place) in [("Peers", Place::Peers), ("5 Health", Place::Health), ("1 Bad", Place::Ends)] {
        update(&mut app, Message::Click(column(name), 1));
        assert_eq!(app.place(), place);
    }
    update(&mut app, Message::Click(119, 0));
    update(&mut app, Message::Click(119, 34));
    assert_eq!(app.selected_end().unwrap().client.port, 50_007, "nothing is there");
}

#[test]
fn the_mouse_is_given_back_and_taken_again() {
    let mut app = burst(SIZE);
    assert!(matches!(press(&mut app, key('m')), Effect::Mouse(Mouse::Left)));
    assert!(matches!(press(&mut app, key('m')), Effect::Mouse(Mouse::Taken)));
    assert!(matches!(press(&mut app, Press::Ctrl('z')), Effect::Suspend));
}

#[test]
fn the_news_stay_with_their_peer_until_another_is_hit_clearly_more() {
    let mut app = fresh(SIZE);
    let hit = |server: &'static str, times: u64| {
        (0..times).map(move |n| at(n + 1, between(("10.0.3.7", 50_000), (server, 80), stale())))
    };
    let mut headline = |first, second| {
        show(&mut app, &hit("192.0.2.1", first).chain(hit("192.0.2.2", second)).collect::<Vec<_>>());
        app.news.sentence.split(':').next().unwrap().to_owned()
    };
    assert_eq!(headline(10, 9), "192.0.2.1");
    assert_eq!(headline(10, 14), "192.0.2.1", "hardly more");
    assert_eq!(headline(10, 16), "192.0.2.2");
    assert_eq!(headline(17, 16), "192.0.2.2");
}

#[test]
fn of_a_flood_the_news_count_what_they_have_looked_at_and_say_so() {
    let mut app = fresh(SIZE);
    let flood = |n: u64| at(n / 10, between(("10.0.3.7", 50_000), ("192.0.2.1", 80), stale()));
    show(&mut app, &(0..6_000).map(flood).collect::<Vec<_>>());
    assert_eq!(app.news.sentence, "192.0.2.1: at least 5000 bad ends in 10 s, stale_keepalive");
    assert!(drawn(&app).contains("6000      5000+"), "{}", drawn(&app));
}

#[test]
fn connections_that_go_on_are_among_the_others_once() {
    let mut app = fresh(SIZE);
    let open = |port| {
        let end = between(("10.0.3.7", port), ("192.0.2.1", 80), crate::aggregate::sample::closed());
        at(500, crate::verdict::Verdict { how: crate::verdict::How::Open, ..end })
    };
    let ended = [at(1000, stale()), open(50_001), at(10, stale())];
    let mut frame = scene::frame_of(&ended);
    frame.alive = [open(50_001), open(50_002)].map(Arc::new).to_vec();
    press(&mut app, key('4'));
    update(&mut app, Message::Frame(Arc::new(frame)));
    let ports: Vec<u16> = app.lists.connections.iter().map(|end| end.client.port).collect();
    assert_eq!(ports, [53_884, 50_001, 50_002, 53_884]);
    assert!(drawn(&app).contains("Connections, newest first, 2 open"), "{}", drawn(&app));
    press(&mut app, key('1'));
    assert_eq!(app.lists.ends.len(), 2);
}
