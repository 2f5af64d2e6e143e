//! What the keys do to the model.

use super::scene::{at, between, burst, drawn, fresh, press, show, type_in, verdicts};
use super::*;
use crate::aggregate::sample::{refused, stale};
use crate::view::tui::app::{Mode, Pace, Place};
use crate::view::tui::frame::id;
use crate::view::tui::message::{Command, KEYS, Press};

const SIZE: (u16, u16) = (120, 35);

#[test]
fn no_key_has_two_meanings_in_one_place_and_each_has_words() {
    for (index, key) in KEYS.iter().enumerate() {
        assert!(!key.shown.is_empty() && !key.help.is_empty() && !key.places.is_empty());
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
    for open in [Press::Char('2'), Press::Char('4'), Press::Char('?'), Press::Char('1'), Press::Enter] {
        press(&mut app, open);
        assert_eq!(press(&mut app, Press::Ctrl('c')), Effect::Quit);
        if !matches!(app.mode, Mode::Help(_)) {
            assert_eq!(press(&mut app, Press::Char('q')), Effect::Quit);
        }
        press(&mut app, Press::Esc);
    }
    press(&mut app, Press::Char('/'));
    assert_eq!(press(&mut app, Press::Char('q')), Effect::Draw);
    assert_eq!(app.filter.text(), "q");
    assert_eq!(press(&mut app, Press::Ctrl('c')), Effect::Quit);
}

#[test]
fn tab_goes_round_and_digits_go_straight() {
    let mut app = burst(SIZE);
    let mut places = vec![app.place()];
    for _ in 0..4 {
        press(&mut app, Press::Tab);
        places.push(app.place());
    }
    assert_eq!(places, [Place::Ends, Place::Peers, Place::Causes, Place::Health, Place::Ends]);
    press(&mut app, Press::BackTab);
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
    press(&mut app, Press::PageDown);
    assert_eq!(app.at.ends.index(), last);
    press(&mut app, Press::PageUp);
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
        ("nonsense:7", 0),
    ];
    for (text, expected) in cases {
        let mut app = burst(SIZE);
        press(&mut app, Press::Char('/'));
        type_in(&mut app, text);
        assert_eq!(app.lists.ends.len(), expected, "{text}");
        press(&mut app, Press::Backspace);
        assert_eq!(app.filter.text().len(), text.len() - 1);
        press(&mut app, Press::Esc);
        assert_eq!(app.lists.ends.len(), 33, "Esc drops it");
        assert_eq!(app.place(), Place::Ends);
    }
}

#[test]
fn a_peer_and_a_cause_open_their_ends() {
    let mut app = burst(SIZE);
    press(&mut app, Press::Char('2'));
    press(&mut app, Press::Enter);
    assert_eq!((app.place(), app.filter.text(), app.lists.ends.len()), (Place::Ends, "peer:10.0.9.2", 30));
    press(&mut app, Press::Esc);
    press(&mut app, Press::Char('3'));
    press(&mut app, Press::Down);
    press(&mut app, Press::Enter);
    assert!(app.filter.text().starts_with("cause:"), "{}", app.filter.text());
    assert_eq!(app.lists.ends.len(), 1);
}

#[test]
fn a_detail_stays_open_on_its_end_and_turns_to_the_next() {
    let mut app = burst((60, 15));
    press(&mut app, Press::Enter);
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
    press(&mut app, Press::Down);
    assert!(matches!(app.mode, Mode::Detail(_, scroll) if scroll == bottom && bottom > 0), "no further");
    press(&mut app, Press::Esc);
    assert_eq!((id(app.selected_end().unwrap()), app.at.ends.index()), (first, 1));
}

#[test]
fn a_final_verdict_replaces_the_provisional_one_in_the_detail() {
    let mut app = fresh(SIZE);
    let provisional = at(10, stale());
    show(&mut app, std::slice::from_ref(&provisional));
    press(&mut app, Press::Enter);
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
