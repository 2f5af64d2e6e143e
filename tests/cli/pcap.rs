//! Small captures, written byte by byte: raw IPv4, little-endian, microseconds.

/// One end of a connection.
pub(crate) type End = ([u8; 4], u16);

pub(crate) const CLIENT: End = ([10, 0, 3, 7], 50_000);
pub(crate) const SERVER: End = ([10, 0, 9, 2], 8080);

/// 2026-11-20T19:04:41Z.
pub(crate) const START: u32 = 1_795_201_481;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// A capture being written.
pub(crate) struct Capture {
    bytes: Vec<u8>,
    micros: u32,
}

impl Capture {
    pub(crate) fn new() -> Self {
        let mut bytes = Vec::new();
        bytes.extend(0xa1b2_c3d4_u32.to_le_bytes());
        bytes.extend([2, 0, 4, 0]);
        bytes.extend([0; 8]);
        bytes.extend(65_535_u32.to_le_bytes());
        bytes.extend(101_u32.to_le_bytes());
        Self { bytes, micros: 0 }
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Lets time pass.
    pub(crate) fn wait_ms(mut self, millis: u32) -> Self {
        self.micros += millis * 1000;
        self
    }

    /// A handshake, a request, an answer, and a FIN of both.
    pub(crate) fn closed(self, client: End, server: End) -> Self {
        let end = 501 + u32::try_from(ANSWER.len()).expect("short");
        self.request(client, server)
            .segment(server, client, ACK, 501, 119, ANSWER)
            .segment(client, server, ACK, 119, end, b"")
            .segment(server, client, FIN | ACK, end, 119, b"")
            .segment(client, server, FIN | ACK, 119, end + 1, b"")
            .segment(server, client, ACK, end + 1, 120, b"")
    }

    /// A handshake, a request, no answer, and a RST of the server.
    pub(crate) fn reset(self, client: End, server: End) -> Self {
        self.request(client, server).segment(server, client, RST | ACK, 501, 119, b"")
    }

    /// A SYN that a RST answers.
    pub(crate) fn refused(self, client: End, server: End) -> Self {
        self.segment(client, server, SYN, 100, 0, b"").segment(server, client, RST | ACK, 0, 101, b"")
    }

    fn request(self, client: End, server: End) -> Self {
        self.segment(client, server, SYN, 100, 0, b"")
            .segment(server, client, SYN | ACK, 500, 101, b"")
            .segment(client, server, ACK, 101, 501, b"")
            .segment(client, server, ACK, 101, 501, b"GET / HTTP/1.1\r\n\r\n")
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "a segment has as many fields, and a test reads them in a row"
    )]
    fn segment(mut self, from: End, to: End, flags: u8, seq: u32, ack: u32, payload: &[u8]) -> Self {
        let tcp = tcp(from, to, flags, (seq, ack), payload);
        let packet = ipv4(from.0, to.0, &tcp);
        let length = u32::try_from(packet.len()).expect("short");
        self.micros += 1000;
        self.bytes.extend((START + self.micros / 1_000_000).to_le_bytes());
        self.bytes.extend((self.micros % 1_000_000).to_le_bytes());
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(packet);
        self
    }
}

fn tcp(from: End, to: End, flags: u8, (seq, ack): (u32, u32), payload: &[u8]) -> Vec<u8> {
    let mut tcp = Vec::new();
    tcp.extend(from.1.to_be_bytes());
    tcp.extend(to.1.to_be_bytes());
    tcp.extend(seq.to_be_bytes());
    tcp.extend(ack.to_be_bytes());
    tcp.extend([0x50, flags, 0x20, 0, 0, 0, 0, 0]);
    tcp.extend(payload);
    let length = u16::try_from(tcp.len()).expect("short").to_be_bytes();
    let pseudo: Vec<u8> = [from.0.as_slice(), to.0.as_slice(), &[0, 6], &length, &tcp].concat();
    tcp[16..18].copy_from_slice(&checksum(&pseudo));
    tcp
}

fn ipv4(from: [u8; 4], to: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + payload.len()).expect("short").to_be_bytes();
    let mut header = [&[0x45, 0][..], &length, &[0, 0, 0x40, 0, 64, 6, 0, 0], &from, &to].concat();
    let sum = checksum(&header);
    header[10..12].copy_from_slice(&sum);
    [&header, payload].concat()
}

/// RFC 1071.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    let words = bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!u16::try_from(sum).expect("folded")).to_be_bytes()
}
