//! Why an interface cannot be opened, from what can be found out about it: libpcap's words differ between versions, and
//! some are empty.

use super::interfaces::{self, ANY, LinkState};
use super::rights::{self, Access};
use crate::error::Error;

/// The error for an interface that libpcap did not open, with `why` its words.
pub(super) fn explain(name: &str, why: &str) -> Error {
    let known = interfaces::list().unwrap_or_default();
    let interface = known.iter().find(|interface| interface.name == name);
    let denied = rights::access() == Access::Denied || says_denied(why);
    match interface {
        None if !known.is_empty() => unknown(name, &known),
        _ if denied => Error::NoPermission { interface: name.to_owned() },
        Some(interface) if interface.state == LinkState::Down => {
            Error::InterfaceDown { name: name.to_owned() }
        }
        _ => Error::Capture { interface: name.to_owned(), why: described(why) },
    }
}

/// Those that are up come first; a host of containers has hundreds of interfaces.
fn unknown(name: &str, known: &[interfaces::Interface]) -> Error {
    const SHOWN: usize = 12;
    let mut names: Vec<&str> = known.iter().map(|interface| interface.name.as_str()).collect();
    names.sort_by_key(|&name| {
        (name == ANY, known.iter().any(|i| i.name == name && i.state == LinkState::Down))
    });
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let names = names.join(", ");
    let known = if more > 0 { format!("{names} and {more} more") } else { names };
    Error::UnknownInterface { name: name.to_owned(), known }
}

/// In a user namespace a capability may be there that does not count for the network.
fn says_denied(why: &str) -> bool {
    let why = why.to_ascii_lowercase();
    ["not permitted", "permission", "cap_net_raw"].iter().any(|words| why.contains(words))
}

fn described(why: &str) -> String {
    if why.is_empty() { "libpcap does not say why".to_owned() } else { why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_interface_is_answered_with_the_known_ones() {
        let error = explain("no-such-if", "No such device exists").to_string();
        assert!(error.contains("no interface 'no-such-if'"), "{error}");
        assert!(error.contains("lo") && error.contains("any"), "{error}");
        assert!(!error.contains('\n'));
    }

    #[test]
    fn what_libpcap_says_of_rights_is_understood() {
        let words = "socket: Operation not permitted";
        assert!(matches!(explain("lo", words), Error::NoPermission { .. }));
        assert!(matches!(
            explain(ANY, "Attempt to create packet socket failed - CAP_NET_RAW may be required"),
            Error::NoPermission { .. }
        ));
    }
}
