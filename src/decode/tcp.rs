//! A TCP header, as much of it as was captured.

use super::bytes::{Bytes, count};
use super::carrier::Carrier;
use super::{Endpoint, Flags, Frame, Pdu, Segment, SeqNumber, Skip, Traits, checksum, options};

/// The header without options (RFC 9293 §3.1).
const FIXED: u32 = 20;

/// The segment in what an IP packet carries.
///
/// Up to the flags, 14 bytes, everything has to be there; a frame that the snaplen cut anywhere behind them still says
/// who ended the connection.
pub(super) fn decode<'a>(frame: &Frame<'a>, ip: &Carrier, bytes: Bytes<'a>) -> Result<Pdu<'a>, Skip> {
    if bytes.wire < FIXED {
        return Err(Skip::Malformed);
    }
    let header = bytes.first::<14>()?;
    let header_len = u32::from(header[12] >> 4).wrapping_mul(4);
    if header_len < FIXED || header_len > bytes.wire {
        return Err(Skip::Malformed);
    }
    let mut segment = Segment { len: bytes.wire.wrapping_sub(header_len), ..read(frame, ip, header) };
    segment.wnd = bytes.u16_at(14).unwrap_or(0);
    read_options(&mut segment, bytes, header_len);
    if bytes.is_cut() {
        segment.traits.set(Traits::CUT);
    } else if ip.checkable {
        checksum::mark(&mut segment, bytes.captured);
    }
    Ok(Pdu::Segment(segment, bytes.captured.get(header_len as usize..).unwrap_or_default()))
}

/// A broken option says something about the sender only if the capture holds the header to its end.
fn read_options(segment: &mut Segment, bytes: Bytes<'_>, header_len: u32) {
    let end = header_len.min(count(bytes.captured));
    let options = bytes.captured.get(FIXED as usize..end as usize).unwrap_or_default();
    if options::read(options, segment).is_err() && end == header_len {
        segment.traits.set(Traits::BAD_OPTIONS);
    }
}

fn read(frame: &Frame<'_>, ip: &Carrier, header: &[u8; 14]) -> Segment {
    let &[s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, _, flags] = header;
    Segment {
        ts: frame.ts,
        frame: frame.number,
        file: frame.file,
        src: Endpoint { addr: ip.src, port: u16::from_be_bytes([s0, s1]) },
        dst: Endpoint { addr: ip.dst, port: u16::from_be_bytes([d0, d1]) },
        seq: SeqNumber(u32::from_be_bytes([q0, q1, q2, q3])),
        ack: SeqNumber(u32::from_be_bytes([a0, a1, a2, a3])),
        flags: Flags(flags),
        ip_id: ip.ip_id,
        ttl: ip.ttl,
        traits: ip.traits,
        ..Segment::default()
    }
}
