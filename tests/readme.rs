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

/// What people read in their logs, the program with which it was made, and the capture: story, program, fixture.
const STORIES: &[[&str; 3]] = &[
    ["`socket hang up`: the server destroys the socket", "Node", "node_destroy/capture"],
    [
        "the same by the server's timeout, shorter than a slow route",
        "Express",
        "express_server_timeout/capture",
    ],
    ["`read ECONNRESET`: the server resets before it answers", "Node", "node_reset_before_answer/capture"],
    ["unstable external API: the answer breaks off", "Express", "express_broken_stream/capture"],
    ["client disconnects during a long operation", "Express, Node", "express_client_abort/capture"],
    ["client aborts a running stream", "Express", "express_stream_abort/client"],
    [
        "a proxy aborts its upstream request because its client left",
        "nginx, Express",
        "proxy_client_abort/server",
    ],
    ["upstream resets behind a proxy, 502", "nginx, Node", "nginx_upstream_resets/capture"],
    ["recycled pooled socket: keep-alive timeout", "Node", "node_stale_keepalive/capture"],
    ["the same over TLS", "nginx", "https_stale_keepalive/capture"],
    ["recycled load-balancer socket", "HAProxy", "lb_idle_dropped/capture"],
    ["the same behind a firewall that forgets", "nftables", "firewall_forgets_idle/client"],
    ["TLS: the certificate is not trusted", "curl", "tls_alert/capture"],
    ["TLS inspector or SNI filter on the path", "curl, raw sockets", "tls_sni_filter/client"],
    ["firewall interference: refused by ICMP", "nftables", "icmp_admin_prohibited/capture"],
    ["firewall interference: a flow is cut in the middle", "nftables", "firewall_rejects_midflow/client"],
    ["network instability: the path goes dark", "Go", "peer_vanished/server"],
    ["no answer to the SYN", "nftables", "syn_unanswered/capture"],
    ["overloaded server", "Python", "accept_queue_overflow/capture"],
    ["server restart or deploy", "Python", "listener_closed/capture"],
    ["server crash", "Python", "state_lost/capture"],
    ["large upload refused early", "Go", "go_early_413/capture"],
    ["request half read", "Go", "go_half_read/capture"],
    ["`broken pipe`", "Python", "write_after_close/capture"],
    ["`terminate()`, an abort while idle", "ws", "node_ws_reset/capture"],
];

/// The first connection of a capture that did not just end well: who ended it, how, and why.
fn verdict_on(fixture: &str) -> String {
    let text = printed(&["replay", "--format", "jsonl", "--harm", "all", &format!("{fixture}.pcap")]);
    let records = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let record = records.into_iter().find(|record| record["type"] == "connection").expect(fixture);
    let word = |key: &str| record[key].as_str().unwrap_or("nobody").to_owned();
    let who = if record["rst_by"].is_null() { word("fin_by") } else { word("rst_by") };
    format!("{who}, {}: `{}` ({})", word("end"), word("cause"), word("confidence"))
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

    let row = |rows: String, [story, program, fixture]: &[&str; 3]| {
        rows + &format!("| {story} | {program} | {} |\n", verdict_on(fixture))
    };
    let stories = STORIES.iter().fold(String::new(), row);
    holds("stories", &format!("| in the logs | made with | what rstwho says |\n|---|---|---|\n{stories}"));
}
