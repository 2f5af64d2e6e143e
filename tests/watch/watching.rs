//! `rstwho watch` under way, and what it has written so far. Whatever becomes of a test, nothing is left running.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

/// No test waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// A child that is killed when it is forgotten.
pub(crate) struct Kept(pub(crate) Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Kept {
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Its status, once it has ended by itself.
    pub(crate) fn status(&mut self) -> i32 {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code().expect("not by a signal");
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A line and when it came.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) at: SystemTime,
}

type Lines = Arc<Mutex<Vec<Line>>>;

pub(crate) struct Watching {
    pub(crate) child: Kept,
    lines: Lines,
    said: Lines,
    readers: Vec<JoinHandle<()>>,
}

/// What it wrote, when it has ended.
pub(crate) struct Outcome {
    pub(crate) lines: Vec<Line>,
    pub(crate) stderr: String,
    pub(crate) status: i32,
}

impl Watching {
    /// Starts it, and waits until it captures.
    pub(crate) fn start(args: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rstwho"));
        command.arg("watch").args(args.split_whitespace());
        Self::run(&mut command)
    }

    pub(crate) fn run(command: &mut Command) -> Self {
        let sockets = packet_sockets();
        let child = command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        let mut child = Kept(child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
        let (lines, said) = (Lines::default(), Lines::default());
        let readers = vec![
            collect(child.0.stdout.take().unwrap(), &lines),
            collect(child.0.stderr.take().unwrap(), &said),
        ];
        let begun = Instant::now();
        while packet_sockets() <= sockets && child.0.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < PATIENCE, "it does not begin to capture");
            thread::sleep(Duration::from_millis(5));
        }
        // The socket is bound before it has its ring and its filter.
        thread::sleep(Duration::from_millis(150));
        Self { child, lines, said, readers }
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        self.lines.lock().unwrap().clone()
    }

    pub(crate) fn said(&self) -> String {
        let said = self.said.lock().unwrap();
        said.iter().map(|line| line.text.clone() + "\n").collect()
    }

    /// Waits until something is so.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(begun.elapsed() < PATIENCE, "no {what}: {:#?}\n{}", self.lines(), self.said());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it by a signal.
    pub(crate) fn stop(self, signal: &str) -> Outcome {
        self.child.signal(signal);
        self.end()
    }

    /// Waits until it has ended.
    pub(crate) fn end(mut self) -> Outcome {
        let status = self.child.status();
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        Outcome { lines: self.lines(), stderr: self.said(), status }
    }
}

impl Outcome {
    pub(crate) fn records(&self) -> Vec<Value> {
        self.lines.iter().map(|line| parse(&line.text)).collect()
    }

    /// The last word on every connection.
    pub(crate) fn finals(&self) -> Vec<Value> {
        self.records().into_iter().filter(is_final).collect()
    }
}

pub(crate) fn is_final(record: &Value) -> bool {
    record["type"] == "connection" && record["provisional"] == false
}

pub(crate) fn parse(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

fn collect(from: impl Read + Send + 'static, into: &Lines) -> JoinHandle<()> {
    let into = Arc::clone(into);
    thread::spawn(move || {
        for text in BufReader::new(from).lines().map_while(Result::ok) {
            into.lock().unwrap().push(Line { text, at: SystemTime::now() });
        }
    })
}

/// Those that are bound and hear something: the sixth column says so.
fn packet_sockets() -> usize {
    let hears = |line: &&str| line.split_whitespace().nth(5) == Some("1");
    std::fs::read_to_string("/proc/net/packet").map_or(0, |text| text.lines().skip(1).filter(hears).count())
}

/// Programs that end connections in every way.
pub(crate) struct Ends(Kept);

impl Ends {
    /// Begins to serve; `prefix` is a command to run it by.
    pub(crate) fn serve(prefix: &[&str]) -> Self {
        let mut child = Kept(python(prefix, &["serve"]).stdout(Stdio::piped()).spawn().unwrap());
        let mut ready = String::new();
        BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        assert_eq!(ready, "ready\n");
        Self(child)
    }

    /// Makes one connection of each kind to each address.
    pub(crate) fn call(&self, kinds: &str, addresses: &str) {
        assert!(self.0.0.id() > 0);
        let mut args = vec!["call"];
        args.extend(kinds.split(' '));
        args.push("--to");
        args.extend(addresses.split(' '));
        let mut child = Kept(python(&[], &args).spawn().unwrap());
        assert_eq!(child.status(), 0);
    }
}

fn python(prefix: &[&str], args: &[&str]) -> Command {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/watch/ends.py");
    let mut words = prefix.to_vec();
    words.extend(["timeout", "60", "python3", script]);
    words.extend(args);
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::piped());
    command
}

/// Says something that is shown even where tests pass.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
