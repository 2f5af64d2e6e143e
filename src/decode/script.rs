//! Segments from a little tcpdump-like script: tests and rules say what they mean in the words in which people read
//! packets, and `explain` shows the same lines as an example.
//!
//! ```text
//! A > B S                    a SYN of the client; numbers are kept for both sides
//! B > A S.
//! A > B .                    the dot is ACK, as in tcpdump
//! A > B P. "GET / HTTP/1.1"  payload as text (\r \n), as `hex 1603`, or `len 100`
//! +5 B > A F.                five seconds later; without it a millisecond
//! A > B R seq 42             any number can be given: seq ack len win ttl id tsval tsecr, and file, which of merged captures
//! ```
//!
//! `A` is a client on an unprivileged port, `B` a server on port 80, of the networks kept for documentation (RFC 5737); `C`
//! and `D` are other clients, `B:8080` is another port of the server.
//! Numbers that are not given go on as that side's stack would: sequence numbers from the last, acknowledgements of
//! everything sent by the other side. `again` repeats the sender's last segment; `lost` sends one that the capture misses, `no_df` one
//! that may be fragmented, `out` one that the capturing host sent or passed on, `lo` one on its loopback interface, `mptcp` one with an option of MPTCP, `damaged` one
//! whose checksum is wrong; `unreachable` is an ICMP error (administratively prohibited, or of `code 3`) about the other side's last segment.

use crate::time::{Span, Timestamp};

use super::{Addr, Endpoint, Flags, IcmpError, Pdu, Segment, SeqNumber, Traits};

/// What a line of a script puts on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scripted {
    /// A segment and its payload.
    Segment(Segment, Vec<u8>),
    /// An ICMP error about the last segment.
    Icmp(IcmpError),
}

impl Scripted {
    /// As it would come from a capture.
    #[must_use]
    pub fn pdu(&self) -> Pdu<'_> {
        match self {
            Self::Segment(segment, payload) => Pdu::Segment(*segment, payload),
            Self::Icmp(error) => Pdu::Icmp(*error),
        }
    }
}

/// What is wrong with a script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}: {text}")]
pub struct ScriptError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub why: &'static str,
    /// The line.
    pub text: String,
}

/// `A`; the other clients count on from it.
pub const CLIENT: Endpoint = Endpoint { addr: Addr::v4([192, 0, 2, 1]), port: 40_000 };
const SERVER: Endpoint = Endpoint { addr: Addr::v4([198, 51, 100, 2]), port: 80 };
const START: Timestamp = Timestamp::from_parts(1_700_000_000, 0);
const STEP: Span = Span::from_millis(1);
const WINDOW: u16 = 64_240;
const TTL: u8 = 64;
const NOBODY: &str = "nobody speaks";

#[derive(Clone, Debug)]
struct Host {
    at: Endpoint,
    next: SeqNumber,
    ip_id: u16,
    last: Option<(Segment, Vec<u8>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaker {
    A,
    B,
}

/// One connection of a script: client, then server.
#[derive(Clone, Debug)]
struct Connection {
    hosts: [Host; 2],
}

struct Script {
    connections: Vec<Connection>,
    /// The one that the line is about.
    current: usize,
    now: Timestamp,
    frame: u64,
}

/// Reads a script.
///
/// # Errors
/// The first line that makes no sense.
pub fn parse(script: &str) -> Result<Vec<Scripted>, ScriptError> {
    let mut state = Script { connections: Vec::new(), current: 0, now: START, frame: 0 };
    let mut segments = Vec::new();
    for (index, line) in script.lines().enumerate() {
        let text = line.split("//").next().unwrap_or_default().trim();
        if text.is_empty() {
            continue;
        }
        let fail = |why| ScriptError { line: index + 1, why, text: line.trim().to_owned() };
        segments.extend(state.line(text).map_err(fail)?);
    }
    Ok(segments)
}

impl Script {
    fn line(&mut self, text: &str) -> Result<Option<Scripted>, &'static str> {
        let (text, payload) = split_payload(text)?;
        let mut words = text.split_whitespace().peekable();
        let pause = words.next_if(|word| word.starts_with('+'));
        self.now = self.now.plus(pause.map_or(Ok(STEP), parse_pause)?);
        let (Some(src), Some(">"), Some(dst)) = (words.next(), words.next(), words.next()) else {
            return Err("expected 'A > B' or 'B > A'");
        };
        let from = self.enter(src, dst)?;
        let Some(flags) = words.next() else {
            return Err("expected flags, such as S, S., ., P., F., R or R.");
        };
        match flags {
            "again" => return self.again(from).map(Some),
            "unreachable" => return self.unreachable(from, words.nth(1)).map(Some),
            _ => {}
        }
        let mut segment = self.draft(from, parse_flags(flags)?).ok_or(NOBODY)?;
        let payload = if words.next_if_eq(&"hex").is_some() { parse_hex(words.next())? } else { payload };
        segment.len = u32::try_from(payload.len()).ok().ok_or("payload too long")?;
        let lost = read_fields(&mut segment, &mut words)?;
        // Of what is longer than its text a snaplen has cut the rest; where no text is given it does not matter what was said.
        if !payload.is_empty() && payload.len() < segment.len as usize {
            segment.traits = segment.traits.with(Traits::CUT);
        }
        self.send(from, &segment, &payload);
        Ok((!lost).then(|| self.number(segment, payload)))
    }

    /// What that side's stack would send with these flags.
    fn draft(&self, from: Speaker, flags: Flags) -> Option<Segment> {
        let (me, peer) = self.pair(from)?;
        let bare_rst = flags.rst() && !flags.ack();
        let answers_syn = flags.rst() && flags.ack() && me.last.is_none();
        Some(Segment {
            ts: self.now,
            src: me.at,
            dst: peer.at,
            seq: if answers_syn { SeqNumber(0) } else { me.next },
            ack: if flags.ack() { peer.next } else { SeqNumber(0) },
            wnd: if bare_rst || answers_syn { 0 } else { WINDOW },
            ip_id: if bare_rst || answers_syn { 0 } else { me.ip_id.wrapping_add(1) },
            ttl: TTL,
            flags,
            traits: Traits::DF,
            ..Segment::default()
        })
    }

    fn again(&mut self, from: Speaker) -> Result<Scripted, &'static str> {
        let (ts, host) = (self.now, self.host(from).ok_or(NOBODY)?);
        let Some((segment, payload)) = host.last.clone() else { return Err("nothing to send again") };
        host.ip_id = host.ip_id.wrapping_add(1);
        let ip_id = host.ip_id;
        Ok(self.number(Segment { ts, ip_id, ..segment }, payload))
    }

    /// ICMP type 3, if nothing else is said code 13 (RFC 1812 §5.2.7.1), in the name of the addressee.
    fn unreachable(&mut self, from: Speaker, code: Option<&str>) -> Result<Scripted, &'static str> {
        let code = code.map_or(Ok(13), str::parse).ok().ok_or("expected a code")?;
        let (me, peer) = self.pair(from).ok_or(NOBODY)?;
        let Some((quoted, _)) = &peer.last else { return Err("there is nothing to quote") };
        let (from, src, dst, seq) = (me.at.addr, quoted.src, quoted.dst, quoted.seq);
        self.frame += 1;
        Ok(Scripted::Icmp(IcmpError {
            ts: self.now,
            frame: self.frame,
            file: 0,
            from,
            kind: 3,
            code,
            src,
            dst,
            seq,
        }))
    }

    /// Finds or begins the connection between two names, and tells which of its hosts speaks.
    fn enter(&mut self, src: &str, dst: &str) -> Result<Speaker, &'static str> {
        let (from, client, server) =
            match (parse_client(src), parse_server(dst), parse_client(dst), parse_server(src)) {
                (Some(client), Some(server), ..) => (Speaker::A, client, server),
                (.., Some(client), Some(server)) => (Speaker::B, client, server),
                _ => return Err("expected a client (A C D) and the server (B or B:port)"),
            };
        let known = self
            .connections
            .iter()
            .position(|c| matches!(&c.hosts, [a, b] if a.at == client && b.at == server));
        self.current = known.unwrap_or(self.connections.len());
        if known.is_none() {
            let host = |at, iss| Host { at, next: SeqNumber(iss), ip_id: 0, last: None };
            self.connections.push(Connection { hosts: [host(client, 1000), host(server, 5000)] });
        }
        Ok(from)
    }

    fn pair(&self, from: Speaker) -> Option<(&Host, &Host)> {
        let [a, b] = &self.connections.get(self.current)?.hosts;
        Some(if from == Speaker::A { (a, b) } else { (b, a) })
    }

    fn host(&mut self, from: Speaker) -> Option<&mut Host> {
        let [a, b] = &mut self.connections.get_mut(self.current)?.hosts;
        Some(if from == Speaker::A { a } else { b })
    }

    fn send(&mut self, from: Speaker, segment: &Segment, payload: &[u8]) {
        let Some(host) = self.host(from) else { return };
        if !segment.flags.rst() {
            let end = segment.seq_end();
            host.next = host.next.furthest(end);
            host.ip_id = segment.ip_id;
        }
        host.last = Some((*segment, payload.to_vec()));
    }

    fn number(&mut self, segment: Segment, payload: Vec<u8>) -> Scripted {
        self.frame += 1;
        Scripted::Segment(Segment { frame: self.frame, ..segment }, payload)
    }
}

fn parse_client(name: &str) -> Option<Endpoint> {
    let nth = ["A", "C", "D"].iter().position(|known| *known == name)?;
    let Endpoint { addr, port } = CLIENT;
    let mut octets = addr.octets();
    if let Some(last) = octets.last_mut() {
        *last = last.wrapping_add(u8::try_from(nth).ok()?);
    }
    Some(Endpoint { addr: Addr::v6(octets), port })
}

fn parse_server(name: &str) -> Option<Endpoint> {
    match name.strip_prefix('B')? {
        "" => Some(SERVER),
        port => Some(Endpoint { port: port.strip_prefix(':')?.parse().ok()?, ..SERVER }),
    }
}

/// The name that a script has for an endpoint.
#[must_use]
pub fn name_of(at: Endpoint) -> String {
    let named = |name: &&str| parse_client(name) == Some(at);
    match ["A", "C", "D"].into_iter().find(named) {
        Some(name) => name.to_owned(),
        None if at == SERVER => "B".to_owned(),
        None => format!("B:{}", at.port),
    }
}

fn split_payload(text: &str) -> Result<(&str, Vec<u8>), &'static str> {
    let Some((head, rest)) = text.split_once('"') else { return Ok((text, Vec::new())) };
    let Some(body) = rest.strip_suffix('"') else { return Err("payload without its closing quote") };
    Ok((head, body.replace("\\r", "\r").replace("\\n", "\n").into_bytes()))
}

fn parse_hex(word: Option<&str>) -> Result<Vec<u8>, &'static str> {
    const WRONG: &str = "hex takes an even number of hexadecimal digits";
    let digits: Vec<u32> =
        word.ok_or(WRONG)?.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>().ok_or(WRONG)?;
    let byte = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high << 4 | low).ok().ok_or(WRONG),
        _ => Err(WRONG),
    };
    digits.chunks(2).map(byte).collect()
}

fn parse_pause(word: &str) -> Result<Span, &'static str> {
    let secs: f64 =
        word.trim_start_matches('+').parse().ok().ok_or("a pause is in seconds, such as +5 or +0.04")?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped, and a script's own figure"
    )]
    Ok(Span::from_nanos((secs.clamp(0.0, 1e9) * 1e9) as u64))
}

fn parse_flags(word: &str) -> Result<Flags, &'static str> {
    word.chars().try_fold(Flags::default(), |flags, letter| {
        Ok(flags.with(match letter {
            'S' => Flags::SYN,
            'F' => Flags::FIN,
            'R' => Flags::RST,
            'P' => Flags::PSH,
            '.' => Flags::ACK,
            '-' => Flags::default(),
            _ => return Err("flags are S F R P . and - for none"),
        }))
    })
}

/// What a word says of a segment.
fn named(word: &str) -> Option<Traits> {
    match word {
        "out" => Some(Traits::OUTGOING),
        "lo" => Some(Traits::LOOPBACK),
        "mptcp" => Some(Traits::MPTCP),
        "damaged" => Some(Traits::BAD_CHECKSUM),
        _ => None,
    }
}

/// Reads `seq 1 ack 2 …` into the segment; tells whether it is one that the capture misses.
fn read_fields<'a>(
    segment: &mut Segment,
    words: &mut impl Iterator<Item = &'a str>,
) -> Result<bool, &'static str> {
    let mut lost = false;
    while let Some(name) = words.next() {
        match name {
            "lost" => {
                lost = true;
                continue;
            }
            "no_df" => {
                segment.traits = segment.traits.without(Traits::DF);
                continue;
            }
            _ => {}
        }
        if let Some(told) = named(name) {
            segment.traits.set(told);
            continue;
        }
        let Some(value) = words.next().and_then(|word| word.parse::<u32>().ok()) else {
            return Err("a number is missing");
        };
        let narrow = |value: u32| u16::try_from(value).ok().ok_or("the number is too large");
        match name {
            "seq" => segment.seq = SeqNumber(value),
            "ack" => segment.ack = SeqNumber(value),
            "len" => segment.len = value,
            "win" => segment.wnd = narrow(value)?,
            "id" => segment.ip_id = narrow(value)?,
            "file" => segment.file = narrow(value)?,
            "tsecr" => segment.tsecr = value,
            "tsval" => (segment.tsval, segment.traits) = (value, segment.traits.with(Traits::TIMESTAMPS)),
            "ttl" => segment.ttl = u8::try_from(value).ok().ok_or("a TTL is at most 255")?,
            _ => {
                return Err(
                    "fields are seq ack len win ttl id tsval tsecr file, no_df, out, lo, mptcp, damaged and lost",
                );
            }
        }
    }
    Ok(lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(script: &str) -> Vec<Segment> {
        let segment = |scripted| match scripted {
            Scripted::Segment(segment, _) => segment,
            Scripted::Icmp(error) => panic!("{error:?}"),
        };
        parse(script).unwrap().into_iter().map(segment).collect()
    }

    #[test]
    fn numbers_go_on_by_themselves() {
        let played =
            segments("A > B S\nB > A S.\nA > B .\nA > B P. len 10\nA > B P. len 5 lost\n+5 B > A . // late");
        let [syn, syn_ack, ack, data, reply] = played.as_slice() else { panic!("five captured") };
        assert_eq!((syn.seq, syn_ack.ack), (SeqNumber(1000), SeqNumber(1001)));
        assert_eq!((ack.seq, ack.ack), (SeqNumber(1001), SeqNumber(5001)));
        assert_eq!((data.len, reply.ack), (10, SeqNumber(1016)));
        assert_eq!(reply.ts.since(data.ts), Span::from_nanos(5_001_000_000));
        assert_eq!(reply.frame, 5);
    }

    #[test]
    fn a_refusal_has_the_shape_of_a_refusal() {
        let played = segments("A > B S\nB > A R.");
        assert_eq!((played[1].seq, played[1].ack, played[1].wnd), (SeqNumber(0), SeqNumber(1001), 0));
    }

    #[test]
    fn mistakes_name_their_line() {
        assert_eq!(parse("A > B S\nA > X S").unwrap_err().line, 2);
        assert_eq!(parse("A > B X").unwrap_err().why, "flags are S F R P . and - for none");
        assert!(parse("A > B P. \"open").is_err() && parse("A > B S seq").is_err());
    }
}
