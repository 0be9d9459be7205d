//! Random samples: drawn so that anybody can draw them again, every decision replayed, judged by a person
//! and signed off in the log itself.

use std::collections::BTreeSet;

use super::draw::{Drawing, Seed, Stratum, WANTED_MAX};
use super::listing::Row;
use super::query::Query;
use super::{Inspection, InspectionError};
use crate::audit;
use crate::domain::{PolicyId, SampleId};
use crate::log::{Event, Filter, Kind, Kinds, LeafIndex, PolicyInForce, Role};
use crate::store::{SampleItem, SampleRow, Verdict, Wanted};

/// How many entries are looked through at a time: others read meanwhile.
const PAGE: u32 = 10_000;
/// How many disclosures of a sample stand on a page.
pub const SHOWN_MAX: usize = 50;
/// How many samples are listed.
const LISTED_MAX: u32 = 100;
/// More files of recipients than come into force between two looks at their policies.
const POLICIES_MAX: usize = 1_000;

/// Each disclosure of a sample may have been decided by a policy of its own.
const _: () = assert!(WANTED_MAX as usize <= audit::Policies::KEPT_MAX);

/// One disclosure of a sample, as a reviewer sees it.
pub struct Item {
    /// What is kept of it.
    pub kept: SampleItem,
    /// The leaf.
    pub row: Row,
    /// In which it is not what its policy decides, by the auditor's rules.
    pub broken: Vec<(audit::Rule, String)>,
}

/// A sample that is looked at.
pub struct Sample {
    /// What is kept of it.
    pub row: SampleRow,
    /// Every disclosure in it.
    pub kept: Vec<SampleItem>,
    /// Those of them that are shown.
    pub items: Vec<Item>,
    /// Which page of them that is, of how many; from 1.
    pub page: (usize, usize),
}

/// What is drawn: how many, by which seed, of which strata, of what.
pub struct Draw {
    /// The most that there are to be.
    pub wanted: u32,
    /// What makes it the same again.
    pub seed: Seed,
    /// What is not to be passed over.
    pub strata: Vec<Stratum>,
    /// Of what: disclosures alone, whatever else it says.
    pub query: Query,
}

impl Inspection {
    /// Samples, the newest first.
    pub async fn samples(&self) -> Result<Vec<SampleRow>, InspectionError> {
        Ok(self.store.samples(LISTED_MAX).await?)
    }

    /// Draws a sample of the log as it is, and keeps it. Which were chosen is not told by that: reading
    /// them is.
    pub async fn draw(&self, draw: Draw, who: &str) -> Result<Option<SampleId>, InspectionError> {
        let size = self.store.size().await?;
        let mut query = draw.query.whole();
        // What may change later would make it another sample.
        (query.case, query.wanted.ending) = (None, None);
        query.wanted.filter.kinds = Kinds::One(Kind::Intent);
        let wanted = draw.wanted.min(WANTED_MAX);
        let mut drawing = Drawing::new(draw.seed.clone(), wanted, &draw.strata);
        let mut next = Some(LeafIndex(0));
        while let Some(first) = next {
            let (places, further) = self.store.places(&query.wanted, size, first, PAGE).await?;
            for (index, facets) in &places {
                drawing.push(*index, facets);
            }
            next = further;
        }
        let population = drawing.population();
        let chosen = drawing.finish();
        if chosen.is_empty() {
            return Ok(None);
        }
        let strata: Vec<&str> = draw.strata.iter().map(|stratum| stratum.as_str()).collect();
        let items: Vec<SampleItem> = (1..)
            .zip(chosen)
            .map(|(seq, (index, stratum))| SampleItem { seq, index, stratum, verdict: None })
            .collect();
        let row = SampleRow {
            id: SampleId::draw(&*self.entropy),
            drawn: self.clock.now(),
            drawn_by: who.to_owned(),
            seed: draw.seed.as_str().to_owned(),
            wanted,
            strata: strata.join(" "),
            query: query.address(),
            size,
            population,
            signed: None,
            items: u32::try_from(items.len()).unwrap_or(u32::MAX),
            judged: 0,
        };
        let id = row.id;
        self.store.keep_sample(row, items).await?;
        Ok(Some(id))
    }

    /// A page of one sample, each decision on it made again; the last page where there are not so many.
    /// Reading it is a leaf.
    pub async fn sample(
        &self,
        id: SampleId,
        page: usize,
        role: Role,
    ) -> Result<Sample, InspectionError> {
        self.read_sample(id, Some(page), role, "sample").await
    }

    /// All of it, to be taken along.
    pub async fn sample_along(&self, id: SampleId, role: Role) -> Result<Sample, InspectionError> {
        self.read_sample(id, None, role, "sample-export").await
    }

    async fn read_sample(
        &self,
        id: SampleId,
        page: Option<usize>,
        role: Role,
        what: &'static str,
    ) -> Result<Sample, InspectionError> {
        let (row, kept) = self.store.sample(id).await?.ok_or(InspectionError::NotThere)?;
        let pages = page.map_or(1, |_| kept.len().div_ceil(SHOWN_MAX)).max(1);
        let page = page.unwrap_or(1).clamp(1, pages);
        let shown = if pages == 1 { kept.len() } else { SHOWN_MAX };
        let shown: Vec<SampleItem> =
            kept.iter().skip((page - 1) * shown).take(shown).cloned().collect();
        let first = shown.iter().map(|item| item.index).min().unwrap_or(LeafIndex(0));
        self.note(role, what, first, shown.len() as u64).await?;
        let in_force = self.in_force().await?;
        let found = self.store.leaves_at(shown.iter().map(|item| item.index).collect()).await?;
        let found = found.ok_or(InspectionError::NotThere)?;
        let rows = found.into_iter().map(Row::of).collect::<Result<Vec<_>, _>>()?;
        let asked: BTreeSet<PolicyId> = rows.iter().filter_map(policy_of).collect();
        let mut policies = audit::Policies::default();
        for id in asked {
            policies.put(id, self.store.policy(id).await?.as_deref());
        }
        let items = shown.into_iter().zip(rows).map(|(kept, row)| {
            let broken = audit::one(&row.leaf, &policies, latest(&in_force, &row));
            Item { kept, row, broken }
        });
        Ok(Sample { row, items: items.collect(), kept, page: (page, pages) })
    }

    /// Every policy leaf, the newest first.
    async fn in_force(&self) -> Result<Vec<(LeafIndex, PolicyInForce)>, InspectionError> {
        let filter = Filter { kinds: Kinds::One(Kind::Policy), ..Filter::default() };
        let wanted = Wanted { filter, ..Wanted::default() };
        let mut all = Vec::new();
        for found in self.store.find_leaves(&wanted, None, POLICIES_MAX).await? {
            let row = Row::of(found)?;
            if let Event::Policy(policy) = row.leaf.event {
                all.push((row.index, policy));
            }
        }
        Ok(all)
    }

    /// Writes what a reviewer says.
    pub async fn judge(
        &self,
        id: SampleId,
        verdicts: Vec<(u32, Verdict)>,
        who: &str,
    ) -> Result<bool, InspectionError> {
        Ok(self.store.judge(id, verdicts, who).await?)
    }

    /// Signs a sample off; `None`: something of it has no verdict yet, or it is signed.
    pub async fn sign(
        &self,
        id: SampleId,
        who: &str,
        role: Role,
    ) -> Result<Option<LeafIndex>, InspectionError> {
        Ok(self.store.sign_sample(id, who, role).await?)
    }
}

/// The policy that decided; `None`: it is no disclosure.
fn policy_of(row: &Row) -> Option<PolicyId> {
    match &row.leaf.event {
        Event::Intent(intent) => Some(intent.policy),
        _ => None,
    }
}

/// What was registered for its recipient then. The newest stand first.
fn latest<'p>(in_force: &'p [(LeafIndex, PolicyInForce)], row: &Row) -> Option<&'p PolicyInForce> {
    let Event::Intent(intent) = &row.leaf.event else { return None };
    let mut before = in_force.iter().filter(|(index, _)| *index < row.index);
    before.find(|(_, one)| one.recipient == intent.recipient.id).map(|(_, one)| one)
}
