//! Lists of submissions: a window, filters, and how many there are in all.

use std::fmt::Write as _;

use super::super::StoreError;
use super::super::rows::SubmissionRow;
use super::super::sql::{Connection, Value};
use super::read;
use crate::domain::{CaseState, ClientId, ExternalId, SubmissionId};
use crate::intake::Kind;
use crate::tmf::{Filter, Page, TmfState, Window};

/// Newest first.
pub(super) fn submissions(
    database: &Connection,
    kind: Kind,
    client: &ClientId,
    page: &Page,
) -> Result<(u64, Vec<SubmissionRow>), StoreError> {
    let mut wanted = Wanted { sql: "kind = ? AND client = ?".to_owned(), values: Vec::new() };
    wanted.values.push(kind.as_str().to_owned().into());
    wanted.values.push(client.as_str().to_owned().into());
    for filter in &page.filters {
        wanted.add(filter);
    }
    let count = format!("SELECT count(*) FROM submission s WHERE {}", wanted.sql);
    let total: i64 =
        database.prepare(&count)?.query_row(&*bound(&wanted.values), |row| row.get(0))?;

    let mut offset = 0;
    match page.window {
        Window::Offset(of) => offset = of,
        Window::After(place) => {
            wanted.sql.push_str(" AND (accepted_us, id) < (?, ?)");
            wanted.values.push(place.accepted.micros().into());
            wanted.values.push(place.id.bytes().to_vec().into());
        }
    }
    wanted.values.push(i64::from(page.limit).into());
    wanted.values.push(i64::from(offset).into());
    let select = format!(
        "SELECT id FROM submission s WHERE {} ORDER BY accepted_us DESC, id DESC LIMIT ? OFFSET ?",
        wanted.sql
    );
    let mut select = database.prepare(&select)?;
    let rows = select
        .query_map(&*bound(&wanted.values), |row| row.get(0).map(SubmissionId::from_bytes))?;
    let mut shown = Vec::new();
    for id in rows {
        shown.extend(read::submission(database, kind, id?)?);
    }
    Ok((u64::try_from(total).unwrap_or(0), shown))
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
