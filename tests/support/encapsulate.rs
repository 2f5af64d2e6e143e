//! Ethernet frames put into other link layers, so that every capture can be tried on each of them.

use super::{ETHERNET, OwnedFrame, RAW, SLL, SLL2};

/// Another link layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Linux "cooked", as of `-i any`.
    Sll,
    /// Its second version.
    Sll2,
    /// No link header at all.
    Raw,
    /// BSD loopback, written by a little-endian host.
    Null,
    /// BSD loopback, written by a big-endian host.
    NullBig,
    /// OpenBSD loopback.
    Loop,
    /// Ethernet with one 802.1Q tag more.
    Vlan,
    /// Ethernet with an 802.1ad and an 802.1Q tag more.
    QinQ,
}

impl Layer {
    pub const ALL: [Self; 8] =
        [Self::Sll, Self::Sll2, Self::Raw, Self::Null, Self::NullBig, Self::Loop, Self::Vlan, Self::QinQ];
}

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
const TAGS: [u16; 3] = [0x8100, 0x88a8, 0x9100];

/// An Ethernet frame in another link layer. `None` if it is too short for Ethernet, or holds what the layer cannot
/// carry: [`Layer::Raw`], [`Layer::Null`] and [`Layer::Loop`] hold IP only, and shed tags.
pub fn encapsulate(frame: &OwnedFrame, layer: Layer) -> Option<OwnedFrame> {
    assert_eq!(frame.link, ETHERNET);
    let (&[_, _, _, _, _, _, s0, s1, s2, s3, s4, s5, t0, t1], payload) = frame.bytes.split_first_chunk()?;
    let (source, kind) = ([s0, s1, s2, s3, s4, s5], [t0, t1]);
    let head = match layer {
        Layer::Sll => [&[0, 0, 0, 1, 0, 6][..], &source, &[0, 0], &kind].concat(),
        Layer::Sll2 => [&kind[..], &[0, 0, 0, 0, 0, 2, 0, 1, 0, 6], &source, &[0, 0]].concat(),
        Layer::Vlan => [&frame.bytes[..12], &[0x81, 0, 0, 42], &kind].concat(),
        Layer::QinQ => [&frame.bytes[..12], &[0x88, 0xa8, 0, 7, 0x81, 0, 0, 42], &kind].concat(),
        Layer::Raw | Layer::Null | Layer::NullBig | Layer::Loop => return bare(frame, layer),
    };
    let link = match layer {
        Layer::Sll => SLL,
        Layer::Sll2 => SLL2,
        _ => ETHERNET,
    };
    Some(rewritten(frame, link, &head, payload))
}

/// A frame as an Ethernet one, from nobody to nobody, whether it was captured so or "cooked". `None` for other layers.
pub fn ethernet(frame: &OwnedFrame) -> Option<OwnedFrame> {
    let (kind, packet) = match frame.link {
        ETHERNET => return Some(frame.clone()),
        SLL => (frame.bytes.get(14..16)?, frame.bytes.get(16..)?),
        SLL2 => (frame.bytes.get(..2)?, frame.bytes.get(20..)?),
        _ => return None,
    };
    Some(rewritten(frame, ETHERNET, &[&[0; 12], kind].concat(), packet))
}

fn bare(frame: &OwnedFrame, layer: Layer) -> Option<OwnedFrame> {
    let (kind, packet) = untagged(frame)?;
    // AF_INET is 2 everywhere; AF_INET6 is 30 on macOS and 24 on OpenBSD.
    let family = |v6: u32| if kind == IPV4 { 2 } else { v6 };
    let (link, head) = match layer {
        Layer::Null => (0, family(30).to_le_bytes().to_vec()),
        Layer::NullBig => (0, family(30).to_be_bytes().to_vec()),
        Layer::Loop => (108, family(24).to_be_bytes().to_vec()),
        _ => (RAW, Vec::new()),
    };
    Some(rewritten(frame, link, &head, packet))
}

/// The IP packet in an Ethernet frame, and its EtherType.
fn untagged(frame: &OwnedFrame) -> Option<(u16, &[u8])> {
    let mut rest = frame.bytes.get(12..)?;
    loop {
        let (&kind, after) = rest.split_first_chunk()?;
        match u16::from_be_bytes(kind) {
            tag if TAGS.contains(&tag) => rest = after.get(2..)?,
            kind @ (IPV4 | IPV6) => return Some((kind, after)),
            _ => return None,
        }
    }
}

/// `frame` with `head` in place of what came before `rest`; what the snaplen cut stays cut.
fn rewritten(frame: &OwnedFrame, link: u16, head: &[u8], rest: &[u8]) -> OwnedFrame {
    let shed = u32::try_from(frame.bytes.len() - rest.len()).unwrap();
    let wire_len = frame.wire_len - shed + u32::try_from(head.len()).unwrap();
    OwnedFrame { ts: frame.ts, link, wire_len, bytes: [head, rest].concat() }
}
