//! The ways into a list of ends, and back.

use super::scene::{DOWN, ENTER, ESC, at, burst, key, press, show, verdicts};
use crate::aggregate::sample::stale;
use crate::config::Press;
use crate::view::tui::app::Place;

const SIZE: (u16, u16) = (120, 35);

#[test]
fn a_peer_and_a_cause_open_their_ends() {
    let mut app = burst(SIZE);
    press(&mut app, Press::Char('2'));
    press(&mut app, ENTER);
    assert_eq!((app.place(), app.filter.text(), app.lists.ends.len()), (Place::Ends, "peer:10.0.9.2", 30));
    press(&mut app, ESC);
    assert_eq!((app.place(), app.filter.text()), (Place::Peers, ""), "Esc goes back");
    press(&mut app, Press::Char('3'));
    press(&mut app, DOWN);
    press(&mut app, ENTER);
    assert!(app.filter.text().starts_with("cause:"), "{}", app.filter.text());
    assert_eq!(app.lists.ends.len(), 1);
}

/// Somebody had looked at an end far down, which is of another group.
#[test]
fn a_list_that_is_opened_begins_with_the_newest() {
    let mut app = burst(SIZE);
    press(&mut app, DOWN);
    press(&mut app, DOWN);
    press(&mut app, ENTER);
    press(&mut app, ESC);
    press(&mut app, key('3'));
    press(&mut app, ENTER);
    assert_eq!((app.filter.text(), app.at.ends.index()), ("cause:stale_keepalive", 0));
    let mut more = verdicts();
    more.push(at(10, stale()));
    show(&mut app, &more);
    assert_eq!(app.at.ends.index(), 0, "and stays with it");
    press(&mut app, key('2'));
    press(&mut app, ESC);
    assert!(
        app.place() == Place::Peers && app.filter.is_empty(),
        "who goes elsewhere drops the filter there"
    );
}

#[test]
fn ends_are_grouped_and_a_group_opens_its_ends() {
    let mut app = burst(SIZE);
    let mut keys = Vec::new();
    for _ in 0..3 {
        press(&mut app, key('a'));
        keys.push((app.lists.groups[0].key.to_string(), app.lists.groups[0].ends, app.lists.groups.len()));
    }
    let expected = [("10.0.9.2", 30, 4), ("10.0.9.2:8080", 30, 4), ("stale_keepalive", 31, 3)];
    assert_eq!(keys, expected.map(|(key, ends, groups)| (key.to_owned(), ends, groups)));
    press(&mut app, ENTER);
    assert_eq!((app.filter.text(), app.lists.ends.len()), ("cause:stale_keepalive", 31));
    assert!(!app.is_grouped(), "the ends of the group, one by one");
    press(&mut app, key('a'));
    press(&mut app, key('a'));
    press(&mut app, DOWN);
    press(&mut app, ENTER);
    assert_eq!(
        (app.filter.text(), app.lists.ends.len()),
        ("cause:stale_keepalive service:198.51.100.20:443", 1)
    );
    press(&mut app, ESC);
    assert!(app.is_grouped() && app.at.groups.index() == 1, "Esc goes back to the groups");
    press(&mut app, ESC);
    assert!(app.is_grouped() && app.filter.is_empty(), "and to those before");
    press(&mut app, ESC);
    assert!(!app.is_grouped(), "Esc drops the filter, then the groups");
}
