//! Linux: capabilities, and the order of all the steps.

use rustix::thread::{self, CapabilitySet, CapabilitySets};

use super::{Allow, Become, Keep, Missing, Shed, files, syscalls, user};
use crate::error::Error;

/// Becomes for good whoever started the program, where its file lends the rights of its owner (a setuid or setgid bit): what is
/// named is read and written with the rights of who named it. Of what was lent, the capability to capture is kept until
/// [`shed`], as if the file had that one by itself.
///
/// # Errors
/// [`Error::Privileges`] if the system does not let them be given back.
pub fn return_lent() -> Result<(), Error> {
    if !user::is_lent() {
        return Ok(());
    }
    thread::set_keep_capabilities(true).map_err(refused)?;
    user::become_real().map_err(|errno| Error::Privileges { why: errno.desc().to_owned() })?;
    thread::set_keep_capabilities(false).map_err(refused)?;
    let kept = thread::capabilities(None).map_err(refused)?.permitted & CapabilitySet::NET_RAW;
    let left = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    thread::set_capabilities(None, left).map_err(refused)
}

/// Drops every capability that `keep` does not name, from all sets and for good, and becomes another user if that is
/// wanted. Programs that this one might start gain nothing (`no_new_privs`).
///
/// # Errors
/// [`Error::Argument`] for a user that there is not or that this process may not become; [`Error::Privileges`] if the
/// system does not let capabilities be dropped.
pub fn shed(target: &Become, keep: Keep) -> Result<Shed, Error> {
    let had = thread::capabilities(None).map_err(refused)?;
    empty_bounding_set(had.effective);
    let (became, missing) = match user::leave_root(target)? {
        Ok(became) => (became, Vec::new()),
        Err(missing) => (None, vec![missing]),
    };
    thread::set_no_new_privs(true).map_err(refused)?;
    // Kernels before 4.3 have no such set, and nothing in it.
    let _ = thread::clear_ambient_capability_set();
    let has = thread::capabilities(None).map_err(refused)?;
    let kept = match keep {
        Keep::Nothing => CapabilitySet::empty(),
        Keep::Files => CapabilitySet::DAC_OVERRIDE | CapabilitySet::DAC_READ_SEARCH,
    };
    let (effective, permitted) = (has.effective & kept, has.permitted & kept);
    let left = CapabilitySets { effective, permitted, inheritable: CapabilitySet::empty() };
    thread::set_capabilities(None, left).map_err(refused)?;
    Ok(Shed { became, missing })
}

/// What a program with capabilities of its own could get by being started; `no_new_privs` says the same once more, so
/// whoever may not empty this set loses nothing.
fn empty_bounding_set(effective: CapabilitySet) {
    if effective.contains(CapabilitySet::SETPCAP) {
        for capability in CapabilitySet::all().iter() {
            // One that this kernel does not know.
            let _ = thread::remove_capability_from_bounding_set(capability);
        }
    }
}

fn refused(source: rustix::io::Errno) -> Error {
    Error::Privileges { why: source.to_string() }
}

/// Closes everything that `allow` does not name; gives what this kernel could not close. To be called before there is
/// a second thread, and once: what is closed cannot be closed again.
#[must_use]
pub fn confine(allow: &Allow) -> Vec<Missing> {
    [files::confine(allow), syscalls::confine(allow)].into_iter().flatten().collect()
}
