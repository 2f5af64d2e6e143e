//! A connection that a proxy made for somebody begins with a line or a header that says for whom (HAProxy's PROXY protocol, versions 1 and 2):
//! what is spoken comes behind that. A server that does not expect it takes it for a broken request.

use super::super::key::End;

/// How version 2 begins (§2.2).
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// The longest line of version 1, with its end (§2.1).
const LONGEST_LINE: usize = 107;
/// What comes before the addresses in version 2.
const FIXED: usize = 16;

/// In which version it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// A line of text.
    V1,
    /// In binary.
    V2,
}

/// Who said so, and in which version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proxied {
    /// The proxy's end.
    pub by: End,
    /// How.
    pub version: Version,
}

/// The version, and how long the header is, if these bytes begin with a whole one, as senders send it (§2).
pub(super) fn header(bytes: &[u8]) -> Option<(Version, usize)> {
    if bytes.starts_with(SIGNATURE) {
        let &[high, low] = bytes.get(FIXED - 2..FIXED)? else { return None };
        let whole = FIXED + usize::from(u16::from_be_bytes([high, low]));
        return (bytes.len() >= whole).then_some((Version::V2, whole));
    }
    let families: [&[u8]; 3] = [b"PROXY TCP4 ", b"PROXY TCP6 ", b"PROXY UNKNOWN"];
    let line = families.iter().any(|family| bytes.starts_with(family)).then_some(bytes)?;
    let end = line.windows(2).take(LONGEST_LINE - 1).position(|two| two == b"\r\n")?;
    Some((Version::V1, end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_have_a_length() {
        let line = b"PROXY TCP4 192.0.2.1 192.0.2.2 1 80\r\nGET / HTTP/1.1\r\n\r\n";
        assert_eq!(header(line), Some((Version::V1, 37)));
        assert_eq!(header(b"PROXY UNKNOWN\r\n"), Some((Version::V1, 15)));
        let binary = [SIGNATURE, b"\x21\x11\x00\x0c", &[1; 12], b"GET /"].concat();
        assert_eq!(header(&binary), Some((Version::V2, 28)));
        // What is not whole, or only looks alike, is none.
        for other in [&line[..30], &binary[..20], b"PROXY / HTTP/1.1\r\n\r\n", b"PROXY TCP4 "] {
            assert_eq!(header(other), None);
        }
    }
}
