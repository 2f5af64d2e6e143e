//! Connections that a client uses again although they are over: who ended them, and why.

use crate::verdict::example::verdict;

/// A server that closes right behind an answer has a reason, of which HTTP's are none where something else is spoken, or where its answer
/// did not announce it.
#[test]
fn an_end_is_announced_only_where_it_was() {
    let advice = |open: &str, again: &str| {
        let told =
            verdict(&format!("A > B S\nB > A S.\nA > B .\n{open}B > A F.\nA > B .\n+0.2 {again}B > A R"));
        assert_eq!(told.cause_name(), Some("stale_keepalive"), "{:?}", told.evidence);
        told.advice.unwrap_or_default()
    };
    let get = "A > B P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"\n";
    let answer = |more: &str| {
        format!("{get}B > A P. \"HTTP/1.1 200 OK\\r\\n{more}Content-Length: 0\\r\\n\\r\\n\"\nA > B .\n")
    };
    let silent = advice(&answer(""), get);
    assert!(silent.contains("restart or a kill") && !silent.contains("Connection: close"), "{silent}");
    let announced = advice(&answer("Connection: close\\r\\n"), get);
    assert!(announced.contains("had announced") && !announced.contains("restart"), "{announced}");
    let ping = "A > B P. \"*1\\r\\n$4\\r\\nPING\\r\\n\"\n";
    let redis = advice(&format!("{ping}B > A P. \"+PONG\\r\\n\"\nA > B .\n"), ping);
    assert!(redis.contains("shutdown or a restart") && !redis.contains("HTTP"), "{redis}");
}

/// Connections that a process takes with it had been idle for various times, and somebody still waited on one of them.
#[test]
fn who_waits_on_a_server_that_ends_learns_that_others_ended_too() {
    let get = "P. \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"";
    let answer = "P. \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"";
    let open =
        |client: &str| format!("{client} > B S\nB > {client} S.\n{client} > B .\n{client} > B {get}\n");
    let idle = |client: &str| format!("{}B > {client} {answer}\n{client} > B .\n", open(client));
    let end = |client: &str| format!("B > {client} F.\n{client} > B F.\nB > {client} .\n");
    let ends = ["C", "D", "A"].map(end).concat();
    let advice = |pause: &str| {
        let talk = format!("{}{pause}{}+1.5 {}+0.4 ", idle("C"), idle("D"), open("A"));
        let told = verdict(&format!("{talk}{ends}"));
        assert_eq!(told.cause_name(), Some("no_response"), "{:?}", told.evidence);
        told.advice.unwrap_or_default()
    };
    let killed = advice("+2 ");
    assert!(killed.contains("2 others at that moment") && !killed.contains("timeout"), "{killed}");
    // Others that had been idle for one time may have had their timeout.
    assert!(advice("").contains("timeout of that length"), "{}", advice(""));
}
