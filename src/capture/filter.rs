//! `--filter`: pcap-filter expressions on frames that were read, in libpcap's own compiler and words.
//!
//! Two things differ from a filter that the kernel applies: `len`, `less` and `greater` see the bytes that were
//! captured rather than those on the wire, and on [`LinkType::Null`](crate::decode::LinkType::Null) the address family
//! is taken to be in this host's byte order.

#[cfg(feature = "live")]
pub use compiled::Filter;
#[cfg(feature = "live")]
pub(in crate::capture) use compiled::{dlt, words};
#[cfg(not(feature = "live"))]
pub use missing::Filter;

#[cfg(feature = "live")]
mod compiled {
    use pcap::{BpfProgram, Capture, Linktype};

    use crate::decode::{Frame, LinkType};
    use crate::error::Error;

    /// A pcap-filter expression, compiled once for each link type that occurs.
    pub struct Filter {
        expression: String,
        programs: Vec<(LinkType, BpfProgram)>,
    }

    impl Filter {
        /// Compiles `expression`, for Ethernet to begin with.
        ///
        /// # Errors
        /// [`Error::Filter`], with libpcap's words, if it cannot be compiled.
        pub fn new(expression: &str) -> Result<Self, Error> {
            let mut filter = Self { expression: expression.to_owned(), programs: Vec::new() };
            filter.program(LinkType::Ethernet)?;
            Ok(filter)
        }

        /// Whether a frame passes. One of a link type that is not known always does: it can't be judged, and is
        /// counted as [`crate::decode::Skip::UnknownLink`] later.
        ///
        /// # Errors
        /// [`Error::Filter`] if the expression has no meaning for the frame's link type, as `ether host` for raw IP.
        pub fn passes(&mut self, frame: &Frame<'_>) -> Result<bool, Error> {
            if matches!(frame.link, LinkType::Unknown(_)) {
                return Ok(true);
            }
            self.program(frame.link).map(|program| program.filter(frame.bytes))
        }

        fn program(&mut self, link: LinkType) -> Result<&BpfProgram, Error> {
            let known = self.programs.iter().position(|(known, _)| *known == link);
            if known.is_none() {
                self.programs.push((link, self.compile(link)?));
            }
            let index = known.unwrap_or(self.programs.len() - 1);
            Ok(&self.programs[index].1)
        }

        fn compile(&self, link: LinkType) -> Result<BpfProgram, Error> {
            let compiled =
                Capture::dead(Linktype(dlt(link))).and_then(|dead| dead.compile(&self.expression, true));
            compiled.map_err(|error| Error::Filter { expression: self.expression.clone(), why: words(error) })
        }
    }

    /// libpcap's number for what frames of `link` start with: `DLT_…`, not `LINKTYPE_…`, which differ for raw IP.
    pub(in crate::capture) const fn dlt(link: LinkType) -> i32 {
        match link {
            LinkType::Null => 0,
            LinkType::Ethernet => 1,
            // What Linux, macOS and FreeBSD call it; the others' number is compiled alike.
            LinkType::Raw => 12,
            LinkType::Loop => 108,
            LinkType::LinuxSll => 113,
            LinkType::LinuxSll2 => 276,
            LinkType::Unknown(number) => number as i32,
        }
    }

    /// What libpcap says, without the crate's words around it.
    pub(in crate::capture) fn words(error: pcap::Error) -> String {
        match error {
            pcap::Error::PcapError(words) => words,
            other => other.to_string(),
        }
    }
}

#[cfg(not(feature = "live"))]
mod missing {
    use std::convert::Infallible;

    use crate::decode::Frame;
    use crate::error::Error;

    /// A filter in a program built without libpcap: there is none.
    pub struct Filter(Infallible);

    impl Filter {
        /// Always fails.
        ///
        /// # Errors
        /// [`Error::NoFilter`].
        pub fn new(_expression: &str) -> Result<Self, Error> {
            Err(Error::NoFilter)
        }

        /// Never called: there is no filter to call it on.
        ///
        /// # Errors
        /// None.
        pub fn passes(&mut self, _frame: &Frame<'_>) -> Result<bool, Error> {
            match self.0 {}
        }
    }
}
