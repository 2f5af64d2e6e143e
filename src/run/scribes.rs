//! Puts into words and bytes what was judged, a few connections at a time, by whoever is free. What is written is put together
//! again in the order of the judgements.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use crate::verdict::Dossier;
use crate::view::{Scribe, View};

/// Connections that are put into words at once: so many that handing them over costs nothing beside their words.
const TOGETHER: usize = 64;
/// Such loads that may be under way, for each that can write one.
const LOADS: usize = 4;

/// What is to be put into words, and how.
pub(super) struct Load {
    pen: Arc<Pen>,
    sheet: Sheet,
}

/// What is to be put into words, and the words. It goes round and is emptied by who filled it: where one thread frees or
/// enlarges what another has allocated, both wait for each other.
#[derive(Default)]
pub(super) struct Sheet {
    dossiers: Vec<Dossier>,
    words: Vec<u8>,
}

/// How a view's verdicts are put into words.
struct Pen {
    scribe: Scribe,
    /// The names of captures, where there are several.
    names: Vec<String>,
}

/// What came of a load: its sheet, with the words in the order of the dossiers.
pub(super) type Written = io::Result<Sheet>;

/// Where loads are given to be written, and fetched when that is done.
pub(super) trait Bureau {
    /// Takes a load, which has this number.
    fn give(&self, number: u64, load: Load);

    /// What came of a load, if that is done by now.
    fn done(&self, number: u64) -> Option<Written>;

    /// The same, after it was waited for.
    fn wait_for(&self, number: u64) -> Written;
}

/// What is under way for a view.
pub(super) struct Scribes {
    bureau: Box<dyn Bureau>,
    pen: Arc<Pen>,
    /// What waits to be handed out.
    waiting: Sheet,
    /// Empty, to be filled again.
    blank: Vec<Sheet>,
    /// The numbers of loads that were handed out, in order.
    under_way: VecDeque<u64>,
    most: usize,
    next: u64,
}

impl Scribes {
    /// Has what is taken written at a `bureau` where so many can write.
    pub(super) fn new(bureau: Box<dyn Bureau>, hands: usize, scribe: Scribe, names: &[String]) -> Self {
        let pen = Arc::new(Pen { scribe, names: names.to_vec() });
        let (waiting, blank) = (Sheet::default(), Vec::new());
        Self { bureau, pen, waiting, blank, under_way: VecDeque::new(), most: LOADS * hands, next: 0 }
    }

    /// Takes a dossier; what was written meanwhile of earlier ones may go to the view.
    pub(super) fn take(&mut self, dossier: Dossier, view: &mut dyn View) -> io::Result<()> {
        self.waiting.dossiers.push(dossier);
        if self.waiting.dossiers.len() < TOGETHER { Ok(()) } else { self.hand_out(view) }
    }

    /// Waits until all that was taken is written.
    pub(super) fn catch_up(&mut self, view: &mut dyn View) -> io::Result<()> {
        if !self.waiting.dossiers.is_empty() {
            self.hand_out(view)?;
        }
        while let Some(number) = self.under_way.pop_front() {
            self.put(self.bureau.wait_for(number), view)?;
        }
        Ok(())
    }

    fn hand_out(&mut self, view: &mut dyn View) -> io::Result<()> {
        while let Some(&number) = self.under_way.front()
            && let Some(written) = self.bureau.done(number)
        {
            self.under_way.pop_front();
            self.put(written, view)?;
        }
        if self.under_way.len() >= self.most
            && let Some(number) = self.under_way.pop_front()
        {
            self.put(self.bureau.wait_for(number), view)?;
        }
        let blank = self.blank.pop().unwrap_or_default();
        let sheet = std::mem::replace(&mut self.waiting, blank);
        self.bureau.give(self.next, Load { pen: Arc::clone(&self.pen), sheet });
        self.under_way.push_back(self.next);
        self.next += 1;
        Ok(())
    }

    fn put(&mut self, written: Written, view: &mut dyn View) -> io::Result<()> {
        let mut sheet = written?;
        view.put(&sheet.words)?;
        sheet.dossiers.clear();
        sheet.words.clear();
        self.blank.push(sheet);
        Ok(())
    }
}

impl Load {
    /// Puts it into words.
    pub(super) fn write(mut self) -> Written {
        let Pen { scribe, names } = &*self.pen;
        let Sheet { dossiers, words } = &mut self.sheet;
        for dossier in dossiers {
            let name = names.get(usize::from(dossier.file())).map(String::as_str);
            scribe(&dossier.tell(), name, words)?;
        }
        Ok(self.sheet)
    }
}
