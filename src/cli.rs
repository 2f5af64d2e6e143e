//! What was typed. Nothing here knows what it means; see [`crate::config`].

use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// What the program's exit status says.
pub const EXIT_STATUS: &str = "Exit status:
  0  done
  1  --exit-code was given and the end of a connection hurt somebody (harm: harmful)
  2  trouble: a file that cannot be read, a wrong argument, no right to capture, output that cannot be written
     (what could be read is still reported)";

/// The commonest ways to call the program.
pub const EXAMPLES: &str = "Examples:
  sudo rstwho                                       the dashboard, live, on a terminal
  rstwho replay trace.pcap                          who ended what, and why
  rstwho replay trace.pcap --tui                    the same in the dashboard
  rstwho -r trace.pcap --format jsonl               the same, as one JSON object a connection
  ssh host tcpdump -Uw - port 443 | rstwho -r -     from another machine: told when Ctrl-C ends that
  sudo rstwho watch -i eth0 'port 443'              live: on a terminal the dashboard, else lines
  rstwho interfaces                                 what can be watched, and whether you may
  rstwho explain \"read ECONNRESET\"                  what is behind an error text in a log
  rstwho replay --help                              all options of a report";

const REPLAY_EXAMPLES: &str = "Examples:
  rstwho replay trace.pcap
      a table of the connections that ended badly, the worst first, each cause at least once
  rstwho replay before.pcap.gz after.pcapng captures/
      several captures, and all those in a folder, merged by time
  rstwho replay trace.pcap --filter 'host 10.0.3.7 and port 443' --since 19:04:00 --until 19:05:00
      only some frames
  rstwho replay trace.pcap --all --format jsonl | jq -r 'select(.rst_by == \"server\") | .client.ip'
      every connection, for other programs
  rstwho replay trace.pcap --local 10.0.0.0/8 --format csv -o ends.csv
      for a spreadsheet; all addresses outside of 10.0.0.0/8 are peers
  ssh host tcpdump -U -i any -w - port 443 | rstwho replay - --format jsonl
      what another machine sees, as it happens (without a filter, ssh's own packets as well, again and again)
  rstwho replay trace.pcap --tui --speed 10
      in the dashboard, ten times as fast as it happened
  rstwho replay trace.pcap --exit-code --format summary
      for a test: status 1 if the end of any connection hurt somebody";

const WATCH_EXAMPLES: &str = "Examples:
  sudo rstwho watch
      on the interface of the default route
  sudo rstwho watch -i eth0 -i eth1 'port 443'
      some frames of two interfaces
  sudo rstwho watch -i any --format jsonl | jq -c 'select(.provisional | not) | [.client.ip, .cause]'
      all interfaces, for other programs
  sudo rstwho watch --format jsonl --all -o ends.jsonl --rotate 100M --keep 10
      a log of every connection
  sudo setcap cap_net_raw+ep $(command -v rstwho)
      once, to do without sudo";

const EXPLAIN_EXAMPLES: &str = "Examples:
  rstwho explain
      all causes, a line each
  rstwho explain stale_keepalive
      what happened, how it is told, what to do, with an example
  rstwho explain 'read ECONNRESET'
      the causes behind an error text of Node, Go, Python, Java, curl, nginx or HAProxy
  rstwho explain 'read tcp 10.0.3.7:53884->10.0.9.2:8080: read: connection reset by peer'
      a whole line of a log; the server that it names is in the tcpdump command
  rstwho explain 'app/s1 0/0/0/-1/12 502 208 - - SH-- 1/1/0/0/0'
      a termination state of HAProxy, in a line of its log";

const ABOUT: &str = "Who ended this TCP connection, how and why.

Reads packet captures or watches interfaces, follows every TCP connection in them, tells a reset (RST) from a normal close (FIN), names the \
side that sent it or the device between that forged it, and says what each program saw and what to do about it.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "rstwho", version, max_term_width = 110, args_conflicts_with_subcommands = true)]
#[command(about = "Who ended this TCP connection, how and why", long_about = ABOUT)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_STATUS}"))]
#[command(
    override_usage = "rstwho\n       rstwho replay FILE... [OPTIONS]\n       rstwho -r FILE [OPTIONS]\n       rstwho watch [-i IFACE]... [FILTER] [OPTIONS]\n       rstwho COMMAND --help"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Read a capture: the same as `replay FILE`, whose options may follow
    #[arg(short = 'r', value_name = "FILE")]
    pub read: Vec<PathBuf>,
    /// List interfaces: the same as `interfaces`
    #[arg(short = 'D', exclusive = true)]
    pub list: bool,
    /// The options of `replay`, for `-r`.
    #[command(flatten)]
    pub selection: Selection,
    /// The same.
    #[command(flatten)]
    pub common: Common,
}

/// What to do: one variant a command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read capture files and say how their connections ended
    ///
    /// Reads pcap and pcapng, plain or compressed by gzip or zstd. `-` is standard input, a folder stands for the
    /// captures directly in it, and several captures are merged by time. Those of both hosts, or of a host and a
    /// router, are told by the frames that they share: each is followed by itself, and what they saw is
    /// judged together. Files are read twice for that. Where addresses are translated between them, a connection is
    /// two, one under each; how many are counted twice so is said.
    #[command(after_help = REPLAY_EXAMPLES, after_long_help = format!("{REPLAY_EXAMPLES}\n\n{EXIT_STATUS}"))]
    Replay(Box<Replay>),
    /// Watch connections end on this host, as it happens: a dashboard, or lines
    ///
    /// On a terminal a dashboard; elsewhere a line for each connection that ends badly, within a second. `--format jsonl`
    /// writes a provisional record then and the final one, under the same id, some seconds later, when what followed is
    /// known. Needs CAP_NET_RAW. Ends on q or Ctrl-C. SIGUSR1 has it tell its totals on standard error, SIGHUP open `-o FILE`
    /// anew.
    #[command(after_help = WATCH_EXAMPLES, after_long_help = format!("{WATCH_EXAMPLES}\n\n{EXIT_STATUS}"))]
    Watch(Box<Watch>),
    /// List the interfaces that can be watched, and whether you may
    #[command(after_help = "Examples:
  rstwho interfaces
  sudo rstwho watch -i eth0")]
    Interfaces,
    /// Say what a cause or an error text means, and what to do
    ///
    /// Without an argument it lists the causes. A cause is explained with an example; an error text, or a whole line of
    /// a log that holds one, with the causes behind it and how to tell them apart.
    #[command(after_help = EXPLAIN_EXAMPLES, after_long_help = format!("{EXPLAIN_EXAMPLES}\n\n{EXIT_STATUS}"))]
    Explain(Explain),
    /// Print what the configuration file can say, and where it is looked for
    #[command(after_help = "Examples:
  rstwho config
  rstwho config > ~/.config/rstwho/config.toml")]
    Config,
    /// Print a shell's completion script
    #[command(after_help = "Examples:
  rstwho completions bash > ~/.local/share/bash-completion/completions/rstwho
  rstwho completions zsh > ~/.zfunc/_rstwho
  rstwho completions fish > ~/.config/fish/completions/rstwho.fish")]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page
    #[command(after_help = "Examples:
  rstwho man | man -l -
  rstwho man > ~/.local/share/man/man1/rstwho.1")]
    Man,
}

/// `replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// Captures: pcap or pcapng, also .gz and .zst; `-` for standard input; folders
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Which of their frames.
    #[command(flatten)]
    pub selection: Selection,
    /// What is common to all reports.
    #[command(flatten)]
    pub common: Common,
}

/// `watch`.
#[derive(Debug, Args)]
pub struct Watch {
    /// Interface to capture on, or `any`; may be given several times [default: the one of the default route]
    #[arg(short = 'i', long = "interface", value_name = "IFACE")]
    pub interfaces: Vec<String>,
    /// Which frames, as a pcap-filter expression, e.g. 'port 443'; ICMP errors always pass
    #[arg(value_name = "FILTER", num_args = 0.., allow_hyphen_values = false)]
    pub filter: Vec<String>,
    /// Bytes kept of each frame, 68 at least; 0 for all [default: 2048]
    #[arg(short = 's', long, value_name = "BYTES", value_parser = snaplen)]
    pub snaplen: Option<u32>,
    /// The kernel's buffer for each interface: 64M, or KiB if it is a bare number, as for tcpdump [default: 16M]
    #[arg(short = 'B', long, value_name = "SIZE")]
    pub buffer: Option<String>,
    /// Take also frames that are for other hosts, as on a mirror port
    #[arg(long)]
    pub promiscuous: bool,
    /// Look only at SYN, FIN and RST: for hosts too busy for every segment; tells who ended what, and few causes
    #[arg(long)]
    pub light: bool,
    /// Become this user (a name or a number) once the interfaces are open [default: who called sudo]
    ///
    /// All capabilities are dropped then in any case, and -o FILE is opened with the rights that are left.
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Begin a new FILE when it would grow beyond SIZE (100M); no record is split
    ///
    /// FILE is always the one being written; FILE.1 is the one before, FILE.2 the one before that.
    #[arg(long, value_name = "SIZE", requires = "output")]
    pub rotate: Option<String>,
    /// How many old files to keep beside FILE
    #[arg(long, value_name = "N", requires = "rotate", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub keep: u32,
    /// What is common to all reports.
    #[command(flatten)]
    pub common: Common,
}

/// Which frames of a capture.
#[derive(Debug, Args)]
pub struct Selection {
    /// Look only at frames that a pcap-filter expression lets through
    ///
    /// For example 'host 10.0.3.7 and port 443'. The syntax is tcpdump's; see pcap-filter(7).
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<String>,
    /// Look only at frames from TIME on
    ///
    /// 2026-11-20T19:04:41Z, or 19:04:41 (UTC, on the day of the capture's first frame), or seconds since 1970.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Look only at frames before TIME, written as for --since; a time of day before that of --since is the next day's
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Report on each capture by itself instead of merging them by time
    #[arg(long)]
    pub separate: bool,
    /// Show the capture in a dashboard, with everything about each end, once it is read
    #[arg(long, conflicts_with_all = ["format", "output", "separate"])]
    pub tui: bool,
    /// Play the capture in the dashboard at N times its own pace: 1, 10, 0.5
    #[arg(long, value_name = "N", requires = "tui", value_parser = speed)]
    pub speed: Option<f64>,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A cause (stale_keepalive), or what a log says ("socket hang up"); all causes without it
    #[arg(value_name = "CAUSE|ERROR TEXT")]
    pub words: Vec<String>,
    /// Whether to use colour; `auto` asks the terminal and NO_COLOR
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Use nothing but ASCII
    #[arg(long)]
    pub ascii: bool,
}

/// What is common to all reports.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch on the command line; `config` gives them meanings"
)]
pub struct Common {
    /// How to report
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// List every connection, not only those that ended badly
    #[arg(long)]
    pub all: bool,
    /// Which ends to list: with `all` also those that hurt nobody
    #[arg(long, value_enum, default_value_t, value_name = "WHICH")]
    pub harm: Harm,
    /// Write to FILE instead of standard output
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show at most N connections in the table, and N peers
    ///
    /// Those that are certain come first, then likely, then possible ones, each by time. Of every cause there is at least
    /// one among them, with what to do about it: of the surest, one before which much was known of its server.
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub top: usize,
    /// Who "we" are, so that all others are peers: networks or addresses
    ///
    /// May be given several times, or separated by commas. Without it, the one address that nearly all connections
    /// share is taken for ours; if there is none, every address is counted.
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    pub local: Vec<String>,
    /// Count payload bytes but do not look at them: no requests, no host names
    #[arg(long)]
    pub no_payload: bool,
    /// Follow at most N connections at the same time (128k take up to some 60 MB, 1M 250 MB); one that is established takes the room of six attempts
    #[arg(long, default_value = "1M", value_name = "N")]
    pub max_flows: String,
    /// Exit with status 1 if the end of a connection is known to have hurt somebody (harm: harmful)
    #[arg(long)]
    pub exit_code: bool,
    /// Do not look names up in the DNS (it is done for the live dashboard only)
    #[arg(short = 'n')]
    pub numeric: bool,
    /// Stop after N frames, not counting those that --filter, --since and --until leave out
    #[arg(short = 'c', value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// Whether to use colour; `auto` asks the terminal and NO_COLOR
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Use nothing but ASCII in the table
    #[arg(long)]
    pub ascii: bool,
    /// Do without Landlock and seccomp, by which rstwho keeps itself from opening files, sockets and programs
    #[arg(long)]
    pub no_sandbox: bool,
    /// Instead of reading packets, try everything that must not be possible
    #[arg(long, hide = true)]
    pub probe_sandbox: bool,
}

/// `--format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: the worst ends, causes, services, peers, totals
    #[default]
    Table,
    /// Totals only, one `key value` a line
    Summary,
    /// One JSON object a connection, and one at the end
    Jsonl,
    /// The same columns for a spreadsheet
    Csv,
}

/// `--harm`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Harm {
    /// Ends that hurt somebody or may have
    #[default]
    Harmful,
    /// Harmless ones too
    All,
}

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `-s`: what libpcap takes, and enough for the headers.
fn snaplen(text: &str) -> Result<u32, String> {
    const LARGEST: u32 = 262_144;
    match text.parse() {
        Ok(0) => Ok(LARGEST),
        Ok(bytes) if (68..=LARGEST).contains(&bytes) => Ok(bytes),
        _ => Err(format!("not 0 nor a number from 68 to {LARGEST}")),
    }
}

/// `--speed`: a pace at which one can look at something.
fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if (0.001..=1e6).contains(&speed) => Ok(speed),
        _ => Err("not a number from 0.001 to 1000000".to_owned()),
    }
}

/// The command line as clap sees it. `replay`'s options also work beside `-r` but are listed in `replay --help` only; those that
/// mean nothing without a capture need one.
#[must_use]
pub fn command() -> clap::Command {
    let selection = Selection::augment_args(clap::Command::new("selection"));
    let selects = |arg: &clap::Arg| selection.get_arguments().any(|known| known.get_id() == arg.get_id());
    Cli::command().mut_args(|arg| {
        let shown = matches!(arg.get_id().as_str(), "read" | "list" | "help" | "version");
        let arg = if selects(&arg) { arg.requires("read") } else { arg };
        arg.hide(!shown)
    })
}

/// Reads the arguments of the program.
///
/// # Errors
/// What clap says, which may also be the help that was asked for.
pub fn parse(args: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Cli, clap::Error> {
    Cli::from_arg_matches(&command().try_get_matches_from(args)?)
}
