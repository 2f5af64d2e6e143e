//! Two network namespaces joined by a wire, and tests that run inside of one.
//!
//! A process cannot be moved between namespaces without unsafe code. So a test runs twice: the first time it makes the
//! namespaces and starts its own program again inside of one, for that test alone; the second time it finds itself
//! there, and does its work.

use std::env;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Set in the second run: the name of the namespace at the other end of the wire.
const INSIDE: &str = "RSTWHO_TEST_FAR_NAMESPACE";
const TURN: &str = "RSTWHO_TEST_TURN";

/// The host's end of the wire in either namespace.
pub(crate) const NEAR: &str = "near0";
const FAR: &str = "far0";

/// A test that runs inside of a namespace, with its net.
macro_rules! in_namespace {
    ($(fn $name:ident($net:ident) $body:block)+) => { $(
        #[test]
        fn $name() {
            if let Some($net) = netns::enter(stringify!($name)) $body
        }
    )+ };
}
pub(crate) use in_namespace;

/// What there is inside: [`NEAR`] with 192.0.2.2 and 2001:db8::2, whose other end has 192.0.2.1 and 2001:db8::1 in a
/// namespace of its own. Nobody listens there.
pub(crate) struct Net {
    far: String,
    test: &'static str,
}

/// In the first run of a test, its second; in the second, the net.
pub(crate) fn enter(test: &'static str) -> Option<Net> {
    if let Ok(far) = env::var(INSIDE) {
        return Some(Net { far, test });
    }
    let Some(pair) = Pair::make() else {
        skip();
        return None;
    };
    let exe = env::current_exe().unwrap();
    let mut command = Command::new("ip");
    command.args(["netns", "exec", &pair.near]).arg(exe).args(["--exact", test, "--nocapture"]);
    passed(test, &command.env(INSIDE, &pair.far).output().unwrap());
    None
}

impl Net {
    /// `ip` with these arguments, here; for instance `link set near0 down`.
    pub(crate) fn ip(&self, arguments: &str) {
        self.run(Command::new("ip").args(arguments.split(' ')));
    }

    /// The same where not every kernel can do it; says so and gives false where this one cannot.
    pub(crate) fn may_ip(&self, arguments: &str) -> bool {
        let could = succeeds(arguments);
        if !could {
            let _ =
                writeln!(std::io::stderr(), "{}: skipped: this kernel cannot 'ip {arguments}'", self.test);
        }
        could
    }

    /// The same at the other end.
    pub(crate) fn far_ip(&self, arguments: &str) {
        self.run(Command::new("ip").args(["-n", &self.far]).args(arguments.split(' ')));
    }

    /// Any command at the other end.
    pub(crate) fn far(&self, command: &str) {
        self.run(Command::new("ip").args(["netns", "exec", &self.far]).args(command.split(' ')));
    }

    /// What to put before a command that is to run at the other end.
    #[allow(dead_code, reason = "only some tests need programs there")]
    pub(crate) fn far_prefix(&self) -> [&str; 4] {
        ["ip", "netns", "exec", &self.far]
    }

    fn run(&self, command: &mut Command) {
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {command:?}: {said}", self.test);
    }

    /// Runs this test a third time, in the same place but as `nobody` with these capabilities alone, and says so by
    /// giving true there and false here.
    pub(crate) fn again_as_nobody_with(&self, capabilities: &str) -> bool {
        if env::var(TURN).as_deref() == Ok(capabilities) {
            return true;
        }
        if env::var(TURN).is_ok() {
            return false;
        }
        // Where this program lies, nobody may not even be able to run it.
        let folder = tempfile::tempdir().unwrap();
        open_to_all(folder.path());
        let exe = folder.path().join("test");
        std::fs::copy(env::current_exe().unwrap(), &exe).unwrap();
        open_to_all(&exe);
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        for set in ["--inh-caps", "--ambient-caps", "--bounding-set"] {
            command.arg(format!("{set}={capabilities}"));
        }
        command.arg(exe).args(["--exact", self.test, "--nocapture"]).env(TURN, capabilities);
        passed(self.test, &command.output().unwrap());
        false
    }
}

fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// The namespaces, for as long as the first run lasts.
struct Pair {
    near: String,
    far: String,
}

impl Pair {
    fn make() -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("rstwho-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let pair = Self { near: format!("{name}-near"), far: format!("{name}-far") };
        let steps = [
            format!("netns add {}", pair.near),
            format!("netns add {}", pair.far),
            format!("-n {} link add {NEAR} type veth peer name {FAR} netns {}", pair.near, pair.far),
            format!("-n {} link set lo up", pair.near),
            format!("-n {} link set lo up", pair.far),
            format!("-n {} addr add 192.0.2.2/30 dev {NEAR}", pair.near),
            format!("-n {} addr add 192.0.2.1/30 dev {FAR}", pair.far),
            format!("-n {} addr add 2001:db8::2/64 dev {NEAR} nodad", pair.near),
            format!("-n {} addr add 2001:db8::1/64 dev {FAR} nodad", pair.far),
            format!("-n {} link set {NEAR} up", pair.near),
            format!("-n {} link set {FAR} up", pair.far),
        ];
        let made = steps.iter().all(|step| succeeds(step));
        made.then_some(pair)
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        succeeds(&format!("netns del {}", self.near));
        succeeds(&format!("netns del {}", self.far));
    }
}

fn succeeds(ip: &str) -> bool {
    Command::new("ip").args(ip.split(' ')).output().is_ok_and(|output| output.status.success())
}

/// A test that ran elsewhere must have run there, and passed.
fn passed(test: &str, output: &Output) {
    let _ = std::io::stderr().write_all(&skips(&output.stderr));
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "{test}, inside:\n{said}");
}

/// What a test said inside about parts that it left out.
fn skips(stderr: &[u8]) -> Vec<u8> {
    stderr
        .split_inclusive(|&byte| byte == b'\n')
        .filter(|line| line.windows(8).any(|w| w == b"skipped:"))
        .flatten()
        .copied()
        .collect()
}

/// Not through `eprintln!`, which the test harness keeps to itself where a test passes.
fn skip() {
    static SKIPPED: AtomicUsize = AtomicUsize::new(0);
    let skipped = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
    let _ = writeln!(std::io::stderr(), "skipped: needs root and network namespaces ({skipped} so far)");
}
