//! What the command line means: values that were checked, so that nothing after this asks what a user may have meant.

mod amount;
mod live;
mod moment;
mod preferences;
mod press;

pub use live::{Coverage, Lookups, Reception, Rotation, Watch};
pub use moment::{Bound, Window, is_one_day};
pub use preferences::{Background, Mouse, Preferences};
pub use press::{Named, Press};

use std::path::PathBuf;

use clap_complete::Shell;

use crate::aggregate::Network;
use crate::cli::{self, Cli, Command, Common, Selection};
use crate::error::Error;

pub use crate::cli::Format;

/// What the program is to do.
#[derive(Debug)]
pub enum Task {
    /// Nothing was asked: say what could be.
    Orientation,
    /// Read captures.
    Replay(Box<Replay>),
    /// Watch interfaces.
    Watch(Box<Watch>),
    /// List interfaces.
    Interfaces,
    /// Say what a cause or an error text means.
    Explain(Explain),
    /// Print what the configuration file can say, and where it is.
    Config,
    /// Print a completion script.
    Completions(Shell),
    /// Print the manual page.
    Man,
}

/// How captures are to be read and reported.
#[derive(Debug)]
pub struct Replay {
    /// What was named: files, folders, `-`.
    pub files: Vec<PathBuf>,
    /// One report or one a capture.
    pub grouping: Grouping,
    /// A pcap-filter expression.
    pub filter: Option<String>,
    /// From when to when.
    pub window: Window,
    /// Seconds of the capture in one, where it is played.
    pub speed: Option<f64>,
    /// Stop after as many frames.
    pub max_frames: Option<u64>,
    /// Connections followed at the same time.
    pub max_flows: u32,
    /// Whether payload may be looked at.
    pub payload: Payload,
    /// Who "we" are.
    pub local: Vec<Network>,
    /// Where the report goes; standard output if nowhere else.
    pub output: Option<PathBuf>,
    /// Whether a harmful end shows in the exit status.
    pub verdict_status: VerdictStatus,
    /// Whether it is read in confinement.
    pub sandbox: Sandbox,
    /// How it is shown.
    pub presentation: Presentation,
}

/// What is to be explained, and where it is shown.
#[derive(Clone, Debug)]
pub struct Explain {
    /// A cause or an error text; nothing for the list of causes.
    pub subject: Option<String>,
    /// Where it is shown.
    pub canvas: Canvas,
}

/// What text is drawn on.
#[derive(Clone, Copy, Debug)]
pub struct Canvas {
    /// Colour as an extra.
    pub colour: Colour,
    /// Which characters can be shown.
    pub charset: Charset,
    /// Columns that a line may have.
    pub width: usize,
}

/// How a report is to look.
#[derive(Clone, Debug)]
pub struct Presentation {
    /// A report, or the dashboard.
    pub display: Display,
    /// In which format.
    pub format: Format,
    /// Which connections are listed.
    pub listing: Listing,
    /// At most as many rows and peers.
    pub top: usize,
    /// Colour as an extra.
    pub colour: Colour,
    /// Which characters can be shown.
    pub charset: Charset,
    /// Columns that a line may have.
    pub width: usize,
    /// How the user likes the dashboard; what holds anyway, until the file that says it has been read.
    pub preferences: Preferences,
}

/// Where people look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    /// A report in some format, written once.
    Report,
    /// The dashboard, on a terminal.
    Dashboard,
}

/// Whether the program confines itself before it looks at a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sandbox {
    /// As far as the system can.
    Confined,
    /// The same, and then it only tries what must not be possible.
    Probed,
    /// Not at all.
    Absent,
}

/// Several captures: together or one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Merged by time.
    Merged,
    /// Each by itself.
    Separate,
}

/// Whether payload may be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Requests and host names may be read.
    Read,
    /// Only counted.
    Counted,
}

/// Whether a harmful end shows in the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerdictStatus {
    /// As status 1.
    Shown,
    /// Not at all.
    Ignored,
}

/// Which connections are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Bad ends.
    Harmful,
    /// Also those with a cause that hurt nobody.
    WithHarmless,
    /// Every connection.
    Everything,
}

/// Colour; nothing is ever said by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Use it.
    Used,
    /// Do without.
    Absent,
}

/// Which characters can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// All of them.
    Unicode,
    /// ASCII only.
    Ascii,
}

/// What the program finds around it, asked once and by `main` alone.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Where standard output goes.
    pub stdout: Screen,
    /// NO_COLOR is set to something, or the terminal is a dumb one.
    pub colour: Colour,
    /// What the locale can show.
    pub charset: Charset,
    /// Columns of the terminal, if it or COLUMNS says so.
    pub width: Option<usize>,
}

/// Where an output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// A terminal.
    Terminal,
    /// A file or a pipe.
    Elsewhere,
}

/// Columns of a line where no terminal says otherwise.
const DEFAULT_WIDTH: usize = 100;
/// Peers through which the dashboard scrolls.
const DASHBOARD_PEERS: usize = 1000;

impl Task {
    /// What `cli` means.
    ///
    /// # Errors
    /// [`Error::Argument`] for the first value that means nothing.
    pub fn of(cli: Cli, around: &Surroundings) -> Result<Self, Error> {
        Ok(match cli.command {
            None if cli.list => Self::Interfaces,
            // Who types nothing but the name wants to see something; what is no terminal gets no surprise.
            None if cli.read.is_empty() && around.stdout == Screen::Terminal && cfg!(feature = "live") => {
                Self::Watch(Box::new(Watch::by_default(cli.common, around)?))
            }
            None if cli.read.is_empty() => Self::Orientation,
            None => Self::Replay(Box::new(Replay::of(cli.read, cli.selection, cli.common, around)?)),
            Some(Command::Replay(replay)) => {
                Self::Replay(Box::new(Replay::of(replay.files, replay.selection, replay.common, around)?))
            }
            Some(Command::Watch(watch)) => Self::Watch(Box::new(Watch::of(*watch, around)?)),
            Some(Command::Interfaces) => Self::Interfaces,
            Some(Command::Explain(explain)) => Self::Explain(Explain::of(&explain, around)),
            Some(Command::Config) => Self::Config,
            Some(Command::Completions { shell }) => Self::Completions(shell),
            Some(Command::Man) => Self::Man,
        })
    }
}

impl Replay {
    fn of(
        files: Vec<PathBuf>,
        selection: Selection,
        common: Common,
        around: &Surroundings,
    ) -> Result<Self, Error> {
        if selection.tui && around.stdout != Screen::Terminal {
            return Err(Error::NoTerminal);
        }
        let display = if selection.tui { Display::Dashboard } else { Display::Report };
        let presentation = Presentation::of(&common, display, around);
        Ok(Self {
            files,
            grouping: if selection.separate { Grouping::Separate } else { Grouping::Merged },
            filter: selection.filter,
            window: Window::parse(selection.since.as_deref(), selection.until.as_deref())?,
            speed: selection.speed,
            max_frames: common.count,
            max_flows: amount::parse("--max-flows", &common.max_flows)?,
            payload: Payload::of(&common),
            local: networks(&common.local)?,
            verdict_status: VerdictStatus::of(&common),
            sandbox: Sandbox::of(&common),
            output: common.output,
            presentation,
        })
    }
}

impl Sandbox {
    const fn of(common: &Common) -> Self {
        match (common.probe_sandbox, common.no_sandbox) {
            (true, _) => Self::Probed,
            (false, true) => Self::Absent,
            (false, false) => Self::Confined,
        }
    }
}

impl Explain {
    fn of(typed: &cli::Explain, around: &Surroundings) -> Self {
        let words = typed.words.join(" ");
        let charset = if typed.ascii { Charset::Ascii } else { Charset::Unicode };
        Self {
            subject: (!words.trim().is_empty()).then_some(words),
            canvas: Canvas::of(typed.color, charset, around.stdout, around),
        }
    }
}

impl Canvas {
    fn of(color: cli::Color, charset: Charset, screen: Screen, around: &Surroundings) -> Self {
        Self {
            colour: match (color, screen) {
                (cli::Color::Always, _) => Colour::Used,
                (cli::Color::Auto, Screen::Terminal) => around.colour,
                (cli::Color::Auto, Screen::Elsewhere) | (cli::Color::Never, _) => Colour::Absent,
            },
            charset: if around.charset == Charset::Ascii { Charset::Ascii } else { charset },
            width: around.width.unwrap_or(DEFAULT_WIDTH),
        }
    }
}

impl Presentation {
    fn of(common: &Common, display: Display, around: &Surroundings) -> Self {
        let screen = if common.output.is_some() { Screen::Elsewhere } else { around.stdout };
        let charset = if common.ascii { Charset::Ascii } else { Charset::Unicode };
        let Canvas { colour, charset, width } = Canvas::of(common.color, charset, screen, around);
        Self {
            display,
            format: common.format,
            listing: match (common.all, common.harm) {
                (true, _) => Listing::Everything,
                (false, cli::Harm::All) => Listing::WithHarmless,
                (false, cli::Harm::Harmful) => Listing::Harmful,
            },
            top: match display {
                Display::Dashboard => common.top.max(DASHBOARD_PEERS),
                Display::Report => common.top,
            },
            colour,
            charset,
            width,
            preferences: Preferences::default(),
        }
    }

    /// What it is drawn on.
    #[must_use]
    pub const fn canvas(&self) -> Canvas {
        Canvas { colour: self.colour, charset: self.charset, width: self.width }
    }
}

impl Payload {
    const fn of(common: &Common) -> Self {
        if common.no_payload { Self::Counted } else { Self::Read }
    }
}

impl VerdictStatus {
    const fn of(common: &Common) -> Self {
        if common.exit_code { Self::Shown } else { Self::Ignored }
    }
}

fn networks(texts: &[String]) -> Result<Vec<Network>, Error> {
    texts.iter().map(|text| network(text)).collect()
}

fn network(text: &str) -> Result<Network, Error> {
    text.parse().map_err(|why| Error::Argument {
        argument: "--local",
        value: text.to_owned(),
        why: format!("{why}; write a network or an address, e.g. 10.0.0.0/8 or 2001:db8::7"),
    })
}

#[cfg(test)]
mod tests;
