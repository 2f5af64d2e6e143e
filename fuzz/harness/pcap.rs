//! Classic pcap, plain or compressed.

use super::files::read_both_ways;

const MAGIC: [[u8; 4]; 4] =
    [[0xd4, 0xc3, 0xb2, 0xa1], [0xa1, 0xb2, 0xc3, 0xd4], [0x4d, 0x3c, 0xb2, 0xa1], [0xa1, 0xb2, 0x3c, 0x4d]];

/// As it is, and with each magic in place of its first bytes.
pub fn run(bytes: &[u8]) {
    read_both_ways(bytes);
    if let Some(rest) = bytes.get(4..) {
        let magic = MAGIC[bytes.len() % MAGIC.len()];
        read_both_ways(&[&magic[..], rest].concat());
    }
}
