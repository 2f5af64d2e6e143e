//! What the program may do, and how it gives that up before it looks at the first packet.
//!
//! Whoever sends packets chooses what the readers are given. So the rights that capturing needs are used once, to open
//! the interfaces, and then:
//!
//! 1. [`shed`] drops every capability and, where that is wanted, leaves root;
//! 2. outputs are opened with the rights that are left, so that what cannot be written is told before anything begins;
//! 3. [`confine`] closes everything else: Landlock the files, seccomp the system calls. Only what [`Allow`] names stays
//!    possible.
//!
//! Before all that, [`return_lent`] gives back what a setuid bit has lent.
//!
//! All of it has to come before the first thread: a thread takes over what its parent may do, and no more.

mod allow;
// Built in tests as well, so that what no test machine needs is not forgotten.
#[cfg(any(test, not(target_os = "linux")))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod linux;
mod missing;
mod place;
#[cfg(target_os = "linux")]
mod probe;
#[cfg(target_os = "linux")]
mod syscalls;
#[cfg(target_os = "linux")]
mod user;

pub use allow::{Allow, Resolver, Terminal};
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{confine, probe, return_lent, shed};
#[cfg(target_os = "linux")]
pub use linux::{confine, return_lent, shed};
pub use missing::Missing;
pub use place::{Place, folder_of};
#[cfg(target_os = "linux")]
pub use probe::probe;

/// Which capabilities outlast [`shed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// None.
    Nothing,
    /// Those by which root reads and writes other users' files, if this process has them: what a user names is to be
    /// read, whoever it belongs to.
    Files,
}

/// Who the program is to be from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Become {
    /// Who it is.
    Itself,
    /// Who called sudo, if it is root by that.
    Caller,
    /// The user of this name or number.
    User(String),
}

/// What [`shed`] left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shed {
    /// The user that the program became, in words, if it became another.
    pub became: Option<String>,
    /// What could not be given up.
    pub missing: Vec<Missing>,
}
