//! What to type instead: the commonest mistakes are another program's habits, tcpdump's above all.

use std::path::Path;

use clap::error::{ContextKind, ContextValue};

/// The commands whose options have a help of their own.
const COMMANDS: &[&str] = &["replay", "watch", "interfaces", "explain", "config", "completions", "man"];

/// What to do about a command line that is none.
pub(super) fn next_step(error: &clap::Error) -> String {
    match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(word)) if Path::new(word).exists() => {
            format!("to read it: rstwho replay {word}")
        }
        _ => {
            let typed: Vec<String> =
                std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
            of(&typed)
        }
    }
}

/// The same for what was typed.
fn of(typed: &[String]) -> String {
    if let Some(command) = typed.first().filter(|word| COMMANDS.contains(&word.as_str())) {
        return format!("see rstwho {command} --help");
    }
    if let Some((interface, rest)) = value_of("-i", typed) {
        return format!("to watch it: rstwho watch -i {interface}{}", filter_of("", rest));
    }
    match value_of("-r", typed) {
        Some((capture, rest)) if rest.first().is_some_and(|word| is_word(word)) => {
            format!("for some of its frames: rstwho replay {capture}{}", filter_of(" --filter", rest))
        }
        _ => "see rstwho --help, rstwho replay --help".to_owned(),
    }
}

/// The value of an option of one letter, behind a space or not, and what follows it.
fn value_of<'t>(option: &str, typed: &'t [String]) -> Option<(&'t str, &'t [String])> {
    let at = typed.iter().position(|word| word.starts_with(option))?;
    match typed[at].strip_prefix(option)? {
        "" => typed[at + 1..].split_first().map(|(value, rest)| (value.as_str(), rest)),
        value => Some((value, &typed[at + 1..])),
    }
}

/// The words up to the next option, as one argument.
fn filter_of(option: &str, words: &[String]) -> String {
    let words: Vec<&str> = words.iter().map(String::as_str).take_while(|word| is_word(word)).collect();
    if words.is_empty() { String::new() } else { format!("{option} '{}'", words.join(" ")) }
}

fn is_word(word: &str) -> bool {
    !word.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(typed: &str) -> String {
        let typed: Vec<String> = typed.split_whitespace().map(str::to_owned).collect();
        of(&typed)
    }

    #[test]
    fn what_tcpdump_takes_is_put_into_our_words() {
        assert_eq!(hint("-i eth0"), "to watch it: rstwho watch -i eth0");
        assert_eq!(hint("-ieth0 tcp"), "to watch it: rstwho watch -i eth0 'tcp'");
        assert_eq!(hint("-i eth0 port 443"), "to watch it: rstwho watch -i eth0 'port 443'");
        assert_eq!(hint("-nn -i eth0 tcp -c 5"), "to watch it: rstwho watch -i eth0 'tcp'");
        assert_eq!(
            hint("-r any.pcap port 80"),
            "for some of its frames: rstwho replay any.pcap --filter 'port 80'"
        );
    }

    #[test]
    fn a_command_points_to_its_own_help() {
        assert_eq!(hint("watch -c 0"), "see rstwho watch --help");
        assert_eq!(hint("replay a.pcap --nonsense"), "see rstwho replay --help");
        assert_eq!(hint("-n eth0"), "see rstwho --help, rstwho replay --help");
    }
}
