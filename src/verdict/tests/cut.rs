//! What a snaplen leaves of TLS: the headers of records, and whatever is short.

use crate::verdict::Harm;
use crate::verdict::example::verdict;

/// The version is hidden with the rest of the hellos; a record as short as an alert is one all the same.
#[test]
fn a_goodbye_is_one_where_the_version_was_cut_off() {
    let record = |len: u8| format!("17030300{len:02x}{}", "61".repeat(25));
    let hellos = "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030102000100 len 517\nB > A P. hex 160303007a020000 len 1389\n\
A > B P. hex 140303000101 len 74\n";
    let talk = format!(
        "{hellos}A > B P. hex {} len 65\nB > A P. hex {} len 105\nA > B .\n",
        record(60),
        record(100)
    );
    let bye = format!("1703030013{}", "61".repeat(19));
    let ends = format!("+2 B > A P. hex {bye}\nB > A F.\nA > B .\nA > B P. hex {bye}\nB > A R");
    let told = verdict(&format!("{talk}{ends}"));
    assert_eq!((told.cause_name(), told.harm), (Some("write_after_close"), None), "{:?}", told.evidence);
    // Who asks again asks.
    let asks =
        format!("+2 B > A P. hex {bye}\nB > A F.\nA > B .\nA > B P. hex {} len 65\nB > A R", record(60));
    let told = verdict(&format!("{talk}{asks}"));
    assert_eq!(
        (told.cause_name(), told.harm),
        (Some("stale_keepalive"), Some(Harm::Harmful)),
        "{:?}",
        told.evidence
    );
}
