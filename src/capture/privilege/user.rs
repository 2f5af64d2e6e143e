//! Leaving root.

use std::env;

use nix::unistd::{Gid, Uid, User};

use super::{Become, Missing};
use crate::error::Error;

/// Whom to become.
struct Target {
    uid: Uid,
    gid: Gid,
    words: String,
}

/// Do the rights of another count than of whoever started the program?
pub(super) fn is_lent() -> bool {
    Uid::current() != Uid::effective() || Gid::current() != Gid::effective()
}

/// Becomes whoever started the program, so that there is no way back.
pub(super) fn become_real() -> nix::Result<()> {
    let (uid, gid) = (Uid::current(), Gid::current());
    nix::unistd::setresgid(gid, gid, gid)?;
    nix::unistd::setresuid(uid, uid, uid)
}

/// Becomes another user if that is wanted and not so yet: with its own group and no other. Gives it in words.
///
/// # Errors
/// [`Error::Argument`] for a user that there is not or that only root could become.
pub(super) fn leave_root(wanted: &Become) -> Result<Result<Option<String>, Missing>, Error> {
    let is_root = Uid::current().is_root() && Uid::effective().is_root();
    let target = match wanted {
        Become::Itself => return Ok(Ok(None)),
        Become::Caller if !is_root => return Ok(Ok(None)),
        Become::Caller => match caller(|name| env::var(name).ok()) {
            Some(target) => target,
            None => return Ok(Ok(None)),
        },
        Become::User(name) => find(name)?,
    };
    if target.uid == Uid::current() {
        return Ok(Ok(None));
    }
    match (change(&target), wanted) {
        (Ok(()), _) => Ok(Ok(Some(target.words))),
        (Err(errno), Become::User(name)) => {
            Err(refused(name, format!("cannot become that user: {}; start as root", errno.desc())))
        }
        (Err(errno), _) => {
            Ok(Err(Missing::Root { why: format!("it cannot become {}: {}", target.words, errno.desc()) }))
        }
    }
}

/// In this order: whoever is no longer root may no longer choose groups.
fn change(target: &Target) -> nix::Result<()> {
    nix::unistd::setgroups(&[])?;
    nix::unistd::setresgid(target.gid, target.gid, target.gid)?;
    nix::unistd::setresuid(target.uid, target.uid, target.uid)
}

/// Who called sudo, as it tells in its variables; root itself is nobody to become.
fn caller(variable: impl Fn(&str) -> Option<String>) -> Option<Target> {
    let number = |name: &str| variable(name)?.parse::<u32>().ok();
    let (uid, gid) = (number("SUDO_UID")?, number("SUDO_GID")?);
    if uid == 0 {
        return None;
    }
    let words = variable("SUDO_USER").map_or_else(|| format!("user {uid}"), |name| format!("user {name}"));
    Some(Target { uid: Uid::from_raw(uid), gid: Gid::from_raw(gid), words })
}

/// A name, or the number of a user that has one or none.
fn find(name: &str) -> Result<Target, Error> {
    let known = match name.parse::<u32>() {
        Ok(uid) => User::from_uid(Uid::from_raw(uid)).ok().flatten().or_else(|| nameless(uid)),
        Err(_) => User::from_name(name).ok().flatten(),
    };
    let user = known.ok_or_else(|| refused(name, "there is no such user".to_owned()))?;
    Ok(Target { uid: user.uid, gid: user.gid, words: format!("user {}", user.name) })
}

fn nameless(uid: u32) -> Option<User> {
    let named = User::from_uid(Uid::from_raw(0)).ok().flatten()?;
    Some(User { name: uid.to_string(), uid: Uid::from_raw(uid), gid: Gid::from_raw(uid), ..named })
}

fn refused(name: &str, why: String) -> Error {
    Error::Argument { argument: "--user", value: name.to_owned(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called_by(variables: &[(&str, &str)]) -> Option<(u32, u32, String)> {
        let of = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        caller(of).map(|target| (target.uid.as_raw(), target.gid.as_raw(), target.words))
    }

    #[test]
    fn who_called_sudo_is_told_by_numbers() {
        let alice = [("SUDO_UID", "1000"), ("SUDO_GID", "100"), ("SUDO_USER", "alice")];
        assert_eq!(called_by(&alice), Some((1000, 100, "user alice".to_owned())));
        assert_eq!(called_by(&alice[..2]), Some((1000, 100, "user 1000".to_owned())));
        assert_eq!(called_by(&alice[..1]), None, "a group is missing");
        assert_eq!(called_by(&[("SUDO_UID", "0"), ("SUDO_GID", "0")]), None, "root called it");
        assert_eq!(called_by(&[("SUDO_UID", "-1"), ("SUDO_GID", "0")]), None);
    }

    #[test]
    fn users_are_found_by_name_and_number() {
        assert_eq!(find("root").map(|target| target.uid.as_raw()).ok(), Some(0));
        assert_eq!(find("0").map(|target| target.words).ok(), Some("user root".to_owned()));
        let nobody_has_it = find("3999999999").map(|target| (target.uid.as_raw(), target.gid.as_raw()));
        assert_eq!(nobody_has_it.ok(), Some((3_999_999_999, 3_999_999_999)));
        let error = find("no such user").map(|_| ()).unwrap_err().to_string();
        assert_eq!(error, "--user 'no such user': there is no such user");
    }
}
