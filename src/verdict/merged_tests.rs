//! Captures of several places, merged by time: each counts its own frames.

use super::Finding;
use super::example::conclude;
use super::rules::RULES;
use crate::decode::script;

/// A request in HTTP/2, its client's FIN, and the server's GOAWAY with this code, which crosses it.
fn goaway_crosses_fin(code: u8) -> String {
    let preface = "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a";
    format!(
        "A > B S\nB > A S.\nA > B .\nA > B P. hex {preface}0000050105000000018284410161\n\
B > A P. hex 000000040000000000\nA > B .\nB > A .\n+2 A > B F.\n\
B > A P. hex 0000080700000000000000000100000{code:03x} ack 1039\nB > A F. ack 1039\nA > B R seq 1039"
    )
}

/// An answer that two queues of a card give before its question.
const ANSWERED_AHEAD: &str = "A > B S\nB > A S.\nA > B .\nA > B P. \"*1\\r\\n$4\\r\\nPING\\r\\n\"\nB > A P. \"+PONG\\r\\n\"\nA > B .\n\
+1 B > A P. ack 1029 \"+PONG\\r\\n\"\nA > B P. seq 1015 ack 5008 \"*1\\r\\n$4\\r\\nPING\\r\\n\"\nA > B . ack 5015\n+1 A > B F.\nB > A F.\nA > B .";

/// Last words, and an alert that answers a FIN.
const LAST_WORDS: [&str; 2] = [
    "A > B S\nB > A S.\nA > B .\nB > A P. \"220 hello\\r\\n\"\nA > B .\n+300 B > A P. \"421 Service closing\\r\\n\"\nB > A F.\nA > B F.\nB > A .",
    "A > B S\nB > A S.\nA > B .\nA > B P. hex 16030100050100000100\nB > A .\n+0.01 B > A F.\nA > B P. hex 15030300020232\nB > A R",
];

/// The verdict where each host's frames were captured in a file of its own, whose numbers go on from what lies before.
fn verdict_of_two_files(text: &str, before: [u64; 2]) -> Option<String> {
    let (mut played, mut next) = (script::parse(text).unwrap(), before);
    for step in &mut played {
        let (from, frame) = match step {
            script::Scripted::Segment(segment, _) => (segment.src, &mut segment.frame),
            script::Scripted::Icmp(error) => (error.dst, &mut error.frame),
        };
        let file = usize::from(from != script::CLIENT);
        next[file] += 1;
        *frame = next[file];
    }
    let told = conclude(&played.iter().map(script::Scripted::pdu).collect::<Vec<_>>())?;
    let found = |finding: &Finding| (finding.rule.name, finding.confidence);
    let alternatives: Vec<_> = told.alternatives.iter().map(found).collect();
    let facts = told.evidence.len();
    Some(format!(
        "{:?} {:?} {alternatives:?} {:?} {:?} {facts} facts",
        told.cause.as_ref().map(found),
        told.how,
        told.harm,
        told.idle_before
    ))
}

/// Each file of several has its own numbers: of two frames nobody can say by them which was first.
#[test]
fn numbers_of_frames_tell_no_order() {
    let crossed = [goaway_crosses_fin(0), goaway_crosses_fin(1)];
    let cases = RULES.iter().flat_map(|rule| rule.cases).map(|case| case.script);
    let further = [ANSWERED_AHEAD].into_iter().chain(LAST_WORDS).chain(crossed.iter().map(String::as_str));
    for text in cases.chain(further) {
        let [one, other, same] =
            [[0, 5_000], [5_000, 0], [0, 0]].map(|before| verdict_of_two_files(text, before));

        assert_eq!((&one, &one), (&other, &same), "{text}");
    }
}
