//! How a side begins: what its SYN shows beside its numbers.

use crate::decode::Segment;

use super::key::End;
use super::place::Look;
use super::state::{Cold, Flow};

/// A SYN of `by` came.
pub(super) fn note(_flow: &mut Flow, cold: &mut Cold, syn: &Segment, by: End) {
    *cold.opened.at_mut(by) = Look::of(syn);
}
