//! The outbox of notifications: filled in the commit that moves a case, whoever moves it.
//!
//! Triggers note which cases move (`moved`); before the commit that becomes the state of the whole
//! submission, and an event for each registration that wants it. So no state is ever committed
//! without its events, and no event without its state.

use std::collections::{BTreeMap, HashMap};

use super::super::StoreError;
use super::super::notices::{NoticeRow, Telling};
use super::super::sql::{Connection, Question, Row, params};
use super::among::Among;
use super::cancel;
use super::log::signed;
use crate::domain::{
    Act, CaseState, ClientId, Entropy, NoticeId, RegistrationId, SubmissionId, Timestamp,
};
use crate::intake::Kind;
use crate::tmf::{About, EventType, HubQuery, Notice, TmfState};

/// How many events wait for one registration, at most. What comes then is not kept: the gap in the
/// sequence says so, and the lists have it.
const WAITING_MAX: u64 = 100_000;

/// What is asked of all submissions that have moved.
const SUBMISSIONS: &str =
    "SELECT id, kind, client, state, accepted_us FROM submission WHERE id IN (?)";
const CASES: &str = "SELECT submission, id, act, state, about IS NOT NULL FROM case_
  WHERE submission IN (?) ORDER BY length(item), item";
const HUBS: &str = "SELECT id, client, kind, query, sequence FROM hub ORDER BY id";

/// Turns what has moved into states and events, at the end of a transaction.
pub(super) fn tell(
    database: &Connection,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut moved: BTreeMap<SubmissionId, Moved> = BTreeMap::new();
    {
        let mut select =
            database.prepare_cached("SELECT submission, case_id, before FROM moved")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let submission = SubmissionId::from_bytes(row.get(0)?);
            let before: Option<String> = row.get(2)?;
            moved.entry(submission).or_default().insert(row.get(1)?, before);
        }
    }
    if moved.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = moved.keys().map(SubmissionId::bytes).collect();
    let among = Among::of(&ids);
    database.ask_ahead(|| {
        let of =
            |list: &Among<'_>| [SUBMISSIONS, CASES, cancel::TASKS].map(|sql| list.question(sql));
        let hubs = Question::new(HUBS, []);
        among.iter().flat_map(of).chain([hubs]).collect()
    })?;
    let told = told(database, &among)?;
    let mut tasks = cancel::tasks(database, &among)?;
    let hubs = hubs(database)?;
    database.forget();
    let mut teller = Teller { database, entropy, now, hubs };
    for (submission, cases) in moved {
        let told = told.get(&submission).ok_or(StoreError::Corrupt { table: "submission" })?;
        let tasks = tasks.remove(&submission).unwrap_or_default();
        teller.submission(submission, &cases, told, tasks)?;
    }
    database.prepare_cached("DELETE FROM moved")?.put([])?;
    Ok(())
}

/// A submission as it is now, but for its state, which is what was told last.
struct Told {
    kind: Kind,
    client: String,
    state: TmfState,
    began: Timestamp,
    /// Its own cases, in the order of its items.
    cases: Vec<([u8; 16], CaseState)>,
    /// What is asked about it, and how far that is.
    asked: Vec<(Act, CaseState)>,
}

fn told(
    database: &Connection,
    among: &[Among<'_>],
) -> Result<HashMap<SubmissionId, Told>, StoreError> {
    let mut told = HashMap::new();
    for list in among {
        submissions(database, list, &mut told)?;
        cases(database, list, &mut told)?;
    }
    Ok(told)
}

fn submissions(
    database: &Connection,
    list: &Among<'_>,
    told: &mut HashMap<SubmissionId, Told>,
) -> Result<(), StoreError> {
    let corrupt = || StoreError::Corrupt { table: "submission" };
    let mut select = database.prepare_cached(&list.said(SUBMISSIONS))?;
    let mut rows = select.query(&list.keys()[..])?;
    while let Some(row) = rows.next()? {
        let one = Told {
            kind: Kind::parse(&row.get::<_, String>(1)?).ok_or_else(corrupt)?,
            client: row.get(2)?,
            state: TmfState::parse(&row.get::<_, String>(3)?).ok_or_else(corrupt)?,
            began: Timestamp::from_micros(row.get(4)?),
            cases: Vec::new(),
            asked: Vec::new(),
        };
        told.insert(SubmissionId::from_bytes(row.get(0)?), one);
    }
    Ok(())
}

fn cases(
    database: &Connection,
    list: &Among<'_>,
    told: &mut HashMap<SubmissionId, Told>,
) -> Result<(), StoreError> {
    let corrupt = || StoreError::Corrupt { table: "case_" };
    let mut select = database.prepare_cached(&list.said(CASES))?;
    let mut rows = select.query(&list.keys()[..])?;
    while let Some(row) = rows.next()? {
        let of = told.get_mut(&SubmissionId::from_bytes(row.get(0)?)).ok_or_else(corrupt)?;
        let state = CaseState::parse(&row.get::<_, String>(3)?).ok_or_else(corrupt)?;
        if row.get(4)? {
            of.asked.push((Act::parse(&row.get::<_, String>(2)?).ok_or_else(corrupt)?, state));
        } else {
            of.cases.push((row.get(1)?, state));
        }
    }
    Ok(())
}

/// Cases, with the state that each had; none: it is new.
type Moved = BTreeMap<[u8; 16], Option<String>>;

/// Something that has happened.
pub(super) struct Happened {
    pub(super) event: EventType,
    pub(super) about: About,
    pub(super) state: TmfState,
    pub(super) began: Timestamp,
}

/// Somebody who may want to be told.
struct Hub {
    id: RegistrationId,
    client: String,
    query: HubQuery,
    sequence: u64,
}

struct Teller<'t> {
    database: &'t Connection,
    entropy: &'t dyn Entropy,
    now: Timestamp,
    hubs: Vec<Hub>,
}

impl Teller<'_> {
    fn submission(
        &mut self,
        id: SubmissionId,
        moved: &Moved,
        told: &Told,
        tasks: Vec<cancel::Task>,
    ) -> Result<(), StoreError> {
        let Told { kind, client, state: before, began, cases, asked } = told;
        let (kind, before, began) = (*kind, *before, *began);
        let states: Vec<CaseState> = cases.iter().map(|(_, state)| *state).collect();
        let state = TmfState::of(kind, &states, asked);
        if state != before {
            self.database
                .prepare_cached("UPDATE submission SET state = ?2 WHERE id = ?1")?
                .change(params![id.bytes(), state.as_str()])?;
        }
        let is_new = |case: &[u8; 16]| moved.get(case).is_some_and(Option::is_none);
        let created = cases.iter().all(|(case, _)| is_new(case));
        let item_changed = cases.iter().any(|(case, state)| match moved.get(case) {
            Some(Some(before)) => CaseState::parse(before)
                .is_none_or(|before| TmfState::of_item(before) != TmfState::of_item(*state)),
            Some(None) => true,
            None => false,
        });
        // What is asked about it is a change that can be seen, too.
        let own = |case: &[u8; 16]| cases.iter().any(|(id, _)| id == case);
        let item_changed = item_changed
            || moved
                .iter()
                .any(|(case, before)| !own(case) && before.as_deref() != Some("waiting"));
        for event in events(kind, created, state != before, item_changed, state) {
            let about = About::Submission(id);
            self.post(client, &Happened { event, about, state, began })?;
        }
        if kind == Kind::Order {
            for task in cancel::follow(self.database, tasks, self.now)? {
                let (about, began) = (About::Cancellation(task.id, id), task.requested);
                let state = task.state;
                if task.is_new {
                    let event = EventType::CancelCreate;
                    self.post(client, &Happened { event, about, state, began })?;
                }
                if !task.is_new || state.is_final() {
                    let event = EventType::CancelStateChange;
                    self.post(client, &Happened { event, about, state, began })?;
                }
            }
        }
        Ok(())
    }

    /// One row for each registration of the client that wants it.
    fn post(&mut self, client: &str, happened: &Happened) -> Result<(), StoreError> {
        let (submission, cancels) = match happened.about {
            About::Submission(id) => (id, None),
            About::Cancellation(task, id) => (id, Some(task)),
        };
        let mut id = None;
        for hub in &mut self.hubs {
            if hub.client != client || !hub.query.wants(happened.event, happened.state) {
                continue;
            }
            hub.sequence += 1;
            self.database
                .prepare_cached("UPDATE hub SET sequence = ?1 WHERE id = ?2")?
                .put(params![signed(hub.sequence)?, hub.id.bytes()])?;
            if is_full(self.database, hub)? {
                tracing::warn!("Nobody takes the notifications of a registration: one is not kept");
                continue;
            }
            let id = *id.get_or_insert_with(|| NoticeId::draw(self.entropy));
            self.database
                .prepare_cached(
                    "INSERT INTO outbox (hub, sequence, id, event, submission, cancels, state,
                                         began_us, at_us, due_us, since_us)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?9)",
                )?
                .put(params![
                    hub.id.bytes(),
                    signed(hub.sequence)?,
                    id.bytes(),
                    happened.event.as_str(),
                    submission.bytes(),
                    cancels.as_ref().map(SubmissionId::bytes),
                    happened.state.as_str(),
                    happened.began.micros(),
                    self.now.micros(),
                ])?;
        }
        Ok(())
    }
}

fn is_full(database: &Connection, hub: &Hub) -> Result<bool, StoreError> {
    let oldest: Option<i64> = database
        .prepare_cached("SELECT min(sequence) FROM outbox WHERE hub = ?1")?
        .query_row([hub.id.bytes()], |row| row.get(0))?;
    let oldest = oldest.and_then(|oldest| u64::try_from(oldest).ok());
    Ok(oldest.is_some_and(|oldest| hub.sequence - oldest >= WAITING_MAX))
}

/// What is told of a submission that has moved.
fn events(
    kind: Kind,
    created: bool,
    changed: bool,
    item_changed: bool,
    state: TmfState,
) -> Vec<EventType> {
    use EventType as E;
    match kind {
        Kind::Order if created => vec![E::OrderCreate],
        Kind::Order if changed => vec![E::OrderStateChange],
        Kind::Order if item_changed => vec![E::OrderAttributeValueChange],
        Kind::Ticket if created => vec![E::TicketCreate],
        Kind::Ticket if changed && state == TmfState::Resolved => {
            vec![E::TicketStatusChange, E::TicketResolved]
        }
        Kind::Ticket if changed => vec![E::TicketStatusChange],
        Kind::Ticket if item_changed => vec![E::TicketAttributeValueChange],
        Kind::Order | Kind::Ticket => Vec::new(),
    }
}

fn hubs(database: &Connection) -> Result<Vec<Hub>, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "hub" };
    let mut select = database.prepare_cached(HUBS)?;
    let mut rows = select.query([])?;
    let mut hubs = Vec::new();
    while let Some(row) = rows.next()? {
        let kind = Kind::parse(&row.get::<_, String>(2)?).ok_or_else(corrupt)?;
        hubs.push(Hub {
            id: RegistrationId::from_bytes(row.get(0)?),
            client: row.get(1)?,
            query: HubQuery::parse(kind, &row.get::<_, String>(3)?).map_err(|_| corrupt())?,
            sequence: u64::try_from(row.get::<_, i64>(4)?).map_err(|_| corrupt())?,
        });
    }
    Ok(hubs)
}

/// The columns that [`telling`] reads, in its order.
pub(super) const TELLING: &str = "o.sequence, o.id, o.event, o.submission, o.cancels, o.state, \
                                  o.began_us, o.at_us, o.attempt, o.since_us";

/// An event as it stands in the outbox.
pub(super) fn telling(row: &Row<'_>) -> Result<Telling, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "outbox" };
    let submission = SubmissionId::from_bytes(row.get(3)?);
    let cancels: Option<[u8; 16]> = row.get(4)?;
    let time = |column: usize| row.get::<_, i64>(column).map(Timestamp::from_micros);
    Ok(Telling {
        notice: Notice {
            sequence: u64::try_from(row.get::<_, i64>(0)?).map_err(|_| corrupt())?,
            id: NoticeId::from_bytes(row.get(1)?),
            event: EventType::parse(&row.get::<_, String>(2)?).ok_or_else(corrupt)?,
            about: match cancels {
                Some(task) => About::Cancellation(SubmissionId::from_bytes(task), submission),
                None => About::Submission(submission),
            },
            state: TmfState::parse(&row.get::<_, String>(5)?).ok_or_else(corrupt)?,
            began: time(6)?,
            at: time(7)?,
        },
        attempt: row.get(8)?,
        since: time(9)?,
    })
}

/// What is in the outbox, oldest first.
pub(super) fn list(
    database: &Connection,
    of: Option<RegistrationId>,
    dead: bool,
    most: u32,
) -> Result<Vec<NoticeRow>, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "hub" };
    let sql = format!(
        "SELECT {TELLING}, h.id, h.client, o.due_us, o.answer, o.dead
           FROM outbox o JOIN hub h ON h.id = o.hub
          WHERE (?1 IS NULL OR o.hub = ?1) AND (o.dead = 1 OR ?2 = 0)
          ORDER BY o.at_us, o.hub, o.sequence LIMIT ?3"
    );
    let mut select = database.prepare_cached(&sql)?;
    let mut rows = select.query(params![of.as_ref().map(RegistrationId::bytes), dead, most])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let Telling { notice, attempt, .. } = telling(&row)?;
        list.push(NoticeRow {
            notice,
            attempt,
            to: RegistrationId::from_bytes(row.get(10)?),
            client: ClientId::parse(&row.get::<_, String>(11)?).map_err(|_| corrupt())?,
            due: Timestamp::from_micros(row.get(12)?),
            answer: row.get(13)?,
            dead: row.get(14)?,
        });
    }
    Ok(list)
}
