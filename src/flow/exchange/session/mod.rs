//! Sessions in clear of protocols whose messages tell where they end, most of them databases': which requests are answered.

mod commands;
mod ledger;
mod mysql;
mod numbered;
mod packet;
mod postgres;
mod redis;
mod resp;

use super::super::key::End;
use super::Owed;
use super::http::Looks;
use super::last_words::Fatal;
use super::stream::Piece;
use crate::decode::SeqNumber;
use ledger::Ledger;

use mysql::MySql;
use numbered::Numbered;
use postgres::Postgres;
use redis::Redis;

/// A session from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Session {
    /// With PostgreSQL, or a pooler.
    Postgres(Postgres),
    /// With Redis, or what speaks its protocol (Valkey, KeyDB, Dragonfly).
    Redis(Redis),
    /// With MySQL or `MariaDB`.
    MySql(MySql),
    /// In DNS, in FastCGI, or with MongoDB.
    Numbered(Numbered),
}

/// Does a session begin with these bytes of a segment, or go on with them from a place where nothing was owed?
#[inline]
pub(super) fn begins(bytes: &[u8]) -> bool {
    postgres::begins(bytes) || redis::is_command(bytes) || mysql::begins(bytes) || numbered::begins(bytes)
}

/// Does a server of MySQL or `MariaDB` begin so?
pub(super) fn greets_in_mysql(bytes: &[u8]) -> bool {
    mysql::is_greeting(bytes)
}

/// Do the first bytes of a connection look like the beginning of a session that may be told by so few?
pub(super) fn looks_like_startup(bytes: &[u8]) -> Looks {
    let looks = [postgres::looks_like_startup, redis::looks_like_command, numbered::looks_like_request];
    looks.iter().map(|looks| looks(bytes)).find(|looks| *looks != Looks::Unlike).unwrap_or(Looks::Unlike)
}

impl Session {
    /// One that began as [`looks_like_startup`] tells.
    pub(super) fn started_by(client: End, bytes: &[u8]) -> Self {
        if redis::is_command(bytes) {
            return Self::Redis(Redis::new(client, bytes));
        }
        let numbered = Numbered::begun_by(client, bytes).map(Self::Numbered);
        numbered.unwrap_or_else(|| Self::Postgres(Postgres::new(client)))
    }

    /// One that begins with this piece of `by`, or goes on with it.
    pub(super) fn begun(by: End, piece: &Piece<'_>) -> Option<Self> {
        let (bytes, whole) = (piece.bytes, piece.unseen == 0);
        if whole && postgres::looks_like_startup(bytes) == Looks::Like {
            Some(Self::Postgres(Postgres::new(by)))
        } else if whole && postgres::is_query(bytes) {
            Some(Self::Postgres(Postgres::midway(by)))
        } else if redis::is_command(bytes) {
            Some(Self::Redis(Redis::new(by, bytes)))
        } else if mysql::is_login(bytes) {
            Some(Self::MySql(MySql::new(by, bytes)))
        } else if whole && mysql::is_query(bytes) {
            Some(Self::MySql(MySql::midway(by)))
        } else {
            Numbered::begun_by(by, bytes).map(Self::Numbered)
        }
    }

    const fn ledger(&self) -> &Ledger {
        match self {
            Self::Postgres(postgres) => &postgres.ledger,
            Self::Redis(redis) => &redis.ledger,
            Self::MySql(mysql) => &mysql.ledger,
            Self::Numbered(numbered) => &numbered.ledger,
        }
    }

    /// The end that asks.
    #[must_use]
    pub const fn client(&self) -> End {
        self.ledger().client
    }

    /// How many requests it sent that want an answer.
    #[must_use]
    pub const fn requests(&self) -> u32 {
        self.ledger().requests
    }

    /// Where the latest of them began.
    #[must_use]
    pub const fn last_request_seq(&self) -> SeqNumber {
        self.ledger().last_request_seq
    }

    /// What the server owes.
    pub(super) const fn owed(&self) -> Owed {
        if self.is_counted() { self.ledger().owed() } else { Owed::Unknown }
    }

    /// Can questions and answers be counted?
    pub(super) const fn is_counted(&self) -> bool {
        match self {
            Self::Postgres(postgres) => postgres.is_counted(),
            Self::Redis(redis) => redis.is_counted(),
            Self::MySql(mysql) => mysql.is_counted(),
            Self::Numbered(numbered) => numbered.is_counted(),
        }
    }

    /// Messages of this end are missing.
    pub(super) fn is_blind(&self, by: End) -> bool {
        match self {
            Self::Postgres(postgres) => postgres.is_blind(by),
            Self::Redis(redis) => redis.is_blind(by),
            Self::MySql(mysql) => mysql.is_blind(by),
            Self::Numbered(numbered) => numbered.is_blind(by),
        }
    }

    /// Has the client not sent the whole of a message?
    pub(super) fn request_unfinished(&self) -> bool {
        match self {
            Self::Postgres(postgres) => postgres.request_unfinished(),
            Self::Redis(redis) => redis.request_unfinished(),
            Self::MySql(mysql) => mysql.request_unfinished(),
            Self::Numbered(numbered) => numbered.request_unfinished(),
        }
    }

    /// Is the server in the midst of something that it says unasked, whose length it has told?
    pub(super) fn is_within_push(&self) -> bool {
        matches!(self, Self::Redis(redis) if redis.is_within_push())
    }

    /// How many of the next bytes of `by` are of a message that matters to nobody.
    pub(super) fn opaque(&self, by: End) -> u64 {
        match self {
            Self::Postgres(postgres) => postgres.opaque(by),
            Self::Redis(redis) => redis.opaque(by),
            Self::MySql(mysql) => mysql.opaque(by),
            Self::Numbered(numbered) => numbered.opaque(by),
        }
    }

    /// Why the server ended the session, if it said so in a message of its own and nothing after it.
    pub(super) const fn fatal(&self) -> Option<&Fatal> {
        match self {
            Self::Postgres(postgres) => postgres.fatal.as_ref(),
            Self::Redis(_) | Self::MySql(_) | Self::Numbered(_) => None,
        }
    }

    /// Reads what comes next.
    pub(super) fn heard(&mut self, by: End, piece: &Piece<'_>) {
        match self {
            Self::Postgres(postgres) => postgres.heard(by, piece),
            Self::Redis(redis) => redis.heard(by, piece),
            Self::MySql(mysql) => mysql.heard(by, piece),
            Self::Numbered(numbered) => numbered.heard(by, piece),
        }
    }

    /// The latest request in a few words: Redis's commands have names, queries hold what is nobody's business.
    #[must_use]
    pub fn latest(&self) -> String {
        match self {
            Self::Redis(redis) => format!("the command {}", redis.command()).trim_end().to_owned(),
            Self::Postgres(_) | Self::MySql(_) => "the query".to_owned(),
            Self::Numbered(numbered) => numbered.latest().to_owned(),
        }
    }

    /// What an answer lacks that is not whole, as a remark.
    #[must_use]
    pub const fn missing(&self) -> &'static str {
        match self {
            Self::Postgres(_) => ", no ReadyForQuery",
            Self::Redis(_) => ", not the whole reply",
            Self::MySql(_) => ", no packet that ends it",
            Self::Numbered(numbered) => numbered.missing(),
        }
    }

    /// Is it with a database, so that a request may be part of a transaction?
    #[must_use]
    pub fn is_with_database(&self) -> bool {
        match self {
            Self::Postgres(_) | Self::Redis(_) | Self::MySql(_) => true,
            Self::Numbered(numbered) => numbered.is_with_database(),
        }
    }

    /// The word for the protocol.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgresql",
            Self::Redis(_) => "redis",
            Self::MySql(_) => "mysql",
            Self::Numbered(numbered) => numbered.name(),
        }
    }
}
