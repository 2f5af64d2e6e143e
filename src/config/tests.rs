use super::*;

fn around(stdout: Screen) -> Surroundings {
    Surroundings { stdout, colour: Colour::Used, charset: Charset::Unicode, width: None }
}

fn task(args: &str, stdout: Screen) -> Result<Task, Error> {
    let args = ["rstwho"].into_iter().chain(args.split_whitespace()).map(Into::into);
    Task::of(cli::parse(args).expect("parses"), &around(stdout))
}

fn replay(args: &str) -> Replay {
    match task(args, Screen::Terminal) {
        Ok(Task::Replay(replay)) => *replay,
        other => panic!("{other:?}"),
    }
}

fn refusal(args: &str) -> String {
    task(args, Screen::Terminal).expect_err("is refused").to_string()
}

#[test]
fn nothing_asked_is_told_apart_from_everything_asked() {
    assert!(matches!(task("", Screen::Elsewhere), Ok(Task::Orientation)));
    let on_a_terminal = task("", Screen::Terminal);
    let watches = matches!(&on_a_terminal, Ok(Task::Watch(watch)) if watch.interfaces.is_empty());
    assert_eq!(watches, cfg!(feature = "live"), "{on_a_terminal:?}");
    assert!(matches!(task("man", Screen::Terminal), Ok(Task::Man)));
}

#[test]
fn dash_r_is_replay_with_all_its_options() {
    let (short, long) =
        (replay("-r a.pcap -r - --all --top 5 -n"), replay("replay a.pcap - --all --top 5 -n"));
    assert_eq!(short.files, long.files);
    assert_eq!((short.presentation.top, short.presentation.listing), (5, Listing::Everything));
    assert_eq!(short.presentation.listing, long.presentation.listing);
}

#[test]
fn what_is_not_said_has_a_value() {
    let replay = replay("replay a.pcap");
    assert_eq!(replay.max_flows, 1_000_000);
    assert_eq!((replay.presentation.top, replay.presentation.width), (20, 100));
    assert_eq!(replay.presentation.listing, Listing::Harmful);
    assert_eq!(replay.verdict_status, VerdictStatus::Ignored);
    assert!(replay.window.is_everything());
}

#[test]
fn colour_is_for_terminals_unless_the_user_says_otherwise() {
    let colour = |args: &str, stdout| match task(args, stdout) {
        Ok(Task::Replay(replay)) => replay.presentation.colour,
        other => panic!("{other:?}"),
    };
    assert_eq!(colour("replay a.pcap", Screen::Terminal), Colour::Used);
    assert_eq!(colour("replay a.pcap -o b", Screen::Terminal), Colour::Absent);
    assert_eq!(colour("replay a.pcap", Screen::Elsewhere), Colour::Absent);
    assert_eq!(colour("replay a.pcap --color always", Screen::Elsewhere), Colour::Used);
    assert_eq!(colour("replay a.pcap --color never", Screen::Terminal), Colour::Absent);
}

#[test]
fn local_networks_may_be_listed_in_two_ways() {
    assert_eq!(replay("replay --local 10.0.0.0/8,fd00::/8 --local 192.0.2.1 a.pcap").local.len(), 3);
}

#[test]
fn a_wrong_value_is_named_with_what_would_be_right() {
    assert_eq!(
        refusal("replay a.pcap --local 10.0.0.0/40"),
        "--local '10.0.0.0/40': the prefix of an IPv4 network is 0 to 32; write a network or an address, e.g. 10.0.0.0/8 or 2001:db8::7"
    );
    assert!(refusal("replay a.pcap --since noon").starts_with("--since 'noon': not a time; write "));
    assert!(refusal("replay a.pcap --max-flows many").starts_with("--max-flows 'many': not a number"));
}

#[test]
fn watch_takes_interfaces_and_a_filter_of_several_words() {
    let Ok(Task::Watch(watch)) = task(
        "watch -i eth0 -i lo port 443 -s 0 -c 5 -o a --rotate 100M --keep 3 --promiscuous",
        Screen::Elsewhere,
    ) else {
        panic!("no watch")
    };
    assert_eq!(
        (watch.interfaces.join(","), watch.filter.as_deref()),
        ("eth0,lo".to_owned(), Some("port 443"))
    );
    assert_eq!((watch.snaplen, watch.max_frames), (Some(262_144), Some(5)));
    assert_eq!(watch.rotation, Some(Rotation { bytes: 100_000_000, keep: 3 }));
    assert_eq!(watch.reception, Reception::Promiscuous);
    assert!(matches!(task("-D", Screen::Elsewhere), Ok(Task::Interfaces)));
    assert!(matches!(task("interfaces", Screen::Elsewhere), Ok(Task::Interfaces)));
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    for args in ["watch --rotate 1M", "watch -o a --keep 3", "watch -s 10", "watch --since 1"] {
        let args = ["rstwho"].into_iter().chain(args.split_whitespace()).map(Into::into);
        assert!(cli::parse(args).is_err());
    }
}
