//! The shelf: one file a cause, one list. `explain`, the README's table and the records' words all come from it.

mod aborted_by_application;
mod accept_queue_overflow;
mod client_abort;
mod client_gave_up_connecting;
mod icmp_refused;
mod idle_timeout;
mod injected_reset;
mod keepalive_timeout;
mod listener_closed;
mod no_response;
mod peer_vanished;
mod port_closed;
mod port_scan;
mod refused_by_firewall;
mod response_cut;
mod stale_keepalive;
mod state_lost;
mod syn_unanswered;
mod tls_alert;
mod tls_handshake_reset;
mod unexplained;
mod unread_data_at_close;
mod write_after_close;

use super::Rule;

/// How many rules there are.
pub const COUNT: usize = 23;

/// Every rule, each once and at one place, so that two are the same where their addresses are. The order breaks ties: what a person would act on first comes first, and the last one always speaks.
pub static RULES: [&Rule; COUNT] = [
    &injected_reset::RULE,
    &icmp_refused::RULE,
    &client_gave_up_connecting::RULE,
    &port_scan::RULE,
    &refused_by_firewall::RULE,
    &port_closed::RULE,
    &syn_unanswered::RULE,
    &listener_closed::RULE,
    &tls_alert::RULE,
    &tls_handshake_reset::RULE,
    &stale_keepalive::RULE,
    &keepalive_timeout::RULE,
    &client_abort::RULE,
    &response_cut::RULE,
    &no_response::RULE,
    &idle_timeout::RULE,
    &state_lost::RULE,
    &write_after_close::RULE,
    &unread_data_at_close::RULE,
    &accept_queue_overflow::RULE,
    &peer_vanished::RULE,
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
