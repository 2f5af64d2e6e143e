//! The shelf: one file a cause, one list. `explain`, the README's table and the records' words all come from it.

mod aborted_by_application;
mod client_abort;
mod icmp_refused;
mod no_response;
mod peer_vanished;
mod port_closed;
mod response_cut;
mod syn_unanswered;
mod unexplained;
mod write_after_close;

use super::Rule;

/// Every rule. The order breaks ties: what a person would act on first comes first, and the last one always speaks.
pub const RULES: &[&Rule] = &[
    &icmp_refused::RULE,
    &port_closed::RULE,
    &syn_unanswered::RULE,
    &peer_vanished::RULE,
    &client_abort::RULE,
    &response_cut::RULE,
    &no_response::RULE,
    &write_after_close::RULE,
    &aborted_by_application::RULE,
    &unexplained::RULE,
];

/// The rule of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

#[cfg(test)]
mod tests;
