//! GOAWAY: one side says that it will take no further requests, and why (RFC 9113 §6.8).

use compact_str::CompactString;

use super::super::stream::Stamp;

/// Bytes of it that are kept: two numbers, and some text.
const MAX: usize = 8 + 40;

/// What a side said before it ended the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoAway {
    /// The frame in which it was captured.
    pub frame: u64,
    /// The how manyth of all segments that is.
    pub serial: u64,
    /// Requests on higher streams were not and will not be worked on.
    pub last_stream: u32,
    /// Why, as a number.
    pub code: u32,
    /// Why, in words for people; often nothing.
    pub text: CompactString,
}

impl GoAway {
    /// The name of its code.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        name_of(self.code)
    }

    /// Something was wrong; otherwise its sender only means to end.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        self.code != 0
    }
}

/// The name of an error code, of a connection or a stream (RFC 9113 §7).
pub(super) const fn name_of(code: u32) -> &'static str {
    match code {
        0 => "NO_ERROR",
        1 => "PROTOCOL_ERROR",
        2 => "INTERNAL_ERROR",
        3 => "FLOW_CONTROL_ERROR",
        4 => "SETTINGS_TIMEOUT",
        5 => "STREAM_CLOSED",
        6 => "FRAME_SIZE_ERROR",
        7 => "REFUSED_STREAM",
        8 => "CANCEL",
        9 => "COMPRESSION_ERROR",
        10 => "CONNECT_ERROR",
        11 => "ENHANCE_YOUR_CALM",
        12 => "INADEQUATE_SECURITY",
        13 => "HTTP_1_1_REQUIRED",
        _ => "an unknown code",
    }
}

/// One that is being read, or the code of a RST_STREAM.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Gathered(Vec<u8>);

impl Gathered {
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let room = MAX.saturating_sub(self.0.len()).min(bytes.len());
        self.0.extend_from_slice(bytes.get(..room).unwrap_or_default());
    }

    /// Another frame begins.
    pub(super) fn begin(&mut self) {
        self.0.clear();
    }

    /// Why a stream is reset (RFC 9113 §6.4).
    pub(super) fn code(&self) -> Option<u32> {
        self.0.first_chunk().map(|&code| u32::from_be_bytes(code))
    }

    /// What it says; `None` if not even its numbers were captured.
    pub(super) fn read(&mut self, stamp: Stamp) -> Option<GoAway> {
        let bytes = std::mem::take(&mut self.0);
        let (&stream, rest) = bytes.split_first_chunk()?;
        let (&code, text) = rest.split_first_chunk()?;
        let is_text = text.iter().all(|&byte| byte.is_ascii_graphic() || byte == b' ');
        let text = if is_text { String::from_utf8_lossy(text) } else { "".into() };
        Some(GoAway {
            frame: stamp.frame,
            serial: stamp.serial,
            last_stream: u32::from_be_bytes(stream) & (u32::MAX >> 1),
            code: u32::from_be_bytes(code),
            text: CompactString::from(text),
        })
    }
}
