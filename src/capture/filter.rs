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

    /// All link types whose frames can be judged.
    const LINKS: [LinkType; 9] = [
        LinkType::Ethernet,
        LinkType::Raw,
        LinkType::LinuxSll,
        LinkType::LinuxSll2,
        LinkType::Null,
        LinkType::Loop,
        LinkType::Ppp,
        LinkType::CiscoHdlc,
        LinkType::Pktap,
    ];

    /// A pcap-filter expression, compiled for each link type before anything is read: names of hosts in it are asked for
    /// then, and later there is no network to ask.
    pub struct Filter {
        expression: String,
        /// In the order of [`LINKS`]; where it has no meaning, libpcap's words.
        programs: Vec<Result<BpfProgram, String>>,
    }

    impl Filter {
        /// Compiles `expression`.
        ///
        /// # Errors
        /// [`Error::Filter`], with libpcap's words, if it cannot be compiled for Ethernet.
        pub fn new(expression: &str) -> Result<Self, Error> {
            let programs = LINKS.iter().map(|&link| compile(expression, link)).collect();
            let filter = Self { expression: expression.to_owned(), programs };
            filter.program(LinkType::Ethernet)?;
            Ok(filter)
        }

        /// Whether a frame passes. One of a link type that is not known always does: it can't be judged, and is
        /// counted as [`crate::decode::Skip::UnknownLink`] later.
        ///
        /// # Errors
        /// [`Error::Filter`] if the expression has no meaning for the frame's link type, as `ether host` for raw IP.
        pub fn passes(&self, frame: &Frame<'_>) -> Result<bool, Error> {
            let program = self.program(frame.link)?;
            Ok(program.is_none_or(|program| program.filter(frame.bytes)))
        }

        fn program(&self, link: LinkType) -> Result<Option<&BpfProgram>, Error> {
            let of_link = LINKS.iter().zip(&self.programs).find(|(known, _)| **known == link);
            let program = of_link.map(|(_, program)| program.as_ref()).transpose();
            program.map_err(|why| Error::Filter { expression: self.expression.clone(), why: why.clone() })
        }
    }

    fn compile(expression: &str, link: LinkType) -> Result<BpfProgram, String> {
        Capture::dead(Linktype(dlt(link))).and_then(|dead| dead.compile(expression, true)).map_err(words)
    }

    /// libpcap's number for what frames of `link` start with: `DLT_…`, not `LINKTYPE_…`, which differ for raw IP.
    pub(in crate::capture) const fn dlt(link: LinkType) -> i32 {
        match link {
            LinkType::Null => 0,
            LinkType::Ethernet => 1,
            // What Linux, macOS and FreeBSD call it; the others' number is compiled alike.
            LinkType::Raw => 12,
            LinkType::Ppp => 9,
            LinkType::CiscoHdlc => 104,
            LinkType::Loop => 108,
            LinkType::LinuxSll => 113,
            LinkType::Pktap => 258,
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
        pub fn passes(&self, _frame: &Frame<'_>) -> Result<bool, Error> {
            match self.0 {}
        }
    }
}
