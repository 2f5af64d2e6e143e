//! Segments to records: put into packets, followed, judged and told, as the program does it.

use rstwho::decode::{Frame, LinkType};
use rstwho::engine::Engine;
use rstwho::flow::{ObservedUntil, Settings};
use rstwho::time::Timestamp;
use rstwho::verdict::{Finality, Judged};
use rstwho::view::Record;

/// A host of the network 10.0.0.0/24, and a port.
pub type At = (u8, u16);

/// A segment to be sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub nanos: u64,
    pub src: At,
    pub dst: At,
    pub seq: u32,
    pub ack: u32,
    pub flags: u8,
    pub wnd: u16,
    pub ttl: u8,
    pub ip_id: u16,
    /// Added to the checksum.
    pub wrong: u16,
    /// Bytes of the payload on the wire, and those that are captured.
    pub len: u32,
    pub payload: Vec<u8>,
}

/// A packet as it is captured.
#[derive(Clone, Debug)]
pub struct Packet {
    nanos: u64,
    wire_len: u32,
    bytes: Vec<u8>,
}

impl Sent {
    /// The packet that carries it.
    pub fn packet(&self) -> Packet {
        let mut bytes = ip(self.src.0, self.dst.0, 6, 40 + self.len, self.ttl, self.ip_id);
        bytes.extend(self.src.1.to_be_bytes());
        bytes.extend(self.dst.1.to_be_bytes());
        bytes.extend(self.seq.to_be_bytes());
        bytes.extend(self.ack.to_be_bytes());
        bytes.extend([0x50, self.flags]);
        bytes.extend(self.wnd.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(&self.payload);
        let sum = checksum(&bytes).wrapping_add(self.wrong);
        bytes[36..38].copy_from_slice(&sum.to_be_bytes());
        Packet { nanos: self.nanos, wire_len: 40 + self.len, bytes }
    }

    /// An ICMP error about it, from whom it was sent to.
    pub fn refused_by_icmp(&self, kind: u8, code: u8) -> Packet {
        let quoted = self.packet().bytes;
        let mut bytes = ip(self.dst.0, self.src.0, 1, 56, 64, 0);
        bytes.extend([kind, code, 0, 0, 0, 0, 0, 0]);
        bytes.extend(&quoted[..28]);
        Packet { nanos: self.nanos, wire_len: 56, bytes }
    }
}

fn ip(src: u8, dst: u8, protocol: u8, len: u32, ttl: u8, id: u16) -> Vec<u8> {
    let (len, id) = ((len as u16).to_be_bytes(), id.to_be_bytes());
    let head = [0x45, 0, len[0], len[1], id[0], id[1], 0x40, 0, ttl, protocol, 0, 0];
    [&head[..], &[10, 0, 0, src], &[10, 0, 0, dst]].concat()
}

/// RFC 9293 §3.1, as far as the bytes were captured.
fn checksum(packet: &[u8]) -> u16 {
    let segment = &packet[20..];
    let words = packet[12..20].chunks(2).chain(segment.chunks(2));
    let word = |word: &[u8]| u32::from(u16::from_be_bytes([word[0], *word.get(1).unwrap_or(&0)]));
    let sum = words.map(word).sum::<u32>() + 6 + segment.len() as u32;
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) + (folded >> 16)) as u16
}

/// What became of connections: a line each, in the order in which they were handed over.
pub fn play(packets: &[Packet], settings: &Settings, batch: usize) -> Vec<String> {
    let mut engine = Engine::new(settings.clone());
    let (mut lines, mut finals) = (Vec::new(), 0);
    let mut sink = |judged: &Judged<'_>| {
        finals += u64::from(judged.ruling.finality == Finality::Final);
        lines.push(serde_json::to_string(&Record::of(&judged.tell(), None)).unwrap());
    };
    let frames: Vec<Frame<'_>> = packets.iter().zip(1..).map(frame).collect();
    for batch in frames.chunks(batch) {
        engine.push(batch, &mut sink);
        assert!(engine.counts().followed <= settings.max_flows as usize, "more connections than allowed");
    }
    engine.finish(ObservedUntil::Eof, &mut sink);
    let counts = engine.counts();
    assert_eq!(
        (counts.followed, counts.frames),
        (0, packets.len() as u64),
        "nothing is left, all was counted"
    );
    assert_eq!(finals, counts.table.begun, "every connection is handed over once");
    lines
}

fn frame((packet, number): (&Packet, u64)) -> Frame<'_> {
    let (ts, link) = (Timestamp::from_nanos(packet.nanos), LinkType::Raw);
    Frame { ts, number, file: 0, link, wire_len: packet.wire_len, bytes: &packet.bytes }
}
