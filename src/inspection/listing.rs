//! Leaves found and counted. The page, the counts and what is taken along are of one question.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::query::{Group, Query};
use super::{Inspection, InspectionError, leaf_of};
use crate::domain::{CaseId, Timestamp};
use crate::log::{Event, Facets, Kind, Leaf, LeafIndex, Outcome, Role, TreeSize};
use crate::store::{Count, Ending, FoundLeaf, Listed, Sight, StoreError, StoredLeaf};

/// How many rows a page shows.
pub(super) const SHOWN: usize = 50;

/// One leaf, as it is shown in a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where it stands.
    pub index: LeafIndex,
    /// As it is stored.
    pub stored: StoredLeaf,
    /// What it says.
    pub leaf: Leaf,
    /// How it ended, and which leaf says so, and when.
    pub outcome: Option<(LeafIndex, Timestamp, Outcome)>,
}

impl Row {
    pub(super) fn of(found: FoundLeaf) -> Result<Self, StoreError> {
        let outcome = found.outcome.map(|stored| {
            let leaf = leaf_of(&stored)?;
            match leaf.event {
                Event::Outcome(outcome) => Ok((stored.index, leaf.at, outcome)),
                _ => Err(StoreError::Corrupt { table: "outcome_of" }),
            }
        });
        let leaf = leaf_of(&found.leaf)?;
        let (index, stored) = (found.leaf.index, found.leaf);
        Ok(Self { index, stored, leaf, outcome: outcome.transpose()? })
    }

    /// How it has ended; `None`: it is no disclosure.
    pub fn ending(&self) -> Option<Ending> {
        let result = self.outcome.as_ref().map(|(_, _, outcome)| outcome.result);
        let is_disclosure = matches!(self.leaf.event, Event::Intent(_));
        is_disclosure.then(|| result.map_or(Ending::Open, Ending::from))
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Listing {
    /// A page of it, the newest first.
    pub rows: Vec<Row>,
    /// How many there are in all.
    pub total: u64,
    /// Counted by what was asked for, the most first; days and months in their order.
    pub groups: Vec<(String, u64)>,
    /// Before which leaf the next page begins.
    pub next: Option<LeafIndex>,
    /// How large the log was.
    pub size: TreeSize,
}

impl Inspection {
    /// A page of what is asked for, which is a leaf itself.
    pub async fn list(
        &self,
        query: &Query,
        (role, sight): (Role, Sight),
    ) -> Result<Listing, InspectionError> {
        let listing = self.find(query, sight, SHOWN).await?;
        let first = listing.rows.last().map_or(LeafIndex(0), |row| row.index);
        self.note(role, "list", first, listing.rows.len() as u64).await?;
        Ok(listing)
    }

    /// The same, unread: for who writes that down in another way.
    pub(super) async fn find(
        &self,
        query: &Query,
        sight: Sight,
        most: usize,
    ) -> Result<Listing, InspectionError> {
        if let Some(case) = query.case {
            return self.of_case(query, case, sight, most).await;
        }
        let by_day = matches!(query.group, Some(Group::Day | Group::Month));
        let listed = self.store.list_leaves(&query.wanted, by_day, query.before, most).await?;
        let Listed { counts, days, found, size } = listed;
        let ending = query.wanted.ending;
        let total = counts.iter().map(|count| count.of(ending)).sum();
        let groups = query.group.map(|group| grouped(group, ending, &counts, &days));
        let groups = groups.unwrap_or_default();
        let rows = found.into_iter().map(Row::of).collect::<Result<Vec<_>, _>>()?;
        let next = rows.last().map(|row| row.index).filter(|_| rows.len() == most);
        Ok(Listing { rows, total, groups, next, size })
    }

    /// The leaves about one case are few, and gone through.
    async fn of_case(
        &self,
        query: &Query,
        case: CaseId,
        sight: Sight,
        most: usize,
    ) -> Result<Listing, InspectionError> {
        let size = self.store.size().await?;
        let mut rows = Vec::new();
        // What is not for whoever asks is not there.
        if self.store.look_at(case, sight).await?.is_some() {
            for stored in self.store.leaves_of(case).await? {
                if let Some(found) = self.store.leaf_at(stored.index).await? {
                    rows.push(Row::of(found)?);
                }
            }
        }
        rows.retain(|row| fits(query, row));
        rows.reverse();
        let counts: Vec<Count> = rows.iter().map(counted).collect();
        let days: Vec<_> = rows.iter().map(|row| (row.leaf.at.day(), 1)).collect();
        let group = |group| grouped(group, None, &counts, &days);
        let groups = query.group.map(group).unwrap_or_default();
        let total = rows.len() as u64;
        rows.retain(|row| query.before.is_none_or(|before| row.index < before));
        let next = rows.get(most.saturating_sub(1)).map(|row| row.index);
        let next = next.filter(|_| rows.len() > most);
        rows.truncate(most);
        Ok(Listing { rows, total, groups, next, size })
    }
}

fn fits(query: &Query, row: &Row) -> bool {
    let wanted = &query.wanted;
    let day = row.leaf.at.day();
    wanted.filter.fits(&Facets::of(&row.leaf.event))
        && wanted.ending.is_none_or(|ending| row.ending() == Some(ending))
        && wanted.from.is_none_or(|from| day >= from)
        && wanted.to.is_none_or(|to| day <= to)
}

/// One leaf as a count of one.
fn counted(row: &Row) -> Count {
    let is = |ending| u64::from(row.ending() == Some(ending));
    let ended = [Ending::Accepted, Ending::Rejected, Ending::Unsent, Ending::Unknown].map(is);
    let facets = Facets::of(&row.leaf.event).into();
    Count { facets, total: 1, ended }
}

/// Counts put together by what they are asked by.
fn grouped(
    group: Group,
    ending: Option<Ending>,
    counts: &[Count],
    days: &[(Date, u64)],
) -> Vec<(String, u64)> {
    let mut groups: BTreeMap<String, u64> = BTreeMap::new();
    for (day, number) in days {
        let name = match group {
            Group::Day => day.to_string(),
            Group::Month => format!("{}-{:02}", day.year(), day.month()),
            _ => continue,
        };
        *groups.entry(name).or_default() += number;
    }
    for count in counts {
        let facets = &*count.facets;
        let number = count.of(ending);
        let mut add = |name: &str| *groups.entry(name.to_owned()).or_default() += number;
        match group {
            Group::Recipient => add(facets.recipient.as_ref().map_or("", |one| one.as_str())),
            Group::Purpose => add(facets.purpose.map_or("", |one| one.as_str())),
            Group::What => add(facets.kind.as_str()),
            Group::Actor => add(facets.actor.map_or("", Role::as_str)),
            Group::Reason => add(facets.reason.as_deref().unwrap_or_default()),
            Group::Rule => facets.rules.iter().for_each(|rule| add(rule.as_str())),
            Group::Sent => facets.sent.iter().for_each(|field| add(field.as_str())),
            Group::Withheld => facets.withheld.iter().for_each(|field| add(field.as_str())),
            Group::Day | Group::Month => {}
            Group::Outcome if facets.kind != Kind::Intent => add(""),
            Group::Outcome => {
                for one in Ending::ALL.iter().filter(|one| ending.is_none_or(|e| e == **one)) {
                    *groups.entry(one.as_str().to_owned()).or_default() += count.of(Some(*one));
                }
            }
        }
    }
    let mut groups: Vec<_> = groups.into_iter().filter(|(_, number)| *number > 0).collect();
    if !matches!(group, Group::Day | Group::Month) {
        groups.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    }
    groups
}
