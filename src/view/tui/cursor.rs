//! The place in a list: it stays on its item while items come and go around it.

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// One up.
    Up,
    /// One down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first, and to stay with whatever is the first.
    First,
    /// To the last.
    Last,
}

/// A selected item and the part of the list that is visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor<K> {
    /// The item; `None` while the user has chosen none, which stays with the first.
    chosen: Option<K>,
    index: usize,
    offset: usize,
}

impl<K> Default for Cursor<K> {
    fn default() -> Self {
        Self { chosen: None, index: 0, offset: 0 }
    }
}

impl<K: PartialEq> Cursor<K> {
    /// The selected line.
    pub(super) const fn index(&self) -> usize {
        self.index
    }

    /// The first visible line.
    pub(super) const fn offset(&self) -> usize {
        self.offset
    }

    /// The list has changed: finds the item again, and leaves it on its line of the screen.
    pub(super) fn follow(&mut self, mut keys: impl ExactSizeIterator<Item = K>, page: usize) {
        let length = keys.len();
        match &self.chosen {
            None => (self.index, self.offset) = (0, 0),
            Some(chosen) => {
                if let Some(index) = keys.position(|key| key == *chosen) {
                    self.offset = (self.offset + index).saturating_sub(self.index);
                    self.index = index;
                }
            }
        }
        self.clamp(length, page);
    }

    /// Moves in a list of `length` items.
    pub(super) fn step(&mut self, step: Step, length: usize, page: usize, key: impl Fn(usize) -> Option<K>) {
        self.index = stepped(self.index, step, length.saturating_sub(1), page);
        self.clamp(length, page);
        self.chosen = if step == Step::First { None } else { key(self.index) };
    }

    /// Stays with the item that is selected now.
    pub(super) fn choose(&mut self, key: K) {
        self.chosen = Some(key);
    }

    fn clamp(&mut self, length: usize, page: usize) {
        let page = page.max(1);
        self.index = self.index.min(length.saturating_sub(1));
        self.offset = self.offset.min(self.index).max((self.index + 1).saturating_sub(page));
        self.offset = self.offset.min(length.saturating_sub(page));
    }
}

/// `position` after a step, between 0 and `last`.
pub(super) fn stepped(position: usize, step: Step, last: usize, page: usize) -> usize {
    let page = page.max(2) - 1;
    let to = match step {
        Step::Up => position.saturating_sub(1),
        Step::Down => position + 1,
        Step::PageUp => position.saturating_sub(page),
        Step::PageDown => position + page,
        Step::First => 0,
        Step::Last => last,
    };
    to.min(last)
}
