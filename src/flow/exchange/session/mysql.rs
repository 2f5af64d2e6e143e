//! MySQL and `MariaDB` in clear (MySQL's documentation, "Client/Server Protocol"): which commands are answered.
//!
//! Everything is said in packets of a length and a number; a command has number 0. What the packets of an answer are follows from the
//! first of them. Whether an EOF packet stands behind the definitions of columns, which the two agree on when a client logs in, is told
//! by that packet itself, which is shorter than the OK packet that otherwise ends the rows.

use super::super::super::key::{Both, End};
use super::super::last_words;
use super::super::stream::Piece;
use super::ledger::Ledger;
use super::packet::{Head, Side};

/// Length and number of a packet.
const HEADER: usize = 4;
/// What a client says when it logs in, before the name: capabilities, the longest packet, a character set, and zeros.
const LOGIN: usize = 32;
/// Where those zeros are, of which `MariaDB` uses the last four.
const ZEROS: std::ops::Range<usize> = 9..28;
/// Capabilities (`CLIENT_PROTOCOL_41`, `CLIENT_COMPRESS`, `CLIENT_ZSTD_COMPRESSION_ALGORITHM`).
const PROTOCOL_41: u32 = 0x200;
const COMPRESSED: u32 = 0x20 | 0x0400_0000;
/// How statements begin by which a session is known that began before the capture.
const STATEMENTS: &[&[u8]] = &[
    b"SELECT ",
    b"INSERT ",
    b"UPDATE ",
    b"DELETE ",
    b"REPLACE ",
    b"SET ",
    b"SHOW ",
    b"BEGIN",
    b"START TRANSACTION",
    b"COMMIT",
    b"ROLLBACK",
    b"CALL ",
    b"WITH ",
    b"CREATE ",
    b"ALTER ",
    b"DROP ",
    b"USE ",
];
/// Commands (`enum_server_command`).
const QUIT: u8 = 0x01;
const QUERY: u8 = 0x03;
const FIELD_LIST: u8 = 0x04;
const STATISTICS: u8 = 0x09;
const CHANGE_USER: u8 = 0x11;
const BINLOG_DUMP: u8 = 0x12;
const REGISTER_SLAVE: u8 = 0x15;
const STMT_PREPARE: u8 = 0x16;
const STMT_SEND_LONG_DATA: u8 = 0x18;
const STMT_CLOSE: u8 = 0x19;
const STMT_FETCH: u8 = 0x1c;
const BINLOG_DUMP_GTID: u8 = 0x1e;
/// The first byte of an answer.
const OK: u8 = 0x00;
const LOCAL_INFILE: u8 = 0xfb;
const EOF: u8 = 0xfe;
const ERR: u8 = 0xff;
/// What follows a `STMT_PREPARE` is told by an OK packet of this length.
const PREPARED_LEN: u32 = 12;
/// Of the server's status.
const MORE_RESULTS: u16 = 0x08;
const CURSOR_EXISTS: u16 = 0x40;

/// A session from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MySql {
    /// Commands that want an answer.
    pub(super) ledger: Ledger,
    phase: Phase,
    asked: u8,
    answer: Answer,
    sides: Both<Side>,
}

/// Whether commands and answers can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The client logs in.
    Login,
    /// They can.
    Ready,
    /// The client sends a file; until it has, the server owes nothing.
    Sending,
    /// They can't: a replica's stream, packets that are compressed, or several commands at once.
    Streaming,
}

/// The only version of the protocol since 1998.
const GREETING: u8 = 10;
/// A server's version, the name of a plugin and some numbers.
const LONGEST_GREETING: usize = 512;

/// What the next packet of an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// The first.
    First,
    /// One of so many definitions of what was prepared, which end it.
    Definitions(u32),
    /// One of so many definitions of columns.
    Columns(u64),
    /// An EOF packet, or what follows if there is none.
    AfterColumns,
    /// A row, or what ends the rows.
    Rows,
}

/// Does a session begin with these bytes of a segment, or go on with them from a place where nothing was owed?
#[inline]
pub(super) fn begins(bytes: &[u8]) -> bool {
    is_login(bytes) || is_query(bytes)
}

/// Is this with what a server begins: a packet that has the number 0, with the version of the protocol and its own (Protocol::HandshakeV10)?
pub(super) fn is_greeting(bytes: &[u8]) -> bool {
    let Some((&[a, b, 0, 0], [GREETING, version, ..])) = bytes.split_first_chunk::<HEADER>() else {
        return false;
    };
    usize::from(u16::from_le_bytes([a, b])) <= LONGEST_GREETING && version.is_ascii_digit()
}

/// Is this what a client says when it logs in in clear?
#[inline]
pub(super) fn is_login(bytes: &[u8]) -> bool {
    let Some((&[a, b, 0, 1], rest)) = bytes.split_first_chunk::<HEADER>() else { return false };
    let len = usize::from(u16::from_le_bytes([a, b]));
    let zeros = rest.get(ZEROS).is_some_and(|zeros| zeros.iter().all(|&byte| byte == 0));
    let named = rest.get(LOGIN).is_some_and(|&byte| byte == 0 || byte.is_ascii_graphic());
    len > LOGIN && rest.len() <= len && zeros && named && capabilities(rest) & PROTOCOL_41 != 0
}

fn capabilities(login: &[u8]) -> u32 {
    login.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// Is this a whole statement in a segment of its own?
#[inline]
pub(super) fn is_query(bytes: &[u8]) -> bool {
    let Some((&[a, b, c, 0, QUERY | STMT_PREPARE], text)) = bytes.split_first_chunk() else { return false };
    let len = u32::from_le_bytes([a, b, c, 0]) as usize;
    let said = |start: &&[u8]| text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start));
    len == text.len() + 1 && STATEMENTS.iter().any(said)
}

impl MySql {
    /// One that begins with these bytes of its client, which logs in.
    pub(super) fn new(client: End, login: &[u8]) -> Self {
        let compressed = capabilities(login.get(HEADER..).unwrap_or_default()) & COMPRESSED != 0;
        Self { phase: if compressed { Phase::Streaming } else { Phase::Login }, ..Self::midway(client) }
    }

    /// One that goes on where nothing was owed.
    pub(super) fn midway(client: End) -> Self {
        Self {
            ledger: Ledger::new(client),
            phase: Phase::Ready,
            asked: 0,
            answer: Answer::First,
            sides: Both::default(),
        }
    }

    pub(super) const fn is_counted(&self) -> bool {
        matches!(self.phase, Phase::Ready)
    }

    pub(super) fn is_blind(&self, by: End) -> bool {
        self.sides.at(by).is_blind()
    }

    pub(super) fn request_unfinished(&self) -> bool {
        self.phase == Phase::Ready && self.sides.at(self.ledger.client).is_within()
    }

    pub(super) fn opaque(&self, by: End) -> u64 {
        self.sides.at(by).opaque()
    }

    pub(super) fn heard(&mut self, by: End, piece: &Piece<'_>) {
        if self.phase == Phase::Streaming {
            return;
        }
        if by == self.ledger.client && self.is_lost() && piece.unseen == 0 && is_query(piece.bytes) {
            *self = Self { ledger: self.ledger.clone(), ..Self::midway(by) };
            self.ledger.forget();
        }
        let mut rest = *piece;
        while rest.len() > 0 {
            let (taken, head) = self.sides.at_mut(by).step(&rest);
            rest = rest.behind(taken);
            if by != self.ledger.client {
                self.answer_goes_on(self.sides.at(by).first_byte());
            }
            if let Some(head) = head {
                let told = if by == self.ledger.client { self.ask(&head) } else { self.answer(&head) };
                // A byte that one would have to know was not captured.
                if told.is_none() {
                    self.sides.at_mut(by).lose();
                }
            }
        }
    }

    fn is_lost(&self) -> bool {
        self.is_blind(End::Low) || self.is_blind(End::High)
    }

    /// A packet of the client is whole.
    fn ask(&mut self, packet: &Head) -> Option<()> {
        if packet.number != 0 || self.phase != Phase::Ready {
            return Some(());
        }
        self.asked = packet.byte(0)?;
        match self.asked {
            QUIT | STMT_CLOSE | STMT_SEND_LONG_DATA => return Some(()),
            CHANGE_USER => self.phase = Phase::Login,
            BINLOG_DUMP | BINLOG_DUMP_GTID | REGISTER_SLAVE => self.phase = Phase::Streaming,
            _ if !self.ledger.is_settled() => self.phase = Phase::Streaming,
            FIELD_LIST | STMT_FETCH => self.answer = Answer::Rows,
            _ => self.answer = Answer::First,
        }
        self.ledger.asked(packet.seq);
        Some(())
    }

    /// A packet of the server begins with this byte. An error is whole or nothing.
    fn answer_goes_on(&mut self, first: Option<u8>) {
        if self.phase == Phase::Ready && first.is_some_and(|first| first != ERR) {
            self.ledger.answering();
        }
    }

    /// A packet of the server is whole.
    fn answer(&mut self, packet: &Head) -> Option<()> {
        let first = packet.byte(0)?;
        self.answer_goes_on(Some(first));
        match self.phase {
            Phase::Login | Phase::Sending if matches!(first, OK | ERR) => {
                self.phase = Phase::Ready;
                self.ledger.forget();
            }
            Phase::Ready if !self.ledger.is_settled() => self.answer = self.next(packet, first)?,
            _ => {}
        }
        Some(())
    }

    /// What comes behind a packet of an answer.
    fn next(&mut self, packet: &Head, first: u8) -> Option<Answer> {
        Some(match self.answer {
            // That the session ends is no answer.
            _ if first == ERR && packet.two(1).is_some_and(last_words::ends_mysql) => self.answer,
            _ if first == ERR => self.end(),
            Answer::First => return self.first(packet, first),
            Answer::Definitions(_) if packet.is_eof() => self.answer,
            Answer::Definitions(0 | 1) => self.end(),
            Answer::Definitions(more) => Answer::Definitions(more - 1),
            Answer::Columns(0 | 1) => Answer::AfterColumns,
            Answer::Columns(more) => Answer::Columns(more - 1),
            Answer::AfterColumns if packet.is_eof() => {
                if packet.status()? & CURSOR_EXISTS == 0 {
                    Answer::Rows
                } else {
                    self.end()
                }
            }
            Answer::AfterColumns | Answer::Rows if first == EOF && packet.is_last() => {
                self.end_of_result(packet)?
            }
            Answer::AfterColumns | Answer::Rows => Answer::Rows,
        })
    }

    fn first(&mut self, packet: &Head, first: u8) -> Option<Answer> {
        Some(match first {
            OK if self.asked == STMT_PREPARE && packet.len == PREPARED_LEN => match packet.definitions()? {
                0 => self.end(),
                more => Answer::Definitions(more),
            },
            _ if self.asked == STATISTICS => self.end(),
            OK | EOF => self.end_of_result(packet)?,
            LOCAL_INFILE => {
                self.phase = Phase::Sending;
                Answer::First
            }
            _ => match packet.columns()? {
                0 => Answer::AfterColumns,
                more => Answer::Columns(more),
            },
        })
    }

    /// Another result may follow.
    fn end_of_result(&mut self, packet: &Head) -> Option<Answer> {
        Some(if packet.status()? & MORE_RESULTS == 0 { self.end() } else { Answer::First })
    }

    const fn end(&mut self) -> Answer {
        self.ledger.answered();
        Answer::First
    }
}
