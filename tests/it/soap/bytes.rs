//! Whatever the bytes of an answer are, nobody panics and nothing is guessed.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sluss::dialects::soap::Soap;
use sluss::dialects::{Answer, Dialect, FeedEvent, Finding, Progress, Verdict};
use sluss::domain::Act;

use super::{answer, fixture, sought};

/// Asks everything of an answer.
fn hear(answer: &Answer) -> (Vec<Verdict>, Vec<Finding>, Vec<Progress>, Option<Vec<FeedEvent>>) {
    let purposes = || Act::ALL.iter().copied();
    (
        purposes().map(|act| Soap.decode(act, answer)).collect(),
        purposes().map(|act| Soap.found(&sought(act), answer)).collect(),
        purposes().map(|act| Soap.followed(act, answer)).collect(),
        Soap.fed(answer),
    )
}

const ANSWERS: [&str; 7] = [
    "place-order-answer.xml",
    "report-fault-answer.xml",
    "find-orders-answer.xml",
    "find-tickets-answer.xml",
    "get-order-answer.xml",
    "get-order-events-answer.xml",
    "fault-busy.xml",
];

proptest! {
    #[test]
    fn any_bytes_are_heard_without_a_panic(
        status in 0_u16..600,
        body in vec(any::<u8>(), 0..400),
    ) {
        hear(&answer(status, body));
    }

    #[test]
    fn a_damaged_answer_is_heard_without_a_panic(
        name in select(&ANSWERS[..]),
        edits in vec((any::<Index>(), any::<u8>(), 0..3_u8), 1..6),
    ) {
        let mut body = fixture(name, &[]);
        for (at, byte, kind) in edits {
            let at = at.index(body.len());
            match kind {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                _ => drop(body.remove(at)),
            }
        }
        hear(&answer(200, body));
    }

    /// An answer that was cut off says nothing.
    #[test]
    fn an_answer_cut_off_is_unclear(
        name in select(&ANSWERS[..]),
        at in any::<Index>(),
    ) {
        let mut body = fixture(name, &[]);
        body.truncate(at.index(body.len()));
        let (verdicts, findings, progress, events) = hear(&answer(200, body));
        prop_assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Unclear));
        prop_assert!(findings.iter().all(|finding| *finding == Finding::Unclear));
        prop_assert!(progress.iter().all(|progress| *progress == Progress::Unclear));
        prop_assert_eq!(events, None);
    }
}
