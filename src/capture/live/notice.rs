//! What is worth saying about an interface while capturing goes on: talk for stderr, one line each.

use std::fmt;

/// Something about an interface that the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It was configured down; capturing goes on when it comes back.
    Down {
        /// Which one.
        interface: String,
    },
    /// It came back.
    Up {
        /// Which one.
        interface: String,
    },
    /// It was removed; nothing more will come from it.
    Vanished {
        /// Which one.
        interface: String,
    },
    /// Reading from it failed; nothing more will come from it.
    Failed {
        /// Which one.
        interface: String,
        /// What libpcap says.
        why: String,
    },
}

impl Notice {
    /// The interface it is about.
    #[must_use]
    pub fn interface(&self) -> &str {
        match self {
            Self::Down { interface }
            | Self::Up { interface }
            | Self::Vanished { interface }
            | Self::Failed { interface, .. } => interface,
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Down { interface } => write!(f, "{interface}: the interface is down; waiting for it"),
            Self::Up { interface } => write!(f, "{interface}: the interface is up again"),
            Self::Vanished { interface } => {
                write!(f, "{interface}: the interface is gone; nothing more comes from it")
            }
            Self::Failed { interface, why } => {
                write!(f, "{interface}: {why}; nothing more comes from it")
            }
        }
    }
}
