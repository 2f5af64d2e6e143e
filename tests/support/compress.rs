//! Captures compressed, in the ways in which they are met.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// As by gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// As by gzip, in one member for each `step` bytes, as rotating and appending writers leave it.
pub fn gzip_members(bytes: &[u8], step: usize) -> Vec<u8> {
    bytes.chunks(step).flat_map(gzip).collect()
}

/// As by zstd.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// As by zstd, in one frame for each `step` bytes, with a skippable frame before them all as pzstd writes it.
pub fn zstd_frames(bytes: &[u8], step: usize) -> Vec<u8> {
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
    skippable.into_iter().chain(bytes.chunks(step).flat_map(zstd)).collect()
}

/// The pieces that a gzip writer gives out when it is flushed after each of `parts`.
pub fn gzip_flushed(parts: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let flush = |part: &Vec<u8>| {
        encoder.write_all(part).unwrap();
        encoder.flush().unwrap();
        std::mem::take(encoder.get_mut())
    };
    parts.iter().map(flush).collect()
}

/// The pieces that a zstd writer gives out when it is flushed after each of `parts`.
pub fn zstd_flushed(parts: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    let flush = |part: &Vec<u8>| {
        encoder.write_all(part).unwrap();
        encoder.flush().unwrap();
        std::mem::take(encoder.get_mut())
    };
    parts.iter().map(flush).collect()
}
