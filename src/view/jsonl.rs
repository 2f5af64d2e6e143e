//! JSON Lines: one object a connection as it ends, and one at the end with the counts.

use std::io::{self, Write};
use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::aggregate::{Dropped, InterfaceHealth, Ours, Peer, Peers, Totals};
use crate::config::Presentation;
use crate::verdict::{How, Ruling, Verdict};

use super::clock::Rfc3339;
use super::json;
use super::ledger::{Ledger, News};
use super::record::SCHEMA;
use super::{Record, Report, Scribe, View};

/// JSON Lines.
pub(super) struct Jsonl<'w> {
    presentation: Presentation,
    out: Box<dyn Write + 'w>,
    ledger: Ledger,
    /// A line on its way: whole lines are written.
    line: Vec<u8>,
}

impl<'w> Jsonl<'w> {
    pub(super) fn new(presentation: Presentation, out: Box<dyn Write + 'w>) -> Self {
        Self { presentation, out, ledger: Ledger::default(), line: Vec::new() }
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        append_line(&mut self.line, value)?;
        self.out.write_all(&self.line)
    }
}

fn append_line(out: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    json::append(out, value)?;
    out.push(b'\n');
    Ok(())
}

impl View for Jsonl<'_> {
    fn wants(&mut self, ruling: &Ruling) -> bool {
        self.ledger.may_note(ruling, self.presentation.listing)
    }

    fn ended(&mut self, verdict: &Verdict, file: Option<&str>) -> io::Result<()> {
        if self.ledger.note(verdict, self.presentation.listing) != News::None {
            self.line(&Record::of(verdict, file))?;
        }
        Ok(())
    }

    fn scribe(&self) -> Option<Scribe> {
        let listing = self.presentation.listing;
        Some(Arc::new(move |verdict, file, out| {
            if listing.lists(verdict) { append_line(out, &Record::of(verdict, file)) } else { Ok(()) }
        }))
    }

    fn put(&mut self, written: &[u8]) -> io::Result<()> {
        self.out.write_all(written)
    }

    fn report(&mut self, report: &Report<'_>) -> io::Result<()> {
        self.line(&Summary::of(report))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The last object.
#[derive(Serialize)]
struct Summary<'a> {
    schema: u32,
    r#type: &'static str,
    files: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    interfaces: Vec<InterfaceLine<'a>>,
    start: Option<Rfc3339>,
    end_time: Option<Rfc3339>,
    frames: u64,
    skipped: Counts,
    dropped: Drops,
    late_segments: u64,
    evicted: u64,
    connections: Connections,
    rst_by: Senders,
    bad_ends: u64,
    harmful: u64,
    harmless: u64,
    we: Option<String>,
    peers: Vec<PeerLine>,
    peers_known: usize,
    notices: &'a [String],
}

#[derive(Serialize)]
struct InterfaceLine<'a> {
    name: &'a str,
    captured: u64,
    received: u64,
    dropped: Drops,
}

#[derive(Serialize)]
struct Drops {
    kernel: Option<u64>,
    interface: Option<u64>,
    us: Option<u64>,
}

#[derive(Serialize)]
struct Connections {
    total: u64,
    by_end: Counts,
    by_cause: Counts,
}

#[derive(Serialize)]
struct Senders {
    client: u64,
    server: u64,
    middlebox: u64,
}

#[derive(Serialize)]
struct PeerLine {
    ip: String,
    connections: u64,
    bad_ends: u64,
    harmless: u64,
    resets: u64,
    resets_by_us: u64,
    resets_by_middlebox: u64,
    refused: u64,
    unanswered: u64,
    silent: u64,
    hung_up: u64,
    closed_badly: u64,
    closed: u64,
    open: u64,
    worst_cause: Option<&'static str>,
    last_seen: Rfc3339,
    missed_at_most: u64,
}

impl<'a> Summary<'a> {
    fn of(report: &Report<'a>) -> Self {
        let (intake, totals, peers) = (report.intake, &report.snapshot.totals, &report.snapshot.peers);
        Self {
            schema: SCHEMA,
            r#type: "summary",
            files: report.files,
            interfaces: report.interfaces.iter().map(InterfaceLine::of).collect(),
            start: intake.first.map(Rfc3339),
            end_time: intake.last.map(Rfc3339),
            frames: intake.frames,
            skipped: Counts(intake.skipped.nonzero().map(|(skip, frames)| (skip.token(), frames)).collect()),
            dropped: Drops::of(intake.dropped),
            late_segments: intake.late,
            evicted: intake.evicted,
            connections: Connections::of(totals),
            rst_by: Senders {
                client: totals.resets.client,
                server: totals.resets.server,
                middlebox: totals.resets.middlebox,
            },
            bad_ends: totals.bad_ends,
            harmful: totals.harmful,
            harmless: totals.harmless,
            we: we(peers),
            peers: peers.list.iter().map(PeerLine::of).collect(),
            peers_known: peers.known,
            notices: report.notices,
        }
    }
}

/// What counts as ours, as `--local` takes it; it is not known where nobody said so and no address is in nearly all connections.
fn we(peers: &Peers) -> Option<String> {
    match peers.ours {
        Ours::Named => Some(peers.local.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")),
        Ours::Shared(addr) => Some(addr.to_string()),
        Ours::Unknown => None,
    }
}

impl<'a> InterfaceLine<'a> {
    fn of(health: &'a InterfaceHealth) -> Self {
        Self {
            name: &health.name,
            captured: health.captured,
            received: health.received,
            dropped: Drops {
                kernel: Some(health.dropped_by_kernel),
                interface: Some(health.dropped_by_interface),
                us: Some(0),
            },
        }
    }
}

impl Drops {
    const fn of(dropped: Dropped) -> Self {
        Self { kernel: dropped.kernel, interface: dropped.interface, us: dropped.us }
    }
}

impl Connections {
    fn of(totals: &Totals) -> Self {
        Self {
            total: totals.connections,
            by_end: Counts(How::ALL.iter().map(|&how| (how.word(), totals.ended(how))).collect()),
            by_cause: Counts(totals.causes.iter().map(|cause| (cause.rule.name, cause.all())).collect()),
        }
    }
}

impl PeerLine {
    fn of(peer: &Peer) -> Self {
        let counts = &peer.counts;
        Self {
            ip: peer.addr.to_string(),
            connections: counts.connections,
            bad_ends: counts.bad_ends,
            harmless: counts.harmless,
            resets: counts.resets,
            resets_by_us: counts.resets_by_us,
            resets_by_middlebox: counts.resets_by_middlebox,
            refused: counts.refused,
            unanswered: counts.unanswered,
            silent: counts.silent,
            hung_up: counts.hung_up,
            closed_badly: counts.closed_badly,
            closed: counts.closed,
            open: counts.open,
            worst_cause: peer.worst_cause.map(|rule| rule.name),
            last_seen: Rfc3339(peer.last_seen),
            missed_at_most: peer.missed,
        }
    }
}

/// Words and numbers, as an object in the order given.
struct Counts(Vec<(&'static str, u64)>);

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (word, count) in &self.0 {
            map.serialize_entry(word, count)?;
        }
        map.end()
    }
}
