//! What a RST makes remember.

use super::{Aftermath, Reset};

impl Reset {
    /// Bytes of memory that it takes.
    pub(in super::super) fn weight(&self) -> usize {
        size_of_val(self) + self.text.capacity() + self.after.weight()
    }
}

impl Aftermath {
    fn weight(&self) -> usize {
        self.0.as_deref().map_or(0, size_of_val)
    }
}
