//! `rstwho watch`: the rights that capturing needs are gone before the first packet.
#![cfg(all(feature = "live", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a test's helpers fail like the test itself")]

#[allow(dead_code, reason = "these tests need less of it than others")]
#[path = "privilege/held.rs"]
mod held;
#[allow(dead_code, reason = "these tests need less of it than others")]
#[path = "support/netns.rs"]
mod netns;
#[allow(dead_code, reason = "these tests need less of it than others")]
#[path = "watch/watching.rs"]
mod watching;

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use held::{Held, assert_refused, is_root, rstwho, skip, text};
use netns::{NEAR, in_namespace};
use watching::Watching;

/// Nobody listens there.
const CLOSED: &str = "192.0.2.1:81";
const NOBODY: u32 = 65534;

fn refused() {
    let error = TcpStream::connect_timeout(&CLOSED.parse().unwrap(), Duration::from_secs(2)).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}

fn by_sudo(command: &mut Command) -> &mut Command {
    command.env("SUDO_UID", NOBODY.to_string()).env("SUDO_GID", NOBODY.to_string()).env("SUDO_USER", "nobody")
}

/// A folder in which this user, and no other, may make files.
fn folder_of(uid: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::chown(folder.path(), Some(uid), Some(uid)).unwrap();
    folder
}

/// The program where anybody may run it, with one capability of its own.
fn with_capability(folder: &Path) -> Option<std::path::PathBuf> {
    let program = folder.join("rstwho");
    fs::copy(env!("CARGO_BIN_EXE_rstwho"), &program).unwrap();
    for path in [folder, &program] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let set = Command::new("setcap").arg("cap_net_raw+ep").arg(&program).status();
    set.is_ok_and(|status| status.success()).then_some(program)
}

in_namespace! {
    fn watch_can_open_nothing_else_and_reach_nobody(net) {
        let folder = tempfile::tempdir().unwrap();
        let output = rstwho(&format!("watch -i {NEAR} --probe-sandbox")).output().unwrap();
        assert_refused(&output, &[]);
        for what in ["send a frame", "write a frame", "copy a socket that captures", "hand a socket that captures over"] {
            let refused = format!("{what}: refused: Operation not permitted");
            assert!(text(&output.stdout).contains(&refused), "{what}: {}", text(&output.stdout));
        }
        let file = folder.path().join("ends");
        let output = rstwho(&format!("watch -i {NEAR} --probe-sandbox -o {} --rotate 1M", file.display())).output().unwrap();
        assert_refused(&output, &["make a file in the output's folder"]);
        drop(net);
    }

    fn root_keeps_no_capability_and_gains_none(net) {
        let watching = Watching::start(&format!("-i {NEAR} --format jsonl"));
        let held = Held::of(watching.child.0.id());
        assert!(held.has_no_capabilities() && held.bounding == 0, "{held:?}");
        assert!(held.no_new_privs && held.filters, "{held:?}");
        refused();
        let outcome = watching.stop("TERM");
        assert_eq!((outcome.status, outcome.finals().len()), (0, 1), "{}", outcome.stderr);
        drop(net);
    }

    fn who_called_sudo_is_whom_root_becomes(net) {
        let folder = folder_of(NOBODY);
        let file = folder.path().join("ends.jsonl");
        let args = format!("watch -i {NEAR} --format jsonl --all -o {} --rotate 10k", file.display());
        let watching = Watching::run(by_sudo(&mut rstwho(&args)));
        let held = Held::of(watching.child.0.id());
        assert_eq!((&held.uids, &held.gids, held.groups), (&vec![NOBODY; 4], &vec![NOBODY; 4], 0), "{held:?}");
        assert!(held.has_no_capabilities() && held.no_new_privs && held.filters, "{held:?}");
        (0..30).for_each(|_| refused());
        assert_eq!(watching.stop("TERM").status, 0);
        assert_eq!(fs::metadata(&file).unwrap().uid(), NOBODY);
        assert!(folder.path().join("ends.jsonl.1").exists(), "rotated in confinement, by another user");
        drop(net);
    }

    fn an_output_that_is_a_link_is_opened_anew_in_confinement(net) {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [link, target] = folders.each_ref().map(|folder| folder.path().join("ends.jsonl"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let watching = Watching::start(&format!("-i {NEAR} --format jsonl --all -o {}", link.display()));
        fs::rename(&target, target.with_extension("moved")).unwrap();
        watching.child.signal("HUP");
        thread::sleep(Duration::from_millis(300));
        refused();
        let outcome = watching.stop("TERM");
        assert!(outcome.status == 0 && !outcome.stderr.contains("rstwho:"), "{}", outcome.stderr);
        let written = fs::read_to_string(&target).unwrap();
        assert!(written.contains("\"summary\""), "{written}");
        drop(net);
    }

    fn what_the_new_user_may_not_write_is_said_before_it_starts(net) {
        let folder = folder_of(0);
        let file = folder.path().join("ends.jsonl");
        let args = format!("watch -i {NEAR} --format jsonl -o {}", file.display());
        let output = by_sudo(&mut rstwho(&args)).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
        assert!(said.contains("as user nobody, whom rstwho becomes") && said.contains("--user NAME"), "{said}");
        // The file may be written, but no second one made.
        fs::write(&file, "").unwrap();
        std::os::unix::fs::chown(&file, Some(NOBODY), None).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let output = by_sudo(&mut rstwho(&format!("{args} --rotate 1M"))).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
        fs::remove_file(&file).unwrap();
        let watching = Watching::run(by_sudo(&mut rstwho(&format!("{args} --user root --rotate 1M"))));
        let held = Held::of(watching.child.0.id());
        assert!(held.uids == [0; 4] && held.has_no_capabilities(), "{held:?}");
        assert_eq!(watching.stop("TERM").status, 0);
        drop(net);
    }

    fn a_user_can_be_named(net) {
        let watching = Watching::start(&format!("-i {NEAR} --user {NOBODY}"));
        assert_eq!(Held::of(watching.child.0.id()).uids, [NOBODY; 4]);
        watching.stop("TERM");
        let output = rstwho(&format!("watch -i {NEAR} --user no-such-user")).output().unwrap();
        assert_eq!(text(&output.stderr), "rstwho: --user 'no-such-user': there is no such user\n");
        drop(net);
    }

    fn one_capability_of_the_program_is_enough_also_for_promiscuous_mode(net) {
        let folder = tempfile::tempdir().unwrap();
        let Some(program) = with_capability(folder.path()) else { return skip("setcap does not work here") };
        let promiscuous = || text(&Command::new("ip").args(["-d", "link", "show", NEAR]).output().unwrap().stdout);
        for (mode, word) in [("--promiscuous", "promiscuity 1"), ("--all", "promiscuity 0")] {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
            command.args(["watch", "-i", NEAR, "--format", "jsonl", mode]);
            let watching = Watching::run(&mut command);
            let held = Held::of(watching.child.0.id());
            assert!(held.has_no_capabilities() && held.no_new_privs && held.filters, "{held:?}");
            assert!(promiscuous().contains(word), "{mode}: {}", promiscuous());
            refused();
            let outcome = watching.stop("TERM");
            assert_eq!((outcome.status, outcome.finals().len()), (0, 1), "{mode} {}", outcome.stderr);
        }
        drop(net);
    }

    fn a_setuid_bit_lends_no_more_than_that_one_capability(net) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("rstwho");
        fs::copy(env!("CARGO_BIN_EXE_rstwho"), &program).unwrap();
        for (path, mode) in [(folder.path(), 0o755), (&program, 0o4755)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
        let watching = Watching::run(command.args(["watch", "-i", NEAR, "--format", "jsonl"]));
        let held = Held::of(watching.child.0.id());
        assert_eq!((&held.uids, &held.gids), (&vec![NOBODY; 4], &vec![NOBODY; 4]), "{held:?}");
        assert!(held.has_no_capabilities() && held.no_new_privs && held.filters, "{held:?}");
        refused();
        let outcome = watching.stop("TERM");
        assert_eq!((outcome.status, outcome.finals().len()), (0, 1), "{}", outcome.stderr);
        drop(net);
    }

    fn root_in_a_container_needs_that_one_capability_too(net) {
        let contained = |args: &str| {
            let mut command = Command::new("setpriv");
            command.args(["--bounding-set=-all,+net_raw", "--inh-caps=-all", env!("CARGO_BIN_EXE_rstwho"), "watch"]);
            command.args(["-i", NEAR, "--format", "jsonl"]).args(args.split_whitespace());
            command
        };
        let watching = Watching::run(&mut contained("--promiscuous"));
        let held = Held::of(watching.child.0.id());
        assert!(held.uids == [0; 4] && held.has_no_capabilities() && held.filters, "{held:?}");
        refused();
        let outcome = watching.stop("TERM");
        assert_eq!((outcome.status, outcome.finals().len()), (0, 1), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("rstwho:"), "{}", outcome.stderr);
        // It may not become anybody: said where that was only natural, an error where it was asked for.
        let watching = Watching::run(by_sudo(&mut contained("--top 1")));
        refused();
        let outcome = watching.stop("TERM");
        assert!(outcome.stderr.starts_with("rstwho: stays root, without its capabilities"), "{}", outcome.stderr);
        assert_eq!((outcome.status, outcome.finals().len()), (0, 1));
        let output = contained("--user nobody").output().unwrap();
        let said = text(&output.stderr);
        assert!(said.starts_with("rstwho: --user 'nobody': cannot become that user: "), "{said}");
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1));
        drop(net);
    }

    fn without_the_sandbox_capabilities_are_dropped_all_the_same(net) {
        let watching = Watching::start(&format!("-i {NEAR} --no-sandbox --format jsonl"));
        let held = Held::of(watching.child.0.id());
        assert!(held.has_no_capabilities() && held.no_new_privs && !held.filters, "{held:?}");
        let outcome = watching.stop("TERM");
        assert!(!outcome.stderr.contains("rstwho:"), "{}", outcome.stderr);
        let summary = outcome.records().pop().unwrap();
        assert_eq!(summary["notices"][0], "not confined: --no-sandbox");
        drop(net);
    }

    fn new_addresses_are_ours_in_confinement_too(net) {
        let watching = Watching::start(&format!("-i {NEAR} --format jsonl --all"));
        net.ip(&format!("addr add 192.0.2.77/32 dev {NEAR}"));
        net.far("ip route add 192.0.2.77/32 dev far0");
        // Addresses are believed for five seconds.
        thread::sleep(Duration::from_millis(5500));
        let prefix = net.far_prefix();
        let call = ["bash", "-c", ": < /dev/tcp/192.0.2.77/81"];
        let _ = Command::new(prefix[0]).args(&prefix[1..]).args(call).output().unwrap();
        thread::sleep(Duration::from_millis(300));
        let summary = watching.stop("TERM").records().pop().unwrap();
        let peers: Vec<&str> = summary["peers"].as_array().unwrap().iter().filter_map(|peer| peer["ip"].as_str()).collect();
        assert_eq!(peers, ["192.0.2.1"], "{summary:#}");
    }
}

#[test]
fn every_thread_of_the_dashboard_is_confined() {
    let socket = format!("rstwho-privilege-{}", std::process::id());
    let tmux = |args: &[&str]| Command::new("tmux").args(["-L", &socket]).args(args).output();
    if !is_root() || !tmux(&["-V"]).is_ok_and(|output| output.status.success()) {
        return skip("needs root and tmux");
    }
    let program = format!("exec {} watch -i lo", env!("CARGO_BIN_EXE_rstwho"));
    let begun = tmux(&["new-session", "-d", "-x", "100", "-y", "30", &program]).unwrap();
    assert!(begun.status.success(), "{}", text(&begun.stderr));
    thread::sleep(Duration::from_secs(1));
    let pid = text(&tmux(&["list-panes", "-F", "#{pane_pid}"]).unwrap().stdout);
    let threads = Held::of_each_thread(pid.trim().parse().unwrap());
    let shown = text(&tmux(&["capture-pane", "-p"]).unwrap().stdout);
    let _ = tmux(&["kill-server"]);
    assert!(threads.len() >= 2, "a thread draws: {shown}");
    for held in threads {
        assert!(held.has_no_capabilities() && held.no_new_privs && held.filters, "{held:?}");
    }
}
