//! `replay`: capture files to a report.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use crate::aggregate::{Aggregate, Intake};
use crate::capture::Progress;
use crate::capture::file::{self, FileSource, Input, Merged};
use crate::capture::filter::Filter;
use crate::capture::privilege::{self, Allow, Become, Keep};
use crate::config::{Display, Grouping, Payload, Replay, Sandbox, VerdictStatus};
use crate::engine::Engine;
use crate::error::Error;
use crate::flow::{ObservedUntil, Peek, Places, Provisional, Settings};
use crate::time::Timestamp;
use crate::view::tui::{Course, Tools};
use crate::view::{self, Report, View};

use super::export::{Captures, Files};
use super::gate::Gate;
use super::meter::Meter;
use super::pass::{Desk, Pass, Stop};
use super::player::Player;
use super::reader::Reader;
use super::{
    Status, confinement, footprint, interrupt, output, pipeline, settings, survey, talk, translated,
};

/// A replay under way: what outlives a single report.
struct Session<'a> {
    config: &'a Replay,
    filter: Option<Filter>,
    /// What could not be closed, a sentence each.
    unconfined: Vec<String>,
    /// All captures, and their names, as frames number them.
    inputs: Vec<Input>,
    names: Vec<String>,
    /// Opened when there is something to report, so that nothing is overwritten for nothing.
    view: Option<Box<dyn View>>,
    troubles: u64,
    /// Which captures were made at one place.
    places: Places,
    /// What could not be said while a dashboard had the terminal.
    unsaid: Vec<String>,
    /// Ends that are known to have hurt somebody.
    harmful: u64,
}

/// Reads captures and reports on them.
///
/// # Errors
/// What stopped it; a capture that cannot be read does not: it is said, and the others are read.
pub(super) fn replay(config: &Replay) -> Result<Status, Error> {
    // A wrong filter is told before anything is opened.
    let filter = config.filter.as_deref().map(Filter::new).transpose()?;
    let shed = privilege::shed(&Become::Itself, Keep::Files)?;
    let unconfined = confinement::confine(config.sandbox, &allow(config), &shed.missing);
    if config.sandbox == Sandbox::Probed {
        return confinement::probe(config.output.as_deref(), Vec::new());
    }
    let mut session = Session {
        config,
        filter,
        unconfined,
        inputs: Vec::new(),
        names: Vec::new(),
        view: None,
        troubles: 0,
        places: Places::default(),
        unsaid: Vec::new(),
        harmful: 0,
    };
    let inputs = session.inputs();
    output::spare(&inputs, config.output.as_deref())?;
    session.names = inputs.iter().map(ToString::to_string).collect();
    session.inputs.clone_from(&inputs);
    // A dashboard has keys of its own for it.
    if config.presentation.display == Display::Report {
        interrupt::leave_first_to_writer(&inputs);
    }
    let outcome = match config.grouping {
        Grouping::Merged => session.merged(&inputs),
        Grouping::Separate => session.separate(&inputs),
    };
    session.close();
    outcome?;
    Ok(Status::of(config.verdict_status, session.troubles, session.harmful))
}

impl Session<'_> {
    fn inputs(&mut self) -> Vec<Input> {
        let found = file::expand(&self.config.files);
        found.into_iter().filter_map(|input| self.or_complain(input)).collect()
    }

    fn or_complain<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.complain(&error)).ok()
    }

    fn complain(&mut self, error: &Error) {
        self.troubles += 1;
        talk::say(error);
    }

    /// The same where a view may have the terminal: it is among the notices then, and said when the terminal is given back.
    fn complain_beside(&mut self, view: &dyn View, error: &Error) {
        if view.owns_terminal() {
            self.troubles += 1;
            self.unsaid.push(error.to_string());
        } else {
            self.complain(error);
        }
    }

    /// Gives back what the view has taken, and says what had to wait for that.
    fn close(&mut self) {
        self.view = None;
        self.unsaid.drain(..).for_each(talk::say);
    }

    fn merged(&mut self, inputs: &[Input]) -> Result<(), Error> {
        self.places = survey::survey(inputs);
        let opened: Vec<FileSource> =
            inputs.iter().zip(0..).filter_map(|(input, file)| self.open(input, file)).collect();
        let names = self.names.clone();
        match <[FileSource; 1]>::try_from(opened) {
            Ok([source]) => self.follow(Reader::One(Box::new(source)), &names),
            Err(opened) if opened.is_empty() => Ok(()),
            Err(opened) => {
                let mut merged = Merged::new();
                for source in opened {
                    let ahead = self.places.ahead(source.file());
                    let pushed = merged.push_ahead(source, ahead);
                    self.or_complain(pushed);
                }
                self.follow(Reader::Several(Box::new(merged)), &names)
            }
        }
    }

    fn separate(&mut self, inputs: &[Input]) -> Result<(), Error> {
        for (input, file) in inputs.iter().zip(0..) {
            if let Some(source) = self.open(input, file) {
                self.follow(Reader::One(Box::new(source)), &[input.to_string()])?;
            }
        }
        Ok(())
    }

    fn open(&mut self, input: &Input, file: u16) -> Option<FileSource> {
        let opened = refuse_keyboard(input).and_then(|()| FileSource::open(input, file));
        self.or_complain(opened)
    }

    /// Reads to the end and reports.
    fn follow(&mut self, reader: Reader, files: &[String]) -> Result<(), Error> {
        let mut view = match self.view.take() {
            Some(view) => view,
            None => self.open_view()?,
        };
        let outcome = self.pass(reader, view.as_mut(), files);
        self.view = Some(view);
        outcome.map_err(|stop| match stop {
            Stop::Output(source) => self.unwritable(source),
            Stop::Other(error) => error,
        })
    }

    /// The dashboard writes to the terminal by itself, which must not be locked then.
    fn open_view(&self) -> Result<Box<dyn View>, Error> {
        let presentation = &self.config.presentation;
        let path = self.config.output.as_deref();
        Ok(match presentation.display {
            Display::Report => {
                let out = match self.config.verdict_status {
                    VerdictStatus::Shown => output::create_heedless(path)?,
                    VerdictStatus::Ignored => output::create(path)?,
                };
                view::open(presentation, out)
            }
            Display::Dashboard => {
                let course = if self.config.speed.is_some() { Course::Played } else { Course::Whole };
                view::open_dashboard(presentation, self.tools(), course)
            }
        })
    }

    fn tools(&self) -> Tools {
        let preferences = &self.config.presentation.preferences;
        let exporter = Files {
            folder: preferences.export_dir.clone(),
            frames: Captures(self.inputs.clone()),
            names: if self.names.len() > 1 { self.names.clone() } else { Vec::new() },
        };
        Tools { look: settings::look(preferences), exporter: Some(Arc::new(exporter)), resolver: None }
    }

    fn pass(&mut self, reader: Reader, view: &mut dyn View, files: &[String]) -> Result<(), Stop> {
        let names = self.names.clone();
        let names = if names.len() > 1 { names.as_slice() } else { &[] };
        let counts = Aggregate::new(self.config.local.clone()).beside(self.config.max_flows);
        let counts = match self.config.presentation.display {
            Display::Dashboard => counts.with_recent_minutes(),
            Display::Report if view.tells_peers() => counts,
            Display::Report => counts.without_peers(),
        };
        let mut desk = Desk::new(counts, view, names);
        let gate = Gate::new(self.config, self.filter.take());
        let (mut intake, reader, gate) = self.count(reader, gate, &mut desk)?;
        let misfit = gate.misfit();
        // The next capture is sifted by the same one: it cannot be compiled again.
        self.filter = gate.into_filter();
        self.harmful += desk.aggregate.harmful();
        if desk.view.wants_quit() {
            return Ok(());
        }
        let twice = translated::notice(&desk.aggregate.twice(), self.config.presentation.display.into());
        let mut notices: Vec<String> =
            reader.notices().iter().map(ToString::to_string).chain(misfit).chain(twice).collect();
        if !desk.view.owns_terminal() {
            notices.iter().for_each(talk::say);
        }
        notices.extend(self.unsaid.iter().chain(&self.unconfined).cloned());
        intake.dropped = reader.dropped();
        let snapshot = desk.aggregate.snapshot(self.config.presentation.top);
        let heading =
            files.first().filter(|_| self.config.grouping == Grouping::Separate && self.names.len() > 1);
        let heading = heading.map(String::as_str);
        let report = Report {
            heading,
            files,
            interfaces: &[],
            we: &[],
            followed: 0,
            alive: &[],
            now: intake.last.unwrap_or(Timestamp::ZERO),
            footprint: footprint::of(self.config.max_flows, 0),
            snapshot: &snapshot,
            intake: &intake,
            notices: &notices,
        };
        let view = desk.view;
        view.report(&report).and_then(|()| view.flush()).map_err(Stop::Output)
    }

    /// All of it, on several cores or on one; gives back what it was lent.
    fn count(
        &mut self,
        mut reader: Reader,
        mut gate: Gate,
        desk: &mut Desk<'_>,
    ) -> Result<(Intake, Reader, Gate), Stop> {
        // Who plays waits for the capture's own time: there is nothing to share.
        if let (Some(others), None) = (pipeline::others(), self.config.speed) {
            let lent = (reader, gate, Meter::of(self.config));
            let outcome = pipeline::follow(lent, &self.settings(), others, desk)?;
            self.troubles += outcome.tally.troubles;
            return Ok((outcome.tally.intake, outcome.reader, outcome.gate));
        }
        let intake = self.follow_alone(&mut reader, &mut gate, desk)?;
        Ok((intake, reader, gate))
    }

    /// All of it on one core, as it comes or at the capture's own pace.
    fn follow_alone(
        &mut self,
        reader: &mut Reader,
        gate: &mut Gate,
        desk: &mut Desk<'_>,
    ) -> Result<Intake, Stop> {
        let mut pass = Pass::new(gate, Engine::new(self.settings()), desk);
        let names = self.names.clone();
        let player = self.config.speed.map(|speed| Player::new(self.config, &names, speed));
        self.read(reader, &mut pass, player)?;
        let until = if pass.gate.is_shut() { ObservedUntil::Stopped } else { ObservedUntil::Eof };
        pass.finish(until)?;
        Ok(pass.intake())
    }

    /// What cannot be read any further is said, and what else there is is read.
    fn read(
        &mut self,
        reader: &mut Reader,
        pass: &mut Pass<'_, '_>,
        mut player: Option<Player<'_>>,
    ) -> Result<(), Stop> {
        let mut meter = Meter::of(self.config);
        loop {
            let progress = reader.read(&mut |frames| match &mut player {
                Some(player) => player.take(frames, pass),
                None => pass.take(frames),
            });
            let progress = progress.unwrap_or_else(|error| {
                meter.wipe();
                self.complain_beside(pass.desk.view, &error);
                Progress::More
            });
            pass.check().inspect_err(|_| meter.wipe())?;
            if progress == Progress::End || pass.gate.is_shut() || pass.desk.view.wants_quit() {
                meter.wipe();
                return Ok(());
            }
            meter.show(|| reader.position());
        }
    }

    fn settings(&self) -> Settings {
        let peek = match self.config.payload {
            Payload::Read => Peek::Allowed,
            Payload::Counted => Peek::Forbidden,
        };
        let provisional = if self.config.speed.is_some() && self.places.count() == 1 {
            Provisional::Given
        } else {
            Provisional::Withheld
        };
        Settings {
            max_flows: self.config.max_flows,
            peek,
            provisional,
            places: self.places.clone(),
            seeds: super::seeds(),
            ..Settings::default()
        }
    }

    fn unwritable(&self, source: io::Error) -> Error {
        Error::Write { path: output::name(self.config.output.as_deref()), source }
    }
}

/// The captures may be read and the output written, and nothing else: their bytes may be anybody's.
fn allow(config: &Replay) -> Allow {
    let files = file::places(&config.files);
    let allow = files.into_iter().fold(confinement::allow(&config.presentation), Allow::reading);
    match &config.output {
        Some(path) => allow.writing_output(path),
        None => allow,
    }
}

/// Nobody types a capture: who is asked to wait for one at the keyboard has forgotten the pipe.
fn refuse_keyboard(input: &Input) -> Result<(), Error> {
    if *input != Input::Stdin || !io::stdin().is_terminal() {
        return Ok(());
    }
    let why =
        "standard input is a terminal; pipe a capture into it: tcpdump -U -w - | rstwho replay -".to_owned();
    Err(Error::Argument { argument: "FILE", value: "-".to_owned(), why })
}
