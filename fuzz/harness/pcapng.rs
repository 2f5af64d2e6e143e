//! pcapng.

use super::files::read_both_ways;

/// A section header of either byte order, without options.
const SECTIONS: [&[u8]; 2] = [
    b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0",
    b"\x0a\x0d\x0d\x0a\0\0\0\x1c\x1a\x2b\x3c\x4d\0\x01\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\x1c",
];

/// As it is, and behind a section header.
pub fn run(bytes: &[u8]) {
    read_both_ways(bytes);
    read_both_ways(&[SECTIONS[bytes.len() % 2], bytes].concat());
}
