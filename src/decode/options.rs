//! TCP options (RFC 9293 §3.2, the registry at IANA): what of them a verdict can use.

use super::{Segment, SeqNumber, Traits};

/// The options do not parse to their end: one has no length, a length below two, or more than is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// Reads options into a segment, up to their end or to the first broken one; what came before that is kept.
///
/// As in the Linux kernel, an option of a known kind with a length that is not its own is passed over.
#[inline]
pub(super) fn read(options: &[u8], segment: &mut Segment) -> Result<(), Broken> {
    match options {
        [] => Ok(()),
        // What nearly every segment of an established connection carries (RFC 7323, appendix A).
        [1, 1, 8, 10, times @ ..] if times.len() == 8 => {
            timestamps(times, segment);
            Ok(())
        }
        _ => read_each(options, segment),
    }
}

fn read_each(mut options: &[u8], segment: &mut Segment) -> Result<(), Broken> {
    loop {
        options = match options {
            [] | [0, ..] => return Ok(()),
            [1, rest @ ..] => rest,
            [kind, len, rest @ ..] => {
                let body = usize::from(*len).checked_sub(2).ok_or(Broken)?;
                let (body, rest) = rest.split_at_checked(body).ok_or(Broken)?;
                read_one(*kind, body, segment);
                rest
            }
            [_] => return Err(Broken),
        }
    }
}

fn read_one(kind: u8, body: &[u8], segment: &mut Segment) {
    match (kind, body) {
        (2, [high, low]) => {
            segment.mss = u16::from_be_bytes([*high, *low]);
            segment.traits.set(Traits::MSS);
        }
        (3, [shift]) => {
            segment.wscale = *shift;
            segment.traits.set(Traits::WSCALE);
        }
        (4, []) => segment.traits.set(Traits::SACK_PERMITTED),
        (5, blocks) => sack(blocks, segment),
        (8, times) => timestamps(times, segment),
        (30, _) => segment.traits.set(Traits::MPTCP),
        // 254 with this magic number is what Fast Open used before it had a number of its own (RFC 7413, appendix A).
        (34, _) | (254, [0xf9, 0x89, ..]) => segment.traits.set(Traits::FAST_OPEN),
        _ => {}
    }
}

fn timestamps(times: &[u8], segment: &mut Segment) {
    if let ([value, echo], []) = times.as_chunks::<4>() {
        segment.tsval = u32::from_be_bytes(*value);
        segment.tsecr = u32::from_be_bytes(*echo);
        segment.traits.set(Traits::TIMESTAMPS);
    }
}

/// The furthest of the right edges. The first block may lie below the others, or below the acknowledgement (RFC 2883).
fn sack(blocks: &[u8], segment: &mut Segment) {
    let (blocks, odd) = blocks.as_chunks::<8>();
    let edges = blocks.iter().map(|[_, _, _, _, right @ ..]| SeqNumber(u32::from_be_bytes(*right)));
    if let (Some(right), []) = (edges.reduce(SeqNumber::furthest), odd) {
        segment.sack_right = right;
        segment.traits.set(Traits::SACK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(options: &[u8]) -> (Segment, Result<(), Broken>) {
        let mut segment = Segment::default();
        let result = read(options, &mut segment);
        (segment, result)
    }

    #[test]
    fn a_syn_of_linux() {
        let (segment, result) =
            parsed(&[2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 1, 0, 0, 0, 0, 9, 1, 3, 3, 15, 34, 2, 30, 4, 1, 1]);
        assert_eq!(result, Ok(()));
        assert_eq!((segment.mss, segment.wscale, segment.tsval, segment.tsecr), (1460, 15, 256, 9));
        for traits in [Traits::MSS, Traits::SACK_PERMITTED, Traits::TIMESTAMPS, Traits::WSCALE] {
            assert!(segment.traits.has(traits));
        }
        assert!(segment.traits.has(Traits::FAST_OPEN) && segment.traits.has(Traits::MPTCP));
        assert!(!segment.traits.has(Traits::SACK));
        assert!(parsed(&[254, 4, 0xf9, 0x89]).0.traits.has(Traits::FAST_OPEN));
    }

    #[test]
    fn the_usual_layout_reads_as_the_general_loop_does() {
        let usual = [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8];
        let mut other = Segment::default();
        read_each(&usual, &mut other).unwrap();
        assert_eq!(parsed(&usual), (other, Ok(())));
        assert_eq!(other.tsecr, 0x0506_0708);
    }

    #[test]
    fn sack_edges_compare_round_the_ring() {
        let block = |left: u32, right: u32| [left.to_be_bytes(), right.to_be_bytes()].concat();
        let options = [&[1, 1, 5, 18][..], &block(u32::MAX - 9, u32::MAX - 5), &block(1, 5)].concat();
        let (segment, result) = parsed(&options);
        assert_eq!((segment.sack_right, result), (SeqNumber(5), Ok(())));
        assert!(!parsed(&[5, 2]).0.traits.has(Traits::SACK));
    }

    #[test]
    fn a_broken_option_keeps_what_came_before_it() {
        for broken in [&[8][..], &[8, 0], &[8, 1], &[8, 10, 0, 0], &[99, 0, 0, 0]] {
            let (segment, result) = parsed(&[&[3, 3, 7], broken].concat());
            assert_eq!((segment.wscale, result), (7, Err(Broken)), "{broken:?}");
        }
        assert_eq!(parsed(&[0, 8]).1, Ok(()), "nothing counts behind the end-of-options mark");
    }

    #[test]
    fn an_option_of_the_wrong_length_is_passed_over() {
        let (segment, result) = parsed(&[2, 3, 5, 8, 3, 0, 4, 3, 0, 3, 4, 0, 0, 5, 3, 9, 3, 3, 7]);
        assert_eq!(result, Ok(()));
        assert_eq!((segment.traits, segment.wscale), (Traits::WSCALE, 7));
    }
}
