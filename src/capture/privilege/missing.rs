//! What could not be given up or closed, to be said once.

use std::fmt;

/// One thing that stays possible although it is not needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The user did not want to be confined.
    Unwanted,
    /// The system has nothing of the kind.
    System,
    /// Files are kept by their permissions alone.
    Files {
        /// Why.
        why: String,
    },
    /// Files are confined as far as an old kernel can.
    SomeFiles {
        /// The version of Landlock that it has.
        version: u32,
    },
    /// No system call is closed.
    Calls {
        /// Why.
        why: String,
    },
    /// The program stays root, without capabilities.
    Root {
        /// Why.
        why: String,
    },
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unwanted => f.write_str("not confined: --no-sandbox"),
            Self::System => f.write_str("not confined: this system has neither Landlock nor seccomp"),
            Self::Files { why } => {
                write!(f, "files are not confined: {why}; their permissions alone keep them")
            }
            Self::SomeFiles { version } => {
                write!(f, "files are confined as far as Landlock {version} of this kernel can (3 closes all)")
            }
            Self::Calls { why } => write!(f, "system calls are not confined: {why}"),
            Self::Root { why } => {
                write!(f, "stays root, without its capabilities: {why}; --user NAME chooses whom to become")
            }
        }
    }
}
