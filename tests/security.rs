//! SECURITY.md promises nothing without a test: each row of its tables names one that there is.
#![allow(clippy::unwrap_used, reason = "a test's helpers fail like the test itself")]

use std::fs;
use std::path::Path;

/// All sources, tests and harnesses in one text.
fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// What is written between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Is it a file of this package, a module of the program, or a test?
fn exists(root: &Path, text: &str, name: &str) -> bool {
    let is_test =
        text.contains(&format!("fn {name}(")) || name.len() < 9 && text.contains(&format!("mod {name};"));
    let module = format!("src/{}.rs", name.replace("::", "/"));
    is_test || root.join(name).is_file() || root.join(module).is_file()
}

#[test]
fn each_row_of_its_tables_names_tests_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    for folder in ["src", "tests", "fuzz/harness"] {
        sources(&root.join(folder), &mut text);
    }
    let security = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let rows = security.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
    let rows: Vec<&str> =
        rows.filter(|row| !row.contains("| held by |") && !row.ends_with("| test |")).collect();
    assert!(rows.len() > 25, "{}", rows.len());
    for row in rows {
        let cell = row.trim_end_matches('|').rsplit('|').next().unwrap();
        let names: Vec<&str> = quoted(cell).collect();
        assert!(!names.is_empty(), "no test: {row}");
        for name in names {
            assert!(exists(root, &text, name), "there is no '{name}': {row}");
        }
    }
}
