//! The choice of an interface, from tables as the kernel prints them.

use super::super::addresses::addresses_of;
use super::*;

const ROUTES: &str = "\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t00000000\t0102000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
tun0\t00000000\t0102000A\t0003\t0\t0\t0\t00000080\t0\t0\t0
";
const ROUTES6: &str = "\
fd000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth1
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth1
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
";

fn interface(name: &str, state: LinkState, addresses: &[&str]) -> Interface {
    let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
    let loopback = name == "lo";
    Interface {
        name: name.to_owned(),
        description: None,
        addresses,
        state,
        loopback,
        access: Access::Granted,
    }
}

#[test]
fn the_default_route_of_the_lowest_metric_is_taken() {
    assert_eq!(v4_route(ROUTES).as_deref(), Some("eth0"));
    assert_eq!(v6_route(ROUTES6).as_deref(), Some("eth1"));
}

#[test]
fn tables_without_a_default_route_give_none() {
    assert_eq!(v4_route(""), None);
    assert_eq!(v4_route("Iface\nnonsense\nx y z"), None);
    assert_eq!(v6_route(ROUTES6.lines().next().unwrap()), None);
    assert_eq!(v6_route(ROUTES6.lines().last().unwrap()), None, "a reject route leads nowhere");
}

#[test]
fn without_a_route_the_first_interface_that_runs_is_taken() {
    let interfaces = [
        interface(ANY, LinkState::Running, &[]),
        interface("lo", LinkState::Running, &[]),
        interface("none0", LinkState::Down, &[]),
        interface("none1", LinkState::Up, &[]),
        interface("none2", LinkState::Running, &[]),
        interface("none3", LinkState::Running, &[]),
    ];
    assert_eq!(default_of(&interfaces).unwrap().name, "none2");
    assert_eq!(default_of(&interfaces[..4]).unwrap().name, "none1");
    assert!(matches!(default_of(&interfaces[..3]), Err(Error::NoInterface)));
}

#[test]
fn our_addresses_are_those_of_the_captured_interfaces() {
    let interfaces = [
        interface("lo", LinkState::Running, &["127.0.0.1", "::1"]),
        interface("eth0", LinkState::Running, &["fe80::1", "10.0.0.1", "10.0.0.1"]),
    ];
    let of = |names: &[&str]| {
        addresses_of(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), &interfaces)
    };
    let parsed = |addresses: &[&str]| addresses.iter().map(|a| a.parse().unwrap()).collect::<Vec<IpAddr>>();
    assert_eq!(of(&["eth0"]), parsed(&["10.0.0.1", "fe80::1"]));
    assert_eq!(of(&["eth9"]), parsed(&[]));
    assert_eq!(of(&["eth0", ANY]), parsed(&["10.0.0.1", "127.0.0.1", "::1", "fe80::1"]));
}

#[test]
fn this_host_lists_its_loopback() {
    let interfaces = list().unwrap();
    let loopback = interfaces.iter().find(|interface| interface.loopback).expect("no loopback");
    assert!(loopback.addresses.iter().all(IpAddr::is_loopback), "{loopback:?}");
    assert!(!interfaces.iter().any(|interface| interface.name.starts_with("dbus")));
    let mut own = OwnAddresses::of(vec![loopback.name.clone()]).unwrap();
    assert!(own.addresses().iter().all(IpAddr::is_loopback));
    assert!(own.refresh().is_none(), "too early");
}
