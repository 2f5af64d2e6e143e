//! Names of Redis's commands, as far as they matter (its documentation, "Commands").

/// Of the commands that are used most those that a client says,
const ASKING: &str = "AUTH BLMOVE BLPOP BRPOP BRPOPLPUSH BZPOPMAX BZPOPMIN CLIENT CLUSTER COMMAND CONFIG DBSIZE DUMP ECHO \
    EXISTS GET GETRANGE HELLO HEXISTS HGET HGETALL HKEYS HLEN HMGET HSCAN HVALS INFO KEYS LINDEX LLEN \
    LRANGE MGET PTTL ROLE SCAN SCARD SISMEMBER SLOWLOG SMEMBERS STRLEN SUNION TIME TTL TYPE UNWATCH \
    WATCH XINFO XLEN XRANGE XREAD XREADGROUP ZCARD ZCOUNT ZRANGE ZRANGEBYSCORE ZRANK ZREVRANGE ZSCAN \
    ZSCORE";
/// and those that a server says to its replicas too, which do not answer.
const COPIED: &str = "APPEND DECR DECRBY DEL EVAL EVALSHA EXEC EXPIRE EXPIREAT FCALL FLUSHALL FLUSHDB GEOADD GETDEL GETEX \
    GETSET HDEL HINCRBY HMSET HSET HSETNX INCR INCRBY LMOVE LPOP LPUSH LREM LTRIM MSET MULTI PERSIST \
    PEXPIRE PING PSETEX PUBLISH RENAME RPOP RPOPLPUSH RPUSH SADD SCRIPT SELECT SET SETEX SETNX SETRANGE \
    SPOP SREM UNLINK XACK XADD XDEL XGROUP XTRIM ZADD ZINCRBY ZREM";
/// Those whose reply comes when something has happened, be it in an hour.
const WAITING: &str =
    "BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH BZMPOP BZPOPMAX BZPOPMIN WAIT WAITAOF XREAD XREADGROUP";
/// Those behind which replies are no more one for one: subscriptions, copies of everything, and the end of the server;
const STREAMING: &str = "MONITOR PSUBSCRIBE PSYNC REPLCONF SHUTDOWN SSUBSCRIBE SUBSCRIBE SYNC";
/// and this one, `OFF` or `SKIP`.
const REPLY: &str = "CLIENT REPLY";
/// What a subscriber is told begins with one of these.
const TOLD: &str = "MESSAGE PMESSAGE SMESSAGE";
/// The one that ends a session.
pub(super) const GOODBYE: &str = "QUIT";
/// The one of which two words have to be known.
const CLIENT: &str = "CLIENT";

fn is_of(names: &str, name: &[u8]) -> bool {
    names.split(' ').any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

/// Do these words, in capitals, begin what a subscriber is told?
pub(super) fn are_told(words: &str) -> bool {
    words.split_once(' ').is_some_and(|(first, _)| is_of(TOLD, first.as_bytes()))
}

/// How many words tell what a command is.
pub(super) fn words_of(name: &str) -> u8 {
    if name == CLIENT { 2 } else { 1 }
}

/// Is it one by which a session is known, and which hardly any reply begins with?
pub(super) fn is_known(name: &[u8]) -> bool {
    is_of(ASKING, name) || is_of(COPIED, name)
}

/// May a server say it to its replicas?
pub(super) fn is_copied(name: &[u8]) -> bool {
    is_of(COPIED, name)
}

/// May its reply take any time?
pub(super) fn waits(name: &str) -> bool {
    is_of(WAITING, name.as_bytes())
}

/// Do replies stop to come one for one behind a command that begins with these words, in capitals?
pub(super) fn streams(words: &str) -> bool {
    let name = words.split(' ').next().unwrap_or_default();
    is_of(STREAMING, name.as_bytes()) || words.starts_with(REPLY)
}
