//! Which of several captures were made at different places: they are read once before, as far as they can be read again.

use crate::capture::file::{FileSource, Input, Merged};
use crate::capture::{Progress, Source};
use crate::decode::{self, Pdu};
use crate::flow::{Places, Survey};

/// Looks through captures. What cannot be read is left out: it is told when they are read for good.
pub(super) fn survey(inputs: &[Input]) -> Places {
    let readable = inputs.len() > 1 && inputs.iter().all(Input::can_be_read_again);
    if !readable {
        return Places::default();
    }
    let (mut survey, mut merged) = (Survey::default(), Merged::new());
    for (input, file) in inputs.iter().zip(0..) {
        // What fails here fails again, and is told then.
        let _ = FileSource::open(input, file).and_then(|source| merged.push(source));
    }
    loop {
        let progress = merged.read(&mut |frames| {
            let mut pdu = Pdu::NOTHING;
            for frame in frames {
                if let (Ok(()), Pdu::Segment(segment, _)) = (decode::decode_into(frame, &mut pdu), &pdu) {
                    survey.note(segment);
                }
            }
        });
        if matches!(progress, Ok(Progress::End)) {
            return survey.places();
        }
    }
}
