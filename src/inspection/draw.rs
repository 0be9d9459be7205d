//! Which leaves a seed chooses. Anybody who has the log can choose them again.
//!
//! A leaf's rank is SHA-256 over the seed, a line feed and its index in decimal. Of a stratum, which is
//! what leaves have in common by the chosen words, those of the lowest rank are taken. Each stratum gets one
//! while there are that many to give, the largest first; what is left goes by size, largest remainder first.

use std::collections::{BTreeMap, BinaryHeap};

use sha2::{Digest as _, Sha256};

use crate::domain::closed_list;
use crate::log::{Facets, LeafIndex};

use std::fmt;

/// The most that a sample has: each is to be looked at by a person.
pub const WANTED_MAX: u32 = 200;

closed_list! {
    /// By what a sample is stratified.
    Stratum {
        /// Who received.
        Recipient = "recipient",
        /// What for.
        Purpose = "purpose",
        /// In which role somebody acted.
        Actor = "actor",
    }
}

/// What makes a sample the same again: 1 to 64 letters, digits, `-`, `.` and `_`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed(String);

impl Seed {
    /// Reads a seed; `None` where it has other characters, or too many.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let bounded = (1..=64).contains(&text.len());
        (bounded && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn rank(&self, index: LeafIndex) -> [u8; 32] {
        Sha256::digest(format!("{}\n{index}", self.0)).into()
    }
}

/// Ranks with their indexes, the highest on top.
type Lowest = BinaryHeap<([u8; 32], u64)>;

/// Takes leaves one after the other, and keeps those that may be chosen.
pub struct Drawing {
    seed: Seed,
    wanted: usize,
    strata: Vec<Stratum>,
    /// By stratum: how many there are, and those of the lowest rank.
    heaps: BTreeMap<String, (u64, Lowest)>,
}

impl Drawing {
    /// Of so many, by these strata.
    pub fn new(seed: Seed, wanted: u32, strata: &[Stratum]) -> Self {
        let wanted = wanted.min(WANTED_MAX) as usize;
        Self { seed, wanted, strata: strata.to_vec(), heaps: BTreeMap::new() }
    }

    /// Takes a leaf.
    pub fn push(&mut self, index: LeafIndex, facets: &Facets) {
        let words = self.strata.iter().map(|stratum| match stratum {
            Stratum::Recipient => facets.recipient.as_ref().map_or("", |one| one.as_str()),
            Stratum::Purpose => facets.purpose.map_or("", |one| one.as_str()),
            Stratum::Actor => facets.actor.map_or("", |one| one.as_str()),
        });
        let stratum = words.collect::<Vec<_>>().join(" / ");
        let (count, heap) = self.heaps.entry(stratum).or_default();
        *count += 1;
        heap.push((self.seed.rank(index), index.0));
        if heap.len() > self.wanted {
            heap.pop();
        }
    }

    /// How many leaves were taken.
    pub fn population(&self) -> u64 {
        self.heaps.values().map(|(count, _)| count).sum()
    }

    /// Those that are chosen, each with its stratum, in the order of the log.
    pub fn finish(self) -> Vec<(LeafIndex, String)> {
        let sizes: Vec<u64> = self.heaps.values().map(|(count, _)| *count).collect();
        let shares = shares(self.wanted as u64, &sizes);
        let mut chosen = Vec::new();
        for ((stratum, (_, heap)), share) in self.heaps.into_iter().zip(shares) {
            let share = usize::try_from(share).unwrap_or(usize::MAX);
            let lowest = heap.into_sorted_vec().into_iter().take(share);
            chosen.extend(lowest.map(|(_, index)| (LeafIndex(index), stratum.clone())));
        }
        chosen.sort_by_key(|(index, _)| *index);
        chosen
    }
}

/// How many of each stratum; the strata stand in the order of their names.
fn shares(wanted: u64, sizes: &[u64]) -> Vec<u64> {
    let total: u64 = sizes.iter().sum();
    let (wanted, strata) = (wanted.min(total), sizes.len() as u64);
    let mut shares = vec![0; sizes.len()];
    let mut by_size: Vec<usize> = (0..sizes.len()).collect();
    by_size.sort_by_key(|at| std::cmp::Reverse(sizes[*at]));
    if wanted <= strata {
        for at in by_size.into_iter().take(usize::try_from(wanted).unwrap_or(0)) {
            shares[at] = 1;
        }
        return shares;
    }
    // One each; the rest by what is left of each.
    let (rest, left) = (u128::from(wanted - strata), u128::from(total - strata));
    let mut remainders = Vec::new();
    let mut given = strata;
    for (at, size) in sizes.iter().enumerate() {
        let part = rest * u128::from(size - 1);
        let whole = u64::try_from(part / left.max(1)).unwrap_or(0);
        shares[at] = 1 + whole;
        given += whole;
        remainders.push((std::cmp::Reverse(part % left.max(1)), at));
    }
    remainders.sort_unstable();
    for (_, at) in remainders {
        if given < wanted && shares[at] < sizes[at] {
            shares[at] += 1;
            given += 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Purpose, RecipientId};
    use crate::log::Kind;

    fn facets(recipient: &str) -> Facets {
        Facets {
            recipient: RecipientId::parse(recipient).ok(),
            purpose: Some(Purpose::Activate),
            ..Facets::bare(Kind::Intent)
        }
    }

    fn draw(seed: &str, wanted: u32, leaves: u64) -> Vec<u64> {
        let seed = Seed::parse(seed).unwrap();
        let mut drawing = Drawing::new(seed, wanted, &[]);
        (0..leaves).for_each(|index| drawing.push(LeafIndex(index), &facets("ip-only")));
        drawing.finish().into_iter().map(|(index, _)| index.0).collect()
    }

    #[test]
    fn the_same_seed_draws_the_same_and_another_another() {
        // As any program that knows SHA-256 finds it.
        assert_eq!(draw("2026-11", 3, 100), draw("2026-11", 3, 100));
        assert_ne!(draw("2026-11", 3, 100), draw("2026-12", 3, 100));
        assert_eq!(draw("x", 9, 4), [0, 1, 2, 3], "no more than there are");
        assert_eq!(draw("x", 0, 4), Vec::<u64>::new());
        let expected = {
            let mut ranked: Vec<_> = (0..100_u64)
                .map(|n| (<[u8; 32]>::from(Sha256::digest(format!("2026-11\n{n}"))), n))
                .collect();
            ranked.sort_unstable();
            let mut lowest: Vec<_> = ranked.into_iter().take(3).map(|(_, n)| n).collect();
            lowest.sort_unstable();
            lowest
        };
        assert_eq!(draw("2026-11", 3, 100), expected);
    }

    #[test]
    fn a_small_stratum_is_not_passed_over() {
        let mut drawing = Drawing::new(Seed::parse("a").unwrap(), 5, &[Stratum::Recipient]);
        (0..1_000).for_each(|index| drawing.push(LeafIndex(index), &facets("ip-only")));
        drawing.push(LeafIndex(1_000), &facets("globalconnect"));
        assert_eq!(drawing.population(), 1_001);
        let chosen = drawing.finish();
        assert_eq!(chosen.len(), 5);
        assert!(chosen.contains(&(LeafIndex(1_000), "globalconnect".to_owned())));
        assert_eq!(Seed::parse("a b"), None);
        assert_eq!(Seed::parse(""), None);
    }

    proptest! {
        #[test]
        fn shares_add_up_and_take_no_more_than_there_is(
            wanted in 0_u64..300,
            sizes in prop::collection::vec(1_u64..5_000, 1..20),
        ) {
            let shares = shares(wanted, &sizes);
            let total: u64 = sizes.iter().sum();
            prop_assert_eq!(shares.iter().sum::<u64>(), wanted.min(total));
            for (share, size) in shares.iter().zip(&sizes) {
                prop_assert!(share <= size);
                prop_assert!(*share > 0 || wanted < sizes.len() as u64);
            }
        }
    }
}
