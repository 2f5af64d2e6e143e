//! Bytes that somebody crafted: what the fuzz targets do, on a corpus and on what a fixed seed makes of it.
//!
//! `cargo fuzz run NAME` looks for new ones without end (see `fuzz/`); what it finds becomes part of the corpus.
#![allow(clippy::unwrap_used, reason = "a test's helpers fail like the test itself")]

#[path = "../fuzz/harness/mod.rs"]
mod harness;

use std::fs;
use std::panic;
use std::path::Path;

use harness::TARGETS;

/// Changed inputs for each of the corpus.
const CHANGED: usize = 8;

/// splitmix64 (Steele, Lea and Flood, 2014): the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end.max(1) as u64).unwrap()
    }
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort_unstable();
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Some bytes other, some gone, some twice, some of another input.
fn changed(input: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    const ODD: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, 0xfe, b'\n', 0x45];
    let mut bytes = input.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len());
        match dice.below(6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            2 if at < bytes.len() => bytes[at] = ODD[dice.below(ODD.len())],
            3 => {
                let end = bytes.len().min(at + 1 + dice.below(32));
                bytes.extend_from_within(at..end);
            }
            4 => drop(bytes.drain(at..bytes.len().min(at + 1 + dice.below(16)))),
            _ => {
                bytes.truncate(at);
                bytes.extend_from_slice(&other[dice.below(other.len())..]);
            }
        }
    }
    bytes
}

/// The corpus of one target, and what is near it.
fn survives(wanted: &str) {
    let (name, run) = TARGETS.into_iter().find(|(name, _)| *name == wanted).unwrap();
    let (corpus, mut dice) = (corpus(name), Dice(7));
    assert!(corpus.len() >= 5, "{name} has a corpus");
    for (number, input) in corpus.iter().enumerate() {
        let other = &corpus[dice.below(corpus.len())];
        let changed = (0..CHANGED).map(|_| changed(input, other, &mut dice));
        for bytes in std::iter::once(input.clone()).chain(changed) {
            let outcome = panic::catch_unwind(|| run(&bytes));
            assert!(outcome.is_ok(), "{name}, near its input {number}: {bytes:02x?}");
        }
    }
}

macro_rules! each_target {
    ($($name:ident)+) => { $(
        #[test]
        fn $name() {
            survives(stringify!($name));
        }
    )+ };
}

each_target! { decoder http pcap pcapng pipe tls tracker }

#[test]
fn every_target_is_built_by_cargo_fuzz() {
    let manifest = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        let target = format!("{}/fuzz/fuzz_targets/{name}.rs", env!("CARGO_MANIFEST_DIR"));
        assert!(fs::read_to_string(target).unwrap().contains(&format!("harness::{name}::run(bytes)")));
    }
}
