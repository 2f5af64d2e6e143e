//! A user's expression behind VLAN tags.

use pcap::{BpfProgram, Capture, Linktype};

use super::kernel_filter::{icmp_errors, narrowing};
use crate::capture::filter::dlt;
use crate::decode::LinkType;

/// Two addresses; then comes a tag or the Ethernet type.
const ADDRESSES: usize = 12;
const TAG: usize = 4;
/// As many as decoding sees through.
const MAX_TAGS: usize = 8;

/// Judges frames with tags as if they had none. Those without were judged by the kernel.
pub(super) struct Untagged {
    program: BpfProgram,
    frame: Vec<u8>,
}

impl Untagged {
    /// None where there is nothing to judge: no expression, one that says itself where it is to hold, or one that only
    /// means something in the kernel, such as `inbound`.
    pub(super) fn new(link: LinkType, user: Option<&str>) -> Option<Self> {
        let user = narrowing(user).filter(|user| link == LinkType::Ethernet && !is_particular(user))?;
        let expression = format!("({user}) or {}", icmp_errors(link));
        let program = Capture::dead(Linktype(dlt(link))).and_then(|dead| dead.compile(&expression, true));
        Some(Self { program: program.ok()?, frame: Vec::new() })
    }

    /// Whether an Ethernet frame is asked for.
    pub(super) fn passes(&mut self, frame: &[u8]) -> bool {
        let tags = tags(frame);
        let (Some(addresses), Some(rest)) = (frame.get(..ADDRESSES), frame.get(ADDRESSES + tags * TAG..))
        else {
            return true;
        };
        if tags == 0 {
            return true;
        }
        self.frame.clear();
        self.frame.extend_from_slice(addresses);
        self.frame.extend_from_slice(rest);
        self.program.filter(&self.frame)
    }
}

/// Does it hold one of the words after which libpcap looks for everything farther behind, or one about what only the
/// kernel knows of a frame?
fn is_particular(user: &str) -> bool {
    let mut words = user.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| {
        matches!(word, "vlan" | "mpls" | "pppoes" | "pppoed" | "geneve" | "vxlan" | "inbound" | "outbound")
    })
}

/// How many tags a frame has.
fn tags(frame: &[u8]) -> usize {
    let rest = frame.get(ADDRESSES..).unwrap_or_default();
    let is_tag = |tag: &&[u8]| matches!(tag, [0x81 | 0x91, 0, ..] | [0x88, 0xa8, ..]);
    rest.chunks_exact(TAG).take(MAX_TAGS).take_while(is_tag).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEVEN: [u8; 4] = [0x81, 0, 0, 7];
    const NINE: [u8; 4] = [0x88, 0xa8, 0, 9];

    fn judge(user: &str) -> Untagged {
        Untagged::new(LinkType::Ethernet, Some(user)).unwrap()
    }

    fn frame(tags: &[[u8; 4]], protocol: u8, body: &[u8]) -> Vec<u8> {
        let ip = [0x45, 0, 0, 99, 0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        [&[2; 12][..], &tags.concat(), &[8, 0], &ip, body].concat()
    }

    fn tcp(tags: &[[u8; 4]], port: u8) -> Vec<u8> {
        frame(tags, 6, &[[1, 187, 0, port].as_slice(), &[0; 16]].concat())
    }

    #[test]
    fn an_expression_and_its_negation_hold_behind_tags() {
        for user in ["port 81", "not port 82", "port 81 and tcp[0] = 1"] {
            let mut judge = judge(user);
            for tags in [&[SEVEN][..], &[NINE, SEVEN], &[NINE, SEVEN, SEVEN]] {
                assert!(judge.passes(&tcp(tags, 81)), "{user}, {} tags", tags.len());
                assert!(!judge.passes(&tcp(tags, 82)), "{user}, {} tags", tags.len());
            }
        }
    }

    #[test]
    fn icmp_errors_pass_and_what_has_no_tag_is_not_judged() {
        let mut judge = judge("port 81");
        assert!(judge.passes(&frame(&[SEVEN], 1, &[3; 40])));
        assert!(!judge.passes(&frame(&[SEVEN], 1, &[8; 40])));
        assert!(judge.passes(&tcp(&[], 82)));
        assert!(judge.passes(&[1, 2, 3]));
    }

    #[test]
    fn there_is_no_judge_where_there_is_nothing_to_judge() {
        for (link, user) in [
            (LinkType::Ethernet, None),
            (LinkType::Ethernet, Some(" ")),
            (LinkType::Ethernet, Some("vlan 7 and port 81")),
            (LinkType::Ethernet, Some("inbound")),
            (LinkType::LinuxSll2, Some("port 81")),
        ] {
            assert!(Untagged::new(link, user).is_none(), "{link:?} {user:?}");
        }
    }
}
