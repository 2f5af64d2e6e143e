//! What `watch` was asked for.

use std::path::PathBuf;

use crate::aggregate::Network;
use crate::cli::{self, Common};
use crate::error::Error;

use super::{Display, Payload, Presentation, Sandbox, Screen, Surroundings, VerdictStatus, amount, networks};

/// How interfaces are to be watched and their connections reported.
#[derive(Debug)]
pub struct Watch {
    /// Which ones; the one of the default route if there is none.
    pub interfaces: Vec<String>,
    /// A pcap-filter expression.
    pub filter: Option<String>,
    /// Bytes kept of each frame, unless the default will do.
    pub snaplen: Option<u32>,
    /// Bytes of the kernel's buffer, unless the default will do.
    pub buffer_bytes: Option<u32>,
    /// Whose frames.
    pub reception: Reception,
    /// Which segments.
    pub coverage: Coverage,
    /// Stop after as many frames.
    pub max_frames: Option<u64>,
    /// Connections followed at the same time.
    pub max_flows: u32,
    /// Whether payload may be looked at.
    pub payload: Payload,
    /// Who "we" are; the interfaces' own addresses if nobody says.
    pub local: Vec<Network>,
    /// Whether names are looked up, for a dashboard.
    pub names: Lookups,
    /// Where records go; standard output if nowhere else.
    pub output: Option<PathBuf>,
    /// When a new file is begun.
    pub rotation: Option<Rotation>,
    /// Whether a harmful end shows in the exit status.
    pub verdict_status: VerdictStatus,
    /// Whom to become; who called sudo if nobody is named.
    pub user: Option<String>,
    /// Whether it watches in confinement.
    pub sandbox: Sandbox,
    /// How it is shown.
    pub presentation: Presentation,
}

/// Whether names of addresses are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookups {
    /// Where the system looks for them: its files, the DNS.
    Made,
    /// Not at all.
    Forbidden,
}

/// Whose frames an interface is to hand up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reception {
    /// Those for this host, and those that it sends.
    Own,
    /// All that come by.
    Promiscuous,
}

/// Which segments are to be captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every one.
    Whole,
    /// Those with SYN, FIN or RST.
    Ends,
}

/// When a new file is begun, and how many old ones are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Bytes that a file holds at most, if a single record is not larger.
    pub bytes: u64,
    /// Old files beside the one that is being written.
    pub keep: u32,
}

impl Watch {
    pub(super) fn of(watch: cli::Watch, around: &Surroundings) -> Result<Self, Error> {
        let bare = Self::by_default(watch.common, around)?;
        let rotation = watch
            .rotate
            .map(|size| Ok(Rotation { bytes: amount::parse_large("--rotate", &size)?, keep: watch.keep }));
        let words = watch.filter.join(" ");
        Ok(Self {
            interfaces: watch.interfaces,
            filter: (!words.trim().is_empty()).then_some(words),
            snaplen: watch.snaplen,
            buffer_bytes: watch.buffer.as_deref().map(buffer).transpose()?,
            reception: if watch.promiscuous { Reception::Promiscuous } else { Reception::Own },
            coverage: if watch.light { Coverage::Ends } else { Coverage::Whole },
            rotation: rotation.transpose()?,
            user: watch.user,
            ..bare
        })
    }

    /// What a bare `rstwho` on a terminal means.
    pub(super) fn by_default(common: Common, around: &Surroundings) -> Result<Self, Error> {
        // On a terminal people look at a dashboard; a file, a pipe and a format that was asked for get lines and records.
        let looked_at = around.stdout == Screen::Terminal
            && common.output.is_none()
            && common.format == cli::Format::Table;
        let display = if looked_at { Display::Dashboard } else { Display::Report };
        let presentation = Presentation::of(&common, display, around);
        Ok(Self {
            interfaces: Vec::new(),
            filter: None,
            snaplen: None,
            buffer_bytes: None,
            reception: Reception::Own,
            coverage: Coverage::Whole,
            max_frames: common.count,
            max_flows: amount::parse("--max-flows", &common.max_flows)?,
            payload: Payload::of(&common),
            local: networks(&common.local)?,
            names: if common.numeric { Lookups::Forbidden } else { Lookups::Made },
            verdict_status: VerdictStatus::of(&common),
            sandbox: Sandbox::of(&common),
            output: common.output,
            rotation: None,
            user: None,
            presentation,
        })
    }
}

/// Bytes, or KiB where no letter says otherwise: what is typed out of habit must not make a buffer a thousand times too small.
fn buffer(text: &str) -> Result<u32, Error> {
    let number = amount::parse_large("--buffer", text)?;
    let unit = if text.bytes().all(|byte| byte.is_ascii_digit()) { 1024 } else { 1 };
    let bytes = number.checked_mul(unit).and_then(|bytes| i32::try_from(bytes).ok());
    bytes.and_then(|bytes| u32::try_from(bytes).ok()).ok_or_else(|| Error::Argument {
        argument: "--buffer",
        value: text.to_owned(),
        why: "libpcap takes less than 2 GiB; write e.g. 64M, or 65536 for as many KiB".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_without_a_letter_is_in_kib() {
        assert_eq!(buffer("64M").ok(), Some(64_000_000));
        assert_eq!(buffer("65536").ok(), Some(64 << 20));
        assert!(buffer("3G").is_err() && buffer("4194304").is_err() && buffer("0").is_err());
    }
}
