use super::*;
use crate::flow::WebSocket;

pub(super) const ASKED: &[u8] = b"GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
pub(super) const SWITCHED: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
pub(super) const TEXT: u8 = 1;
pub(super) const CLOSE: u8 = 8;
pub(super) const PING: u8 = 9;

/// A frame of the client, masked, or one of the server.
pub(super) fn frame(by: End, opcode: u8, body: &[u8]) -> Vec<u8> {
    let (mask, key): (u8, &[u8]) = if by == CLIENT { (0x80, &[1, 2, 3, 4]) } else { (0, &[]) };
    let len = len(body);
    let wide = match len {
        0..126 => vec![u8::try_from(len).unwrap()],
        126..0x1_0000 => [&[126][..], &len.to_be_bytes()[2..]].concat(),
        _ => [&[127, 0, 0, 0, 0][..], &len.to_be_bytes()].concat(),
    };
    [&[0x80 | opcode, mask | wide[0]], &wide[1..], key, body].concat()
}

fn open() -> Wire {
    let mut wire = Wire::default();
    wire.say(CLIENT, ASKED);
    wire.say(SERVER, SWITCHED);
    wire
}

fn websocket(wire: &Wire) -> &WebSocket {
    wire.exchange.websocket().unwrap()
}

#[test]
fn only_messages_are_speech() {
    let mut wire = open();
    assert_eq!((wire.exchange.protocol_name(), wire.exchange.turns), (Some("websocket"), 0));
    wire.say(SERVER, &frame(SERVER, PING, b"are you there"));
    assert_eq!((wire.exchange.turns, wire.exchange.trailing_own_bytes(SERVER)), (0, 15));
    for body in [vec![7; 5], vec![7; 200], vec![7; 70_000]] {
        for by in [CLIENT, SERVER] {
            wire.say(by, &frame(by, TEXT, &body));
            assert_eq!(wire.exchange.turn.map(|turn| turn.by), Some(by));
            assert_eq!((wire.exchange.trailing_own_bytes(by), websocket(&wire).is_within(by)), (0, false));
        }
    }
    assert_eq!(wire.exchange.turns, 6);
    assert!(websocket(&wire).is_unclosed());
}

#[test]
fn a_close_frame_is_known_however_it_comes() {
    for by in [CLIENT, SERVER] {
        let said = [frame(by, TEXT, b"bye"), frame(by, CLOSE, &[0x03, 0xe8])].concat();
        for at in 0..said.len() {
            let mut wire = open();
            wire.say(by, &said[..at]);
            wire.say(by, &said[at..]);
            assert!(!websocket(&wire).is_unclosed() && *websocket(&wire).closing.at(by), "{at}");
            assert!(wire.exchange.trailing_own_bytes(by) >= 4, "{at}");
            assert_eq!(wire.exchange.turns, 1);
        }
    }
}

/// A snaplen cuts messages, whose lengths their headers tell, and headers, after which nothing is known.
#[test]
fn what_is_not_captured_is_passed_over_where_its_length_is_known() {
    let mut wire = open();
    let long = frame(SERVER, TEXT, &[7; 500]);
    wire.say_cut(SERVER, &long[..60], len(&long));
    assert!(!websocket(&wire).is_within(SERVER));
    wire.say_cut(SERVER, &long[..1], len(&long));
    assert!(websocket(&wire).is_blind(SERVER) && wire.exchange.is_blind(SERVER));
    assert!(!websocket(&wire).is_unclosed());
}

#[test]
fn what_is_no_frame_ends_the_reading() {
    // Unmasked, of an unknown kind, and a control frame that is longer than one may be.
    for odd in [frame(SERVER, TEXT, b"ab"), frame(CLIENT, 5, b"ab"), frame(CLIENT, PING, &[0; 126])] {
        let mut wire = open();
        wire.say(CLIENT, &odd);
        assert!(websocket(&wire).is_blind(CLIENT), "{odd:?}");
    }
}

/// A message may come in several frames, with a ping between them: it is whole when the last has come.
#[test]
fn a_message_of_several_frames_is_one() {
    let mut wire = open();
    let part = |opcode: u8| [&[opcode, 3][..], b"abc"].concat();
    wire.say(SERVER, &part(TEXT));
    wire.say(SERVER, &frame(SERVER, PING, b""));
    wire.say(SERVER, &part(0));
    assert!(websocket(&wire).is_within(SERVER) && !websocket(&wire).is_within(CLIENT));
    wire.say(SERVER, &part(0x80));
    assert!(!websocket(&wire).is_within(SERVER));
}
