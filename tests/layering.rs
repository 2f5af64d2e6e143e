//! The import law: which part may name which. One package has no crate walls, so this test is the wall.
//!
//! It reads the sources. Test modules are free to name anything: a view is best tested on verdicts that were judged.

#[path = "layering/source.rs"]
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use source::{Named, Token, functions, paths, tokens};

/// Each part and the parts that it may name.
const LAW: &[(&str, &[&str])] = &[
    ("time", &[]),
    ("ahead", &[]),
    ("index", &[]),
    ("error", &[]),
    ("decode", &["time"]),
    ("flow", &["decode", "time", "ahead", "index"]),
    ("context", &["flow", "decode", "time", "ahead", "index"]),
    ("verdict", &["context", "flow", "decode", "time"]),
    ("aggregate", &["verdict", "time", "ahead", "index"]),
    ("engine", &["aggregate", "verdict", "context", "flow", "decode", "time"]),
    ("capture", &["decode", "error", "time"]),
    ("cli", &[]),
    ("config", &["cli", "aggregate", "verdict", "error", "time"]),
    ("view", &["aggregate", "verdict", "config", "error", "time"]),
    (
        "run",
        &[
            "aggregate",
            "capture",
            "cli",
            "config",
            "context",
            "decode",
            "engine",
            "error",
            "flow",
            "time",
            "verdict",
            "view",
        ],
    ),
    ("main", &["cli", "config", "run"]),
    ("lib", &[]),
];

/// What the capture may know of the protocol: nothing but the frame and what it starts with.
const FRAME: &[&str] = &["Frame", "LinkType"];

/// Parts that are the same function of the same bytes everywhere.
const PURE: &[&str] =
    &["time", "ahead", "index", "decode", "flow", "context", "verdict", "aggregate", "engine"];

/// What a pure part may not name: the world outside, as modules of the standard library and as crates.
const WORLD: &[&str] = &[
    "std::fs",
    "std::thread",
    "std::env",
    "std::process",
    "std::os",
    "pcap",
    "crossterm",
    "ratatui",
    "log",
    "tracing",
];

/// The same as single words, wherever they come from.
const WORLDLY: &[&str] = &[
    "Instant",
    "SystemTime",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "UnixDatagram",
    "println",
    "eprintln",
];

const MAX_FILE: usize = 400;
const MAX_FUNCTION: usize = 60;

struct SourceFile {
    /// As `["flow", "table"]`.
    module: Vec<String>,
    path: PathBuf,
    text: String,
}

fn sources() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 20, "the sources are where they were");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<SourceFile>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            let relative = path.strip_prefix(root).expect("inside").with_extension("");
            let mut module: Vec<String> =
                relative.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
            if module.last().is_some_and(|last| last == "mod") {
                module.pop();
            }
            found.push(SourceFile { module, path, text });
        }
    }
}

fn is_test(module: &[String]) -> bool {
    module.iter().any(|part| part == "tests" || part == "sample")
}

/// What breaks the law in one file, a line each.
fn offences(module: &[String], text: &str) -> Vec<String> {
    if is_test(module) {
        return Vec::new();
    }
    let part = module.first().map_or("", String::as_str);
    let Some((_, allowed)) = LAW.iter().find(|(name, _)| *name == part) else {
        return vec![format!("part '{part}' is not in the law")];
    };
    let code = tokens(text);
    let named = paths(&code, module);
    let mut found: Vec<String> = named.iter().filter_map(|named| offence(part, allowed, named)).collect();
    if PURE.contains(&part) {
        found.extend(
            named.iter().filter(|named| is_worldly(named)).map(|named| tell(named, "is no pure thing")),
        );
        let words = code.iter().filter(|token| WORLDLY.contains(&token.text.as_str()));
        found.extend(words.map(|token| format!("line {}: '{}' is no pure thing", token.line, token.text)));
    }
    found
}

fn offence(part: &str, allowed: &[&str], named: &Named) -> Option<String> {
    let [root, target, rest @ ..] = named.path.as_slice() else { return None };
    if root != "crate" || target == part || LAW.iter().all(|(name, _)| name != target) {
        return None;
    }
    if !allowed.contains(&target.as_str()) {
        return Some(tell(named, &format!("may not be named by '{part}'")));
    }
    let knows_more = part == "capture"
        && target == "decode"
        && !rest.first().is_some_and(|item| FRAME.contains(&item.as_str()));
    knows_more.then(|| tell(named, "is more of the protocol than a capture may know"))
}

fn is_worldly(named: &Named) -> bool {
    let path = named.path.join("::");
    WORLD.iter().any(|world| path == *world || path.starts_with(&format!("{world}::")))
}

fn tell(named: &Named, what: &str) -> String {
    format!("line {}: {} {what}", named.line, named.path.join("::"))
}

#[test]
fn every_part_names_only_what_it_may() {
    let broken: Vec<String> = sources()
        .iter()
        .flat_map(|file| {
            offences(&file.module, &file.text)
                .into_iter()
                .map(|what| format!("{}, {what}", file.path.display()))
        })
        .collect();
    assert!(broken.is_empty(), "the import law is broken:\n{}", broken.join("\n"));
}

#[test]
fn one_file_of_the_views_knows_that_there_is_a_terminal() {
    let allowed = ["view", "tui", "terminal"];
    let knowing = sources().into_iter().filter(|file| {
        let named = paths(&tokens(&file.text), &file.module);
        file.module.first().is_some_and(|part| part == "view")
            && named.iter().any(|named| named.path.first().is_some_and(|root| root == "crossterm"))
    });
    let knowing: Vec<_> = knowing.map(|file| file.module).collect();
    assert_eq!(knowing, [allowed]);
}

#[test]
fn files_and_functions_stay_small() {
    let mut large = Vec::new();
    for file in sources() {
        let lines = file.text.lines().count();
        if lines > MAX_FILE {
            large.push(format!("{} has {lines} lines", file.path.display()));
        }
        let long = functions(&tokens(&file.text)).into_iter().filter(|(_, _, lines)| *lines > MAX_FUNCTION);
        large.extend(
            long.map(|(name, at, lines)| format!("{}:{at}: {name} has {lines} lines", file.path.display())),
        );
    }
    assert!(large.is_empty(), "too large to be read in one go:\n{}", large.join("\n"));
}

/// Lines on which the number of a frame is compared for order.
fn frames_in_order(code: &[Token]) -> Vec<usize> {
    let text = |at: usize| code.get(at).map_or("", |token| token.text.as_str());
    let compares =
        |at: usize| matches!(text(at), "<" | ">") && !matches!(text(at.wrapping_sub(1)), "=" | "-");
    let is_path = |at: usize| text(at) == "." || text(at).chars().all(|c| c.is_alphanumeric() || c == '_');
    let fields = (1..code.len()).filter(|&at| text(at) == "frame" && text(at - 1) == ".");
    let ordered = fields.filter(|&at| {
        let before = (0..at).rev().find(|&at| !is_path(at)).unwrap_or(0);
        let sign = if text(before) == "=" { before.wrapping_sub(1) } else { before };
        compares(at + 1) || compares(sign)
    });
    ordered.map(|at| code[at].line).collect()
}

/// Each of several files that are merged has numbers of its own: `serial` tells before from after.
#[test]
fn numbers_of_frames_are_not_compared_for_order() {
    let judging = sources().into_iter().filter(|file| {
        let part = file.module.first().map_or("", String::as_str);
        matches!(part, "flow" | "context" | "verdict" | "aggregate") && !is_test(&file.module)
    });
    let wrong: Vec<String> = judging
        .flat_map(|file| {
            let lines = frames_in_order(&tokens(&file.text));
            lines.into_iter().map(move |line| format!("{}:{line}", file.path.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "frames are put in order by their numbers:\n{}", wrong.join("\n"));
    for text in ["a.frame < b", "a <= b.c.frame", "said.zip(b).is_some_and(|(a, b)| x && a > b.frame)"] {
        assert_eq!(frames_in_order(&tokens(text)), [1], "{text}");
    }
    for text in ["a.frame == b.frame", "match a { b => c.frame, _ => d.frame }", "fn f() -> u64 { a.frame }"]
    {
        assert_eq!(frames_in_order(&tokens(text)), [0; 0], "{text}");
    }
}

#[test]
fn the_law_has_no_part_that_does_not_exist_yet_but_context() {
    let parts: Vec<String> =
        sources().into_iter().filter_map(|file| file.module.into_iter().next()).collect();
    let missing: Vec<&str> =
        LAW.iter().map(|(name, _)| *name).filter(|name| !parts.iter().any(|part| part == name)).collect();
    assert!(missing.is_empty() || missing == ["context"], "{missing:?}");
}

fn found(module: &str, text: &str) -> Vec<String> {
    offences(&module.split("::").map(str::to_owned).collect::<Vec<_>>(), text)
}

#[test]
fn a_forbidden_import_is_found_however_it_is_written() {
    for text in [
        "use crate::flow::Close;",
        "use crate::{time::Span, flow::{Close, table::FlowTable}};",
        "use super::flow::Close;",
        "fn judge(close: &crate::flow::Close) {}",
        "mod inner { use super::super::flow as tracker; }",
        "use crate::capture;",
    ] {
        assert_eq!(found("view", text).len(), 1 + usize::from(text.contains("table::")), "{text}");
    }
    assert_eq!(found("view::text", "use super::super::engine::Engine;").len(), 1);
    assert_eq!(found("engine", "use crate::run;").len(), 1);
    assert_eq!(found("capture::file", "use crate::decode::{Frame, Segment};").len(), 1);
    assert_eq!(found("nonsense", "").len(), 1);
}

#[test]
fn the_world_outside_is_found_in_pure_parts() {
    for text in [
        "use std::fs;",
        "use std::{collections::HashMap, thread};",
        "let now = std::time::Instant::now();",
        "use std::net::{IpAddr, TcpStream};",
        "use pcap::Capture;",
        "log::info!(\"\");",
        "println!(\"{}\", 1)",
    ] {
        assert_eq!(found("flow::table", text).len(), 1, "{text}");
    }
    assert!(found("flow::table", "use std::net::IpAddr; use std::collections::HashMap;").is_empty());
}

#[test]
fn what_is_no_code_is_not_read() {
    let text = r##"
        //! [`crate::flow`]
        /* use crate::flow; /* nested */ use crate::engine; */
        use crate::time::{self, Span};
        const TEXT: &str = "use crate::flow;";
        const RAW: &[u8] = br#"use crate::flow; " "#;
        const QUOTE: char = '"';
        const TICK: char = '\'';
        fn lifetime<'a>(text: &'a str) -> &'a str { text }
        #[cfg(test)]
        mod tests { use crate::flow::Close; }
    "##;
    assert_eq!(found("view", text), Vec::<String>::new());
    let after = format!("{text}\nuse crate::flow::Close;");
    assert_eq!(found("view", &after), ["line 13: crate::flow::Close may not be named by 'view'"]);
}

#[test]
fn functions_are_measured_from_their_name_to_their_brace() {
    let text = "struct A { run: fn(u8) -> [u8; 4] }\nimpl A {\n fn short(&self) -> [u8; 4] { [0; 4] }\n fn long() {\n  if true {\n  }\n }\n}\ntrait T { fn none(&self); }";
    let measured = functions(&tokens(text));
    assert_eq!(measured, [("short".into(), 3, 1), ("long".into(), 4, 4), ("none".into(), 9, 1)]);
}
