//! Systems other than Linux: nothing is given up, and that is said.

use super::{Allow, Become, Keep, Missing, Shed};
use crate::error::Error;

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
