//! The README's pictures are real screens: the program runs in a terminal on bundled captures, and what that shows is
//! drawn. With RSTWHO_BLESS=1 (`make golden`) they are drawn anew. Without tmux this is skipped, and says so.

#[path = "pictures/svg.rs"]
mod svg;
#[path = "tui/tmux.rs"]
mod tmux;

use std::fs;
use std::path::Path;

use tmux::Tmux;

/// A screen.
struct Picture {
    name: &'static str,
    size: (u16, u16),
    /// The keys that lead to it, each with something that is on the screen then.
    keys: &'static [(&'static str, &'static str)],
}

const PICTURES: &[Picture] = &[
    Picture { name: "first", size: (120, 30), keys: &[] },
    Picture {
        name: "detail",
        size: (120, 38),
        keys: &[
            ("/", "/_"),
            ("s t a l e", "filter: stale"),
            ("Enter", "Enter detail"),
            ("Enter", "!! ended it"),
        ],
    },
];

#[test]
fn the_pictures_show_what_the_program_shows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures");
    let program = env!("CARGO_BIN_EXE_rstwho");
    for Picture { name, size, keys } in PICTURES {
        let capture =
            "node_*/capture.pcap go_*/capture.pcap injected_both_ways/client.pcap refused/capture.pcap";
        let script = format!(
            "cd fixtures; unset COLORFGBG; XDG_CONFIG_HOME=/nonexistent '{program}' replay {capture} --tui --local 10.20.1.0/24"
        );
        let Some(tmux) = Tmux::start(size.0, size.1, &script) else {
            return eprintln!("skipped: there is no tmux to run the dashboard in");
        };
        tmux.wait_for("q quit");
        for (key, said) in *keys {
            tmux.press(key);
            tmux.wait_for(said);
        }
        let drawn = svg::of(&tmux.at_rest(), *size);
        let path = folder.join(format!("{name}.svg"));
        if std::env::var_os("RSTWHO_BLESS").is_some() {
            fs::write(&path, &drawn).expect("it can be written");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == drawn, "{} is out of date: run `make golden`", path.display());
    }
}
