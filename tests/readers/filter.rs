//! `--filter`: libpcap's own expressions on frames that were read.

use rstwho::capture::filter::Filter;
use rstwho::error::Error;

#[cfg(not(feature = "live"))]
#[test]
fn without_libpcap_there_is_no_filter() {
    assert!(matches!(Filter::new("tcp"), Err(Error::NoFilter)));
}

#[cfg(feature = "live")]
mod with_libpcap {
    use rstwho::decode::{Frame, LinkType};
    use rstwho::time::Timestamp;

    use super::*;
    use crate::support::encapsulate::{Layer, encapsulate};
    use crate::support::{ETHERNET, OwnedFrame};

    /// A SYN from 10.0.0.1:40000 to 10.0.0.2:443.
    fn syn() -> OwnedFrame {
        let ip = [&[0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0][..], &[10, 0, 0, 1], &[10, 0, 0, 2]].concat();
        let tcp = [0x9c, 0x40, 0x01, 0xbb, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xff, 0xff, 0, 0, 0, 0];
        let bytes = [&[1; 6][..], &[2; 6], &[8, 0], &ip, &tcp].concat();
        OwnedFrame { ts: Timestamp::ZERO, link: ETHERNET, wire_len: 54, bytes }
    }

    fn passes(filter: &mut Filter, frame: &OwnedFrame) -> Result<bool, Error> {
        let OwnedFrame { ts, link, wire_len, ref bytes } = *frame;
        filter.passes(&Frame { ts, number: 1, file: 0, link: LinkType::from_pcap(link), wire_len, bytes })
    }

    #[test]
    fn the_same_expression_holds_on_every_link_layer() {
        let mut wanted = Filter::new("src host 10.0.0.1 and tcp port 443").unwrap();
        let mut other = Filter::new("host 10.0.0.7").unwrap();
        let native = if cfg!(target_endian = "little") { Layer::Null } else { Layer::NullBig };
        for layer in [Layer::Sll, Layer::Sll2, Layer::Raw, native, Layer::Loop] {
            let frame = encapsulate(&syn(), layer).unwrap();
            assert!(passes(&mut wanted, &frame).unwrap(), "{layer:?}");
            assert!(!passes(&mut other, &frame).unwrap(), "{layer:?}");
        }
        assert!(passes(&mut wanted, &syn()).unwrap());
    }

    #[test]
    fn errors_are_told_in_libpcaps_words() {
        let Err(Error::Filter { expression, why }) = Filter::new("host and") else { panic!("it compiled") };
        assert_eq!(expression, "host and");
        assert!(why.contains("syntax error"), "{why}");
        assert!(Filter::new("port\0").is_err());
    }

    #[test]
    fn an_expression_without_meaning_for_a_link_layer_is_an_error() {
        let mut filter = Filter::new("ether host 02:02:02:02:02:02").unwrap();
        assert!(passes(&mut filter, &syn()).unwrap());
        let raw = encapsulate(&syn(), Layer::Raw).unwrap();
        assert!(matches!(passes(&mut filter, &raw), Err(Error::Filter { .. })));
    }

    #[test]
    fn an_unknown_link_layer_is_not_judged() {
        let frame = OwnedFrame { link: 147, ..syn() };
        assert!(passes(&mut Filter::new("udp").unwrap(), &frame).unwrap());
    }

    #[test]
    fn no_expression_lets_all_pass() {
        assert!(passes(&mut Filter::new("").unwrap(), &syn()).unwrap());
    }
}
