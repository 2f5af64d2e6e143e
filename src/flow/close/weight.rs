//! What a RST makes remember.

use super::super::place::Copied;
use super::Reset;

impl Reset {
    /// Bytes of memory that it takes.
    pub(in super::super) fn weight(&self) -> usize {
        size_of_val(self)
            + self.text.capacity()
            + self.after.weight()
            + self.copies.capacity() * size_of::<Copied>()
    }
}
