//! `interfaces`: what can be captured on, and whether you may.

use std::io::{self, Write};
use std::net::IpAddr;
use std::path::PathBuf;

use crate::capture::live::Access;
use crate::capture::live::interfaces::{self, ANY, Interface, LinkState};
use crate::error::Error;
use crate::view::one_line;

use super::{Status, talk};

/// Prints the table.
///
/// # Errors
/// If the system does not tell, or the table cannot be written.
pub(super) fn print() -> Result<Status, Error> {
    let known = interfaces::list()?;
    let default = interfaces::default_of(&known).ok().map(|interface| interface.name.as_str());
    let table = table(&known, default);
    let mut out = io::stdout().lock();
    out.write_all(table.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|source| Error::Write { path: PathBuf::from("standard output"), source })?;
    if known.iter().any(|interface| interface.access == Access::Denied) {
        talk::say(Error::NoPermission { interface: "these".to_owned() });
    }
    Ok(Status::Done)
}

fn table(known: &[Interface], default: Option<&str>) -> String {
    let head = ["NAME", "STATE", "MAY YOU", "ADDRESSES", "DESCRIPTION"].map(str::to_owned);
    let rows: Vec<[String; 5]> =
        [head].into_iter().chain(known.iter().map(|interface| row(interface, default))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3].map(width);
    rows.iter().fold(String::new(), |table, [name, state, access, addresses, description]| {
        let [a, b, c, d] = widths;
        let line = format!("{name:a$}  {state:b$}  {access:c$}  {addresses:d$}  {description}");
        table + line.trim_end() + "\n"
    })
}

fn row(interface: &Interface, default: Option<&str>) -> [String; 5] {
    let addresses: Vec<String> = interface.addresses.iter().map(IpAddr::to_string).collect();
    let described = interface.description.clone().or_else(|| {
        let words = if interface.name == ANY {
            "all interfaces at once"
        } else if interface.loopback {
            "this host speaking to itself"
        } else {
            return None;
        };
        Some(words.to_owned())
    });
    let chosen = (default == Some(&interface.name)).then(|| "watched by default".to_owned());
    let description: Vec<String> = chosen.into_iter().chain(described).collect();
    [
        one_line(&interface.name),
        state(interface.state).to_owned(),
        access(interface.access).to_owned(),
        if addresses.is_empty() { "-".to_owned() } else { addresses.join(", ") },
        one_line(&description.join("; ")),
    ]
}

const fn state(state: LinkState) -> &'static str {
    match state {
        LinkState::Down => "down",
        LinkState::Up => "no carrier",
        LinkState::Running => "up",
    }
}

const fn access(access: Access) -> &'static str {
    match access {
        Access::Granted => "yes",
        Access::Denied => "no",
        Access::Unknown => "try it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_the_default_is_marked() {
        let interface = |name: &str, addresses: &[&str], state| Interface {
            name: name.to_owned(),
            description: None,
            addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
            state,
            loopback: name == "lo",
            access: Access::Granted,
        };
        let known = [
            interface("eth0", &["192.0.2.7", "2001:db8::7"], LinkState::Running),
            interface("lo", &["127.0.0.1"], LinkState::Down),
            interface("any", &[], LinkState::Running),
        ];
        assert_eq!(
            table(&known, Some("eth0")),
            "NAME  STATE  MAY YOU  ADDRESSES               DESCRIPTION\n\
             eth0  up     yes      192.0.2.7, 2001:db8::7  watched by default\n\
             lo    down   yes      127.0.0.1               this host speaking to itself\n\
             any   up     yes      -                       all interfaces at once\n"
        );
    }
}
