//! CSV: the record's keys as columns, nested ones with dots, lists joined by semicolons; an empty field is null.

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::Value;

use crate::config::Presentation;
use crate::verdict::{Ruling, Verdict};

use super::ledger::{Ledger, News};
use super::{Record, Report, Scribe, View, one_line};

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
    out: Box<dyn Write + 'w>,
    ledger: Ledger,
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
        Self { presentation, out, ledger: Ledger::default(), header: Header::Due }
    }

    fn head(&mut self) -> io::Result<()> {
        if self.header == Header::Due {
            self.header = Header::Written;
            self.out.write_all(&heading())?;
        }
        Ok(())
    }
}

impl View for Csv<'_> {
    fn wants(&mut self, ruling: &Ruling) -> bool {
        self.ledger.may_note(ruling, self.presentation.listing)
    }

    fn ended(&mut self, verdict: &Verdict, file: Option<&str>) -> io::Result<()> {
        if self.ledger.note(verdict, self.presentation.listing) == News::None {
            return Ok(());
        }
        self.head()?;
        self.out.write_all(&line(verdict, file)?)
    }

    fn scribe(&self) -> Option<Scribe> {
        let listing = self.presentation.listing;
        Some(Arc::new(move |verdict, file, out| {
            if listing.lists(verdict) {
                out.extend_from_slice(&line(verdict, file)?);
            }
            Ok(())
        }))
    }

    fn put(&mut self, written: &[u8]) -> io::Result<()> {
        self.head()?;
        self.out.write_all(written)
    }

    fn tells_peers(&self) -> bool {
        false
    }

    fn report(&mut self, _report: &Report<'_>) -> io::Result<()> {
        self.head()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The first line.
pub(super) fn heading() -> Vec<u8> {
    row(COLUMNS).unwrap_or_default()
}

/// The line of a verdict.
fn line(verdict: &Verdict, file: Option<&str>) -> io::Result<Vec<u8>> {
    let record = serde_json::to_value(Record::of(verdict, file))?;
    row(COLUMNS.iter().map(|column| field(&record, column)))
}

/// One line, so that whole ones are written.
fn row<T: AsRef<[u8]>>(fields: impl IntoIterator<Item = T>) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields).map_err(io::Error::other)?;
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// What a spreadsheet takes for the beginning of a formula; names come from the wire.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text of one column; a key of something that did not happen is empty.
fn field(record: &Value, column: &str) -> String {
    let value = column.split('.').try_fold(record, |value, key| value.get(key));
    let text = value.map(text).unwrap_or_default();
    if value.is_some_and(Value::is_string) && text.starts_with(FORMULA) { format!("'{text}") } else { text }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        // Spreadsheets need no more than text, and a terminal must be given no more.
        Value::String(text) => one_line(text),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::sample::{closed, stale};

    /// The leaves of a record, with dots.
    fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    leaves(value, &if at.is_empty() { key.clone() } else { format!("{at}.{key}") }, found);
                }
            }
            _ => found.push(at.to_owned()),
        }
    }

    #[test]
    fn the_columns_are_the_leaves_of_the_record() {
        let mut found = Vec::new();
        leaves(&serde_json::to_value(Record::of(&stale(), None)).unwrap(), "", &mut found);
        let mut columns = COLUMNS.to_vec();
        columns.sort_unstable();
        found.sort_unstable();
        assert_eq!(columns, found);
    }

    #[test]
    fn the_columns_come_in_the_order_of_the_record() {
        let record = serde_json::to_string(&Record::of(&stale(), None)).unwrap();
        let mut from = 0;
        for column in COLUMNS {
            let key = format!("\"{}\":", column.rsplit('.').next().unwrap());
            let at = record[from..].find(&key).unwrap_or_else(|| panic!("{column} comes too late"));
            from += at + 1;
        }
    }

    /// Names come from the wire, and a spreadsheet calculates what looks like a formula.
    #[test]
    fn no_field_is_a_formula() {
        let record =
            serde_json::json!({ "exchange": { "host": "=HYPERLINK(1)", "sni": "a=b" }, "rtt": -1.5 });
        assert_eq!(field(&record, "exchange.host"), "'=HYPERLINK(1)");
        assert_eq!(
            (field(&record, "exchange.sni"), field(&record, "rtt")),
            ("a=b".to_owned(), "-1.5".to_owned())
        );
    }

    #[test]
    fn lists_are_joined_and_null_is_empty() {
        let record = serde_json::to_value(Record::of(&stale(), Some("a.pcap"))).unwrap();
        assert_eq!(field(&record, "alternatives"), "no_response (possible)");
        assert_eq!(field(&record, "reasons"), "timewait_socket; no_socket");
        assert_eq!(
            field(&record, "evidence"),
            "9: the server closed (FIN) 5.00 s after its last answer; the client's next request came 38 ms later"
        );
        assert_eq!(field(&record, "file"), "a.pcap");
        assert_eq!(field(&record, "client.name"), "");
        assert_eq!(field(&serde_json::to_value(Record::of(&closed(), None)).unwrap(), "rst.frame"), "");
    }
}
