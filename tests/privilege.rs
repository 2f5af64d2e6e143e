//! What the program may do at each phase, as the kernel tells it, and what it can do no more.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test's helpers fail like the test itself")]

#[allow(dead_code, reason = "these tests need less of it than others")]
#[path = "privilege/held.rs"]
mod held;

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rstwho::capture::privilege::{self, Allow, Resolver};

use held::{Held, assert_refused, is_root, rstwho, text};

const CAPTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/node_destroy/capture.pcap");

#[test]
fn replay_can_open_nothing_else_and_reach_nobody() {
    let output = rstwho(&format!("replay {CAPTURE} --probe-sandbox")).output().unwrap();
    assert_refused(&output, &[]);
    let folder = tempfile::tempdir().unwrap();
    let args = format!("replay {CAPTURE} --probe-sandbox -o {}", folder.path().join("out").display());
    assert_refused(&rstwho(&args).output().unwrap(), &["make a file in the output's folder"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "what was made is removed");
}

#[test]
fn without_the_sandbox_the_same_attempts_succeed() {
    let output = rstwho(&format!("replay {CAPTURE} --no-sandbox")).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
    assert_refused(&rstwho("replay - --probe-sandbox").output().unwrap(), &[]);
    assert!(File::open("/etc/passwd").is_ok(), "what is refused there is possible here");
    assert!(std::net::TcpListener::bind("127.0.0.1:0").is_ok());
}

/// A replay that waits for its standard input.
fn waiting(args: &str) -> held::Kept {
    let child = rstwho(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let child = held::Kept(child);
    child.until(|held| held.no_new_privs);
    thread::sleep(Duration::from_millis(100));
    child
}

#[test]
fn replay_holds_no_rights_that_it_does_not_need() {
    let mut child = waiting("replay - --format jsonl");
    let held = Held::of(child.0.id());
    assert!(held.no_new_privs && held.filters, "{held:?}");
    // CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, if they were there.
    assert_eq!(held.effective & !0b110, 0, "{held:?}");
    assert_eq!(held.permitted & !0b110, 0, "{held:?}");
    let mut stdin = child.0.stdin.take().unwrap();
    stdin.write_all(&fs::read(CAPTURE).unwrap()).unwrap();
    drop(stdin);
    assert!(child.0.wait().unwrap().success());
}

#[test]
fn what_was_named_can_be_read_in_confinement() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.pcap", "b.pcap"] {
        fs::copy(CAPTURE, folder.path().join(name)).unwrap();
    }
    let inside = folder.path().display();
    for args in [
        format!("{inside} {CAPTURE}"),
        format!("{inside}/a.pcap {inside}/b.pcap --separate"),
        format!("{inside}/b.pcap {inside}/a.pcap {CAPTURE} -o {inside}/report"),
        format!("{CAPTURE} -o /dev/null"),
    ] {
        let output = rstwho(&format!("replay {args}")).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{args}: {}", text(&output.stderr));
    }
    assert!(fs::metadata(folder.path().join("report")).unwrap().len() > 100);
    let output = rstwho(&format!("replay {inside}/no-such-file")).output().unwrap();
    assert!(text(&output.stderr).contains("No such file"), "{}", text(&output.stderr));
}

#[test]
fn what_links_lead_to_can_be_read_and_written_in_confinement() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [named, captures, reports] = folders.each_ref().map(tempfile::TempDir::path);
    fs::copy(CAPTURE, captures.join("a.pcap")).unwrap();
    symlink(captures.join("a.pcap"), named.join("a.pcap")).unwrap();
    fs::write(reports.join("there"), "of yesterday, and longer than what is written today".repeat(99))
        .unwrap();
    for name in ["there", "new"] {
        symlink(reports.join(name), captures.join(name)).unwrap();
        let (from, to) = (named.display(), captures.join(name));
        let output = rstwho(&format!("replay {from} --format summary -o {}", to.display())).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{name}: {}", text(&output.stderr));
        let written = fs::read_to_string(reports.join(name)).unwrap();
        assert!(written.starts_with("file ") && written.contains("\nconnections 1\n"), "{written}");
        assert!(captures.join(name).is_symlink());
    }
}

#[test]
fn an_output_that_is_open_already_is_written_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report");
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        fs::write(&path, "before\n").unwrap();
        let end = File::options().append(true).open(&path).unwrap();
        let mut command = rstwho(&format!("replay {CAPTURE} --format summary -o {name}"));
        let output = command.stdout(end).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{name}: {}", text(&output.stderr));
        let written = fs::read_to_string(&path).unwrap();
        assert!(written.starts_with("before\nfile ") && written.contains("\nconnections 1\n"), "{written}");
    }
    let stderr = File::create(&path).unwrap();
    let mut command = rstwho(&format!("replay {CAPTURE} --format summary -o /dev/stderr"));
    assert!(command.stderr(stderr).status().unwrap().success());
    assert!(fs::read_to_string(&path).unwrap().contains("\nconnections 1\n"));
}

#[test]
fn a_filter_with_names_is_compiled_before_the_network_is_closed() {
    let output = rstwho(&format!("replay {CAPTURE} --filter")).arg("host localhost or port http").output();
    let output = output.unwrap();
    assert!(!cfg!(feature = "live") || output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn root_still_reads_what_belongs_to_others() {
    if !is_root() {
        return held::skip("needs root");
    }
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("theirs.pcap");
    fs::copy(CAPTURE, &path).unwrap();
    let changed = Command::new("sh")
        .args(["-c", &format!("chmod 600 {0} && chown 65534:65534 {0}", path.display())])
        .status()
        .unwrap();
    assert!(changed.success());
    let output = rstwho(&format!("replay {}", path.display())).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn what_is_lent_by_a_setuid_bit_reads_and_writes_nothing() {
    if !is_root() {
        return held::skip("needs root");
    }
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str, mode: u32| {
        let path = folder.path().join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path.display().to_string()
    };
    for (from, name) in [(env!("CARGO_BIN_EXE_rstwho"), "rstwho"), (CAPTURE, "a.pcap"), (CAPTURE, "secret")] {
        fs::copy(from, folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("theirs"), "of root\n").unwrap();
    let (program, capture) = (place("rstwho", 0o4755), place("a.pcap", 0o644));
    let (secret, theirs) = (place("secret", 0o600), place("theirs", 0o644));
    place(".", 0o755);
    let lent = |args: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program).arg("replay");
        command.args(args).stdin(Stdio::null()).output().unwrap()
    };
    let attempts: [(&[&str], &str); 2] =
        [(&[&secret], "cannot read"), (&[&capture, "-o", &theirs], "cannot write")];
    for (args, words) in attempts {
        let output = lent(args);
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
        assert!(said.contains(words) && said.contains("Permission denied"), "{said}");
    }
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "of root\n");
    assert!(lent(&[&capture]).status.success());
}

#[test]
fn what_an_old_kernel_cannot_close_is_said_once_and_the_rest_is_closed() {
    const LANDLOCK: i64 = libc::SYS_landlock_create_ruleset;
    const SECCOMP: i64 = libc::SYS_seccomp;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/privilege/old_kernel.py");
    let without = |calls: &[i64], args: &str| {
        let mut command = Command::new("python3");
        command.arg(script).args(calls.iter().map(i64::to_string)).arg("--");
        command.arg(env!("CARGO_BIN_EXE_rstwho")).args(args.split_whitespace()).stdin(Stdio::null());
        command.output().unwrap()
    };
    if !Command::new("python3").arg("-c").arg("import ctypes").status().is_ok_and(|it| it.success()) {
        return held::skip("needs Python with ctypes");
    }
    let output = without(&[LANDLOCK], &format!("replay {CAPTURE} --format jsonl"));
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(0), 1), "{said}");
    assert!(said.starts_with("rstwho: files are not confined: this kernel has no Landlock"), "{said}");
    assert!(text(&output.stdout).contains("\"notices\":[\"files are not confined"), "in Health as well");
    let output = without(&[LANDLOCK, SECCOMP], &format!("replay {CAPTURE} --format summary"));
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(0), 2), "{said}");
    assert!(said.contains("system calls are not confined"), "{said}");
    // The other half is in force: sockets and programs are closed although files are not.
    let tried = text(&without(&[LANDLOCK], "replay - --probe-sandbox").stdout);
    assert!(
        tried.contains("listen with TCP: refused") && tried.contains("run a program: refused"),
        "{tried}"
    );
}

/// Runs this test once more, in a process of its own that may confine itself for good; true there.
fn alone(test: &str) -> bool {
    const ALONE: &str = "RSTWHO_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--exact", test, "--nocapture"]).env(ALONE, "1").output().unwrap();
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{test}, alone:\n{said}");
    false
}

/// Asks the system's resolver for what `/etc/hosts` tells, and then a name server.
fn resolve() -> [std::io::Result<usize>; 2] {
    use std::net::ToSocketAddrs as _;
    ["localhost", "name.invalid"].map(|name| (name, 80).to_socket_addrs().map(Iterator::count))
}

#[test]
fn a_resolver_works_in_confinement_where_it_is_allowed_and_only_there() {
    if !alone("a_resolver_works_in_confinement_where_it_is_allowed_and_only_there") {
        return;
    }
    let known = resolve();
    let missing = privilege::confine(&Allow::nothing().with_resolver(Resolver::Asked));
    if !missing.is_empty() {
        return held::skip(&missing[0].to_string());
    }
    let confined = resolve();
    assert_eq!(known[0].as_ref().ok(), confined[0].as_ref().ok(), "{confined:?}");
    // In whatever way it fails to find a name that there is not, it fails so here: no socket was refused.
    let why =
        |answers: &[std::io::Result<usize>; 2]| answers[1].as_ref().map_err(ToString::to_string).cloned();
    assert_eq!(why(&known), why(&confined));
    assert!(std::net::UdpSocket::bind("127.0.0.1:0").is_ok(), "a socket for questions");
    assert!(File::open("/etc/shadow").is_err() && File::open("/etc/passwd").is_err());
    assert!(Command::new("/bin/true").status().is_err());
}

#[cfg(feature = "live")]
#[test]
fn threads_signals_to_ourselves_and_panics_work_in_confinement() {
    if !alone("threads_signals_to_ourselves_and_panics_work_in_confinement") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    if let [missing, ..] = &privilege::confine(&Allow::nothing().writing(folder.path()))[..] {
        return held::skip(&missing.to_string());
    }
    let joined = thread::spawn(|| vec![7; 10_000_000].iter().sum::<u64>()).join();
    assert_eq!(joined.unwrap(), 70_000_000);
    assert!(thread::spawn(|| panic!("on purpose")).join().is_err());
    let flag = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGUSR2, flag.clone()).unwrap();
    signal_hook::low_level::raise(signal_hook::consts::SIGUSR2).unwrap();
    assert!(flag.load(std::sync::atomic::Ordering::Relaxed));
    let (from, to) = (folder.path().join("a"), folder.path().join("b"));
    fs::write(&from, "x").unwrap();
    fs::rename(&from, &to).unwrap();
    assert!(fs::read(&to).is_err(), "written, not read");
    fs::remove_file(&to).unwrap();
    assert!(fs::create_dir(&from).is_err() && fs::hard_link("/etc/passwd", &to).is_err());
    assert!(symlink("/etc/passwd", &to).is_err());
}
