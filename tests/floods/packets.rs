//! Frames, byte by byte: an address, a port, flags, numbers.

pub(crate) const SYN: u8 = 0x02;
pub(crate) const RST: u8 = 0x04;
pub(crate) const ACK: u8 = 0x10;

type At = ([u8; 4], u16);

/// A TCP header and its payload.
pub(crate) fn tcp(src: At, dst: At, flags: u8, said: u32, payload: &[u8]) -> Vec<u8> {
    let [a, b] = src.1.to_be_bytes();
    let [c, d] = dst.1.to_be_bytes();
    let seq = said.to_be_bytes();
    let mut bytes = vec![a, b, c, d];
    bytes.extend(seq);
    bytes.extend([0, 0, 0, 0, 0x50, flags, 0xfa, 0xf0, 0, 0, 0, 0]);
    bytes.extend(payload);
    bytes
}

/// An Ethernet frame with IPv4 around it.
pub(crate) fn ethernet((src, dst): ([u8; 4], [u8; 4]), segment: &[u8]) -> Vec<u8> {
    let len = u16::try_from(20 + segment.len()).unwrap().to_be_bytes();
    let head = [0x45, 0, len[0], len[1], 0, 0, 0x40, 0, 64, 6, 0, 0];
    [&[2; 12][..], &[8, 0], &head, &src, &dst, segment].concat()
}
