//! The chunked coding (RFC 9112 §7.1): sizes are read, data is only counted.

/// A carriage return and a line feed.
const LINE_END: u64 = 2;
/// `0`, and two ends of lines.
const LAST_CHUNK: u64 = 5;
/// Hexadecimal digits of a size that fits 64 bits.
const MAX_DIGITS: u8 = 16;

/// Where in a chunked body one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunks {
    /// In the digits of a size.
    Size { value: u64, digits: u8 },
    /// Behind them, up to the end of the line.
    Extension { value: u64 },
    /// In the data: how much of it is left.
    Data(u64),
    /// Behind the data, in the end of its line: before it, or behind its carriage return.
    DataEnd(Line),
    /// In a line behind the last chunk; an empty one ends the body.
    Trailer(Line),
}

/// What a line holds so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Line {
    /// Nothing, or no more than a carriage return.
    #[default]
    Empty,
    /// Something.
    Text,
}

/// What a step made of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// So many bytes of data.
    Data(u64),
    /// Bytes that frame the data.
    Frame,
    /// The body ended.
    End,
    /// This is not the chunked coding.
    Bad,
}

impl Default for Chunks {
    fn default() -> Self {
        Self::Size { value: 0, digits: 0 }
    }
}

impl Chunks {
    /// Reads a step; gives how many bytes it took as well.
    pub(super) fn read(&mut self, bytes: &[u8]) -> (usize, Step) {
        if let Self::Data(left) = self {
            let taken = (*left).min(bytes.len() as u64);
            self.pass(taken);
            return (usize::try_from(taken).unwrap_or(bytes.len()), Step::Data(taken));
        }
        for (at, &byte) in bytes.iter().enumerate() {
            match self.frame(byte) {
                Step::Frame if matches!(self, Self::Data(_)) => return (at + 1, Step::Frame),
                Step::Frame => {}
                step => return (at + 1, step),
            }
        }
        (bytes.len(), Step::Frame)
    }

    /// Passes over some of so many bytes that nobody saw, and gives how many. What frames the data is known where it can be nothing else: the
    /// end of a line, and the last chunk, since any other one is longer than that.
    pub(super) fn skip(&mut self, count: u64) -> (u64, Step) {
        match *self {
            Self::Data(left) => {
                let taken = left.min(count);
                self.pass(taken);
                (taken, Step::Data(taken))
            }
            Self::DataEnd(line) => {
                let left = if line == Line::Empty { LINE_END } else { LINE_END - 1 };
                *self = if count < left { Self::DataEnd(Line::Text) } else { Self::default() };
                (count.min(left), Step::Frame)
            }
            Self::Size { digits: 0, .. } if count == LAST_CHUNK => (count, Step::End),
            _ => (count, Step::Bad),
        }
    }

    /// How many of the next bytes are data for certain.
    pub(super) const fn opaque(self) -> u64 {
        if let Self::Data(left) = self { left } else { 0 }
    }

    const fn pass(&mut self, count: u64) {
        if let Self::Data(left) = *self {
            *self = if left > count { Self::Data(left - count) } else { Self::DataEnd(Line::Empty) };
        }
    }

    fn frame(&mut self, byte: u8) -> Step {
        let next = match (*self, byte) {
            (Self::Size { value, digits }, _) if byte.is_ascii_hexdigit() && digits < MAX_DIGITS => {
                let value = value << 4 | u64::from(char::from(byte).to_digit(16).unwrap_or(0));
                // Zeros before it count for nothing.
                Some(Self::Size { value, digits: if value == 0 { 1 } else { digits + 1 } })
            }
            (Self::Size { value, digits: 1.. }, b';' | b'\r' | b' ' | b'\t') => {
                Some(Self::Extension { value })
            }
            (Self::Size { value, digits: 1.. } | Self::Extension { value }, b'\n') => {
                Some(Self::begin(value))
            }
            (Self::Extension { value }, _) => Some(Self::Extension { value }),
            (Self::DataEnd(_), b'\r') => Some(Self::DataEnd(Line::Text)),
            (Self::DataEnd(_), b'\n') => Some(Self::default()),
            (Self::Trailer(Line::Empty), b'\n') => return Step::End,
            (Self::Trailer(line), b'\r') => Some(Self::Trailer(line)),
            (Self::Trailer(_), b'\n') => Some(Self::Trailer(Line::Empty)),
            (Self::Trailer(_), _) => Some(Self::Trailer(Line::Text)),
            (Self::Size { .. } | Self::DataEnd(_) | Self::Data(_), _) => None,
        };
        let Some(next) = next else { return Step::Bad };
        *self = next;
        Step::Frame
    }

    const fn begin(size: u64) -> Self {
        if size == 0 { Self::Trailer(Line::Empty) } else { Self::Data(size) }
    }
}
