//! Tries what must not be possible any more. It is how tests, and users who want to know, see that it is not.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use nix::sched::{CloneFlags, unshare};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
use rustix::process::{Pid, Signal, kill_process};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};

/// What is tried, and how that ended: `Ok` where it was possible.
type Attempt = (&'static str, Result<(), String>);

/// Tries it all. What could be done is undone, if that is possible; to run another program would not come back.
#[must_use]
pub fn probe(writable: Option<&Path>) -> Vec<Attempt> {
    let mut attempts = vec![
        ("read a file", told(File::open("/etc/passwd"))),
        ("read a folder", told(fs::read_dir("/"))),
        ("read the environment of this process", told(File::open("/proc/self/environ"))),
        ("make a file", made(Path::new("/var/tmp"))),
        ("listen with TCP", told(TcpListener::bind("127.0.0.1:0"))),
        ("connect with TCP", told(TcpStream::connect("127.0.0.1:9"))),
        ("open a UDP socket", told(UdpSocket::bind("127.0.0.1:0"))),
        ("open a Unix socket", told(UnixListener::bind("/var/tmp/rstwho-probe"))),
        ("open a packet socket", told(socket(AddressFamily::PACKET))),
        ("open a netlink socket", told(socket(AddressFamily::NETLINK))),
        ("start a process", told(Command::new("/bin/true").status())),
        ("signal another process", told(signal_parent())),
        ("make a namespace", told(unshare(CloneFlags::CLONE_NEWUSER))),
        ("take a capability", told(take_capability())),
        ("become root", told(nix::unistd::setresuid(0.into(), 0.into(), 0.into()))),
        // It would not come back.
        ("run a program", Err(Command::new("/bin/true").exec().to_string())),
    ];
    if let Some(folder) = writable {
        attempts.push(("make a file in the output's folder", made(folder)));
    }
    attempts
}

fn told<T, E: ToString>(attempt: Result<T, E>) -> Result<(), String> {
    attempt.map(|_| ()).map_err(|error| error.to_string())
}

fn made(folder: &Path) -> Result<(), String> {
    let path = folder.join(format!(".rstwho-probe-{}", std::process::id()));
    told(OpenOptions::new().write(true).create_new(true).open(&path))?;
    told(fs::remove_file(path))
}

fn socket(family: AddressFamily) -> io::Result<()> {
    socket_with(family, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    Ok(())
}

fn signal_parent() -> io::Result<()> {
    let parent = rustix::process::getppid().unwrap_or(Pid::INIT);
    Ok(kill_process(parent, Signal::CONT)?)
}

fn take_capability() -> io::Result<()> {
    let raw = CapabilitySet::NET_RAW;
    let sets = CapabilitySets { effective: raw, permitted: raw, inheritable: CapabilitySet::empty() };
    Ok(set_capabilities(None, sets)?)
}
