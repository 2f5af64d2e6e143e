//! TCP options (RFC 9293 §3.2, the registry at IANA): what of them a verdict can use.

use super::{Segment, SeqNumber, Traits};

/// What the options of one segment say; the traits tell which of the numbers count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) sack_right: SeqNumber,
    pub(super) tsecr: u32,
    pub(super) tsval: u32,
    pub(super) mss: u16,
    pub(super) wscale: u8,
    pub(super) traits: Traits,
}

/// Reads options up to their end, or to the first broken one; what came before that is kept.
///
/// As in the Linux kernel, an option of a known kind with a length that is not its own is passed over.
#[inline]
pub(super) fn read(options: &[u8]) -> Options {
    usual(options).or_else(|| of_usual_syn(options)).unwrap_or_else(|| read_each(options))
}

/// The same for what nearly every segment of an established connection carries: nothing, or two fillers and the timestamps (RFC 7323,
/// appendix A). It is known without a place in memory.
#[inline]
fn usual(options: &[u8]) -> Option<Options> {
    if options.is_empty() {
        return Some(Options::default());
    }
    let &[k0, k1, k2, k3, v0, v1, v2, v3, e0, e1, e2, e3] = options.try_into().ok()?;
    if u32::from_be_bytes([k0, k1, k2, k3]) != 0x0101_080a {
        return None;
    }
    let (tsval, tsecr) = (u32::from_be_bytes([v0, v1, v2, v3]), u32::from_be_bytes([e0, e1, e2, e3]));
    Some(Options { tsval, tsecr, traits: Traits::TIMESTAMPS, ..Options::default() })
}

/// Adds what they say to the segment that carries them, of which nothing is said yet.
#[inline]
pub(super) fn add(segment: &mut Segment, options: &[u8]) {
    if options.is_empty() {
        return;
    }
    match usual(options) {
        Some(Options { tsval, tsecr, traits, .. }) => {
            segment.traits.set(traits);
            (segment.tsval, segment.tsecr) = (tsval, tsecr);
        }
        None => add_each(segment, options),
    }
}

#[inline(never)]
fn add_each(segment: &mut Segment, options: &[u8]) {
    let read = of_usual_syn(options).unwrap_or_else(|| read_each(options));
    let Options { sack_right, tsecr, tsval, mss, wscale, traits } = read;
    segment.traits.set(traits);
    (segment.sack_right, segment.tsecr, segment.tsval) = (sack_right, tsecr, tsval);
    (segment.mss, segment.wscale) = (mss, wscale);
}

/// The same for what Linux sends with a SYN, and with the answer to one that carries as much (`tcp_options_write` of its kernel).
#[inline]
fn of_usual_syn(options: &[u8]) -> Option<Options> {
    const TRAITS: Traits =
        Traits::MSS.with(Traits::SACK_PERMITTED).with(Traits::TIMESTAMPS).with(Traits::WSCALE);
    let &[2, 4, m0, m1, 4, 2, 8, 10, v0, v1, v2, v3, e0, e1, e2, e3, 1, 3, 3, wscale] = options else {
        return None;
    };
    let (tsval, tsecr) = (u32::from_be_bytes([v0, v1, v2, v3]), u32::from_be_bytes([e0, e1, e2, e3]));
    let mss = u16::from_be_bytes([m0, m1]);
    Some(Options { tsval, tsecr, mss, wscale, traits: TRAITS, ..Options::default() })
}

fn read_each(mut rest: &[u8]) -> Options {
    let mut options = Options::default();
    while let [kind, after @ ..] = rest {
        rest = match (kind, after) {
            (0, _) => break,
            (1, _) => after,
            // What every SYN has is read where it lies, if it is as long as it has to be.
            (2, [4, high, low, after @ ..]) => {
                options.mss = u16::from_be_bytes([*high, *low]);
                options.traits.set(Traits::MSS);
                after
            }
            (3, [3, shift, after @ ..]) => {
                options.wscale = *shift;
                options.traits.set(Traits::WSCALE);
                after
            }
            (4, [2, after @ ..]) => {
                options.traits.set(Traits::SACK_PERMITTED);
                after
            }
            (8, [10, v0, v1, v2, v3, e0, e1, e2, e3, after @ ..]) => {
                options.tsval = u32::from_be_bytes([*v0, *v1, *v2, *v3]);
                options.tsecr = u32::from_be_bytes([*e0, *e1, *e2, *e3]);
                options.traits.set(Traits::TIMESTAMPS);
                after
            }
            (_, after) => {
                let Some((body, after)) = body(after) else { return options.broken() };
                options = options.with(*kind, body);
                after
            }
        };
    }
    options
}

/// What belongs to an option and what follows it. The length, which comes first, counts itself and the kind too.
fn body(option: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, after) = option.split_first()?;
    after.split_at_checked(usize::from(*len).checked_sub(2)?)
}

impl Options {
    fn broken(mut self) -> Self {
        self.traits.set(Traits::BAD_OPTIONS);
        self
    }

    /// The rarer kinds, and the usual ones where their length is wrong.
    fn with(mut self, kind: u8, body: &[u8]) -> Self {
        let told = match (kind, body) {
            (5, blocks) => return self.sack(blocks),
            (30, _) => Traits::MPTCP,
            // 254 with this magic number is what Fast Open used before it had one of its own (RFC 7413, appendix A).
            (34, _) | (254, [0xf9, 0x89, ..]) => Traits::FAST_OPEN,
            _ => Traits::default(),
        };
        self.traits.set(told);
        self
    }

    /// The furthest of the right edges. The first block may lie below the others, or below the acknowledgement
    /// (RFC 2883).
    fn sack(self, blocks: &[u8]) -> Self {
        let (blocks, odd) = blocks.as_chunks::<8>();
        let edges = blocks.iter().map(|[_, _, _, _, right @ ..]| SeqNumber(u32::from_be_bytes(*right)));
        let (Some(sack_right), []) = (edges.reduce(SeqNumber::furthest), odd) else { return self };
        Self { sack_right, traits: self.traits.with(Traits::SACK), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syn_of_linux() {
        let syn = read(&[2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 1, 0, 0, 0, 0, 9, 1, 3, 3, 15, 34, 2, 30, 4, 1, 1]);
        assert_eq!((syn.mss, syn.wscale, syn.tsval, syn.tsecr), (1460, 15, 256, 9));
        let timed = Traits::MSS.with(Traits::SACK_PERMITTED).with(Traits::TIMESTAMPS).with(Traits::WSCALE);
        assert_eq!(syn.traits, timed.with(Traits::FAST_OPEN).with(Traits::MPTCP));
        assert_eq!(read(&[254, 4, 0xf9, 0x89]).traits, Traits::FAST_OPEN);
    }

    #[test]
    fn the_usual_layout_reads_as_the_general_loop_does() {
        let usual = [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(super::usual(&usual), Some(read_each(&usual)));
        assert_eq!(read(&usual).tsecr, 0x0506_0708);
        assert_eq!(super::usual(&[1; 12]), None);
        let syn = [2, 4, 5, 180, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7];
        assert_eq!(of_usual_syn(&syn), Some(read_each(&syn)));
        for at in [0, 1, 4, 5, 6, 7, 16, 17, 18] {
            let mut odd = syn;
            odd[at] ^= 1;
            assert_eq!((of_usual_syn(&odd), read(&odd)), (None, read_each(&odd)));
        }
    }

    #[test]
    fn sack_edges_compare_round_the_ring() {
        let block = |left: u32, right: u32| [left.to_be_bytes(), right.to_be_bytes()].concat();
        let options = [&[1, 1, 5, 18][..], &block(u32::MAX - 9, u32::MAX - 5), &block(1, 5)].concat();
        assert_eq!(
            read(&options),
            Options { sack_right: SeqNumber(5), traits: Traits::SACK, ..Options::default() }
        );
        assert_eq!(read(&[5, 2]), Options::default());
    }

    #[test]
    fn a_broken_option_keeps_what_came_before_it() {
        for broken in [&[8][..], &[8, 0], &[8, 1], &[8, 10, 0, 0], &[99, 0, 0, 0]] {
            let options = read(&[&[3, 3, 7], broken].concat());
            assert_eq!(options.traits, Traits::WSCALE.with(Traits::BAD_OPTIONS), "{broken:?}");
            assert_eq!(options.wscale, 7);
        }
        assert_eq!(read(&[0, 8]), Options::default(), "nothing counts behind the end-of-options mark");
    }

    #[test]
    fn an_option_of_the_wrong_length_is_passed_over() {
        let options = read(&[2, 3, 5, 8, 3, 0, 4, 3, 0, 3, 4, 0, 0, 5, 3, 9, 3, 3, 7]);
        assert_eq!((options.traits, options.wscale), (Traits::WSCALE, 7));
    }
}
