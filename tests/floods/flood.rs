//! A SYN flood with real connections in it, through the program.

use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::packets::{ACK, RST, SYN, ethernet, tcp};

/// A real connection comes after as many sources.
pub(crate) const EACH: u32 = 5_000;
/// What the program may take with 20,000 connections at most, in any build.
pub(crate) const BOUND_MIB: u64 = 96;

const SERVER: ([u8; 4], u16) = ([192, 0, 2, 1], 80);

pub(crate) struct Outcome {
    pub(crate) summary: Value,
    /// Connections that were told as reset by their server.
    pub(crate) resets: u64,
    pub(crate) peak_mib: u64,
}

/// A capture that is being written: a microsecond between frames.
struct Capture<W> {
    out: W,
    micros: u64,
}

impl<W: Write> Capture<W> {
    fn begin(mut out: W) -> Self {
        out.write_all(b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0").unwrap();
        Self { out, micros: 1_700_000_000_000_000 }
    }

    fn frame(&mut self, bytes: &[u8]) {
        self.micros += 1;
        let (secs, micros) = ((self.micros / 1_000_000) as u32, (self.micros % 1_000_000) as u32);
        let len = bytes.len() as u32;
        for word in [secs, micros, len, len] {
            self.out.write_all(&word.to_le_bytes()).unwrap();
        }
        self.out.write_all(bytes).unwrap();
    }

    fn segment(
        &mut self,
        src: ([u8; 4], u16),
        dst: ([u8; 4], u16),
        flags: u8,
        numbers: (u32, u32),
        text: &[u8],
    ) {
        let mut segment = tcp(src, dst, flags, numbers.0, text);
        segment[8..12].copy_from_slice(&numbers.1.to_be_bytes());
        self.frame(&ethernet((src.0, dst.0), &segment));
    }

    /// A request that is answered by a reset.
    fn connection(&mut self, number: u32) {
        let client = ([172, 16, (number >> 8) as u8, number as u8], 40_000);
        self.segment(client, SERVER, SYN, (100, 0), b"");
        self.segment(SERVER, client, SYN | ACK, (500, 101), b"");
        self.segment(client, SERVER, ACK, (101, 501), b"");
        self.segment(client, SERVER, ACK, (101, 501), b"GET / HTTP/1.1\r\n\r\n");
        self.segment(SERVER, client, RST | ACK, (501, 119), b"");
    }
}

fn flood(sources: u32, out: impl Write) {
    let mut capture = Capture::begin(out);
    for number in 0..sources {
        let source = 0x0a00_0000_u32.wrapping_add(number.wrapping_mul(2_654_435_761) >> 4);
        capture.segment(
            (source.to_be_bytes(), (1024 + number % 60_000) as u16),
            SERVER,
            SYN,
            (number, 0),
            b"",
        );
        if number % EACH == EACH / 2 {
            capture.connection(number / EACH);
        }
    }
    capture.out.flush().unwrap();
}

/// What it says of as many sources.
pub(crate) fn through_the_program(sources: u32, max_flows: u32) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rstwho"))
        .args(["replay", "-", "--format", "jsonl", "--max-flows", &max_flows.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || count(stdout));
    let mut stdin = BufWriter::with_capacity(1 << 20, child.stdin.take().unwrap());
    flood(sources, &mut stdin);
    // All but what is in the pipe has been read: nothing larger comes.
    let peak_mib = peak_mib(child.id());
    drop(stdin);
    let (resets, summary) = reader.join().unwrap();
    assert!(child.wait().unwrap().success());
    Outcome { summary: serde_json::from_str(&summary).unwrap(), resets, peak_mib }
}

/// Real connections that were reset by their server, and the last line.
fn count(records: impl BufRead) -> (u64, String) {
    let (mut resets, mut last) = (0, String::new());
    for line in records.lines().map(Result::unwrap) {
        let is_real = line.contains("\"ip\":\"172.16.");
        resets += u64::from(is_real && line.contains("\"rst_by\":\"server\""));
        last = line;
    }
    (resets, last)
}

/// The most memory that it ever had (Linux tells; elsewhere 0).
fn peak_mib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}
