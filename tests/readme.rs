//! What the README shows is what the program prints: the pictures and the table of causes are generated. With
//! RSTWHO_BLESS=1 (`make golden`) they are written anew.
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::path::PathBuf;
use std::process::Command;

use rstwho::verdict::Rule;
use rstwho::verdict::rules::RULES;

const SHOWN: &[&str] = &[
    "node_stale_keepalive/capture.pcap",
    "node_destroy/capture.pcap",
    "node_reset_in_length/capture.pcap",
    "injected_both_ways/client.pcap",
    "refused/capture.pcap",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The text between `<!-- name -->` and `<!-- /name -->` is to be `wanted`.
fn holds(name: &str, wanted: &str) {
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = readme.find(&open).expect("the README has the marker") + open.len();
    let end = start + readme[start..].find(&close).expect("and its end");
    if std::env::var_os("RSTWHO_BLESS").is_some() {
        std::fs::write(&path, format!("{}{wanted}{}", &readme[..start], &readme[end..])).unwrap();
    } else {
        assert_eq!(&readme[start..end], wanted, "the README's {name} is out of date: run `make golden`");
    }
}

fn printed(args: &[&str]) -> String {
    let shown = Command::new(env!("CARGO_BIN_EXE_rstwho"))
        .args(args)
        // Lines are broken by the length of the names, which must not be that of this checkout's.
        .current_dir(root().join("fixtures"))
        .env("COLUMNS", "110")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    String::from_utf8(shown.stdout).unwrap()
}

/// One test, since all write the same file.
#[test]
fn the_readme_shows_what_the_program_prints() {
    let text = printed(&[&["replay", "--color", "never"], SHOWN].concat());
    holds("picture", &format!("```text\n$ rstwho replay */*.pcap\n{text}```\n"));

    let text = printed(&["explain", "socket hang up"]);
    holds("explain", &format!("```text\n$ rstwho explain \"socket hang up\"\n{text}```\n"));

    let row = |rows: String, rule: &&Rule| rows + &format!("| `{}` | {} |\n", rule.name, rule.title);
    let rows = RULES.iter().fold(String::new(), row);
    holds("causes", &format!("| cause | what happened |\n|---|---|\n{rows}"));
}
