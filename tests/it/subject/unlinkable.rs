//! Whether two leaves about one person can be told from two about different persons, by somebody who
//! has all the leaves and none of the keys. This tries.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sluss::commands::Deployment;
use sluss::dialects;
use sluss::domain::{ManualClock, SeededEntropy, Timestamp};
use sluss::http::local_client;
use sluss::intake::{self, Context};
use sluss::log::{Intent, Leaf};
use sluss::minimise::minimise;
use sluss::record::{Ready, Record, record};
use sluss::store::{Claimed, Work};

use super::*;
use crate::harness::{configuration, id};

const PERSONS: usize = 25;
const FAULTS: usize = 8;

struct Seen {
    person: usize,
    body: String,
    leaf: Leaf,
    /// Where among its digests the one of the telephone stands.
    phone: usize,
}

impl Seen {
    fn intent(&self) -> &Intent {
        match &self.leaf.event {
            Event::Intent(intent) => intent,
            _ => unreachable!(),
        }
    }

    /// What no key is needed to read, and that differs between leaves at all: id and digests.
    fn opaque(&self) -> Vec<String> {
        let mut texts = vec![self.leaf.id.to_string()];
        texts.extend(self.intent().sd.iter().map(|digest| digest.as_str().to_owned()));
        texts
    }

    /// All the rest.
    fn plain(&self) -> String {
        let mut plain = self.body.clone();
        for text in self.opaque() {
            plain = plain.replace(&text, "*");
        }
        plain
    }
}

/// Each person has the same fault reported again and again, in the same words, at the same access:
/// the same values at each time, and as many pairs of one person as can be.
async fn seen(deployment: &Deployment) -> Vec<Seen> {
    let Deployment { store, recipients, entropy, clock, .. } = deployment;
    let recipient = &recipients[&id(IP_ONLY)];
    let dialect = dialects::dialect(&recipient.channel.dialect, None).unwrap();
    let client = local_client().unwrap();
    let known = BTreeSet::from([recipient.id.clone()]);
    let lease = Duration::from_mins(1);
    for n in 0..FAULTS {
        for person in 0..PERSONS {
            let (name, access) = (format!("FEL-{person}-{n}"), format!("STTA{:04}", 100 + person));
            let mut body = fault(IP_ONLY, &name, &access);
            body["relatedParty"][1]["id"] = json!(format!("cust-4{person:03}"));
            let phone = format!("+467017406{:02}", 6 + person);
            body["relatedParty"][1]["contactMedium"][0]["characteristic"]["phoneNumber"] =
                json!(phone);
            let facts = body["characteristic"].as_array_mut().unwrap();
            facts.push(json!({ "name": "siteVisit", "value": true }));
            let context = Context {
                client: &client,
                recipients: &known,
                now: clock.now(),
                entropy: &**entropy,
                bytes_max: 1 << 20,
                accesses: &intake::NoLists,
            };
            let read = intake::read(Kind::Ticket, body.to_string().as_bytes(), &context);
            store.accept(read.ok().unwrap()).await.unwrap();
        }
        for work in store.claim(&recipient.id, PERSONS, lease).await.unwrap() {
            let Work::Deliver(claimed) = work else { panic!("it was not sent before") };
            let Claimed { claim, case, key, released, .. } = *claimed;
            let today = clock.now().date();
            let minimised = minimise(&case, recipient, dialect, today, released).ok().unwrap();
            let ready = vec![Ready { claim, key: &key, minimised }];
            let recorded = record(store, &**entropy, lease, clock.now(), ready).await.unwrap();
            assert!(matches!(recorded[0], Record::Recorded(_)));
        }
    }
    let mut seen = Vec::new();
    for person in 0..PERSONS {
        let subjects = super::person(store, &format!("cust-4{person:03}")).await;
        for told in store.about(&subjects).await.unwrap().told {
            let leaf = Leaf::parse(&told.leaf.body).unwrap();
            let Event::Intent(intent) = &leaf.event else { continue };
            let opening = told
                .openings
                .iter()
                .find(|one| one.name_and_value().0.as_str() == "contact.phone")
                .expect("a visit is booked");
            let phone = intent.sd.iter().position(|one| *one == opening.digest()).unwrap();
            let body = String::from_utf8(told.leaf.body.clone()).unwrap();
            seen.push(Seen { person, body, leaf, phone });
        }
    }
    assert_eq!(seen.len(), PERSONS * FAULTS);
    seen
}

/// How far the mean of one sample is from another's, in standard errors.
fn apart(of_one: &[f64], of_two: &[f64]) -> f64 {
    let size = |sample: &[f64]| f64::from(u32::try_from(sample.len()).unwrap());
    let mean = |sample: &[f64]| sample.iter().sum::<f64>() / size(sample);
    let spread = |sample: &[f64]| {
        let mean = mean(sample);
        sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / size(sample).powi(2)
    };
    (mean(of_one) - mean(of_two)).abs() / (spread(of_one) + spread(of_two)).sqrt().max(1e-9)
}

/// A number for each pair, those of one person and those of two.
fn pairs(seen: &[Seen], measure: impl Fn(&Seen, &Seen) -> f64) -> (Vec<f64>, Vec<f64>) {
    let (mut of_one, mut of_two) = (Vec::new(), Vec::new());
    for (n, one) in seen.iter().enumerate() {
        for other in &seen[..n] {
            let sample = if one.person == other.person { &mut of_one } else { &mut of_two };
            sample.push(measure(one, other));
        }
    }
    (of_one, of_two)
}

fn bits(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[tokio::test]
async fn two_leaves_of_one_person_are_as_any_two() {
    let folder = tempfile::tempdir().unwrap();
    let now = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
    let deployment = Deployment::open_with(
        configuration(folder.path()),
        Arc::new(ManualClock::at(now)),
        Arc::new(SeededEntropy::new(5)),
    )
    .unwrap();
    let seen = seen(&deployment).await;

    // Nothing opaque stands twice in the whole log.
    let all: Vec<String> = seen.iter().flat_map(Seen::opaque).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "an id or digest twice");

    // What is plain says what was done when, and nothing about whom: it is the same for all who had
    // the same done at that time. Sizes and counts are the same by that.
    let mut plain: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for one in &seen {
        plain.entry(one.plain()).or_default().insert(one.person);
    }
    for (text, persons) in &plain {
        assert_eq!(persons.len(), PERSONS, "a plain text of some persons only: {text}");
    }

    // Pieces of text that two leaves share: as many by chance as between strangers.
    let windows: Vec<BTreeSet<[u8; 4]>> = seen
        .iter()
        .map(|one| {
            let digests = one.opaque().split_off(1);
            let pieces = digests.iter().flat_map(|text| text.as_bytes().windows(4));
            pieces.map(|piece| piece.try_into().unwrap()).collect()
        })
        .collect();
    let place = |one: &Seen| seen.iter().position(|other| std::ptr::eq(one, other)).unwrap();
    let (of_one, of_two) = pairs(&seen, |one, other| {
        let shared = windows[place(one)].intersection(&windows[place(other)]).count();
        f64::from(u32::try_from(shared).unwrap())
    });
    assert!(of_one.len() == 700 && of_two.len() > 19_000, "enough pairs to see something");
    let found = apart(&of_one, &of_two);
    assert!(found < 5.0, "shared pieces tell persons apart by {found} standard errors");

    // Bits that agree, digest by digest in the order of the leaf.
    let digests: Vec<Vec<Vec<u8>>> = seen
        .iter()
        .map(|one| one.intent().sd.iter().map(|digest| bits(digest.as_str())).collect())
        .collect();
    let (of_one, of_two) = pairs(&seen, |one, other| {
        let (one, other) = (&digests[place(one)], &digests[place(other)]);
        let same = one.iter().flatten().zip(other.iter().flatten());
        same.map(|(a, b)| f64::from((a ^ b).count_zeros())).sum()
    });
    let found = apart(&of_one, &of_two);
    assert!(found < 5.0, "bits tell persons apart by {found} standard errors");

    // The same for the ids, whose difference would be small if they were counted up.
    let ids: Vec<u32> = seen
        .iter()
        .map(|one| u32::from_str_radix(&one.leaf.id.to_string()[..8], 16).unwrap())
        .collect();
    let (of_one, of_two) =
        pairs(&seen, |one, other| f64::from(ids[place(one)].abs_diff(ids[place(other)])));
    let found = apart(&of_one, &of_two);
    assert!(found < 5.0, "ids tell persons apart by {found} standard errors");

    // Which of the digests is the telephone's cannot be told: it stands anywhere among them, for one
    // person as for two.
    let places: BTreeSet<usize> = seen.iter().map(|one| one.phone).collect();
    assert_eq!(places.len(), seen[0].intent().sd.len(), "it stands in every place");
    let (of_one, of_two) = pairs(&seen, |one, other| f64::from(u8::from(one.phone == other.phone)));
    let found = apart(&of_one, &of_two);
    assert!(found < 5.0, "the order of digests tells persons apart by {found} standard errors");
}

/// The measures above find what they are for: were the digests not salted, each of them would show.
#[test]
fn the_measure_finds_a_difference() {
    let same: Vec<f64> = (0..900).map(|n| f64::from(n % 7) + 1.0).collect();
    let other: Vec<f64> = (0..20_000).map(|n| f64::from(n % 7)).collect();
    assert!(apart(&same, &other) > 5.0);
    assert!(apart(&other[..900], &other) < 5.0);
}
