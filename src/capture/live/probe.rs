//! Tries to send through the sockets that capture. It is how tests, and users who want to know, see that nobody can.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

use super::LiveSource;

/// From nobody to nobody, of a kind that is left for experiments (IEEE 802 local experimental EtherType 1).
const FRAME: [u8; 60] = {
    let mut frame = [0; 60];
    (frame[12], frame[13]) = (0x88, 0xb5);
    frame
};

impl LiveSource {
    /// What is tried, and how that ended: `Ok` where it was possible with the first of the sockets.
    #[must_use]
    pub fn probe(&self) -> Vec<(&'static str, Result<(), String>)> {
        let Some(lane) = self.lanes.first() else { return Vec::new() };
        let attempts: [(&str, io::Result<()>); 4] = [
            ("send a frame", sent(lane)),
            ("write a frame", rustix::io::write(lane, &FRAME).map(drop).map_err(io::Error::from)),
            ("copy a socket that captures", lane.as_fd().try_clone_to_owned().map(drop)),
            ("hand a socket that captures over", handed_over(lane)),
        ];
        attempts.map(|(what, outcome)| (what, outcome.map_err(|error| error.to_string()))).into()
    }
}

fn sent(socket: impl AsFd) -> io::Result<()> {
    rustix::net::send(socket, &FRAME, SendFlags::empty())?;
    Ok(())
}

/// What is handed over has another number where it arrives.
fn handed_over(socket: impl AsFd) -> io::Result<()> {
    let (here, _there) = UnixStream::pair()?;
    let sockets = [socket.as_fd()];
    let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut message = SendAncillaryBuffer::new(&mut room);
    message.push(SendAncillaryMessage::ScmRights(&sockets));
    sendmsg(&here, &[IoSlice::new(b"x")], &mut message, SendFlags::empty())?;
    Ok(())
}
