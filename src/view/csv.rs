//! CSV: the record's keys as columns, nested ones with dots, lists joined by semicolons; an empty field is null.

use std::io::{self, Write};

use serde_json::Value;

use crate::config::Presentation;
use crate::verdict::Verdict;

use super::{Record, Report, View};

/// The record's leaves in its order. A test holds them to the record.
const COLUMNS: &[&str] = &[
    "schema",
    "type",
    "id",
    "provisional",
    "start",
    "end_time",
    "duration",
    "file",
    "client.ip",
    "client.port",
    "client.name",
    "server.ip",
    "server.port",
    "server.name",
    "roles",
    "community_id",
    "end",
    "observed_until",
    "fin_by",
    "rst_by",
    "rst_by_confidence",
    "rst_claimed",
    "cause",
    "confidence",
    "alternatives",
    "harm",
    "reasons",
    "client_sees.connect",
    "client_sees.read",
    "client_sees.write",
    "server_sees.connect",
    "server_sees.read",
    "server_sees.write",
    "stage",
    "evidence",
    "advice",
    "rst.frame",
    "rst.time",
    "rst.flags",
    "rst.seq",
    "rst.ack",
    "rst.wnd",
    "rst.ttl",
    "rst.ip_id",
    "rst.payload",
    "idle_before",
    "exchange.protocol",
    "exchange.method",
    "exchange.target",
    "exchange.host",
    "exchange.sni",
    "exchange.status",
    "exchange.response_bytes",
    "exchange.response_expected",
    "exchange.alert",
    "conn_state",
    "history",
    "originator",
    "client_packets",
    "server_packets",
    "client_bytes",
    "server_bytes",
    "retransmits",
    "rtt",
    "ignored_resets",
    "seen.handshake",
    "seen.both_sides",
    "seen.gaps",
    "seen.cut",
];

/// CSV, as RFC 4180 and every spreadsheet read it.
pub(super) struct Csv<'w> {
    presentation: Presentation,
    out: csv::Writer<Box<dyn Write + 'w>>,
    header: Header,
}

/// Whether the first line is written.
#[derive(PartialEq, Eq)]
enum Header {
    Due,
    Written,
}

impl<'w> Csv<'w> {
    pub(super) fn new(presentation: Presentation, out: Box<dyn Write + 'w>) -> Self {
        Self { presentation, out: csv::Writer::from_writer(out), header: Header::Due }
    }

    fn head(&mut self) -> io::Result<()> {
        if self.header == Header::Due {
            self.header = Header::Written;
            self.out.write_record(COLUMNS).map_err(system)?;
        }
        Ok(())
    }
}

impl View for Csv<'_> {
    fn ended(&mut self, verdict: &Verdict, file: Option<&str>) -> io::Result<()> {
        if !self.presentation.listing.lists(verdict) {
            return Ok(());
        }
        self.head()?;
        let record = serde_json::to_value(Record::of(verdict, file))?;
        self.out.write_record(COLUMNS.iter().map(|column| field(&record, column))).map_err(system)
    }

    fn report(&mut self, _report: &Report<'_>) -> io::Result<()> {
        self.head()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The csv crate wraps what the system says; broken pipes and full disks must stay recognisable.
fn system(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// The text of one column; a key of something that did not happen is empty.
fn field(record: &Value, column: &str) -> String {
    column.split('.').try_fold(record, |value, key| value.get(key)).map(text).unwrap_or_default()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join("; "),
        // The items of lists: `no_response (likely)`, `9: the server closed`.
        Value::Object(item) => match (item.get("cause"), item.get("frame")) {
            (Some(cause), _) => {
                format!("{} ({})", text(cause), item.get("confidence").map(text).unwrap_or_default())
            }
            (None, Some(Value::Null) | None) => item.get("fact").map(text).unwrap_or_default(),
            (None, Some(frame)) => format!("{frame}: {}", item.get("fact").map(text).unwrap_or_default()),
        },
        other => other.to_string(),
    }
}
