//! Capturing on real interfaces, in network namespaces of their own.
#![cfg(all(feature = "live", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a test's helpers fail like the test itself")]

#[path = "support/ear.rs"]
mod ear;
#[path = "support/netns.rs"]
mod netns;

use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use ear::{Ear, options};
use netns::{NEAR, in_namespace};
use rstwho::capture::Progress;
use rstwho::capture::live::interfaces::{self, ANY, LinkState, OwnAddresses};
use rstwho::capture::live::{Access, LiveSource, Notice, Options, Reception, TICK, now};
use rstwho::decode::LinkType;
use rstwho::error::Error;
use rstwho::time::Span;

/// Nobody listens there.
const CLOSED: &str = "192.0.2.1:81";
const CLOSED_V6: &str = "[2001:db8::1]:81";

/// Is refused at once.
fn call(address: &str) {
    let address: SocketAddr = address.parse().unwrap();
    let error = TcpStream::connect_timeout(&address, Duration::from_secs(2)).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused, "{address}");
}

in_namespace! {
    fn a_refused_connection_is_heard_over_both_versions_of_ip(_net) {
        for address in [CLOSED, CLOSED_V6] {
            let mut ear = Ear::on(&[NEAR]);
            call(address);
            ear.until_resets(1);
            assert_eq!((ear.heard.len(), ear.syns()), (2, 1), "{:#?}", ear.heard);
            assert!(ear.heard[0].segment.flags.syn() && ear.heard[1].segment.flags.rst());
            assert_eq!(ear.heard[1].segment.src.port, 81);
            assert_eq!(ear.heard[0].link, LinkType::Ethernet);
        }
    }

    fn a_lone_reset_on_a_quiet_interface_is_handed_over_soon(_net) {
        let mut ear = Ear::on(&[NEAR]);
        for round in 1..=10 {
            std::thread::sleep(Duration::from_millis(37));
            call(CLOSED);
            ear.until_resets(round);
        }
        let latest = ear.resets().map(|heard| heard.late).max().unwrap();
        assert!(latest < Span::from_millis(300), "{latest}");
    }

    fn a_quiet_interface_gives_the_turn_back_at_each_tick(_net) {
        let mut ear = Ear::on(&[NEAR, "lo"]);
        let begun = Instant::now();
        for _ in 0..5 {
            assert_eq!(ear.listen(), Progress::More);
        }
        assert!(begun.elapsed() < 20 * TICK, "{:?}", begun.elapsed());
        let behind = now().since(ear.source.settled());
        assert!(behind < Span::from_millis(500), "{behind}");
    }

    fn loopback_hears_each_frame_once(_net) {
        let mut ear = Ear::on(&["lo"]);
        call("127.0.0.1:81");
        call("[::1]:81");
        ear.until_resets(2);
        ear.drain();
        assert_eq!((ear.heard.len(), ear.syns()), (4, 2), "{:#?}", ear.heard);
    }

    fn any_hears_all_interfaces(_net) {
        let mut ear = Ear::on(&[ANY]);
        call("127.0.0.1:81");
        call(CLOSED);
        call(CLOSED_V6);
        ear.until_resets(3);
        assert_eq!(ear.syns(), 3);
        assert!(ear.heard.iter().all(|heard| heard.link == LinkType::LinuxSll2));
    }

    fn a_vlan_is_heard_on_its_interface_on_the_wire_below_and_on_any(net) {
        if !net.may_ip(&format!("link add link {NEAR} name vlan7 type vlan id 7")) {
            return;
        }
        net.ip("addr add 192.0.2.6/30 dev vlan7");
        net.ip("link set vlan7 up");
        net.far_ip("link add link far0 name vlan7 type vlan id 7");
        net.far_ip("addr add 192.0.2.5/30 dev vlan7");
        net.far_ip("link set vlan7 up");
        for (interface, filter) in [("vlan7", ""), (NEAR, ""), (NEAR, "port 81"), (NEAR, "vlan 7 and port 81")] {
            let mut ear = Ear::filtered(interface, filter);
            call("192.0.2.5:81");
            ear.until_resets(1);
            assert_eq!((ear.heard.len(), ear.syns()), (2, 1), "{interface} {filter}: {:#?}", ear.heard);
        }
        let mut ear = Ear::on(&[ANY]);
        call("192.0.2.5:81");
        ear.until_resets(1);
    }

    fn tags_are_seen_through_where_they_are_sent_and_where_they_arrive(net) {
        net.ip("link add one0 type veth peer name two0");
        net.ip("link set one0 up");
        net.ip("link set two0 up");
        let mut sender = pcap::Capture::from_device("two0").unwrap().open().unwrap();
        for interface in ["two0", "one0", ANY] {
            for filter in ["", "port 81", "vlan 7 and port 81"] {
                // On all interfaces at once, libpcap knows no tags.
                if interface == ANY && filter.starts_with("vlan") {
                    continue;
                }
                let mut ear = Ear::filtered(interface, filter);
                for tags in [&[][..], &[0x8100], &[0x88a8, 0x8100]] {
                    sender.sendpacket(tagged_reset(tags, 81)).unwrap();
                    sender.sendpacket(tagged_reset(tags, 82)).unwrap();
                }
                ear.drain();
                let of = |port| ear.resets().filter(|heard| heard.segment.dst.port == port).count();
                let seen = match (interface, filter) {
                    // Each frame on both interfaces, but for the second tag of one that arrives: the kernel hands it on
                    // as the first bytes of a packet that it says is IP.
                    (ANY, "") => (5, 5),
                    // The filter knows no tags there.
                    (_, "port 81") => (3, 0),
                    (_, "") => (3, 3),
                    // `vlan 7` is about the outer tag, which has another number where there are two.
                    _ => (1, 0),
                };
                assert_eq!((of(81), of(82)), seen, "{interface} '{filter}': {:#?}", ear.heard);
            }
        }
    }

    fn the_filter_keeps_other_connections_out_but_no_icmp_error(net) {
        net.far("sysctl -qw net.ipv4.ip_forward=1");
        net.far_ip("route add prohibit 198.51.100.0/24");
        net.ip("route add 198.51.100.0/24 via 192.0.2.1");
        let mut ear = Ear::filtered(NEAR, "port 81");
        call("192.0.2.1:82");
        let forbidden = TcpStream::connect_timeout(&"198.51.100.7:81".parse().unwrap(), Duration::from_secs(2));
        assert_eq!(forbidden.unwrap_err().kind(), std::io::ErrorKind::HostUnreachable);
        call(CLOSED);
        ear.until_resets(1);
        assert_eq!((ear.syns(), ear.icmp), (2, 1), "{:#?}", ear.heard);
        assert!(ear.heard.iter().all(|heard| [heard.segment.src.port, heard.segment.dst.port].contains(&81)));
    }

    fn several_interfaces_are_merged_by_time(_net) {
        let mut ear = Ear::on(&[NEAR, "lo"]);
        for _ in 0..100 {
            call("127.0.0.1:81");
            call(CLOSED);
        }
        ear.until_resets(200);
        assert_eq!((ear.heard.len(), ear.syns()), (400, 200));
        assert!(ear.times.is_sorted());
        let ports = ear.resets().map(|heard| heard.segment.dst.addr.ip().is_loopback());
        assert!(ports.enumerate().all(|(at, loopback)| loopback == (at % 2 == 0)), "not in turn");
    }

    fn frames_in_the_ring_are_drained_at_the_end(_net) {
        let mut ear = Ear::on(&[NEAR]);
        for _ in 0..50 {
            call(CLOSED);
        }
        let begun = Instant::now();
        ear.drain();
        assert_eq!((ear.syns(), ear.resets().count()), (50, 50));
        assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    }

    fn counters_tell_what_came_and_leave_out_what_was_not_asked_for(_net) {
        let mut ear = Ear::on(&[NEAR]);
        let socket = UdpSocket::bind("192.0.2.2:0").unwrap();
        // The far kernel answers datagrams with ICMP errors, which could as well be about TCP. They come first, so that none
        // comes between the last look and the count.
        for _ in 0..10 {
            socket.send_to(b"not for us", "192.0.2.1:5000").unwrap();
        }
        (0..10).for_each(|_| call(CLOSED));
        ear.until_resets(10);
        ear.drain();
        let counts = ear.source.counts();
        assert_eq!((counts.captured, counts.received), (20 + ear.others, 20 + ear.others), "{counts:?}");
        assert_eq!((counts.dropped_by_kernel, counts.missed), (0, 0));
        let each: Vec<_> = ear.source.each().collect();
        assert_eq!(each, [(NEAR, counts)]);
    }

    fn what_the_ring_had_no_room_for_is_counted(_net) {
        let mut ear = Ear::with(&Options { buffer_bytes: 1 << 20, ..options(&["lo"]) });
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        for _ in 0..20_000 {
            // VXLAN's port: it might carry TCP.
            let _ = socket.send_to(&[0; 1400], "127.0.0.1:4789");
        }
        ear.drain();
        let counts = ear.source.counts();
        assert!(counts.dropped_by_kernel > 1_000, "{counts:?}");
        let hidden = counts.received - counts.captured - counts.dropped_by_kernel;
        assert!(hidden.abs_diff(counts.captured) < 5, "half of loopback's frames: {counts:?}");
        assert_eq!(counts.captured, ear.times.len() as u64);
        call("127.0.0.1:81");
        ear.until_resets(1);
    }

    fn an_interface_that_vanishes_is_reported_and_the_others_go_on(net) {
        let mut ear = Ear::on(&[NEAR, "lo"]);
        call(CLOSED);
        net.ip(&format!("link del {NEAR}"));
        let gone = Notice::Vanished { interface: NEAR.to_owned() };
        ear.until("notice", |ear| ear.notices.contains(&gone));
        assert_eq!(ear.resets().count(), 1, "what came before was lost");
        call("127.0.0.1:81");
        ear.until_resets(2);
        assert_eq!(ear.listen(), Progress::More);
        assert_eq!(ear.notices, [gone]);
        assert!(ear.times.is_sorted());
    }

    fn nothing_comes_after_the_last_interface(net) {
        let mut ear = Ear::on(&[NEAR]);
        call(CLOSED);
        net.ip(&format!("link del {NEAR}"));
        let begun = Instant::now();
        while ear.listen() == Progress::More {
            assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", ear.notices);
        }
        assert_eq!(ear.notices, [Notice::Vanished { interface: NEAR.to_owned() }]);
        assert_eq!(ear.resets().count(), 1);
        ear.drain();
        assert_eq!(ear.source.counts().captured, ear.times.len() as u64);
    }

    fn an_interface_that_goes_down_is_waited_for(net) {
        let mut ear = Ear::on(&[NEAR]);
        let interface = NEAR.to_owned();
        net.ip(&format!("link set {NEAR} down"));
        ear.until("down", |ear| ear.notices == [Notice::Down { interface: interface.clone() }]);
        let (begun, mut polls) = (Instant::now(), 0);
        while begun.elapsed() < Duration::from_millis(500) {
            assert_eq!(ear.listen(), Progress::More);
            polls += 1;
        }
        assert!(polls < 20, "{polls} polls in half a second of silence");
        net.ip(&format!("link set {NEAR} up"));
        ear.until("up", |ear| ear.notices.last() == Some(&Notice::Up { interface: interface.clone() }));
        call(CLOSED);
        ear.until_resets(1);
    }

    fn the_capability_to_capture_suffices(net) {
        if net.again_as_nobody_with("-all,+net_raw") {
            for reception in [Reception::Own, Reception::Promiscuous] {
                let mut ear = Ear::with(&Options { reception, ..options(&[NEAR, "lo", ANY]) });
                call(CLOSED);
                ear.until_resets(2);
            }
            assert!(interfaces::list().unwrap().iter().all(|interface| interface.access == Access::Granted));
        }
    }

    fn without_it_one_line_says_what_is_missing(net) {
        if net.again_as_nobody_with("-all") {
            for name in [NEAR, "lo", ANY] {
                let error = LiveSource::open(&options(&[name])).err().unwrap();
                assert!(matches!(&error, Error::NoPermission { interface } if interface == name), "{error:?}");
                let line = error.to_string();
                assert!(line.contains("setcap cap_net_raw+ep") && line.contains("sudo") && !line.contains('\n'));
            }
            let error = LiveSource::open(&options(&["no0"])).err().unwrap();
            assert!(matches!(error, Error::UnknownInterface { .. }), "{error:?}");
            assert!(interfaces::list().unwrap().iter().all(|interface| interface.access == Access::Denied));
        }
    }

    fn what_cannot_be_captured_on_is_explained(net) {
        let error = |names: &[&str]| LiveSource::open(&options(names)).err().unwrap();
        let unknown = error(&["lo", "eth9"]).to_string();
        assert!(unknown.contains("'eth9'") && [NEAR, "lo", ANY].iter().all(|name| unknown.contains(name)), "{unknown}");
        net.ip(&format!("link set {NEAR} down"));
        assert!(matches!(error(&[NEAR]), Error::InterfaceDown { name } if name == NEAR));
        let bad = Options { filter: Some("port x".to_owned()), ..options(&["lo"]) };
        let error = LiveSource::open(&bad).err().unwrap();
        assert!(matches!(&error, Error::Filter { expression, .. } if expression == "port x"), "{error:?}");
    }

    fn interfaces_are_listed_and_the_one_of_the_default_route_is_taken(net) {
        net.ip("link add spare0 type veth peer name spare1");
        net.ip("link set spare0 up");
        net.ip("route add default via 192.0.2.1");
        let list = interfaces::list().unwrap();
        assert_eq!(interfaces::default_of(&list).unwrap().name, NEAR);
        let named = |name: &str| list.iter().find(|interface| interface.name == name).unwrap();
        let near = named(NEAR);
        assert!(["192.0.2.2", "2001:db8::2"].iter().all(|ip| near.addresses.contains(&ip.parse().unwrap())), "{near:?}");
        assert_eq!((near.state, near.access, near.loopback), (LinkState::Running, Access::Granted, false));
        assert_eq!(named("spare1").state, LinkState::Down);
        assert_eq!(named("spare0").state, LinkState::Up, "no carrier");
        assert!(named("lo").loopback);
        net.ip("route del default");
        net.ip("route add 2001:db8:1::/64 via 2001:db8::1");
        assert_eq!(interfaces::default_of(&list).unwrap().name, NEAR, "the first that runs");
    }

    fn our_addresses_are_followed(net) {
        let mut own = OwnAddresses::of(vec![NEAR.to_owned()]).unwrap();
        assert!(own.addresses().contains(&"192.0.2.2".parse().unwrap()));
        assert!(!own.addresses().contains(&"127.0.0.1".parse().unwrap()));
        net.ip(&format!("addr add 203.0.113.9/24 dev {NEAR}"));
        let begun = Instant::now();
        while own.refresh().is_none() {
            assert!(begun.elapsed() < Duration::from_secs(15));
            std::thread::sleep(TICK);
        }
        assert!(own.addresses().contains(&"203.0.113.9".parse().unwrap()));
    }

    fn a_served_connection_is_heard_whole(_net) {
        let mut ear = Ear::on(&["lo"]);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        drop(listener.accept().unwrap());
        drop(client);
        ear.until("end", |ear| ear.heard.iter().filter(|heard| heard.segment.flags.fin()).count() == 2);
        ear.drain();
        assert!(ear.times.is_sorted());
        assert_eq!(ear.syns(), 1);
    }
}

/// A reset from port 443 behind tags of these kinds, the last with the number 7, the one before with 9.
fn tagged_reset(tags: &[u16], port: u16) -> Vec<u8> {
    let mut bytes = vec![2; 12];
    for (left, kind) in tags.iter().enumerate().map(|(at, kind)| (tags.len() - at, kind)) {
        bytes.extend(kind.to_be_bytes());
        bytes.extend([0, if left == 1 { 7 } else { 9 }]);
    }
    bytes.extend([8, 0]);
    let segment =
        etherparse::PacketBuilder::ipv4([192, 0, 2, 9], [192, 0, 2, 10], 64).tcp(443, port, 1, 0).rst();
    segment.write(&mut bytes, &[]).unwrap();
    bytes
}
