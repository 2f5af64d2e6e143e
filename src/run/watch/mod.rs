//! `watch`: interfaces to records, as it happens.
//!
//! One thread does it all: it waits on the interfaces for a tick at most, takes what there is, moves the engine's time on,
//! and makes visible what was written. A quiet interface holds nothing back.

mod health;
mod names;
mod stop;
mod tools;

use std::io::{self, ErrorKind, IsTerminal, Write};

use crate::aggregate::{Aggregate, Footprint, Intake, InterfaceHealth, Network};
use crate::capture::Progress;
use crate::capture::live::interfaces::{self, OwnAddresses};
use crate::capture::live::{
    self, Coverage, DEFAULT_BUFFER_BYTES, DEFAULT_SNAPLEN, LiveClock, LiveSource, Options, Reception, TICK,
};
use crate::capture::privilege::{self, Allow, Become, Keep, Resolver};
use crate::config::{self, Display, Lookups, Payload, Sandbox, Watch};
use crate::decode::Frame;
use crate::engine::Engine;
use crate::error::Error;
use crate::flow::{self, ObservedUntil, Peek, Provisional, Settings};
use crate::time::{Span, Timestamp};
use crate::view::tui::Course;
use crate::view::{self, Report, View};

use self::health::Losses;
use self::stop::Bell;
use self::tools::Toolbox;
use super::gate::Gate;
use super::pass::{Desk, Pass, Stop};
use super::translated::{Herald, Several};
use super::{Status, confinement, footprint, output, talk, translated};

/// How far behind the clock all has been heard, unless frames wait in a ring: far longer than the kernel holds one back.
const BEHIND: Span = Span::from_millis(200);
/// What `--light` means for who reads the records.
const LIGHT: &str = "only SYN, FIN and RST are looked at (--light): who ended what is told, and of causes only those of attempts";
/// Notices that the final report repeats.
const REPEATED: usize = 100;

/// Why watching ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Somebody wanted it, or as many frames as were asked for have come.
    Wanted,
    /// Nobody reads any more.
    Unheard,
    /// Every interface is gone.
    Deserted,
}

/// A watch under way.
struct Watcher<'a> {
    config: &'a Watch,
    source: LiveSource,
    pass: Pass<'a, 'a>,
    clock: LiveClock,
    /// Unless the user said who "we" are.
    own: Option<OwnAddresses>,
    losses: Losses,
    translated: Herald,
    notices: Vec<String>,
    /// The last of them that was not said, since a dashboard had the terminal.
    unsaid: Option<String>,
    /// What the dashboard is given, where there is one.
    tools: Option<Toolbox>,
}

/// Watches until somebody wants it to end.
///
/// # Errors
/// What kept it from beginning or stopped it. What was seen by then is reported, if that can be.
pub(super) fn watch(config: &Watch) -> Result<Status, Error> {
    let bell = Bell::hang(config.output.as_deref());
    let names = chosen(config)?;
    // First what may be refused, so that no file is begun for nothing.
    let source = LiveSource::open(&options(config, &names))?;
    let own = if config.local.is_empty() { Some(OwnAddresses::of(names.clone())?) } else { None };
    let local = own.as_ref().map_or_else(|| config.local.clone(), |own| networks(own.addresses()));
    let shed = privilege::shed(&target(config), Keep::Nothing)?;
    let out = match config.presentation.display {
        Display::Dashboard => None,
        Display::Report => Some(output::create_live(config, shed.became.as_deref(), bell.reopening())?),
    };
    let notices = confinement::confine(config.sandbox, &allow(config, &source), &shed.missing);
    if config.sandbox == Sandbox::Probed {
        return confinement::probe(config.output.as_deref(), source.probe());
    }
    // Its helper is a thread, which takes over what this one may do.
    let tools = Toolbox::for_display(config);
    let mut view = match (&tools, out) {
        (Some(tools), _) => view::open_dashboard(&config.presentation, tools.tools(config), Course::Live),
        (None, out) => view::open_live(&config.presentation, out.unwrap_or_else(|| Box::new(io::sink()))),
    };
    let shown = if names.len() > 1 { names.as_slice() } else { &[] };
    let counts = Aggregate::new(local).beside(config.max_flows);
    let counts = if tools.is_some() { counts.with_recent_minutes() } else { counts };
    let counts = if view.tells_peers() { counts } else { counts.without_peers() };
    let mut desk = Desk::new(counts, view.as_mut(), shown);
    desk.own_traffic = tools.as_ref().and_then(Toolbox::own_traffic);
    let mut gate = Gate::counting(config.max_frames);
    let pass = Pass::new(&mut gate, Engine::new(settings(config)), &mut desk);
    let mut watcher = Watcher {
        config,
        source,
        pass,
        clock: LiveClock::start(),
        own,
        losses: Losses::default(),
        translated: Herald::default(),
        notices,
        unsaid: None,
        tools,
    };
    watcher.admit_limits();
    watcher.watch(&bell)
}

fn chosen(config: &Watch) -> Result<Vec<String>, Error> {
    if config.interfaces.is_empty() {
        let known = interfaces::list()?;
        return Ok(vec![interfaces::default_of(&known)?.name.clone()]);
    }
    let mut names: Vec<String> = Vec::new();
    for name in &config.interfaces {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    Ok(names)
}

fn options(config: &Watch, names: &[String]) -> Options {
    Options {
        interfaces: names.to_vec(),
        filter: config.filter.clone(),
        snaplen: config.snaplen.unwrap_or(DEFAULT_SNAPLEN),
        buffer_bytes: config.buffer_bytes.unwrap_or(DEFAULT_BUFFER_BYTES),
        reception: match config.reception {
            config::Reception::Own => Reception::Own,
            config::Reception::Promiscuous => Reception::Promiscuous,
        },
        coverage: match config.coverage {
            config::Coverage::Whole => Coverage::Whole,
            config::Coverage::Ends => Coverage::Ends,
        },
    }
}

fn settings(config: &Watch) -> Settings {
    let peek = match config.payload {
        Payload::Read => Peek::Allowed,
        Payload::Counted => Peek::Forbidden,
    };
    let coverage = match config.coverage {
        config::Coverage::Whole => flow::Coverage::Whole,
        config::Coverage::Ends => flow::Coverage::Ends,
    };
    let (provisional, seeds) = (Provisional::Given, super::seeds());
    Settings { max_flows: config.max_flows, peek, coverage, provisional, seeds, ..Settings::default() }
}

fn target(config: &Watch) -> Become {
    config.user.clone().map_or(Become::Caller, Become::User)
}

/// Interfaces, counters and files are open by then; what is left is to begin new files, and to draw. Nothing is ever sent.
fn allow(config: &Watch, source: &LiveSource) -> Allow {
    let allow = confinement::allow(&config.presentation).only_reading(source.descriptors());
    let is_asked = config.presentation.display == Display::Dashboard && config.names == Lookups::Made;
    let allow = allow.with_resolver(if is_asked { Resolver::Asked } else { Resolver::Absent });
    match &config.output {
        Some(path) => allow.writing_output(path),
        None => allow,
    }
}

fn networks(addresses: &[std::net::IpAddr]) -> Vec<Network> {
    addresses.iter().copied().map(Network::from).collect()
}

impl Watcher<'_> {
    fn watch(mut self, bell: &Bell) -> Result<Status, Error> {
        let ended = self.until_the_end(bell).and_then(|end| {
            let reported = if end == End::Unheard { Ok(()) } else { self.finish() };
            reported.map(|()| end)
        });
        let left = |stop: &Stop| matches!(stop, Stop::Output(error) if error.kind() == ErrorKind::BrokenPipe);
        let ended = ended.or_else(|stop| if left(&stop) { Ok(End::Unheard) } else { Err(stop) });
        if !matches!(&ended, Ok(End::Unheard)) {
            health::closing_lines(self.pass.intake().frames, self.source.counts());
        }
        let harmful = self.pass.desk.aggregate.harmful();
        match ended {
            Ok(End::Deserted) => {
                // Why there is nothing left to watch.
                self.unsaid.iter().for_each(talk::say);
                Ok(Status::Trouble)
            }
            // A reader that leaves is no trouble, and changes nothing about how connections ended.
            Ok(End::Wanted | End::Unheard) => Ok(Status::of(self.config.verdict_status, 0, harmful)),
            Err(Stop::Output(source)) => Err(self.unwritable(source)),
            Err(Stop::Other(error)) => Err(error),
        }
    }

    fn until_the_end(&mut self, bell: &Bell) -> Result<End, Stop> {
        loop {
            let progress = self.round()?;
            if bell.asks_for_totals() {
                self.tell_totals()?;
            }
            if bell.has_rung() || self.pass.gate.is_shut() || self.pass.desk.view.wants_quit() {
                return Ok(End::Wanted);
            }
            if progress == Progress::End {
                return Ok(End::Deserted);
            }
            if self.config.output.is_none() && stop::reader_is_gone() {
                return Ok(End::Unheard);
            }
        }
    }

    /// Waits for a tick at most, and brings everything up to date.
    fn round(&mut self) -> Result<Progress, Stop> {
        let (pass, tools) = (&mut self.pass, &mut self.tools);
        let keep = &mut |frames: &[Frame<'_>]| {
            if let Some(tools) = tools {
                tools.held.keep(frames);
            }
            pass.take(frames);
        };
        let progress = self.source.poll(TICK, keep).map_err(Stop::Other)?;
        if let Some(tools) = &self.tools {
            tools.counter.serve(&tools.held);
        }
        self.listen();
        let now = self.clock.now();
        self.note_losses(now);
        self.follow_addresses();
        self.pass.advance(self.heard_until(now));
        self.pass.check()?;
        self.admit_twice();
        if self.pass.desk.view.wants_counts() {
            self.show(|view, report| view.counts(report))?;
        }
        Ok(progress)
    }

    /// Until when all has been heard. Where the clock was set back, what is settled says nothing for as long, and time goes
    /// on by our own clock; where frames wait in a ring, since we were stopped or slow, nothing may overtake them.
    fn heard_until(&self, now: Timestamp) -> Timestamp {
        let settled = self.source.settled();
        if live::now().since(settled) > BEHIND {
            return settled;
        }
        settled.max(Timestamp::from_nanos(now.as_nanos().saturating_sub(BEHIND.as_nanos())))
    }

    fn listen(&mut self) {
        for notice in self.source.notices() {
            self.tell(notice.to_string());
        }
    }

    /// Says what the user asked not to be looked at.
    fn admit_limits(&mut self) {
        if self.config.coverage == config::Coverage::Ends {
            self.tell(LIGHT.to_owned());
        }
    }

    /// Says that connections are listed twice. How many they are is in the report, and in the dashboard all the time.
    fn admit_twice(&mut self) {
        if let Some(news) = self.translated.news(&self.pass.desk.aggregate.twice())
            && !self.pass.desk.view.owns_terminal()
        {
            talk::say(news);
        }
    }

    fn tell(&mut self, notice: String) {
        if self.pass.desk.view.owns_terminal() {
            self.unsaid = Some(notice.clone());
        } else {
            talk::say(&notice);
        }
        if self.notices.len() < REPEATED {
            self.notices.push(notice);
        }
    }

    fn note_losses(&mut self, now: Timestamp) {
        let lost = self.losses.new_ones(&self.source);
        if lost > 0 {
            self.pass.engine.note_loss(now, lost);
        }
    }

    fn follow_addresses(&mut self) {
        if let Some(addresses) = self.own.as_mut().and_then(OwnAddresses::refresh) {
            self.pass.desk.aggregate.set_local(networks(addresses));
        }
    }

    /// Takes what is still in the rings, judges everything that is left, and reports.
    fn finish(&mut self) -> Result<(), Stop> {
        let pass = &mut self.pass;
        if !pass.gate.is_shut() {
            self.source.drain(&mut |frames| pass.take(frames)).map_err(Stop::Other)?;
        }
        self.listen();
        let now = self.clock.now();
        self.note_losses(now);
        self.pass.finish(ObservedUntil::Stopped)?;
        self.show(|view, report| view.report(report))?;
        self.pass.desk.view.flush().map_err(Stop::Output)
    }

    /// Says the totals as they are, where that spoils no dashboard.
    fn tell_totals(&mut self) -> Result<(), Stop> {
        if self.pass.desk.view.owns_terminal() && io::stderr().is_terminal() {
            return Ok(());
        }
        self.show(|_, report| {
            // Nobody may be listening.
            let _ = io::stderr().write_all(&view::totals(report)?);
            Ok(())
        })
    }

    /// Gives the view the counts as they are.
    fn show(&mut self, how: fn(&mut dyn View, &Report<'_>) -> io::Result<()>) -> Result<(), Stop> {
        let intake = Intake { dropped: health::dropped(self.source.counts()), ..self.pass.intake() };
        let interfaces: Vec<InterfaceHealth> = health::of_each(&self.source);
        let snapshot = self.pass.desk.aggregate.snapshot(self.config.presentation.top);
        let ring = self.tools.as_ref().and_then(Toolbox::ring);
        let twice = translated::notice(&snapshot.twice, Several::Watched);
        let notices: Vec<String> = self.notices.iter().cloned().chain(twice).collect();
        let footprint =
            Footprint { ring, ..footprint::of(self.config.max_flows, self.pass.engine.counts().fullness) };
        let engine = &mut self.pass.engine;
        let alive = self.tools.as_mut().map(|tools| tools.alive.look(engine)).unwrap_or_default();
        let report = Report {
            heading: None,
            files: &[],
            interfaces: &interfaces,
            now: self.clock.now(),
            snapshot: &snapshot,
            we: self.own.as_ref().map(OwnAddresses::addresses).unwrap_or_default(),
            followed: self.pass.engine.counts().followed,
            footprint,
            alive,
            intake: &intake,
            notices: &notices,
        };
        how(self.pass.desk.view, &report).map_err(Stop::Output)
    }

    fn unwritable(&self, source: io::Error) -> Error {
        Error::Write { path: output::name(self.config.output.as_deref()), source }
    }
}
