//! A server that has only shaken hands: what its SYN+ACK, and what follows, tell of a RST in its name.

use crate::flow::Side;
use crate::verdict::example::verdict;
use crate::verdict::{Confidence, Sender};

use super::story::GET;

const SERVER: Option<Sender> = Some(Sender::Side(Side::Server));
const DEVICE: Option<Sender> = Some(Sender::Middlebox);

/// Shaken hands with a server that offers `window`, and asked.
fn asked(window: u32, then: &str) -> (Option<Sender>, Option<Confidence>) {
    let open = format!("A > B S tsval 1\nB > A S. id 0 win {window} tsval 90\nA > B . tsval 2\n");
    let told = verdict(&format!("{open}{}{then}", GET.replace("P. ", "P. tsval 2 ")));
    (told.rst_by, told.rst_by_confidence)
}

/// A device answers a request by a RST of its own make.
#[test]
fn a_live_socket_of_linux_stamps_its_reset_and_tells_its_window() {
    let sure = (DEVICE, Some(Confidence::Likely));
    assert_eq!(asked(65_160, "+0.0014 B > A R. id 0 win 0"), sure);
    assert_eq!(asked(65_160, "+0.0014 B > A RP. id 0 win 229"), sure);
    assert_eq!(asked(65_160, "+0.0009 B > A R. id 39347 win 0 ttl 57 no_df"), sure);
    // Linux's own; and what Apple's stack and BSD's leave out.
    assert_eq!(
        asked(65_160, "+0.0014 B > A R. id 9000 tsval 91 win 509"),
        (SERVER, Some(Confidence::Likely))
    );
    assert_eq!(asked(65_535, "+0.0014 B > A R. id 0 win 0").0, SERVER);
    // One mark alone convicts nobody.
    assert_eq!(asked(65_160, "+0.0014 B > A R. id 9000 win 509").0, SERVER);
}

/// A device takes a request away and refuses it, next to the client, with a count of its own.
#[test]
fn linux_counts_no_answer_without_a_socket() {
    let told = |rst: &str| {
        let open =
            "A > B S tsval 1\nB > A S. id 0 ttl 63 tsval 90\nA > B . tsval 2\nA > B P. len 65 tsval 2\n";
        let told = verdict(&format!("{open}+0.003 B > A R seq 5001 {rst}"));
        (told.rst_by, told.rst_by_confidence)
    };
    assert_eq!(told("ttl 255 id 4711"), (DEVICE, Some(Confidence::Likely)));
    assert_eq!([told("ttl 255 id 0").0, told("ttl 63 id 4711").0], [SERVER; 2]);
    assert_eq!(told("ttl 63 id 0"), (SERVER, Some(Confidence::Likely)));
}

/// The same towards the server: two segments of the client count one by one, and none follows the count with 0.
#[test]
fn who_counts_does_not_give_none_to_its_abort() {
    let open = "A > B S ttl 63 tsval 1 id 700\nB > A S. tsval 90\nA > B . ttl 63 tsval 2 id 701\n";
    let told = |rst: &str| verdict(&format!("{open}+0.002 A > B R. ttl 63 {rst}")).rst_by;
    assert_eq!(told("id 0"), DEVICE);
    assert_eq!(told("id 702"), Some(Sender::Side(Side::Client)));
    assert_eq!(told("id 9000"), Some(Sender::Side(Side::Client)), "a host that counts for all its sockets");
}

/// A perfect forgery, and the server's own acknowledgement behind it.
#[test]
fn a_socket_stamps_nothing_after_its_reset() {
    let told = |tsval: u32| {
        let later = format!("+0.0006 B > A . seq 5001 ack 1028 id 46476 tsval {tsval}\nA > B R seq 1028");
        asked(65_160, &format!("+0.0016 B > A R. id 1 tsval 91 win 509\n{later}"))
    };
    assert_eq!(told(92), (DEVICE, Some(Confidence::Likely)));
    // The path swapped the two.
    assert_eq!(told(91).0, SERVER);
}
