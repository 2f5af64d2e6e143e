//! What headline, titles and lists say about what they do not show.

use super::scene::{
    DOWN, ENTER, ESC, at, between, burst, drawn, frame_of, fresh, key, press, show, type_in, verdicts,
};
use super::*;
use crate::aggregate::sample::{harmless, hung_up, stale};
use crate::config::Press;
use crate::time::Timestamp;
use crate::verdict::{Confidence, Finding, Verdict};

fn from_server(port: u16, millis_ago: u64, verdict: Verdict) -> Verdict {
    at(millis_ago, between(("10.0.3.7", port), ("10.0.9.2", 8080), verdict))
}

#[test]
fn what_is_only_possible_never_looks_certain() {
    let doubtful = Some(Finding { confidence: Confidence::Possible, ..stale().cause.unwrap() });
    for size in [(60, 15), (70, 24), (80, 24), (100, 30)] {
        let mut app = fresh(size);
        show(&mut app, &[from_server(50_000, 500, Verdict { cause: doubtful, ..stale() })]);
        let page = drawn(&app);
        let lines: Vec<&str> = page.lines().filter(|line| line.starts_with("> ")).collect();
        assert!(lines.iter().all(|line| line.contains("??")) && lines.len() == 1, "{page}");
    }
}

#[test]
fn the_headline_counts_all_bad_ends_of_a_peer() {
    let mut app = fresh((80, 24));
    let ends = [stale(), stale(), hung_up()];
    let ends: Vec<_> =
        ends.into_iter().zip(50_000..).map(|(end, port)| from_server(port, 500, end)).collect();
    show(&mut app, &ends);
    assert_eq!(app.news.sentence, "10.0.9.2: 3 bad ends in 10 s, 2 of them stale_keepalive [api.internal]");
}

/// Both ends of all connections are listed where nobody knows who "we" are.
#[test]
fn of_two_that_share_all_connections_the_one_that_reset_them_is_the_worst() {
    let ends = [from_server(50_000, 500, stale())];
    let mut frame = Frame { phase: Phase::Finished, we: Vec::new(), ..frame_of(&ends) };
    frame.names.clear();
    let mut app = fresh((80, 24));
    update(&mut app, Message::Frame(Arc::new(frame)));
    assert!(app.news.sentence.starts_with("Worst: 10.0.9.2, 1 of 1 connection"), "{}", app.news.sentence);
}

/// Why is told before a name that may be long.
#[test]
fn the_worst_of_a_capture_is_told_with_its_name_behind() {
    let frame = Frame { phase: Phase::Finished, ..frame_of(&[from_server(50_000, 500, stale())]) };
    let mut app = fresh((80, 24));
    update(&mut app, Message::Frame(Arc::new(frame)));
    let expected = "1 of 1 connection ended badly, mostly stale_keepalive [api.internal]";
    assert!(app.news.sentence.ends_with(expected), "{}", app.news.sentence);
}

#[test]
fn harmless_ends_that_would_fit_a_filter_are_told_of() {
    let mut app = fresh((80, 24));
    show(&mut app, &[from_server(50_000, 500, stale()), from_server(50_001, 400, harmless())]);
    press(&mut app, key('/'));
    type_in(&mut app, "cause:client_abort");
    let page = drawn(&app);
    assert!(page.contains("No bad end fits the filter. 1 harmless end would: h lists those too."), "{page}");
    press(&mut app, ENTER);
    press(&mut app, key('e'));
    assert_eq!(app.said.as_deref(), Some("No end is selected."));
    press(&mut app, key('h'));
    assert_eq!(app.lists.ends.len(), 1);
}

/// Who looks at one peer wants its causes, and what to do about these.
#[test]
fn the_causes_above_filtered_ends_are_theirs() {
    let mut app = burst((120, 35));
    press(&mut app, key('/'));
    type_in(&mut app, "peer:192.0.2.9");
    let causes: Vec<_> = app.lists.causes.iter().map(|row| (row.rule.name, row.count)).collect();
    assert_eq!(causes, [("port_closed", 1)]);
    assert!(drawn(&app).contains(" Causes of the ends below "), "{}", drawn(&app));
    type_in(&mut app, "9");
    assert!(drawn(&app).contains("None that fits the filter."), "{}", drawn(&app));
    press(&mut app, ENTER);
    press(&mut app, key('3'));
    assert!(drawn(&app).contains("No end that is listed fits the filter"), "{}", drawn(&app));
    press(&mut app, ESC);
    press(&mut app, key('1'));
    press(&mut app, key('/'));
    type_in(&mut app, "cause:stale");
    assert_eq!(app.lists.causes.len(), 1);
    assert!(drawn(&app).contains(" Causes ─"), "a cause is counted as far back as anything is");
}

#[test]
fn a_help_that_has_no_room_says_how_much_is_below() {
    let mut app = burst((80, 24));
    press(&mut app, key('?'));
    assert!(drawn(&app).contains(" more lines below ─"), "{}", drawn(&app));
    press(&mut app, key('G'));
    assert!(drawn(&app).contains(" Help ─"), "{}", drawn(&app));
}

#[test]
fn nothing_at_all_is_not_called_well() {
    let frame = Frame { phase: Phase::Finished, taken: Timestamp::ZERO, ..frame_of(&[]) };
    let mut app = fresh((80, 24));
    update(&mut app, Message::Frame(Arc::new(frame)));
    let page = drawn(&app);
    assert!(!page.contains("No program was hurt") && !page.contains("1970"), "{page}");
    assert!(page.contains("There is no TCP connection"), "{page}");
}

#[test]
fn newer_lines_above_what_is_visible_are_counted() {
    let mut app = burst((80, 24));
    assert!(!drawn(&app).contains("newer above"));
    press(&mut app, ENTER);
    press(&mut app, ESC);
    let newer = (0..40).map(|n| from_server(51_000 + n, 10, stale()));
    show(&mut app, &verdicts().into_iter().chain(newer).collect::<Vec<_>>());
    assert!(drawn(&app).contains("40 newer above, g goes there"), "{}", drawn(&app));
    press(&mut app, key('g'));
    assert!(!drawn(&app).contains("newer above"));
}

#[test]
fn a_detail_tells_how_much_is_below_and_leaves_for_another_screen() {
    let mut app = burst((80, 24));
    press(&mut app, ENTER);
    assert!(drawn(&app).contains("more lines below"));
    for _ in 0..40 {
        press(&mut app, DOWN);
    }
    assert!(!drawn(&app).contains("more lines below"));
    press(&mut app, key('2'));
    assert!(drawn(&app).contains("[2 Peers]") && app.place() == app::Place::Peers);
}

#[test]
fn the_advice_of_a_cause_is_whole_where_there_is_room() {
    let mut app = fresh((80, 24));
    let advice = Some(format!("{}The end.", "Set it below that. ".repeat(20)));
    show(&mut app, &[from_server(50_000, 500, Verdict { advice, ..stale() })]);
    press(&mut app, key('3'));
    assert!(drawn(&app).contains("The end."), "{}", drawn(&app));
}

#[test]
fn a_field_that_is_none_is_said_to_be_none() {
    for (typed, said) in [
        ("prot:80", "No field is called 'prot:'; there are peer:"),
        ("side:foo", "side: is client, server, middlebox, not 'foo'"),
        ("cafe::1", "None of the newest"),
        ("side:midd", "None of the newest 35"),
    ] {
        let mut app = burst((100, 30));
        press(&mut app, key('/'));
        type_in(&mut app, typed);
        press(&mut app, key('x'));
        press(&mut app, Press::Named(crate::config::Named::Backspace));
        let page = drawn(&app);
        assert!(
            page.contains(said) || typed == "side:midd" && page.contains("198.51.100.20"),
            "{typed}: {page}"
        );
    }
}

#[test]
fn every_line_of_the_help_has_room_on_eighty_columns() {
    let mut app = fresh((80, 60));
    press(&mut app, key('?'));
    let wide: Vec<usize> = pane::help::lines(&app).iter().map(ratatui::text::Line::width).collect();
    assert!(wide.iter().all(|&width| width <= 80), "{wide:?}");
}
