//! A terminal that can be asked what it shows: a tmux server of our own, ended on drop. Every wait has an end.

use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longer than any screen takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(30);

/// A tmux server with one pane.
pub(crate) struct Tmux {
    /// Where its socket is; gone with it.
    folder: TempDir,
}

#[allow(dead_code, reason = "no test needs all of it")]
impl Tmux {
    /// Runs `script` in a shell in a terminal of that size; `None` where there is no tmux.
    pub(crate) fn start(columns: u16, lines: u16, script: &str) -> Option<Self> {
        Command::new("tmux").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
        let tmux = Self { folder: tempfile::tempdir().expect("a folder") };
        let (columns, lines) = (columns.to_string(), lines.to_string());
        let script = format!("LC_ALL=C.UTF-8; export LC_ALL; {script}");
        let size = ["-x", &columns, "-y", &lines];
        let started =
            tmux.run(&[&["-f", "/dev/null", "-u", "new-session", "-d"], &size[..], &[&script]].concat());
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
        Some(tmux)
    }

    /// Presses keys, named as tmux names them, with blanks between.
    pub(crate) fn press(&self, keys: &str) {
        let keys: Vec<&str> = keys.split(' ').collect();
        self.run(&[&["send-keys"], &keys[..]].concat());
    }

    /// Types a line, and Enter.
    pub(crate) fn type_line(&self, line: &str) {
        self.run(&["send-keys", "-l", line]);
        self.run(&["send-keys", "Enter"]);
    }

    /// Clicks at a column and a line, counted from 1, as terminals tell it (SGR 1006).
    pub(crate) fn click(&self, column: usize, line: usize) {
        let press = format!("\x1b[<0;{column};{line}M\x1b[<0;{column};{line}m");
        self.run(&["send-keys", "-l", &press]);
    }

    /// Sets an option of the server.
    pub(crate) fn set(&self, option: &str, value: &str) {
        self.run(&["set-option", "-s", option, value]);
    }

    /// What a program has put on the clipboard.
    pub(crate) fn clipboard(&self) -> String {
        String::from_utf8_lossy(&self.run(&["show-buffer"]).stdout).into_owned()
    }

    /// Sends a signal to what the shell runs.
    pub(crate) fn signal_the_program(&self, signal: &str) {
        let shell = self.ask("#{pane_pid}");
        let children = format!("/proc/{shell}/task/{shell}/children");
        let children = std::fs::read_to_string(children).expect("Linux tells a process's children");
        for child in children.split_whitespace() {
            let killed =
                Command::new("kill").args([&format!("-{signal}"), child]).status().expect("kill runs");
            assert!(killed.success());
        }
    }

    /// Stops the terminal, so that nothing more is taken from the programs in it, until `done` is.
    pub(crate) fn stand_still_while(&self, done: impl FnOnce()) {
        let server = self.ask("#{pid}");
        let signal = |name: &str| {
            assert!(Command::new("kill").args([name, &server]).status().expect("kill runs").success());
        };
        signal("-STOP");
        done();
        signal("-CONT");
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&self, columns: u16, lines: u16) {
        self.run(&["resize-window", "-x", &columns.to_string(), "-y", &lines.to_string()]);
    }

    /// Waits until the screen shows `text`, and gives all that it shows.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.until(text, |screen| screen.contains(text).then(|| screen.to_owned()))
    }

    /// Waits until the screen holds something, and gives that. It is looked at when it has been the same twice: tmux
    /// takes what is drawn in pieces, and shows what it has.
    pub(crate) fn until<T>(&self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut before = String::new();
        loop {
            let screen = String::from_utf8_lossy(&self.run(&["capture-pane", "-p"]).stdout).into_owned();
            let stands = std::mem::replace(&mut before, screen.clone()) == screen;
            if let Some(found) = stands.then(|| find(&screen)).flatten() {
                return found;
            }
            assert!(Instant::now() < deadline, "'{what}' never came:\n{screen}");
            sleep(PAUSE);
        }
    }

    /// What the screen shows, with its colours (SGR), once nothing is drawn any more.
    pub(crate) fn at_rest(&self) -> String {
        let look = || String::from_utf8_lossy(&self.run(&["capture-pane", "-p", "-e"]).stdout).into_owned();
        let mut before = look();
        loop {
            sleep(PAUSE * 10);
            let now = look();
            if std::mem::replace(&mut before, now.clone()) == now {
                return now;
            }
        }
    }

    /// What tmux knows about the terminal.
    pub(crate) fn ask(&self, format: &str) -> String {
        let answer = self.run(&["display-message", "-p", format]);
        String::from_utf8_lossy(&answer.stdout).trim().to_owned()
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new("tmux")
            .arg("-S")
            .arg(self.folder.path().join("socket"))
            .args(args)
            .env_remove("TMUX")
            .env_remove("NO_COLOR")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .output()
            .expect("tmux runs")
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}
