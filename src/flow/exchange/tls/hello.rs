//! What the two hellos say (RFC 8446 §4.1, RFC 6066 §3). Read as far as they came: a capture may cut them.

const SERVER_NAME: u16 = 0;
/// RFC 7301 §3.1.
const PROTOCOL_NAMES: u16 = 16;
/// With its length (RFC 9113 §3.1).
const HTTP2: &[u8] = b"\x02h2";
/// With its length (RFC 7301 §6).
const HTTP11: &[u8] = b"\x08http/1.1";
/// In a ServerHello: the session that the client offered goes on (RFC 8446 §4.2.11).
const PRE_SHARED_KEY: u16 = 41;
const EARLY_DATA: u16 = 42;
const SUPPORTED_VERSIONS: u16 = 43;
const HOST_NAME: u8 = 0;
const MAX_NAME: usize = 255;
/// Type and length of a handshake message, legacy version, random.
const FIXED: usize = 4 + 2 + 32;
/// Of a ServerHello, between the session and the extensions: cipher suite, compression method.
const CHOSEN: usize = 3;
const TLS13: [u8; 2] = [3, 4];

/// The latest HTTP that a client can speak inside, by its own account (RFC 7301).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Offers {
    /// Something else, or it does not say.
    #[default]
    NoHttp,
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

impl Offers {
    /// Of a list of names.
    fn of(names: &[u8]) -> Self {
        let has = |name: &[u8]| names.windows(name.len()).any(|part| part == name);
        match (has(HTTP2), has(HTTP11)) {
            (true, _) => Self::Http2,
            (false, true) => Self::Http1,
            (false, false) => Self::NoHttp,
        }
    }
}

/// What a ClientHello says.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct ClientHello {
    /// The name of the server that is asked for; with ECH, the outer one.
    pub(super) sni: Option<String>,
    /// Data comes at once, before the server has answered.
    pub(super) early_data: bool,
    /// The HTTP that may be spoken.
    pub(super) offers: Offers,
}

/// Bytes that are read from the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().map(|two| u16::from_be_bytes(*two))
    }

    /// Passes over a vector whose length is one byte, or two.
    fn pass_short(&mut self) -> Option<()> {
        let len = self.u8()?;
        self.take(usize::from(len)).map(drop)
    }

    fn pass_long(&mut self) -> Option<()> {
        let len = self.u16()?;
        self.take(usize::from(len)).map(drop)
    }

    /// The next extension, if all of it came.
    fn extension(&mut self) -> Option<(u16, &'a [u8])> {
        let (kind, len) = (self.u16()?, self.u16()?);
        Some((kind, self.take(usize::from(len))?))
    }
}

/// Reads a ClientHello, its handshake header included.
pub(super) fn client(message: &[u8]) -> ClientHello {
    let mut hello = ClientHello::default();
    let mut bytes = Bytes(message);
    if extensions_of_client(&mut bytes).is_none() {
        return hello;
    }
    while let Some((kind, value)) = bytes.extension() {
        match kind {
            SERVER_NAME => hello.sni = server_name(value),
            EARLY_DATA => hello.early_data = true,
            PROTOCOL_NAMES => hello.offers = Offers::of(value),
            _ => {}
        }
    }
    hello
}

/// Is the version that a ServerHello chose 1.3? `None` where that part of it did not come.
pub(super) fn chooses_13(message: &[u8]) -> Option<bool> {
    let mut bytes = behind_choice(message)?;
    if bytes.0.is_empty() {
        return Some(false);
    }
    let len = usize::from(bytes.u16()?);
    let whole = bytes.0.len() >= len;
    while let Some((kind, value)) = bytes.extension() {
        if kind == SUPPORTED_VERSIONS {
            return Some(value == TLS13);
        }
    }
    whole.then_some(false)
}

/// Does a ServerHello go on with a session that the client had a ticket of, as far as it came?
pub(super) fn resumes(message: &[u8]) -> bool {
    let Some(mut bytes) = behind_choice(message) else { return false };
    bytes.u16().is_some() && std::iter::from_fn(|| bytes.extension()).any(|(kind, _)| kind == PRE_SHARED_KEY)
}

/// What of a ServerHello lies behind what it chose: its extensions, if it has any.
fn behind_choice(message: &[u8]) -> Option<Bytes<'_>> {
    let mut bytes = Bytes(message);
    bytes.take(FIXED)?;
    bytes.pass_short()?;
    bytes.take(CHOSEN)?;
    Some(bytes)
}

fn extensions_of_client(bytes: &mut Bytes<'_>) -> Option<()> {
    bytes.take(FIXED)?;
    bytes.pass_short()?;
    bytes.pass_long()?;
    bytes.pass_short()?;
    bytes.u16().map(drop)
}

fn server_name(value: &[u8]) -> Option<String> {
    let mut bytes = Bytes(value);
    bytes.u16()?;
    let (kind, len) = (bytes.u8()?, bytes.u16()?);
    let name = bytes.take(usize::from(len))?;
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let fits = kind == HOST_NAME && (1..=MAX_NAME).contains(&name.len()) && name.iter().all(allowed);
    fits.then(|| String::from_utf8_lossy(name).into_owned())
}
