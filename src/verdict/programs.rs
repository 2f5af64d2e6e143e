//! What programs call it: the same result of the same call in the words of each language and proxy.
//!
//! Measured with Node 20, Go 1.19, Python 3.11, OpenJDK 17, curl 7.88, nginx 1.22 and HAProxy against servers that end
//! in every way.

mod words;

use std::fmt;

use super::{Side, Stage};

/// A call that can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// `connect()`.
    Connect,
    /// `read()`, `recv()` and their kin.
    Read,
    /// `write()`, `send()` and their kin.
    Write,
}

/// What a call returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sight {
    /// Which.
    pub call: Call,
    /// The name of the error; `EOF` for a read of nothing.
    pub errno: &'static str,
}

/// `read() = ECONNRESET`.
impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.errno {
            "EOF" => write!(f, "{} = 0 (EOF)", self.call.word()),
            errno => write!(f, "{} = {errno}", self.call.word()),
        }
    }
}

/// What `connect()` returned.
pub(super) const fn connect(errno: &'static str) -> Sight {
    Sight { call: Call::Connect, errno }
}

/// What `read()` returned.
pub(super) const fn read(errno: &'static str) -> Sight {
    Sight { call: Call::Read, errno }
}

/// What `write()` returned.
pub(super) const fn write(errno: &'static str) -> Sight {
    Sight { call: Call::Write, errno }
}

impl Call {
    /// As in the manual.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Connect => "connect()",
            Self::Read => "read()",
            Self::Write => "write()",
        }
    }
}

/// Whose words an error text is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Program {
    /// Node's own http and net.
    Node,
    /// Node's fetch, which is undici.
    Undici,
    /// Go's net and net/http.
    Go,
    /// Python's socket and `http.client`, which requests and urllib3 wrap.
    Python,
    /// gunicorn and uWSGI.
    Wsgi,
    /// Java's sockets and HTTP clients.
    Java,
    /// curl and libcurl.
    Curl,
    /// nginx's access and error log.
    Nginx,
    /// HAProxy's termination states.
    Haproxy,
    /// Envoy and Istio.
    Envoy,
    /// Apache, Varnish, Squid and Traefik.
    Proxy,
    /// Balancers and networks of others: AWS, Google, Azure, Heroku, Cloudflare.
    Balancer,
    /// http.sys and IIS.
    Iis,
    /// Chrome and its kin.
    Chrome,
    /// Firefox.
    Firefox,
    /// gRPC's libraries.
    Grpc,
    /// Clients of databases.
    Database,
    /// Message brokers and their clients.
    Broker,
    /// .NET.
    Dotnet,
    /// Ruby's net/http.
    Ruby,
    /// Rust's hyper and what wraps it.
    Rust,
    /// iOS and macOS.
    Apple,
    /// OpenSSH.
    Ssh,
    /// git, rsync, wget, mail.
    Transfer,
    /// Erlang and Elixir.
    Erlang,
    /// PHP's streams.
    Php,
    /// libldap and its kin.
    Ldap,
    /// Libraries of TLS, in whatever uses them.
    Tls,
    /// The system's own name, in the log of any program.
    Any,
}

impl Program {
    /// Those whose words for a sight are known.
    pub const SPEAKING: &'static [Self] = &[
        Self::Node,
        Self::Undici,
        Self::Go,
        Self::Python,
        Self::Java,
        Self::Curl,
        Self::Nginx,
        Self::Haproxy,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Node => "Node",
            Self::Undici => "Node fetch (undici)",
            Self::Go => "Go",
            Self::Python => "Python",
            Self::Wsgi => "gunicorn, uWSGI",
            Self::Java => "Java",
            Self::Curl => "curl",
            Self::Nginx => "nginx",
            Self::Haproxy => "HAProxy",
            Self::Envoy => "Envoy, Istio",
            Self::Proxy => "other proxies",
            Self::Balancer => "balancers, CDNs",
            Self::Iis => "IIS, http.sys",
            Self::Chrome => "Chrome",
            Self::Firefox => "Firefox",
            Self::Grpc => "gRPC",
            Self::Database => "database clients",
            Self::Broker => "message brokers",
            Self::Dotnet => ".NET",
            Self::Ruby => "Ruby",
            Self::Rust => "Rust",
            Self::Apple => "iOS, macOS",
            Self::Ssh => "OpenSSH",
            Self::Transfer => "git, rsync, wget, mail",
            Self::Erlang => "Erlang, Elixir",
            Self::Php => "PHP",
            Self::Ldap => "LDAP clients",
            Self::Tls => "TLS libraries",
            Self::Any => "any program",
        }
    }

    /// What this program says on `side` when it sees `sight` in `stage`; `None` where it says nothing of its own.
    #[must_use]
    pub fn says(self, side: Side, sight: Sight, stage: Option<Stage>) -> Option<&'static str> {
        words::of(self).iter().find(|word| word.fits(side, sight, stage)).map(|word| word.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESET: Sight = Sight { call: Call::Read, errno: "ECONNRESET" };
    const EOF: Sight = Sight { call: Call::Read, errno: "EOF" };

    #[test]
    fn a_reset_has_a_name_in_every_language() {
        let says = |program: Program| program.says(Side::Client, RESET, Some(Stage::Request)).unwrap();
        assert_eq!(says(Program::Node), "read ECONNRESET");
        assert_eq!(says(Program::Undici), "fetch failed");
        assert_eq!(says(Program::Go), "read: connection reset by peer");
        assert_eq!(says(Program::Python), "ConnectionResetError: [Errno 104] Connection reset by peer");
        assert_eq!(says(Program::Java), "SocketException: Connection reset");
        assert_eq!(says(Program::Curl), "(56) Recv failure: Connection reset by peer");
        assert_eq!(
            says(Program::Nginx),
            "recv() failed (104: Connection reset by peer) while reading response header from upstream"
        );
        assert_eq!(says(Program::Haproxy), "SH--");
    }

    #[test]
    fn the_end_of_a_stream_is_named_by_what_was_owed() {
        let says = |program: Program, stage| program.says(Side::Client, EOF, Some(stage));
        assert_eq!(says(Program::Node, Stage::Request), Some("socket hang up"));
        assert_eq!(says(Program::Node, Stage::Response), Some("aborted"));
        assert_eq!(says(Program::Go, Stage::Response), Some("unexpected EOF"));
        assert_eq!(says(Program::Curl, Stage::Closing), None, "a normal end has no name");
        assert_eq!(Program::Nginx.says(Side::Server, EOF, Some(Stage::Request)), Some("499"));
        assert_eq!(Program::Curl.says(Side::Server, EOF, Some(Stage::Request)), None, "curl is no server");
    }

    #[test]
    fn a_sight_reads_like_a_call() {
        assert_eq!(
            (RESET.to_string(), EOF.to_string()),
            ("read() = ECONNRESET".into(), "read() = 0 (EOF)".into())
        );
    }
}
