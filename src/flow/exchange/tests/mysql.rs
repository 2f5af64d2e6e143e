//! MySQL: which commands are answered.

use super::*;

/// A packet of this number.
pub(super) fn packet(number: u8, body: &[u8]) -> Vec<u8> {
    let [a, b, c, _] = len(body).to_le_bytes();
    [&[a, b, c, number][..], body].concat()
}

/// A command.
pub(super) fn command(kind: u8, text: &str) -> Vec<u8> {
    packet(0, &[&[kind], text.as_bytes()].concat())
}

pub(super) fn greeting() -> Vec<u8> {
    packet(0, b"\x0a8.0.36\0\x01\0\0\0saltsalt\0\xff\xf7")
}

fn login_with(capabilities: u32) -> Vec<u8> {
    let body = [&capabilities.to_le_bytes()[..], &[0, 0, 0, 1, 45], &[0; 23], b"root\0\0"].concat();
    packet(1, &body)
}

pub(super) fn login() -> Vec<u8> {
    login_with(0x1a6_8200 | 0x200)
}

const OK: &[u8] = &[0, 0, 0, 2, 0, 0, 0];
const EOF: &[u8] = &[0xfe, 0, 0, 2, 0];
const COLUMN: &[u8] = b"\x03def\x01d\x01t";

/// Logged in.
fn session() -> Wire {
    let mut wire = Wire::default();
    wire.say(SERVER, &greeting());
    wire.say(CLIENT, &login());
    assert_eq!((owed(&wire), wire.exchange.is_framed()), (UNKNOWN, false));
    wire.say(SERVER, &[packet(2, &[1, 3]), packet(3, OK)].concat());
    assert_eq!((owed(&wire), wire.exchange.protocol_name()), (NOTHING, Some("mysql")));
    wire
}

/// Asked in a session of its own.
fn asked(kind: u8, text: &str) -> Wire {
    let mut wire = session();
    wire.say(CLIENT, &command(kind, text));
    wire
}

/// Each of these packets, of which only the last ends the answer.
fn is_one_answer(wire: &mut Wire, packets: &[&[u8]]) {
    for (number, body) in (1..).zip(packets) {
        assert!([ANSWER, REST].contains(&owed(wire)), "before {body:?}: {:?}", owed(wire));
        wire.say(SERVER, &packet(number, body));
    }
    assert_eq!(owed(wire), NOTHING, "{packets:?}");
}

fn owed(wire: &Wire) -> Option<Owed> {
    wire.exchange.owed()
}

const QUERY: u8 = 3;
const PREPARE: u8 = 0x16;
const EXECUTE: u8 = 0x17;
const NOTHING: Option<Owed> = Some(Owed::Nothing);
const ANSWER: Option<Owed> = Some(Owed::Answer);
const REST: Option<Owed> = Some(Owed::Rest(BodyLength::Messages));
const UNKNOWN: Option<Owed> = Some(Owed::Unknown);

#[test]
fn an_answer_is_what_its_first_packet_says() {
    let end = &[0xfe, 0, 0, 2, 0, 0, 0][..];
    let more = &[0xfe, 0, 0, 10, 0][..];
    let answers: &[&[&[u8]]] = &[
        &[OK],
        &[b"\xff\x28\x04#42000You have an error"],
        // With EOF packets behind the definitions, and without.
        &[&[2], COLUMN, COLUMN, EOF, b"\x01a\x01b", b"\xfb\xfb", EOF],
        &[&[1], COLUMN, EOF, EOF],
        &[&[1], COLUMN, b"\x01a", end],
        &[&[1], COLUMN, end],
        // 300 columns; a row that is an empty text.
        &[&[[0xfc, 1, 0].as_slice(), &[]].concat(), COLUMN, EOF, b"\0", EOF],
        // The server fails in the midst of rows.
        &[&[1], COLUMN, EOF, b"\x01a", b"\xff\x25\x05#70100Query execution was interrupted"],
        // Another result follows.
        &[&[1], COLUMN, EOF, more, OK],
        &[&[0, 0, 0, 10, 0, 0, 0], OK],
        &[&[0, 0xfc, 1, 1, 0xfd, 1, 1, 1, 10, 0, 0, 0], OK],
        // A cursor, whose rows are fetched.
        &[&[1], COLUMN, &[0xfe, 0, 0, 0x42, 0]],
        // MariaDB's client has the definitions already.
        &[&[1, 0], EOF, b"\x01a", EOF],
        &[&[1, 1], COLUMN, EOF, b"\x01a", EOF],
    ];
    for answer in answers {
        is_one_answer(&mut asked(QUERY, "SELECT 1"), answer);
    }
}

#[test]
fn answers_to_other_commands() {
    is_one_answer(&mut asked(0x0e, ""), &[OK]);
    is_one_answer(&mut asked(0x09, ""), &[b"Uptime: 7  Threads: 1"]);
    is_one_answer(&mut asked(0x04, "t\0"), &[COLUMN, COLUMN, EOF]);
    is_one_answer(&mut asked(0x1c, "\x01\0\0\0\x01\0\0\0"), &[b"\0\0a", EOF]);
    is_one_answer(&mut asked(EXECUTE, "\x01\0\0\0\0\x01\0\0\0"), &[&[1], COLUMN, EOF, b"\0\0a", EOF]);
    // Two definitions of parameters and one of a column; the last EOF packet comes when all is there.
    let mut wire = asked(PREPARE, "SELECT ? + ?");
    is_one_answer(&mut wire, &[&[0, 1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0], COLUMN, COLUMN, EOF, COLUMN]);
    wire.say(SERVER, &packet(6, EOF));
    wire.say(CLIENT, &command(EXECUTE, "\x01\0\0\0\0\x01\0\0\0"));
    is_one_answer(&mut wire, &[OK]);
    is_one_answer(&mut asked(PREPARE, "COMMIT"), &[&[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]);
    // Nobody answers these.
    for kind in [0x01, 0x18, 0x19] {
        assert_eq!(owed(&asked(kind, "\x01\0\0\0\0\0")), NOTHING, "{kind}");
    }
    // A replica's stream, another login, a file that the client sends.
    for kind in [0x12, 0x11] {
        assert_eq!(owed(&asked(kind, "\x04\0\0\0\0\0")), UNKNOWN, "{kind}");
    }
    let mut wire = asked(QUERY, "LOAD DATA LOCAL INFILE 'x' INTO TABLE t");
    wire.say(SERVER, &packet(1, b"\xfbx"));
    wire.say(CLIENT, &[packet(2, &[7; 900]), packet(3, b"")].concat());
    assert_eq!(owed(&wire), UNKNOWN);
    wire.say(SERVER, &packet(4, OK));
    assert_eq!(owed(&wire), NOTHING);
}

#[test]
fn what_is_longer_than_a_packet_goes_on_in_the_next() {
    let mut wire = asked(QUERY, "SELECT big");
    wire.say(SERVER, &[packet(1, &[1]), packet(2, COLUMN), packet(3, EOF)].concat());
    wire.say(SERVER, &[&[0xff, 0xff, 0xff, 4][..], &[0xfd; 40]].concat());
    wire.say_cut(SERVER, b"", 0xff_ffff - 40);
    wire.say(SERVER, &packet(5, EOF));
    assert_eq!(owed(&wire), REST);
    wire.say(SERVER, &packet(6, EOF));
    assert_eq!(owed(&wire), NOTHING);
}

/// That the session ends is no answer, wherever it is said; the server's word for it is kept.
#[test]
fn why_a_session_ends_is_no_answer() {
    let shutdown = packet(1, b"\xff\x1d\x04#08S01Server shutdown in progress");
    let mut wire = asked(QUERY, "SELECT SLEEP(9)");
    wire.say(SERVER, &shutdown);
    let fatal = wire.exchange.fatal().unwrap();
    assert_eq!((fatal.code.as_str(), fatal.text.as_str()), ("1053", "Server shutdown in progress"));
    assert_eq!((owed(&wire), fatal.by), (ANSWER, SERVER));
    // Some are not even greeted.
    let mut wire = Wire::default();
    wire.say(SERVER, &packet(0, b"\xff\x10\x04Too many connections"));
    assert_eq!(wire.exchange.fatal().map(|fatal| fatal.text.as_str()), Some("Too many connections"));
    assert_eq!(wire.exchange.turns, 0);
}

#[test]
fn a_capture_that_begins_in_the_middle_knows_a_statement() {
    let mut wire = said(&[(CLIENT, "some"), (SERVER, "thing")]);
    wire.say(CLIENT, &command(QUERY, "select * from t"));
    assert_eq!((owed(&wire), wire.exchange.protocol_name()), (ANSWER, Some("mysql")));
    is_one_answer(&mut wire, &[&[1], COLUMN, EOF, EOF]);
    for other in
        [&command(QUERY, "what is it")[..], &command(QUERY, "SELECT 1")[..9], &command(7, "SELECT 1")]
    {
        let mut wire = said(&[(CLIENT, "some"), (SERVER, "thing")]);
        wire.say(CLIENT, other);
        assert_eq!(wire.exchange.protocol_name(), None, "{other:?}");
    }
}

#[test]
fn what_cannot_be_counted_is_not_claimed() {
    // Compressed packets, and several commands at once.
    let mut wire = Wire::default();
    wire.say(CLIENT, &login_with(0x1a6_8220 | 0x200));
    wire.say(SERVER, &packet(2, OK));
    wire.say(CLIENT, &[1; 70]);
    assert_eq!(owed(&wire), UNKNOWN);
    let mut wire = asked(PREPARE, "SELECT ?");
    wire.say(CLIENT, &command(EXECUTE, "\x01\0\0\0\0\x01\0\0\0"));
    assert_eq!(owed(&wire), UNKNOWN);
    // A byte that was not captured, until a statement comes.
    let mut wire = asked(QUERY, "SELECT 1");
    wire.say_cut(SERVER, &packet(1, OK)[..7], 11);
    assert_eq!((owed(&wire), wire.exchange.is_blind(SERVER)), (UNKNOWN, true));
    wire.say(CLIENT, &command(QUERY, "SELECT 2"));
    assert_eq!(owed(&wire), ANSWER);
    // Of rows only how they begin matters.
    let mut wire = asked(QUERY, "SELECT 1");
    wire.say(SERVER, &[packet(1, &[1]), packet(2, COLUMN), packet(3, EOF)].concat());
    wire.say_cut(SERVER, &packet(4, &[9; 90])[..9], 94);
    wire.say(SERVER, &packet(5, EOF));
    assert_eq!(owed(&wire), NOTHING);
}

#[test]
fn tls_is_left_to_tls() {
    let mut wire = Wire::default();
    wire.say(SERVER, &greeting());
    let asks = [&(0x1a6_8a00_u32 | 0x200).to_le_bytes()[..], &[0, 0, 0, 1, 45], &[0; 23]].concat();
    wire.say(CLIENT, &packet(1, &asks));
    assert_eq!(wire.exchange.protocol_name(), None);
    wire.say(CLIENT, b"\x16\x03\x01\x00\x46\x01\x00\x00\x42\x03\x03");
    assert_eq!(wire.exchange.protocol_name(), Some("tls"));
}
