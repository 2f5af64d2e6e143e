//! The shelf: one file a cause, one list. `explain`, the README's table and the records' words all come from it.

mod unexplained;

use super::Rule;

/// Every rule. The order breaks ties: what a person would act on first comes first, and the last one always speaks.
pub const RULES: &[&Rule] = &[&unexplained::RULE];
