//! Systems other than Linux: nothing is given up, and that is said.

#![cfg_attr(test, allow(unreachable_pub, reason = "where it is the program's own, it is public"))]

use super::{Allow, Become, Keep, Missing, Shed};
use crate::error::Error;

/// Refuses to go on with the rights of another than of whoever started the program: they cannot be given back here.
///
/// # Errors
/// [`Error::Privileges`] if its file lends the rights of its owner.
pub fn return_lent() -> Result<(), Error> {
    #[cfg(unix)]
    {
        use rustix::process::{getegid, geteuid, getgid, getuid};
        if getuid() != geteuid() || getgid() != getegid() {
            let why = "those that its file lends (a setuid bit) can be given back on Linux only".to_owned();
            return Err(Error::Privileges { why });
        }
    }
    Ok(())
}

/// Leaves everything as it is.
///
/// # Errors
/// [`Error::Argument`] if a user was named.
pub fn shed(target: &Become, _keep: Keep) -> Result<Shed, Error> {
    match target {
        Become::User(name) => Err(Error::Argument {
            argument: "--user",
            value: name.clone(),
            why: "only on Linux can rstwho become another user".to_owned(),
        }),
        Become::Itself | Become::Caller => Ok(Shed { became: None, missing: Vec::new() }),
    }
}

/// Closes nothing.
#[must_use]
pub fn confine(_allow: &Allow) -> Vec<Missing> {
    vec![Missing::System]
}

/// Tries nothing.
#[must_use]
pub fn probe(_writable: Option<&std::path::Path>) -> Vec<(&'static str, Result<(), String>)> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_closed_and_that_is_said() {
        assert!(return_lent().is_ok());
        assert_eq!(shed(&Become::Caller, Keep::Nothing).unwrap().became, None);
        let error = shed(&Become::User("alice".to_owned()), Keep::Nothing).unwrap_err().to_string();
        assert_eq!(error, "--user 'alice': only on Linux can rstwho become another user");
        let [missing] = &confine(&Allow::nothing())[..] else { panic!("one thing is said") };
        assert_eq!(missing.to_string(), "not confined: this system has neither Landlock nor seccomp");
        assert!(probe(None).is_empty());
    }
}
