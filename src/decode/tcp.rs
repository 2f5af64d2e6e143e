//! A TCP header, as much of it as was captured.

use super::bytes::{Bytes, count};
use super::carrier::Carrier;
use super::options::Options;
use super::{Endpoint, Flags, Frame, Pdu, Segment, SeqNumber, Skip, Traits, checksum, options};

/// The header without options (RFC 9293 §3.1).
const FIXED: u32 = 20;

/// The segment in what an IP packet carries.
///
/// Up to the flags, 14 bytes, everything has to be there; a frame that the snaplen cut anywhere behind them still says
/// who ended the connection.
pub(super) fn decode<'a>(frame: &Frame<'a>, ip: &Carrier, bytes: Bytes<'a>) -> Result<Pdu<'a>, Skip> {
    let header = bytes.first::<14>()?;
    let header_len = u32::from(header[12] >> 4).wrapping_mul(4);
    if header_len < FIXED || header_len > bytes.wire {
        return Err(Skip::Malformed);
    }
    let flags = Flags(header[13]);
    let len = bytes.wire.wrapping_sub(header_len);
    let sum = if bytes.is_cut() { Traits::CUT } else { checksum::judge(ip, flags, len, bytes.captured) };
    let options = read_options(bytes, header_len);
    let segment = Segment {
        len,
        tsval: options.tsval,
        tsecr: options.tsecr,
        sack_right: options.sack_right,
        wnd: bytes.u16_at(14).unwrap_or(0),
        mss: options.mss,
        traits: ip.traits.with(options.traits).with(sum),
        flags,
        wscale: options.wscale,
        ..read(frame, ip, header)
    };
    Ok(Pdu::Segment(segment, bytes.captured.get(header_len as usize..).unwrap_or_default()))
}

/// A broken option says something about the sender only if the capture holds the header to its end.
fn read_options(bytes: Bytes<'_>, header_len: u32) -> Options {
    let end = header_len.min(count(bytes.captured));
    let mut options = options::read(bytes.captured.get(FIXED as usize..end as usize).unwrap_or_default());
    if end < header_len {
        options.traits = options.traits.without(Traits::BAD_OPTIONS);
    }
    options
}

/// What has a fixed place before the flags, and what the IP header says.
fn read(frame: &Frame<'_>, ip: &Carrier, header: &[u8; 14]) -> Segment {
    let &[s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, _, _] = header;
    Segment {
        ts: frame.ts,
        frame: frame.number,
        file: frame.file,
        src: Endpoint { addr: ip.src, port: u16::from_be_bytes([s0, s1]) },
        dst: Endpoint { addr: ip.dst, port: u16::from_be_bytes([d0, d1]) },
        seq: SeqNumber(u32::from_be_bytes([q0, q1, q2, q3])),
        ack: SeqNumber(u32::from_be_bytes([a0, a1, a2, a3])),
        ip_id: ip.ip_id,
        ttl: ip.ttl,
        ..Segment::default()
    }
}
