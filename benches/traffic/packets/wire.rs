//! Segments as frames of a pcap file.

use std::io::{self, Write};
use std::net::IpAddr;

use etherparse::TcpOptionElement::{
    MaximumSegmentSize, Noop, SelectiveAcknowledgementPermitted, Timestamp, WindowScale,
};
use etherparse::{
    IpHeaders, IpNumber, Ipv4Extensions, Ipv4Header, Ipv6Extensions, Ipv6Header, PacketBuilder, TcpHeader,
};

use super::host::{Connection, Numbers};
use super::plan::{Says, Step};

const START: u64 = 1_760_000_000;
const CLIENT_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
const SERVER_MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];
const WINDOW: u16 = 64_240;
/// The largest payload.
const ROOM: usize = 1_448;

/// A pcap file being written.
pub(super) struct Wire<'w> {
    out: &'w mut dyn Write,
    snaplen: usize,
    frame: Vec<u8>,
    payload: Vec<u8>,
    noise: Vec<u8>,
}

impl<'w> Wire<'w> {
    pub(super) fn new(out: &'w mut dyn Write, snaplen: usize) -> io::Result<Self> {
        out.write_all(&0xa1b2_c3d4_u32.to_le_bytes())?;
        out.write_all(&[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        out.write_all(&u32::try_from(snaplen).unwrap_or(262_144).to_le_bytes())?;
        out.write_all(&1_u32.to_le_bytes())?;
        // Bytes that no protocol begins with.
        let noise = (0..ROOM).map(|at| 0x80 | at.to_le_bytes()[0]).collect();
        Ok(Self { out, snaplen, frame: Vec::new(), payload: Vec::new(), noise })
    }

    /// Writes the next segment of `connection`.
    pub(super) fn send(&mut self, micros: u64, connection: &mut Connection) -> io::Result<()> {
        let Some((step, numbers)) = connection.step() else { return Ok(()) };
        self.say(&step);
        self.frame.clear();
        PacketBuilder::ethernet2(CLIENT_MAC, SERVER_MAC)
            .ip(ip(&numbers)?)
            .tcp_header(tcp(&step, &numbers, micros)?)
            .write(&mut self.frame, &self.payload)
            .map_err(io::Error::other)?;
        let kept = self.frame.len().min(self.snaplen);
        let (secs, micros) = (START + micros / 1_000_000, micros % 1_000_000);
        for word in [secs, micros, kept as u64, self.frame.len() as u64] {
            self.out.write_all(&u32::try_from(word).map_err(io::Error::other)?.to_le_bytes())?;
        }
        self.out.write_all(&self.frame[..kept])
    }

    fn say(&mut self, step: &Step) {
        let len = usize::from(step.len);
        self.payload.clear();
        match step.says {
            Says::Nothing | Says::Noise => {}
            Says::Request => {
                self.payload.extend(b"GET /goods?page=1 HTTP/1.1\r\nHost: shop.example\r\nCookie: ");
                self.payload.resize(len - 4, b'c');
                self.payload.extend(b"\r\n\r\n");
            }
            Says::Answer(total) => {
                // Ten digits always: the head is as long for every answer.
                const HEAD: u32 = 47;
                let body = total - HEAD;
                self.payload.extend(format!("HTTP/1.1 200 OK\r\nContent-Length: {body:010}\r\n\r\n").bytes());
                debug_assert_eq!(self.payload.len(), HEAD as usize);
            }
            Says::Record => {
                let [high, low] = (step.len - 5).to_be_bytes();
                self.payload.extend([23, 3, 3, high, low]);
            }
        }
        self.payload.extend(&self.noise[..len - self.payload.len()]);
    }
}

fn ip(numbers: &Numbers) -> io::Result<IpHeaders> {
    match (numbers.src.ip(), numbers.dst.ip()) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let mut header = Ipv4Header::new(0, numbers.ttl, IpNumber::TCP, src.octets(), dst.octets())
                .map_err(io::Error::other)?;
            header.identification = numbers.ip_id;
            Ok(IpHeaders::Ipv4(header, Ipv4Extensions::default()))
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            let (source, destination) = (src.octets(), dst.octets());
            let header = Ipv6Header { hop_limit: numbers.ttl, source, destination, ..Ipv6Header::default() };
            Ok(IpHeaders::Ipv6(header, Ipv6Extensions::default()))
        }
        _ => Err(io::Error::other("hosts of two families")),
    }
}

fn tcp(step: &Step, numbers: &Numbers, micros: u64) -> io::Result<TcpHeader> {
    let flags = step.flags;
    let mut header = TcpHeader::new(numbers.src.port(), numbers.dst.port(), numbers.seq, WINDOW);
    header.acknowledgment_number = numbers.ack;
    (header.syn, header.fin, header.rst) = (flags.syn(), flags.fin(), flags.rst());
    (header.ack, header.psh) = (flags.ack(), step.len > 0);
    let now = u32::try_from(micros / 1_000).map_err(io::Error::other)?;
    let stamp = Timestamp(now, if flags.ack() { now } else { 0 });
    match (flags.syn(), flags.rst()) {
        (true, _) => header.set_options(&[
            MaximumSegmentSize(1_460),
            SelectiveAcknowledgementPermitted,
            stamp,
            Noop,
            WindowScale(7),
        ]),
        // A RST has no options where it answers for a connection that is not there.
        (_, true) => Ok(()),
        _ => header.set_options(&[Noop, Noop, stamp]),
    }
    .map_err(io::Error::other)?;
    Ok(header)
}
