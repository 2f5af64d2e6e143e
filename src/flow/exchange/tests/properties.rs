//! However a talk is cut into segments, and in whatever order they come, it is the same talk.

use proptest::prelude::*;

use super::*;

/// When nothing depends on it.
const STAMP: Stamp = Stamp { ts: Timestamp::ZERO, frame: 1, serial: 1, ack: None };

/// What was said, by whom.
type Said = Vec<(End, Vec<u8>)>;

fn http_talk() -> Said {
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        (CLIENT, text(GET)),
        (
            SERVER,
            text(
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n",
            ),
        ),
        (SERVER, vec![b'H'; 300]),
        (CLIENT, text("PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0\r\n\r\r\n0\r\n\r\n")),
        (
            SERVER,
            text(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\n0\r\n\r\n\r\n0\r\nT: x\r\n\r\n",
            ),
        ),
        (CLIENT, text("HEAD /b HTTP/1.1\r\nHost: y\r\n\r\n")),
        (SERVER, text("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")),
        (CLIENT, text("GET /c HTTP/1.1\r\n\r\n")),
        (SERVER, text("HTTP/1.1 500 No\r\nContent-Length: 80\r\n\r\nbody")),
    ]
}

fn tls_talk() -> Said {
    let record = |kind: u8, len: u8| {
        let mut bytes = vec![kind, 3, 3, 0, len];
        bytes.resize(5 + usize::from(len), 1);
        bytes
    };
    let mut hello = vec![22, 3, 1, 0, 70, 1, 0, 0, 66, 3, 3];
    hello.extend([5; 32]);
    hello.extend([0, 0, 2, 0x13, 1, 1, 0, 0, 23]);
    hello.extend([0, 0, 0, 13, 0, 11, 0, 0, 8]);
    hello.extend(b"b.domain");
    hello.extend([0, 21, 0, 2, 0, 0]);
    let mut server = vec![22, 3, 3, 0, 50, 2, 0, 0, 46, 3, 3];
    server.extend([6; 32]);
    server.extend([0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4]);
    vec![
        (CLIENT, hello),
        (SERVER, [server, record(20, 1), record(23, 60), record(23, 53)].concat()),
        (CLIENT, [record(20, 1), record(23, 53)].concat()),
        (SERVER, record(23, 200)),
        (CLIENT, record(23, 90)),
        (SERVER, [record(23, 255), record(23, 130), record(23, 19)].concat()),
    ]
}

fn http2_talk() -> Said {
    use super::http2::{AGAIN, POST, frame, opening};
    vec![
        (CLIENT, [opening(), frame(1, 5, 1, POST), frame(1, 4, 3, AGAIN)].concat()),
        (SERVER, [frame(4, 0, 0, &[0; 6]), frame(1, 0, 1, &[0x88; 20]), frame(0, 1, 1, &[7; 500])].concat()),
        (CLIENT, [frame(0, 0, 3, &[8; 300]), frame(8, 0, 0, &[0; 4])].concat()),
        (SERVER, [frame(1, 4, 3, &[0x88; 20]), frame(0, 0, 3, &[9; 250])].concat()),
        (CLIENT, [frame(0, 1, 3, &[8; 90]), frame(6, 0, 0, &[0; 8])].concat()),
        (SERVER, frame(7, 0, 0, &[0, 0, 0, 3, 0, 0, 0, 2, b'w', b'h', b'y'])),
    ]
}

fn websocket_talk() -> Said {
    use super::websocket::{ASKED, CLOSE, PING, SWITCHED, TEXT, frame};
    vec![
        (CLIENT, ASKED.to_vec()),
        (SERVER, [SWITCHED, &frame(SERVER, PING, b"there"), &frame(SERVER, TEXT, &[7; 300])].concat()),
        (CLIENT, [frame(CLIENT, 10, b"there"), frame(CLIENT, TEXT, &[8; 90])].concat()),
        (SERVER, [frame(SERVER, TEXT, &[9; 20]), frame(SERVER, CLOSE, &[3, 232])].concat()),
        (CLIENT, frame(CLIENT, CLOSE, &[3, 232])),
    ]
}

fn postgres_talk() -> Said {
    use super::postgres::{message, query, ready, startup};
    vec![
        (CLIENT, startup()),
        (SERVER, [message(b'R', &[0; 4]), ready()].concat()),
        (CLIENT, query("SELECT 1")),
        (SERVER, [message(b'T', &[0; 20]), message(b'D', &[9; 300]), ready()].concat()),
        (CLIENT, [message(b'P', &[0; 30]), message(b'S', b"")].concat()),
        (SERVER, [message(b'1', b""), message(b'A', &[0; 9])].concat()),
    ]
}

fn redis_talk() -> Said {
    use super::redis::command;
    vec![
        (CLIENT, command(&["GET", "key"])),
        (SERVER, [b"$300\r\n", &[9; 300][..], b"\r\n"].concat()),
        (CLIENT, [command(&["MGET", "a", "b"]), command(&["SET", "key", &"v".repeat(500)])].concat()),
        (SERVER, b"*2\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n+O".to_vec()),
    ]
}

fn mysql_talk() -> Said {
    use super::mysql::{command, greeting, login, packet};
    let ok = packet(2, &[0, 0, 0, 2, 0, 0, 0]);
    vec![
        (SERVER, greeting()),
        (CLIENT, login()),
        (SERVER, ok.clone()),
        (CLIENT, command(3, &format!("SELECT '{}'", "x".repeat(300)))),
        (SERVER, [packet(1, &[1]), packet(2, &[3; 40]), packet(3, &[9; 400]), packet(4, &ok[4..])].concat()),
    ]
}

fn dns_talk() -> Said {
    use super::numbered::dns;
    let both = [dns(1, None), dns(2, None)].concat();
    let answers = [dns(2, Some(300)), dns(1, Some(90)), dns(1, Some(50))].concat();
    vec![
        (CLIENT, both),
        (SERVER, answers),
        (CLIENT, dns(3, None)),
        (SERVER, dns(3, Some(200))[..90].to_vec()),
    ]
}

fn fastcgi_talk() -> Said {
    use super::numbered::{BEGIN, NO_MORE, record};
    let asked =
        [&BEGIN[..], &record(4, &[1; 300]), &record(4, &[]), &record(5, &[2; 200]), &NO_MORE].concat();
    let answer = [record(6, &[7; 400]), record(7, b"oh"), record(3, &[0; 8])].concat();
    vec![(CLIENT, asked.clone()), (SERVER, answer.clone()), (CLIENT, asked), (SERVER, answer[..300].to_vec())]
}

fn mongodb_talk() -> Said {
    use super::numbered::mongo;
    let both = [mongo(1, 0, 0, 90), mongo(2, 0, 2, 90), mongo(3, 0, 0, 200)].concat();
    vec![(CLIENT, both), (SERVER, [mongo(8, 1, 0, 200), mongo(9, 3, 0, 100)[..70].to_vec()].concat())]
}

/// The first so many parts in a segment each, the others as drawn.
fn behind(whole: usize, sizes: &[usize]) -> Vec<usize> {
    [vec![usize::MAX / 2; whole].as_slice(), sizes].concat()
}

/// Each part in segments of sizes drawn from `sizes`; pairs of neighbours change places and segments come twice as drawn.
fn spoken(talk: &Said, sizes: &[usize], swaps: &[bool], twice: &[bool]) -> Wire {
    let mut wire = Wire::default();
    let (mut sizes, mut swaps, mut twice) =
        (sizes.iter().cycle(), swaps.iter().cycle(), twice.iter().cycle());
    for (by, bytes) in talk {
        let base = *wire.said.at(*by);
        let mut parts = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let end = bytes.len().min(at + sizes.next().unwrap());
            parts.push((at, &bytes[at..end]));
            at = end;
        }
        for n in 1..parts.len() {
            if *swaps.next().unwrap() {
                parts.swap(n - 1, n);
            }
        }
        let mut top = 0;
        for (at, part) in parts {
            let order = match at.cmp(&top) {
                std::cmp::Ordering::Equal => Order::Next,
                std::cmp::Ordering::Greater => Order::Ahead,
                std::cmp::Ordering::Less => Order::Late,
            };
            top = top.max(at + part.len());
            let seq = base + u32::try_from(at).unwrap();
            wire.put(*by, seq, part, len(part), order);
            if *twice.next().unwrap() {
                wire.put(*by, seq, part, len(part), Order::Again);
            }
        }
        *wire.said.at_mut(*by) += len(bytes);
    }
    wire
}

fn facts(wire: &Wire) -> String {
    let exchange = &wire.exchange;
    let turns = (exchange.turns, exchange.turn.map(|turn| (turn.by, turn.seq, turn.bytes)));
    let http = exchange.http().map(|http| {
        let last = (http.last_request_seq, http.interim, http.owed(), http.request_unfinished());
        (http.requests, http.answered, http.unanswered, &http.request, &http.response, last)
    });
    let tls = exchange.tls().map(|tls| {
        (&tls.sni, tls.version13, tls.established, tls.closing, tls.trailing_own_bytes, tls.cut_record)
    });
    let http2 = exchange.http2().map(|http2| {
        let said =
            http2.goaway.at(SERVER).as_ref().map(|said| (said.last_stream, said.code, said.text.clone()));
        (
            http2.requests,
            http2.last_request_seq,
            http2.streams(),
            http2.trailing_control_bytes,
            said,
            http2.owed(),
        )
    });
    let websocket = exchange.websocket().map(|websocket| {
        let within = [CLIENT, SERVER].map(|by| (websocket.is_within(by), websocket.is_blind(by)));
        (websocket.closing, websocket.trailing_control_bytes, within)
    });
    let session = exchange.session().map(|session| {
        let unfinished = session.request_unfinished();
        (session.name(), session.requests(), session.last_request_seq(), session.owed(), unfinished)
    });
    format!("{turns:?} {http:?} {tls:?} {http2:?} {websocket:?} {session:?}")
}

/// At least as many bytes as an exchange keeps of what was said: in its debug text each is followed by a comma.
fn kept(exchange: &Exchange) -> usize {
    let text = format!("{exchange:?}");
    text.matches(", ").count()
}

proptest! {
    #[test]
    fn segments_make_no_difference(
        sizes in prop::collection::vec(1_usize..200, 1..12),
        swaps in prop::collection::vec(any::<bool>(), 1..12),
        twice in prop::collection::vec(any::<bool>(), 1..12),
    ) {
        let talks = [http_talk(), tls_talk(), http2_talk(), websocket_talk(), postgres_talk()];
        // These are known by a whole message.
        let known =
            [(1, redis_talk()), (2, mysql_talk()), (1, dns_talk()), (1, fastcgi_talk()), (1, mongodb_talk())];
        for (first, talk) in talks.into_iter().map(|talk| (0, talk)).chain(known) {
            let sizes = behind(first, &sizes);
            let whole = spoken(&talk, &[usize::MAX / 2], &[false], &[false]);
            let cut = spoken(&talk, &sizes, &[false], &twice);
            prop_assert_eq!(facts(&whole), facts(&cut));
            // A segment that is overtaken by many is given up; of small ones fewer are on their way than that.
            let swapped = spoken(&talk, &sizes.iter().map(|size| size + 100).collect::<Vec<_>>(), &swaps, &twice);
            prop_assert_eq!(facts(&whole), facts(&swapped));
        }
    }

    #[test]
    fn a_stream_gives_every_byte_once_and_in_its_place(
        segments in prop::collection::vec((0_usize..3_000, 1_usize..900, 0_usize..900, 0_u64..1_500), 1..40),
        acknowledged in prop::collection::vec(0_u32..4_000, 1..5),
    ) {
        let text: Vec<u8> = (0..4_000_u32).map(|at| (at % 251).to_le_bytes()[0]).collect();
        let mut stream = stream::Stream::default();
        stream.begin(Some(CLIENT_START));
        let mut next = 0;
        let mut check = |piece: Piece<'_>| {
            let at = usize::try_from(piece.seq.offset_from(CLIENT_START)).unwrap();
            assert_eq!((at, &text[at..at + piece.bytes.len()]), (next, piece.bytes));
            next = at + usize::try_from(piece.len()).unwrap();
        };
        for (n, (at, size, seen, opaque)) in segments.iter().enumerate() {
            let seq = CLIENT_START.plus(u32::try_from(*at).unwrap());
            let payload = &text[*at..at + size.min(seen)];
            let piece = Piece::new(STAMP, seq, payload, u32::try_from(*size).unwrap());
            stream.push(piece, *opaque, &mut check);
            if n % 8 == 7 {
                stream.missed(CLIENT_START.plus(acknowledged[n % acknowledged.len()]), &mut check);
            }
        }
        let end = segments.iter().map(|(at, size, ..)| at + size).max().unwrap();
        stream.missed(CLIENT_START.plus(u32::try_from(end).unwrap()), &mut check);
        assert_eq!(next, end);
    }

    #[test]
    fn nothing_that_is_sent_does_harm(
        segments in prop::collection::vec(
            (any::<bool>(), 0_u32..60_000, prop::collection::vec(any::<u8>(), 0..300), 0_u32..3_000, 0_usize..17),
            1..60,
        ),
    ) {
        const OPENINGS: [&[u8]; 11] = [
            GET.as_bytes(),
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n",
            b"CONNECT a HTTP/1.1\r\n\r\n",
            b"\x16\x03\x01\x01\x00\x01\x00\x00\xfc\x03\x03",
            b"\x17\x03\x03\x00\x45",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"\x00\x00\x01\x01\x01\x00\x00\x00\x09\x82",
            b"\x00\x00\x90\x07\x00\x00\x00\x00\x00",
            websocket::ASKED,
            websocket::SWITCHED,
        ];
        let mut wire = Wire::default();
        for (client, at, bytes, unseen, opening) in segments {
            let by = if client { CLIENT } else { SERVER };
            let bytes = [OPENINGS.get(opening).copied().unwrap_or_default(), &bytes].concat();
            let at = if opening < 14 { *wire.said.at(by) } else { at };
            let total = len(&bytes) + if opening < 11 { 0 } else { unseen };
            wire.put(by, at, &bytes, total, Order::Ahead);
            *wire.said.at_mut(by) = at + total;
            if unseen % 7 == 0 {
                wire.missed(by, start(by).plus(at + unseen));
            }
            prop_assert!(kept(&wire.exchange) < 2 * (8192 + 4096 + 2048) + 1024);
            if let Some(http) = wire.exchange.http() {
                prop_assert_eq!(http.requests, http.answered + http.unanswered);
            }
        }
    }
}
