//! Lists of submissions: a window, filters, and how many there are in all.

use std::fmt::Write as _;

use super::super::StoreError;
use super::super::desk::Sight;
use super::super::notices::CancellationRow;
use super::super::rows::SubmissionRow;
use super::super::sql::{Connection, Value};
use super::cancel::{TASK, task};
use super::read;
use crate::domain::{CaseState, ClientId, ExternalId, SubmissionId};
use crate::intake::Kind;
use crate::tmf::{Filter, Page, TmfState, Window};

/// What is for the restricted role is in no list of others, nor in its count.
const OPEN: &str =
    " AND NOT EXISTS (SELECT 1 FROM case_ r WHERE r.submission = s.id AND r.restricted = 1)";

/// Newest first.
pub(super) fn submissions(
    database: &Connection,
    kind: Kind,
    (client, sight): (&ClientId, Sight),
    page: &Page,
) -> Result<(u64, Vec<SubmissionRow>), StoreError> {
    let mut wanted = Wanted { sql: "kind = ? AND client = ?".to_owned(), values: Vec::new() };
    if sight == Sight::Ordinary {
        wanted.sql.push_str(OPEN);
    }
    wanted.values.push(kind.as_str().to_owned().into());
    wanted.values.push(client.as_str().to_owned().into());
    for filter in &page.filters {
        wanted.add(filter);
    }
    let (total, rows) = wanted.page(database, "submission s", page)?;
    let mut shown = Vec::with_capacity(rows.len());
    for id in rows {
        shown.extend(read::submission(database, kind, id)?);
    }
    Ok((total, shown))
}

/// Tasks of cancelling, newest first.
pub(super) fn cancellations(
    database: &Connection,
    client: &ClientId,
    page: &Page,
) -> Result<(u64, Vec<CancellationRow>), StoreError> {
    let mut wanted = Wanted { sql: "client = ?".to_owned(), values: Vec::new() };
    wanted.values.push(client.as_str().to_owned().into());
    for filter in &page.filters {
        wanted.add(filter);
    }
    let tasks = "(SELECT t.id, t.state, t.requested_us AS accepted_us, o.client
                    FROM cancellation t JOIN submission o ON o.id = t.submission) s";
    let (total, rows) = wanted.page(database, tasks, page)?;
    let mut select = database.prepare_cached(&format!("{TASK} WHERE t.id = ?1"))?;
    let rows = rows.into_iter().map(|id| select.query_row([id.bytes()], |row| Ok(task(row)))?);
    Ok((total, rows.collect::<Result<_, _>>()?))
}

/// What a condition is bound to.
enum Owned {
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Owned {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Integer(integer) => Value::Integer(*integer),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Blob(bytes),
        }
    }
}

impl From<i64> for Owned {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<String> for Owned {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Owned {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

fn bound(values: &[Owned]) -> Vec<Value<'_>> {
    values.iter().map(Owned::value).collect()
}

/// A condition in the making. Its text is ours alone; what was asked for is bound.
struct Wanted {
    sql: String,
    values: Vec<Owned>,
}

impl Wanted {
    /// How many of these there are, and the ids of a page of them.
    fn page(
        mut self,
        database: &Connection,
        of: &str,
        page: &Page,
    ) -> Result<(u64, Vec<SubmissionId>), StoreError> {
        let count = format!("SELECT count(*) FROM {of} WHERE {}", self.sql);
        let total: i64 =
            database.prepare(&count)?.query_row(&*bound(&self.values), |row| row.get(0))?;
        let mut offset = 0;
        match page.window {
            Window::Offset(of) => offset = of,
            Window::After(place) => {
                self.sql.push_str(" AND (accepted_us, id) < (?, ?)");
                self.values.push(place.accepted.micros().into());
                self.values.push(place.id.bytes().to_vec().into());
            }
        }
        self.values.push(i64::from(page.limit).into());
        self.values.push(i64::from(offset).into());
        let select = format!(
            "SELECT id FROM {of} WHERE {} ORDER BY accepted_us DESC, id DESC LIMIT ? OFFSET ?",
            self.sql
        );
        let mut select = database.prepare(&select)?;
        let ids = select
            .query_map(&*bound(&self.values), |row| row.get(0).map(SubmissionId::from_bytes))?;
        Ok((u64::try_from(total).unwrap_or(0), ids.collect::<Result<_, _>>()?))
    }

    fn add(&mut self, filter: &Filter) {
        match filter {
            Filter::Id(ids) => self.any("id", ids.iter().map(|id| id.bytes().to_vec().into())),
            Filter::ExternalId(ids) => {
                let ids = ids.iter().map(ExternalId::as_str);
                self.any("external_id", ids.map(|id| id.to_owned().into()));
            }
            Filter::State(states) => {
                let states = states.iter().map(|state| state.as_str().to_owned().into());
                self.any("state", states);
            }
            Filter::Accepted(from, until) => {
                for (operator, moment) in [(">=", from), ("<", until)] {
                    if let Some(moment) = moment {
                        let _ = write!(self.sql, " AND accepted_us {operator} ?");
                        self.values.push(moment.micros().into());
                    }
                }
            }
            Filter::ItemState(states) => {
                let cases = CaseState::ALL.iter().copied();
                let cases = cases.filter(|case| states.contains(&TmfState::of_item(*case)));
                self.item("c.state", cases.map(|case| case.as_str().to_owned().into()));
            }
            Filter::ItemAction(operations) => {
                let purposes = crate::domain::Purpose::ALL.iter();
                let asks = purposes.filter(|purpose| {
                    purpose.operation().is_some_and(|operation| operations.contains(&operation))
                });
                self.item("c.purpose", asks.map(|purpose| purpose.as_str().to_owned().into()));
            }
        }
    }

    fn any(&mut self, column: &str, values: impl Iterator<Item = Owned>) {
        let _ = write!(self.sql, " AND {column} IN (");
        self.list(values);
        self.sql.push(')');
    }

    fn item(&mut self, column: &str, values: impl Iterator<Item = Owned>) {
        let of =
            " AND EXISTS (SELECT 1 FROM case_ c WHERE c.submission = s.id AND c.about IS NULL AND ";
        let _ = write!(self.sql, "{of}{column} IN (");
        self.list(values);
        self.sql.push_str("))");
    }

    fn list(&mut self, values: impl Iterator<Item = Owned>) {
        let before = self.values.len();
        self.values.extend(values);
        let marks = vec!["?"; self.values.len() - before];
        self.sql.push_str(&marks.join(","));
    }
}
