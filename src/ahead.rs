//! Memory that will be needed soon, asked for ahead of time: the misses of many are waited for together.

use std::slice;

use prefetch_index::prefetch_index;

/// Asks for the cache line in which a value begins, and does not wait for it.
#[inline]
pub(crate) fn fetch<T>(value: &T) {
    #[cfg(test)]
    asked::note(value);
    prefetch_index(slice::from_ref(value), 0);
}

/// What lies in several cache lines.
pub(crate) trait Fetch {
    /// Asks for all of them.
    fn fetch(&self);
}

/// What was asked for, so that tests can hold those who list fields to asking for every line, whatever the order of the fields in memory.
#[cfg(test)]
pub(crate) mod asked {
    use std::cell::RefCell;
    use std::ptr;

    /// Bytes that come from memory together, on most machines.
    const LINE: usize = 64;

    thread_local! {
        static ADDRESSES: RefCell<Option<Vec<usize>>> = const { RefCell::new(None) };
    }

    pub(super) fn note<T>(value: &T) {
        let address = ptr::from_ref(value).addr();
        ADDRESSES.with_borrow_mut(|asked| asked.iter_mut().for_each(|asked| asked.push(address)));
    }

    /// Does `ask` ask for every line of `value` from the first to the last that it asks for, wherever that lies in memory?
    pub(crate) fn leaves_no_gap<T>(value: &T, ask: impl FnOnce(&T)) -> bool {
        ADDRESSES.set(Some(Vec::new()));
        ask(value);
        let begin = ptr::from_ref(value).addr();
        let mut asked = ADDRESSES.take().unwrap_or_default();
        asked.retain(|address| (begin..begin + size_of::<T>()).contains(address));
        asked.sort_unstable();
        let line = |start: usize, address: usize| (start + address - begin) / LINE;
        let mut starts = (0..LINE).step_by(align_of::<T>().min(LINE));
        let whole = |start| asked.windows(2).all(|pair| line(start, pair[1]) - line(start, pair[0]) <= 1);
        asked.len() > 1 && starts.all(whole)
    }

    #[test]
    fn a_line_that_nobody_asked_for_is_found_out() {
        let value = [[0_u8; 32]; 4];
        assert!(leaves_no_gap(&value, |value| [3, 1].iter().for_each(|&at| super::fetch(&value[at]))));
        assert!(!leaves_no_gap(&value, |value| [0, 3].iter().for_each(|&at| super::fetch(&value[at]))));
        assert!(!leaves_no_gap(&value, |_| {}));
    }
}
