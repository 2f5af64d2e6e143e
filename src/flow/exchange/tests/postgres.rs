//! PostgreSQL: which queries are answered.

use super::*;

/// A message of this type.
pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &(len(body) + 4).to_be_bytes(), body].concat()
}

pub(super) fn query(text: &str) -> Vec<u8> {
    message(b'Q', format!("{text}\0").as_bytes())
}

pub(super) fn ready() -> Vec<u8> {
    message(b'Z', b"I")
}

pub(super) fn startup() -> Vec<u8> {
    let body = [&[0, 3, 0, 0][..], b"user\0app\0\0"].concat();
    [&(len(&body) + 4).to_be_bytes()[..], &body].concat()
}

pub(super) fn fatal(kind: u8, severity: &str, code: &str) -> Vec<u8> {
    message(kind, format!("SFATAL\0V{severity}\0C{code}\0Mterminating connection\0\0").as_bytes())
}

/// Logged in, and ready.
fn session() -> Wire {
    let mut wire = Wire::default();
    wire.say(CLIENT, &startup());
    wire.say(SERVER, &message(b'R', &[0, 0, 0, 5, 1, 2, 3, 4]));
    wire.say(CLIENT, &message(b'p', b"md5secret\0"));
    assert_eq!((wire.exchange.owed(), wire.exchange.is_framed()), (Some(Owed::Unknown), false));
    wire.say(
        SERVER,
        &[message(b'R', &[0; 4]), message(b'S', b"a\0b\0"), message(b'K', &[7; 8]), ready()].concat(),
    );
    assert_eq!((wire.exchange.owed(), wire.exchange.is_framed()), (Some(Owed::Nothing), true));
    wire
}

const REST: Option<Owed> = Some(Owed::Rest(BodyLength::Messages));

#[test]
fn an_answer_ends_when_the_server_is_ready() {
    let mut wire = session();
    wire.say(CLIENT, &query("SELECT 1"));
    assert_eq!((wire.exchange.owed(), wire.exchange.requests()), (Some(Owed::Answer), 1));
    let rows = [message(b'T', &[0; 20]), message(b'D', &[9; 3000])].concat();
    wire.say(SERVER, &rows[..1400]);
    assert_eq!(wire.exchange.owed(), REST);
    // Rows are as long as they say, and their bytes are nobody's business.
    wire.say_cut(SERVER, &rows[1400..1500], len(&rows[1400..]));
    wire.say(SERVER, &message(b'C', b"SELECT 1\0"));
    assert_eq!(wire.exchange.owed(), REST);
    wire.say(SERVER, &ready());
    assert_eq!(
        (wire.exchange.owed(), wire.exchange.protocol_name()),
        (Some(Owed::Nothing), Some("postgresql"))
    );
}

#[test]
fn queries_may_wait_in_a_row() {
    let mut wire = session();
    let parts =
        [message(b'P', b"\0S\0\0\0"), message(b'B', &[0; 8]), message(b'E', &[0; 5]), message(b'S', b"")];
    wire.say(CLIENT, &parts[..2].concat());
    assert!(wire.exchange.request_unfinished());
    assert_eq!(wire.exchange.owed(), Some(Owed::Nothing));
    wire.say(CLIENT, &[&parts[2..].concat()[..], &parts.concat()].concat());
    assert!(!wire.exchange.request_unfinished());
    wire.say(SERVER, &[message(b'1', b""), message(b'2', b""), message(b'C', b"X\0"), ready()].concat());
    assert_eq!(wire.exchange.owed(), Some(Owed::Answer));
    wire.say(SERVER, &[message(b'1', b""), ready()].concat());
    assert_eq!(wire.exchange.owed(), Some(Owed::Nothing));
}

#[test]
fn what_a_server_says_of_itself_is_no_answer() {
    let mut wire = session();
    wire.say(SERVER, &message(b'A', b"\0\0\0\x01ch\0x\0"));
    assert_eq!(wire.exchange.owed(), Some(Owed::Nothing));
    wire.say(CLIENT, &query("SELECT 1"));
    wire.say(SERVER, &[message(b'N', b"SWARNING\0C01000\0\0"), message(b'S', b"a\0c\0")].concat());
    assert_eq!(wire.exchange.owed(), Some(Owed::Answer));
}

#[test]
fn a_session_that_is_ended_says_why_in_the_middle_of_a_row_too() {
    let mut wire = session();
    wire.say(CLIENT, &query("SELECT big"));
    let rows = [message(b'T', &[0; 20]), message(b'D', &[9; 3000]), fatal(b'E', "FATAL", "57P01")].concat();
    wire.say(SERVER, &rows[..1400]);
    assert_eq!(wire.exchange.fatal(), None);
    wire.say(SERVER, &rows[1400..]);
    let told =
        wire.exchange.fatal().map(|fatal| (fatal.severity.as_str(), fatal.code.as_str(), fatal.within));
    assert_eq!((told, wire.exchange.owed()), (Some(("FATAL", "57P01", true)), REST));
    // Whatever is FATAL ends it, and a pooler has codes of its own; but who is not let in was answered.
    let mut wire = session();
    wire.say(CLIENT, &query("SELECT 1"));
    wire.say(SERVER, &fatal(b'E', "FATAL", "08P01"));
    assert_eq!(wire.exchange.fatal().map(|fatal| fatal.code.as_str()), Some("08P01"));
    assert_eq!(wire.exchange.owed(), Some(Owed::Answer));
    let mut wire = Wire::default();
    wire.say(CLIENT, &startup());
    wire.say(SERVER, &fatal(b'E', "FATAL", "28P01"));
    assert_eq!(wire.exchange.fatal(), None);
    // The crash of another backend is a warning.
    let mut wire = session();
    wire.say(CLIENT, &query("SELECT 1"));
    wire.say(SERVER, &fatal(b'N', "WARNING", "57P02"));
    let told =
        wire.exchange.fatal().map(|fatal| (fatal.severity.as_str(), fatal.code.as_str(), fatal.within));
    assert_eq!((told, wire.exchange.owed()), (Some(("WARNING", "57P02", false)), Some(Owed::Answer)));
}

#[test]
fn a_capture_that_begins_in_the_middle_knows_a_query() {
    let mut wire = said(&[(CLIENT, "some"), (SERVER, "thing")]);
    wire.say(CLIENT, &query("SELECT 1"));
    wire.say(SERVER, &message(b'T', &[0; 20]));
    assert_eq!((wire.exchange.owed(), wire.exchange.requests()), (REST, 1));
    // Half a query could be anything, and so could what only begins like one.
    for other in [
        &query("SELECT 1")[..9],
        b"Q\0\0\0\x04",
        b"S\0\0\0\x05x",
        b"Quit",
        &[81, 0, 0, 0, 9, 65, 0, 0, 0, 65],
    ] {
        let mut wire = said(&[(CLIENT, "some"), (SERVER, "thing")]);
        wire.say(CLIENT, other);
        assert_eq!(wire.exchange.protocol_name(), None, "{other:?}");
    }
}

#[test]
fn in_clear_after_tls_was_declined() {
    let mut wire = Wire::default();
    wire.say(CLIENT, &[0, 0, 0, 8, 4, 210, 22, 47]);
    wire.say(SERVER, b"N");
    wire.say(CLIENT, &startup());
    wire.say(SERVER, &[message(b'R', &[0; 4]), ready()].concat());
    assert_eq!(wire.exchange.owed(), Some(Owed::Nothing));
}

#[test]
fn what_was_not_captured_is_not_known_until_the_next_query() {
    let mut wire = session();
    wire.say(CLIENT, &query("SELECT 1"));
    let rows = [message(b'T', &[0; 20]), message(b'D', &[9; 90]), ready()].concat();
    wire.say_cut(SERVER, &rows[..60], len(&rows));
    assert_eq!((wire.exchange.owed(), wire.exchange.is_blind(SERVER)), (Some(Owed::Unknown), true));
    wire.say(CLIENT, &query("SELECT 2"));
    assert_eq!(wire.exchange.owed(), Some(Owed::Answer));
    // Nor where it makes no sense.
    wire.say(SERVER, b"!!!!!!");
    assert_eq!(wire.exchange.owed(), Some(Owed::Unknown));
}

#[test]
fn who_copies_in_waits_for_nothing_and_replication_for_no_end() {
    let mut wire = session();
    wire.say(CLIENT, &query("COPY t FROM STDIN"));
    wire.say(SERVER, &message(b'G', &[0, 0, 0]));
    wire.say(CLIENT, &message(b'd', b"1\n"));
    assert_eq!(wire.exchange.owed(), Some(Owed::Unknown));
    wire.say(CLIENT, &message(b'c', b""));
    assert_eq!(wire.exchange.owed(), Some(Owed::Answer));
    wire.say(SERVER, &[message(b'C', b"COPY 1\0"), ready()].concat());
    assert_eq!(wire.exchange.owed(), Some(Owed::Nothing));
    // A Sync that comes during a copy is passed over, be it the one that asked for it.
    let asks =
        [message(b'P', b"\0COPY\0\0\0"), message(b'B', &[0; 8]), message(b'E', &[0; 5]), message(b'S', b"")];
    wire.say(CLIENT, &asks.concat());
    wire.say(SERVER, &[message(b'1', b""), message(b'2', b""), message(b'G', &[0, 0, 0])].concat());
    wire.say(
        CLIENT,
        &[message(b'S', b""), message(b'd', b"1\n"), message(b'c', b""), message(b'S', b"")].concat(),
    );
    assert_eq!(wire.exchange.owed(), Some(Owed::Answer));
    wire.say(SERVER, &[message(b'C', b"COPY 1\0"), ready()].concat());
    assert_eq!(wire.exchange.owed(), Some(Owed::Nothing));
    wire.say(CLIENT, &query("START_REPLICATION 0/0"));
    wire.say(SERVER, &[message(b'W', &[0, 0, 0]), message(b'd', b"k")].concat());
    assert_eq!(wire.exchange.owed(), Some(Owed::Unknown));
}
