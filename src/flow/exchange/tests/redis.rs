//! Redis: which commands are answered.

use super::*;

/// A command as programs send it.
pub(super) fn command(words: &[&str]) -> Vec<u8> {
    let texts = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
    format!("*{}\r\n{}", words.len(), texts.collect::<String>()).into_bytes()
}

fn asked(words: &[&str]) -> Wire {
    let mut wire = Wire::default();
    wire.say(CLIENT, &command(words));
    wire
}

fn owed(wire: &Wire) -> Option<Owed> {
    wire.exchange.owed()
}

const NOTHING: Option<Owed> = Some(Owed::Nothing);
const ANSWER: Option<Owed> = Some(Owed::Answer);
const REST: Option<Owed> = Some(Owed::Rest(BodyLength::Messages));
const UNKNOWN: Option<Owed> = Some(Owed::Unknown);

#[test]
fn a_reply_is_as_long_as_it_says() {
    let mut wire = asked(&["get", "k"]);
    assert_eq!((owed(&wire), wire.exchange.protocol_name()), (ANSWER, Some("redis")));
    assert_eq!(wire.exchange.session().unwrap().latest(), "the command GET");
    wire.say(SERVER, b"$4029\r\nsome of it, more than a command's words");
    assert_eq!(owed(&wire), REST);
    // What it holds is nobody's business, and need not be captured.
    wire.say_cut(SERVER, b"", 3_000);
    assert_eq!(owed(&wire), REST);
    wire.say(SERVER, &[b'*'; 990]);
    assert_eq!(owed(&wire), REST);
    wire.say(SERVER, b"\r\n");
    assert_eq!((owed(&wire), wire.exchange.requests()), (NOTHING, 1));
    assert!(wire.passed > 0);
}

/// Some programs send a command line by line.
#[test]
fn a_command_may_come_in_pieces() {
    let mut wire = Wire::default();
    for line in ["*", "2\r\n", "$3\r\n", "GE", "T\r\n", "$1\r\nk\r"] {
        wire.say(CLIENT, line.as_bytes());
    }
    assert!(wire.exchange.request_unfinished());
    wire.say(CLIENT, b"\n");
    assert_eq!((owed(&wire), wire.exchange.requests()), (ANSWER, 1));
    let (_, seq) = wire.exchange.last_request().unwrap();
    assert_eq!(seq, CLIENT_START);
}

#[test]
fn a_command_that_was_not_captured_claims_nothing() {
    let subscribe = command(&["SUBSCRIBE", "news"]);
    for (words, cut, told) in [(&subscribe, 16, UNKNOWN), (&command(&["GET", "key"]), 18, ANSWER)] {
        let mut wire = asked(&["GET", "k"]);
        wire.say(SERVER, b"$-1\r\n");
        wire.say_cut(CLIENT, &words[..cut], len(words));
        assert_eq!(owed(&wire), told, "{cut}");
    }
    let mut wire = asked(&["GET", "k"]);
    wire.say(SERVER, b"$-1\r\n");
    let reply = command(&["CLIENT", "REPLY", "OFF"]);
    wire.say_cut(CLIENT, &reply[..24], len(&reply));
    assert_eq!((owed(&wire), wire.exchange.is_blind(CLIENT)), (UNKNOWN, true));
}

/// Replies of every kind, the latter ones of version 3, one after another in one segment, with lists in lists.
#[test]
fn every_kind_of_reply_is_one() {
    let replies: &[&str] = &[
        "+OK\r\n",
        "-ERR wrong number of arguments\r\n",
        ":1\r\n",
        "$-1\r\n",
        "*-1\r\n",
        "*0\r\n",
        "$0\r\n\r\n",
        "*2\r\n*2\r\n:1\r\n$3\r\n\r\n*\r\n*0\r\n",
        "_\r\n",
        "#t\r\n",
        ",3.14\r\n",
        "(1234567890123456789012345678901234567890\r\n",
        "=7\r\ntxt:abc\r\n",
        "!5\r\nERR x\r\n",
        "%1\r\n+a\r\n*1\r\n:1\r\n",
        "~1\r\n+a\r\n",
        "|1\r\n+ttl\r\n:3\r\n*2\r\n:1\r\n|1\r\n+a\r\n+b\r\n:2\r\n",
    ];
    for cut in 1..=replies.len() {
        let mut wire = asked(&["GET", "k"]);
        (1..replies.len()).for_each(|_| wire.say(CLIENT, &command(&["GET", "k"])));
        let said = replies[..cut].concat();
        wire.say(SERVER, said.as_bytes());
        let open = if cut == replies.len() { NOTHING } else { ANSWER };
        assert_eq!(owed(&wire), open, "{said}");
        // All but its last byte is not all of it.
        let mut wire = asked(&["GET", "k"]);
        let last = replies[cut - 1].as_bytes();
        wire.say(SERVER, &last[..last.len() - 1]);
        assert_ne!(owed(&wire), NOTHING, "{}", replies[cut - 1]);
        wire.say(SERVER, &last[last.len() - 1..]);
        assert_eq!(owed(&wire), NOTHING, "{}", replies[cut - 1]);
    }
}

#[test]
fn what_a_server_says_of_itself_is_no_reply() {
    let mut wire = asked(&["HELLO", "3"]);
    wire.say(SERVER, b"%1\r\n+proto\r\n:3\r\n");
    wire.say(CLIENT, &command(&["GET", "k"]));
    wire.say(SERVER, b">2\r\n+invalidate\r\n*1\r\n+k\r\n");
    assert_eq!(owed(&wire), ANSWER);
    for refusal in [
        "-ERR max number of clients reached\r\n",
        "-DENIED Redis is running in protected mode\r\n",
        "-ERR Protocol error: invalid bulk length\r\n",
    ] {
        let mut wire = asked(&["HELLO", "3"]);
        wire.say(SERVER, refusal.as_bytes());
        assert_eq!(owed(&wire), ANSWER, "{refusal}");
        let fatal = wire.exchange.fatal().unwrap();
        let said = format!("-{} {}\r\n", fatal.severity, fatal.text);
        assert_eq!((said.as_str(), fatal.code.as_str()), (refusal, ""));
    }
}

#[test]
fn who_waits_for_something_to_happen_may_wait() {
    let mut wire = asked(&["BLPOP", "queue", "0"]);
    assert_eq!((owed(&wire), wire.exchange.is_framed()), (UNKNOWN, false));
    wire.say(SERVER, b"*2\r\n$5\r\nqueue\r\n$1\r\n7\r\n");
    assert_eq!((owed(&wire), wire.exchange.is_framed()), (NOTHING, true));
    let streams = [&["SUBSCRIBE", "news"][..], &["monitor"], &["CLIENT", "reply", "OFF"], &["SHUTDOWN"]];
    for words in streams {
        let mut wire = asked(&["PING"]);
        wire.say(SERVER, b"+PONG\r\n");
        wire.say(CLIENT, &command(words));
        assert_eq!(owed(&wire), UNKNOWN, "{words:?}");
        wire.say(SERVER, b"+OK\r\n");
        wire.say(CLIENT, &command(&["BLPOP", "queue", "0"]));
        wire.say(SERVER, b"*-1\r\n");
        assert_eq!(owed(&wire), UNKNOWN, "{words:?}");
    }
}

/// A server sends its replicas what it is told, which they do not answer.
#[test]
fn a_copy_is_no_command() {
    let set = command(&["SET", "k", "v"]);
    let mut wire = asked(&["SET", "k", "v"]);
    assert_eq!(owed(&wire), UNKNOWN);
    wire.say(SERVER, &command(&["REPLCONF", "ACK", "7000"]));
    wire.say(CLIENT, &set);
    wire.say(SERVER, b"+OK\r\n+OK\r\n");
    assert_eq!(owed(&wire), UNKNOWN);
    // A reply proves that it was none.
    let mut wire = asked(&["SET", "k", "v"]);
    wire.say(SERVER, b"+OK\r\n");
    wire.say(CLIENT, &set);
    assert_eq!(owed(&wire), ANSWER);
}

#[test]
fn lines_of_words_are_commands_too() {
    let mut wire = asked(&["ECHO", "x"]);
    wire.say(SERVER, b"$1\r\nx\r\n");
    wire.say(CLIENT, b"\r\nget key\r\n");
    assert_eq!((owed(&wire), wire.exchange.requests()), (ANSWER, 2));
    wire.say(SERVER, b"$-1\r\n");
    wire.say(CLIENT, b"get ");
    assert_eq!((owed(&wire), wire.exchange.request_unfinished()), (NOTHING, true));
    // A server says none.
    wire.say(SERVER, b"what?\r\n");
    assert_eq!((owed(&wire), wire.exchange.is_blind(SERVER)), (UNKNOWN, true));
    wire.say(CLIENT, &command(&["GET", "k"]));
    assert_eq!(owed(&wire), ANSWER);
}

#[test]
fn what_is_no_command_is_not_read() {
    for other in [
        "*1\r\n$7\r\nmessage\r\n",
        "*1\r\n$3\r\nGE",
        "*x\r\n",
        "*99999999999999999999\r\n$3\r\nGET\r\n",
        "*1\r\n$99\r\nGET",
    ] {
        let wire = said(&[(CLIENT, other)]);
        assert_eq!(wire.exchange.protocol_name(), None, "{other}");
    }
    // Nor what makes no sense, or is longer than anything.
    for reply in ["*9999999999999\r\n", "$600000000\r\n", "$x\r\n", "*1\r\nx\r\n"] {
        let mut wire = asked(&["GET", "k"]);
        wire.say(SERVER, reply.as_bytes());
        assert_eq!(owed(&wire), UNKNOWN, "{reply}");
    }
}
