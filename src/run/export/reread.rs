//! The frames of a connection out of the captures that were read, which are read once more for it.

use crate::capture::file::{FileSource, Input};
use crate::capture::{Progress, Source};

use super::{Copied, Found, Frames, Sought};

/// Bytes that are copied at most: an end is looked at, not archived.
const MOST: usize = 256 << 20;

/// The captures.
pub(in super::super) struct Captures(pub(in super::super) Vec<Input>);

impl Frames for Captures {
    fn find(&self, sought: &Sought) -> Result<Found, String> {
        let several = self.0.len() > 1;
        let sought = if several { sought.of_any_number() } else { *sought };
        let mut found = Found { frames: Vec::new(), note: None };
        for (input, file) in self.0.iter().zip(0..) {
            if *input == Input::Stdin {
                return Err("they came through a pipe and are gone".to_owned());
            }
            read(input, file, &sought, &mut found).map_err(|error| error.to_string())?;
        }
        found.frames.sort_by_key(|frame| frame.ts);
        Ok(found)
    }
}

fn read(input: &Input, file: u16, sought: &Sought, found: &mut Found) -> Result<(), crate::error::Error> {
    let mut source = FileSource::open(input, file)?;
    let mut bytes: usize = found.frames.iter().map(|frame| frame.bytes.len()).sum();
    loop {
        let mut over = false;
        let progress = source.read(&mut |frames| {
            for frame in frames.iter().filter(|frame| sought.takes(frame)) {
                bytes += frame.bytes.len();
                if bytes > MOST {
                    found.note = Some(format!("it has more than {} MB, the rest is left out", MOST >> 20));
                    over = true;
                    return;
                }
                found.frames.push(Copied::of(frame));
            }
            over |= frames.iter().any(|frame| frame.number > sought.numbers.1);
        })?;
        if over || progress == Progress::End {
            return Ok(());
        }
    }
}
