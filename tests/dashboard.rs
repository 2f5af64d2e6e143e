//! The questions that people come with, put to the dashboard: live in a namespace, while real programs reset connections,
//! and on captures. Each has its answer on a screen that says so.
#![cfg(all(feature = "live", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a test's helpers fail like the test itself")]

#[allow(dead_code, reason = "these tests need less of it than others")]
#[path = "support/netns.rs"]
mod netns;
#[path = "tui/tmux.rs"]
mod tmux;
#[allow(dead_code, reason = "these tests need less of it than others")]
#[path = "watch/watching.rs"]
mod watching;

use std::thread::sleep;
use std::time::Duration;

use netns::{NEAR, in_namespace};
use tmux::Tmux;
use watching::Ends;

/// A dashboard that watches the wire.
fn watching(folder: &std::path::Path) -> Option<Tmux> {
    let program = env!("CARGO_BIN_EXE_rstwho");
    let script = format!("cd '{}'; '{program}' watch -i {NEAR} -n; exec cat", folder.display());
    let tmux = Tmux::start(150, 45, &script);
    if tmux.is_none() {
        watching::remark("skipped: there is no tmux to run the dashboard in");
    }
    tmux.inspect(|tmux| {
        tmux.wait_for("Waiting for the first frame.");
    })
}

/// The line that is selected.
fn selected(page: &str) -> String {
    page.lines().find(|line| line.starts_with('>')).unwrap_or_default().to_owned()
}

in_namespace! {
    fn who_resets_us_most_why_since_when_which_request_and_is_it_harmless(net) {
        let folder = tempfile::tempdir().unwrap();
        let ends = Ends::serve(&net.far_prefix());
        let Some(tmux) = watching(folder.path()) else { return };
        // One reset of another kind by another peer, then a burst.
        ends.call("refused", "2001:db8::1");
        ends.call("cut cut cut cut cut cut cut cut", "192.0.2.1");
        // What is going on is on the first screen, without a key.
        let page = tmux.wait_for("192.0.2.1: 8 bad ends in 10 s, response_cut");
        assert!(page.contains("the server ended in the middle of its answer"), "{page}");
        assert!(page.contains("we: 192.0.2.2"), "{page}");
        assert!(page.contains("9 bad ends of 9 connections"), "before the last word is there: {page}");
        // Who resets us most? And why?
        tmux.press("2");
        let who = selected(&tmux.wait_for("> 192.0.2.1 "));
        let words: Vec<&str> = who.split_whitespace().collect();
        assert_eq!(words[1..7], ["192.0.2.1", "test", "8", "8", "8", "response_cut"], "{who}");
        assert_eq!(words[7], "8", "all of them by it: {who}");
        // Since when?
        tmux.press("Enter");
        tmux.wait_for("filter: peer:192.0.2.1");
        tmux.press("S");
        let oldest_first = tmux.wait_for("by TIME, turned round");
        let times: Vec<&str> = oldest_first
            .lines()
            .filter(|line| line.contains(" → 192.0.2.1:9002 "))
            .filter_map(|line| line.trim_start_matches('>').split_whitespace().next())
            .collect();
        assert!(times.len() == 8 && times.is_sorted() && times[0] < times[7], "{oldest_first}");
        // Which request? Is it harmless? What did the programs see?
        tmux.press("g Enter");
        let detail = tmux.wait_for("!! ended it");
        for said in ["response_cut (", "GET /cut", "read ECONNRESET", "answer 200, 2000 of 5000 bytes", "evidence"] {
            assert!(detail.contains(said), "{said}:\n{detail}");
        }
        assert!(!detail.contains("harmless)"), "{detail}");
        // What to do?
        tmux.press("Escape");
        tmux.wait_for("Enter detail");
        tmux.press("3");
        tmux.wait_for("What to do about response_cut");
        // It is over: time goes on where no frame comes.
        tmux.wait_for("No bad end for 1");
        // Is the capture itself well?
        tmux.press("5");
        let health = tmux.wait_for("frames kept for export");
        assert!(health.contains("dropped by the kernel     0"), "{health}");
        // All connections, and one of them in files.
        tmux.press("4");
        tmux.wait_for("STATE");
        let open = std::net::TcpStream::connect("192.0.2.1:9000").unwrap();
        let port = open.local_addr().unwrap().port();
        tmux.until("a connection that goes on", |page| {
            let row = page.lines().find(|line| line.contains(&format!("192.0.2.2:{port} ")))?;
            row.contains(" open ").then_some(())
        });
        drop(open);
        tmux.press("1 e");
        tmux.wait_for(".pcap with ");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        tmux.press("q");
        tmux.wait_for("packets captured");
    }

    fn an_interface_that_goes_is_said_where_it_is_looked_for(net) {
        net.ip("link add gone0 type veth peer name gone1");
        net.ip("link set gone0 up");
        let program = env!("CARGO_BIN_EXE_rstwho");
        let Some(tmux) = Tmux::start(150, 45, &format!("'{program}' watch -i gone0 -n; exec cat")) else { return };
        tmux.wait_for("Waiting for the first frame.");
        net.ip("link set gone0 down");
        tmux.wait_for("Waiting for the first frame. gone0: the interface is down");
        net.ip("link del gone0");
        tmux.wait_for("rstwho: gone0: the interface is gone");
    }

    fn a_terminal_that_stands_still_holds_up_no_frame(net) {
        let folder = tempfile::tempdir().unwrap();
        let ends = Ends::serve(&net.far_prefix());
        let Some(tmux) = watching(folder.path()) else { return };
        tmux.stand_still_while(|| {
            ends.call(["quick"; 80].join(" ").as_str(), "192.0.2.1 2001:db8::1");
            sleep(Duration::from_secs(2));
        });
        tmux.press("5");
        tmux.wait_for("frames kept for export");
        let health = tmux.wait_for("160 bad ends of 160 connections");
        for said in ["dropped by the kernel     0", "dropped by rstwho         0"] {
            assert!(health.contains(said), "{said}:\n{health}");
        }
        tmux.press("q");
        tmux.wait_for("0 packets dropped by kernel");
    }
}
