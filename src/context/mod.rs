//! What the neighbours tell: facts that no single connection holds, kept in a bounded window of capture time.
//!
//! Every connection is noted when it is handed over; whoever judges one later, a linger after its end, asks for its
//! [`Surroundings`], a small value that says what the others did. Memory is bounded: what was not used for a window is
//! forgotten, and so is the older half when there is too much of it, as under a flood of forged sources.

mod ahead;
mod beginning;
mod counts;
mod devices;
mod ends;
mod hosts;
mod leavers;
mod listeners;
mod losses;
mod maker;
mod services;
mod sources;
mod stretches;
mod window;

pub use ends::Company;
pub use listeners::Restart;
pub use services::LearnedIdle;
pub use sources::{Scan, Telltale};

use crate::flow::{Attempted, Close, Ended, Leg, Side};
use crate::time::{Span, Timestamp};

use self::counts::Counts;
use self::devices::Devices;
use self::hosts::Hosts;
use self::leavers::Leavers;
use self::listeners::Listeners;
use self::losses::Losses;
use self::services::Services;
pub use self::services::Unserved;
use self::sources::Sources;

/// What is known of other connections at the time when one is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The client has tried many ports or hosts in vain.
    pub scan: Option<Scan>,
    /// Connections to the same listener that were reset together without ever having been served, this one
    /// included.
    pub unserved: Unserved,
    /// TTL or hop limit of the server's own segments on other connections at the place where the RST was captured, or the SYNs that nobody
    /// answered, if it is always the same.
    pub server_ttl: Option<u8>,
    /// How fast the server's address answered where the RST was captured, on all connections together.
    pub server_leg: Option<Leg>,
    /// The RST left the host that captured it, and those come in there.
    pub server_comes_in: bool,
    /// The RST came from where others did in that host's name after which it spoke on.
    pub of_device: bool,
    /// So many other servers' addresses share its server's count of identifications.
    pub counts_with: Option<u32>,
    /// The port that refused it, or did not answer its first SYN or its last, accepted others within a second before, and within a second after.
    pub accepted_around: bool,
    /// And was being started again when it did so.
    pub restart: Option<Restart>,
    /// From when on the port refused whoever came, if that was about when the server ended this connection.
    pub refused_from: Option<Timestamp>,
    /// Others of the server's port that the server ended at the moment when it ended this one, or of the client where that did.
    pub ended_with: Company,
    /// After what idle time this server closes connections.
    pub learned_idle: Option<LearnedIdle>,
    /// It was forgotten by the server, and so far from its end another connection was, which was in use.
    pub forgot_another: Option<Span>,
    /// Frames that the capture lost near its end, whosever they were.
    pub lost_nearby: u64,
}

/// The memory of other connections.
#[derive(Debug, Default)]
pub struct Context {
    hosts: Hosts,
    counts: Counts,
    devices: Devices,
    leavers: Leavers,
    listeners: Listeners,
    services: Services,
    sources: Sources,
    losses: Losses,
}

impl Context {
    /// Beside a table of so many connections at most: a small one needs no long memory, and who asks for it wants little to be
    /// taken.
    #[must_use]
    pub fn beside(max_flows: u32) -> Self {
        let flows = max_flows as usize;
        Self {
            hosts: Hosts::beside(flows),
            counts: Counts::default(),
            devices: Devices::beside(flows),
            leavers: Leavers::beside(flows),
            listeners: Listeners::beside(flows),
            services: Services::beside(flows),
            sources: Sources::beside(flows),
            losses: Losses::default(),
        }
    }

    /// Takes note of a connection that was handed over.
    pub fn note(&mut self, ended: &Ended) {
        match ended {
            Ended::Attempt(attempted) => {
                self.hosts.note_look(attempted.client().addr, attempted.client_look(), attempted.closed_at);
                if let Some(look) = attempted.server_look() {
                    self.hosts.note_look(attempted.server().addr, look, attempted.closed_at);
                }
                self.listeners.note_attempt(attempted);
                self.sources.note_attempt(attempted);
            }
            Ended::Whole(close) => {
                self.hosts.note(close);
                self.counts.note(close);
                self.devices.note(close);
                self.leavers.note(close);
                self.listeners.note(close);
                self.services.note(close);
                self.sources.note(close);
            }
        }
    }

    /// Who serves, where neither the connection's own handshake nor what was said tells: whoever has accepted others, if only one of the two has.
    pub fn tell_roles(&self, ended: &mut Ended) {
        if !ended.has_guessed_roles() {
            return;
        }
        let Ended::Whole(close) = ended else { return };
        let accepts = |side| self.listeners.is_one(close.endpoint(side));
        if accepts(Side::Client) && !accepts(Side::Server) {
            close.client = close.client.peer();
        }
    }

    /// Takes note of frames that the capture lost, found out at `at`.
    pub fn note_loss(&mut self, at: Timestamp, frames: u64) {
        self.losses.note(at, frames);
    }

    /// What the others tell about an attempt: nothing that takes a connection.
    #[must_use]
    pub fn around_attempt(&self, attempted: &Attempted) -> Surroundings {
        let server = attempted.server().addr;
        let refused_at = attempted.refusal_place();
        Surroundings {
            scan: self.sources.scan_of(attempted.client().addr, attempted.start()),
            server_ttl: refused_at.and_then(|place| self.hosts.usual_ttl(server, place)),
            server_leg: refused_at.and_then(|place| self.hosts.leg(server, place)),
            server_comes_in: refused_at.is_some_and(|place| self.hosts.comes_in_where(server, place)),
            accepted_around: refused_at.is_some()
                && self.listeners.accepted_around(attempted.server(), attempted.last_seen()),
            restart: attempted
                .rst()
                .and_then(|_| self.listeners.restart_about(attempted.server(), attempted.start())),
            learned_idle: if attempted.was_answered() {
                self.services.usual_idle(attempted.server())
            } else {
                None
            },
            lost_nearby: self.losses.near(attempted.last_seen()),
            ..Surroundings::default()
        }
    }

    /// What the others tell about `close`.
    #[must_use]
    pub fn around(&self, close: &Close) -> Surroundings {
        Surroundings {
            scan: self.sources.scan(close),
            unserved: self.services.unserved(close).unwrap_or_default(),
            server_ttl: self.hosts.server_ttl(close),
            server_leg: self.hosts.server_leg(close),
            server_comes_in: self.hosts.server_comes_in(close),
            of_device: self.devices.have_sent(close),
            counts_with: self.counts.shared(close),
            accepted_around: self.accepted_around(close),
            restart: if close.answers_syn() {
                self.listeners.restart_about(close.endpoint(Side::Server), close.start.ts)
            } else {
                None
            },
            ended_with: match close.ended_by(Side::Server) {
                Some(_) => self.listeners.ended_with(close),
                None => self.leavers.left_with(close),
            },
            refused_from: close.ended_by(Side::Server).and_then(|at| {
                let listener = close.endpoint(Side::Server);
                self.listeners.refused_about(listener, at).filter(|&from| close.start.ts < from)
            }),
            learned_idle: self.services.learned_idle(close),
            forgot_another: self.services.forgot(close),
            lost_nearby: self.losses.near(end_of(close)),
        }
    }

    fn accepted_around(&self, close: &Close) -> bool {
        let others = |at| self.listeners.accepted_around(close.endpoint(Side::Server), at);
        close.answers_syn() && others(end_of(close))
            || close.asks_in_vain() && (others(close.start.ts) || others(close.last.ts))
    }
}

fn end_of(close: &Close) -> Timestamp {
    close.reset.as_ref().map_or(close.last.ts, |reset| reset.rst.ts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::script::{self, Scripted};
    use crate::flow::{FlowTable, ObservedUntil, Settings};

    /// What a script leaves, with the server on `port`, from which nobody can tell that it is one.
    fn ended(script: &str, port: u16) -> Vec<Ended> {
        let mut played = script::parse(script).unwrap();
        for scripted in &mut played {
            let Scripted::Segment(segment, _) = scripted else { continue };
            for end in [&mut segment.src, &mut segment.dst] {
                end.port = if end.port == 80 { port } else { end.port - 30_000 };
            }
        }
        let pdus: Vec<_> = played.iter().map(Scripted::pdu).collect();
        let (mut table, mut ended) = (FlowTable::new(Settings::default()), Vec::new());
        table.observe(&pdus, &mut |one| ended.push(one));
        table.finish(ObservedUntil::Eof, &mut |one| ended.push(one));
        ended
    }

    fn port_of_client(ended: &Ended) -> Option<u16> {
        match ended {
            Ended::Whole(close) => Some(close.endpoint(Side::Client).port),
            Ended::Attempt(_) => None,
        }
    }

    #[test]
    fn who_has_accepted_others_serves() {
        let midway = "A > B P. len 9\nB > A P. len 9\nA > B .\nB > A R.";
        let shaken = "C > B S\nB > C S.\nC > B .\nC > B P. len 9\nB > C R.";
        let (mut context, mut wrong) = (Context::default(), ended(midway, 44_818));
        context.tell_roles(&mut wrong[0]);
        assert_eq!(port_of_client(&wrong[0]), Some(44_818), "by its port it looks like a client");
        for other in ended(shaken, 44_818) {
            context.note(&other);
        }
        context.tell_roles(&mut wrong[0]);
        assert_eq!(port_of_client(&wrong[0]), Some(10_000));
        // Told once is told for good, and a handshake of its own tells more.
        context.tell_roles(&mut wrong[0]);
        assert_eq!(port_of_client(&wrong[0]), Some(10_000));
        let mut own = ended(shaken, 44_818);
        context.tell_roles(&mut own[0]);
        assert_ne!(port_of_client(&own[0]), Some(44_818));
    }
}
