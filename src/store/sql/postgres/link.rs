//! A connection to PostgreSQL, used by one thread at a time.
//!
//! It drives itself: whoever asks turns its small runtime until the answer is there, so that no other
//! thread has to be woken. What is only written, and nobody waits for, is sent along with the next
//! question (`put`), and is known to have gone well by then. What will be asked can be fetched ahead,
//! many answers in one go (`ask_ahead`).
//!
//! A connection that is lost is made anew where a transaction begins. In the middle of one nothing is
//! tried again: what was written is undone, and whoever asked is told. Only about a commit whose answer
//! was lost is it asked what became of it (`pg_xact_status`): it is done or undone for certain, or
//! nobody can tell, and that is said.

use std::cell::{Cell as Slot, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, SimpleQueryMessage, Statement};

use super::super::value::{Owned, Question, Value};
use super::super::{Error, Result};
use super::bulk::Bulk;
use super::many::{Alike, repeated, together};
use super::server::Server;
use super::types::numbered;

/// An answer that takes longer is a server that is gone.
const ANSWER: Duration = Duration::from_secs(30);
/// How often, and with what pause, it is asked what became of a commit.
const ASKED_MAX: u32 = 40;
const ASKED_PAUSE: Duration = Duration::from_millis(250);
/// So many statements are sent before somebody waits for one: more would fill the buffers of both
/// sides.
const SENT_MAX: usize = 256;

pub(in crate::store) struct Link {
    server: Arc<Server>,
    /// Absent only while it is dropped.
    runtime: Option<Runtime>,
    session: RefCell<Option<Box<Session>>>,
    transaction: Slot<Transaction>,
    written: Slot<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transaction {
    None,
    Open,
    /// A statement has failed: the server takes nothing more before it is undone.
    Failed,
}

/// What was sent, and not yet answered.
type Sent<T> = Pin<Box<dyn Future<Output = Outcome<T>> + Send>>;
type Outcome<T> = std::result::Result<T, tokio_postgres::Error>;

struct Session {
    client: Arc<Client>,
    statements: HashMap<String, Statement>,
    sent: Vec<Sent<u64>>,
    /// Rows that are sent together.
    bulk: Bulk,
    /// Statements for several rows, by the one for a single row, and for how many they are.
    repeated: HashMap<(String, usize), Statement>,
    /// What was fetched ahead, and how often each answer is to be given.
    fetched: HashMap<Question, (Vec<Row>, usize)>,
    /// The transaction that is under way, by the server's number.
    number: Option<String>,
    /// When it began to write, by the server's clock in microseconds.
    began: Option<i64>,
}

impl Link {
    /// Connects, and checks that the server keeps what it promises.
    pub(super) fn connect(server: Arc<Server>) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Error::Thread)?;
        let (session, transaction) = (RefCell::new(None), Slot::new(Transaction::None));
        let written = Slot::new(0);
        let link = Self { server, runtime: Some(runtime), session, transaction, written };
        link.reconnect()?;
        Ok(link)
    }

    fn reconnect(&self) -> Result<()> {
        self.session.replace(None);
        let config = self.server.config()?;
        let (client, connection) = self.wait(config.connect(self.server.tls()?))??;
        if let Some(runtime) = &self.runtime {
            // It ends with the client, or with the connection: what it says then is told by whoever
            // asks next.
            drop(runtime.spawn(async move { drop(connection.await) }));
        }
        let (client, statements) = (Arc::new(client), HashMap::new());
        let session = Session {
            client,
            statements,
            sent: Vec::new(),
            bulk: Bulk::default(),
            repeated: HashMap::new(),
            fetched: HashMap::new(),
            number: None,
            began: None,
        };
        self.session.replace(Some(Box::new(session)));
        let told = self.ask(&self.server.greeting())?;
        self.server.check(&told)
    }

    /// Turns the runtime until there is an answer.
    fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T> {
        let runtime = self.runtime.as_ref().ok_or(Error::Lost)?;
        let answer = runtime.block_on(async { tokio::time::timeout(ANSWER, future).await });
        answer.map_err(|_| {
            self.session.replace(None);
            Error::Lost
        })
    }

    /// Says something without values; gives the rows, as texts.
    pub(in crate::store) fn ask(&self, said: &str) -> Result<Vec<Vec<Option<String>>>> {
        let client = self.client()?;
        let answer = self.wait(client.simple_query(said))?;
        let messages = self.noticed(answer)?;
        let rows = messages.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    }

    /// Between two transactions, a connection that is lost is made anew.
    fn client(&self) -> Result<Arc<Client>> {
        let lost = self.session.borrow().is_none();
        if lost && self.transaction.get() == Transaction::None {
            self.reconnect()?;
        }
        let session = self.session.borrow();
        session.as_ref().map(|session| Arc::clone(&session.client)).ok_or(Error::Lost)
    }

    /// Where a statement fails, its transaction has failed.
    fn noticed<T>(&self, answer: Outcome<T>) -> Result<T> {
        answer.map_err(|error| {
            if self.transaction.get() == Transaction::Open {
                self.transaction.set(Transaction::Failed);
            }
            // What ends the connection is said with another severity than what ends a statement.
            let lost = error.as_db_error().is_none_or(|said| said.severity() != "ERROR");
            let session = self.session.borrow();
            let closed = session.as_ref().is_some_and(|session| session.client.is_closed());
            drop(session);
            if lost || closed {
                self.session.replace(None);
            }
            error.into()
        })
    }

    pub(in crate::store) fn is_in_transaction(&self) -> bool {
        self.transaction.get() == Transaction::Open && self.session.borrow().is_some()
    }

    /// Begins to write. Where all others that write must wait meanwhile, they do.
    pub(in crate::store) fn begin(&self) -> Result<()> {
        let told = self.begin_as(self.server.beginning())?;
        let mut last = told.into_iter().next_back().unwrap_or_default().into_iter();
        if let Some(session) = &mut *self.session.borrow_mut() {
            session.number = last.next().flatten();
            session.began = last.next().flatten().and_then(|micros| micros.parse().ok());
        }
        Ok(())
    }

    /// When the transaction that is under way began to write, by the server's clock in microseconds.
    pub(in crate::store) fn began(&self) -> Option<i64> {
        self.session.borrow().as_ref().and_then(|session| session.began)
    }

    /// One view of everything, from this moment on.
    pub(in crate::store) fn begin_to_read(&self) -> Result<()> {
        self.begin_as("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1").map(drop)
    }

    /// Nothing is under way yet: where the connection is lost, it is made anew, once.
    fn begin_as(&self, said: &str) -> Result<Vec<Vec<Option<String>>>> {
        self.transaction.set(Transaction::None);
        self.forget();
        let mut begun = self.ask(said);
        if begun.is_err() && self.session.borrow().is_none() {
            self.reconnect()?;
            begun = self.ask(said);
        }
        if begun.is_ok() {
            self.transaction.set(Transaction::Open);
        } else if self.session.borrow().is_some() {
            // It may have begun, and then failed to get what it must have.
            drop(self.ask("ROLLBACK"));
        }
        begun
    }

    /// Makes durable what was written. A server commits a transaction that has failed by undoing it,
    /// and does not call that an error: so it is looked at here.
    pub(in crate::store) fn commit(&self) -> Result<()> {
        self.forget();
        let settled = self.settled();
        if settled.is_err() || self.transaction.get() != Transaction::Open {
            self.rollback()?;
            return settled.and(Err(Error::Undone));
        }
        let number = self.session.borrow().as_ref().and_then(|session| session.number.clone());
        let committed = self.ask("COMMIT");
        self.transaction.set(Transaction::None);
        match (committed, number) {
            (Ok(_), _) => Ok(()),
            (Err(_), Some(number)) if self.session.borrow().is_none() => self.became(&number),
            (Err(error), _) => Err(error),
        }
    }

    /// What became of a commit whose answer was lost: undone, or not known. A server that has crashed gives
    /// a number that it had given, and lost, to somebody else: that one may be what was committed. Whoever
    /// takes a commit for failed that was kept asks, or is asked, again; the other way round is a loss.
    fn became(&self, number: &str) -> Result<()> {
        for _ in 0..ASKED_MAX {
            let asked = match self.reconnect() {
                Ok(()) => self.ask(&format!("SELECT pg_xact_status('{number}'::xid8)")),
                Err(error) => Err(error),
            };
            let status = asked.ok().and_then(|rows| rows.into_iter().next()?.into_iter().next()?);
            match status.as_deref() {
                Some("committed") => return Err(Error::Unsure),
                Some("aborted") => return Err(Error::Undone),
                // Still under way on the server, or nobody there to be asked.
                _ => std::thread::sleep(ASKED_PAUSE),
            }
        }
        Err(Error::Unsure)
    }

    /// Undoes what was written.
    pub(in crate::store) fn rollback(&self) -> Result<()> {
        let was = self.transaction.replace(Transaction::None);
        if let Some(session) = &mut *self.session.borrow_mut() {
            session.sent.clear();
            session.bulk = Bulk::default();
            session.fetched.clear();
        }
        if was == Transaction::None || self.session.borrow().is_none() {
            return Ok(());
        }
        self.ask("ROLLBACK").map(drop)
    }

    pub(in crate::store) fn savepoint(&self) -> Result<()> {
        self.send_rows()?;
        self.put("SAVEPOINT job", &[])
    }

    /// Goes back to the savepoint: what has failed since has not happened.
    pub(in crate::store) fn back_to_savepoint(&self) -> Result<()> {
        if let Some(session) = &mut *self.session.borrow_mut() {
            session.sent.clear();
            session.bulk = Bulk::default();
            session.fetched.clear();
        }
        self.ask("ROLLBACK TO job")?;
        self.transaction.set(Transaction::Open);
        Ok(())
    }

    pub(in crate::store) fn release(&self) -> Result<()> {
        self.send_rows()?;
        self.put("RELEASE job", &[])
    }

    /// Fetches answers, to be given when they are asked for.
    pub(in crate::store) fn ask_ahead(&self, questions: Vec<Question>) -> Result<()> {
        self.send_rows()?;
        for alike in together(questions).chunks(SENT_MAX) {
            // All is prepared before anything is asked: whoever waits for something else does not take in
            // answers, and a server that has sent too many of them says nothing more.
            let mut prepared = Vec::with_capacity(alike.len());
            for alike in alike {
                let values = alike.iter().map(|(question, _)| question.values.clone());
                let values: Vec<Vec<Owned>> = values.collect();
                let (client, statement) = self.prepared_for(&alike[0].0.sql, &values)?;
                prepared.push((alike, client, statement, values));
            }
            let mut asked = Vec::with_capacity(prepared.len());
            for (alike, client, statement, values) in prepared {
                let mut asking: Sent<Vec<Row>> = Box::pin(async move {
                    let values: Vec<&(dyn ToSql + Sync)> =
                        values.iter().flatten().map(|value| value as _).collect();
                    client.query(&statement, &values).await
                });
                match queued(&mut asking) {
                    Poll::Ready(answer) => self.keep(alike, self.noticed(answer)?)?,
                    Poll::Pending => asked.push((alike, asking)),
                }
            }
            let answers = self.wait(async {
                let mut answers = Vec::with_capacity(asked.len());
                for (alike, asking) in asked {
                    answers.push((alike, asking.await));
                }
                answers
            })?;
            // What was sent before, and failed, is why.
            self.settled()?;
            for (alike, answer) in answers {
                self.keep(alike, self.noticed(answer)?)?;
            }
        }
        Ok(())
    }

    /// Keeps the rows of questions that were asked together: the last column says of which each is.
    fn keep(&self, alike: &Alike, rows: Vec<Row>) -> Result<()> {
        let mut answers = vec![Vec::new(); alike.len()];
        for row in rows {
            let of = if alike.len() == 1 { Ok(0) } else { row.try_get(row.len() - 1) };
            let of = of.ok().and_then(|of: i32| usize::try_from(of).ok());
            let answer = of.and_then(|of| answers.get_mut(of)).ok_or(Error::Column(0))?;
            answer.push(row);
        }
        if let Some(session) = &mut *self.session.borrow_mut() {
            for ((question, times), rows) in alike.iter().zip(answers) {
                session.fetched.insert(question.clone(), (rows, *times));
            }
        }
        Ok(())
    }

    /// What was fetched ahead may have changed.
    pub(in crate::store) fn forget(&self) {
        if let Some(session) = &mut *self.session.borrow_mut() {
            session.fetched.clear();
        }
    }

    /// An answer that was fetched ahead.
    fn fetched(&self, sql: &str, values: &[Value<'_>]) -> Option<Vec<Row>> {
        let mut session = self.session.borrow_mut();
        let fetched = &mut session.as_mut()?.fetched;
        if fetched.is_empty() {
            return None;
        }
        let question = Question::of(sql.to_owned(), values);
        let (rows, times) = fetched.get_mut(&question)?;
        *times -= 1;
        if *times > 0 {
            return Some(rows.clone());
        }
        fetched.remove(&question).map(|(rows, _)| rows)
    }

    pub(in crate::store) fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        if let Some(rows) = self.fetched(sql, values) {
            return Ok(rows);
        }
        self.send_rows()?;
        let (client, statement) = self.prepared(sql, values)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let answer = self.wait(client.query(&statement, &values))?;
        let settled = self.settled();
        let rows = self.noticed(answer);
        // What was sent before, and failed, is why.
        settled.and(rows)
    }

    /// How many statements that write were said, or sent.
    pub(in crate::store) fn written(&self) -> u64 {
        self.written.get()
    }

    pub(in crate::store) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<usize> {
        self.written.set(self.written.get() + 1);
        self.send_rows()?;
        let (client, statement) = self.prepared(sql, values)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let answer = self.wait(client.execute(&statement, &values))?;
        let settled = self.settled();
        let changed = self.noticed(answer);
        Ok(usize::try_from(settled.and(changed)?).unwrap_or(usize::MAX))
    }

    /// Sends a statement along with the next one.
    pub(in crate::store) fn put(&self, sql: &str, values: &[Value<'_>]) -> Result<()> {
        self.written.set(self.written.get() + 1);
        if self.session.borrow().as_ref().is_some_and(|session| session.bulk.is_named_in(sql)) {
            self.send_rows()?;
        }
        let (client, statement) = self.prepared(sql, values)?;
        self.send(client, statement, values.iter().map(Owned::of).collect())
    }

    /// Keeps a row that is added, to be sent with others of its kind: before anything is asked, or said of
    /// its table. Its key is its first columns.
    pub(in crate::store) fn add(&self, sql: &str, row: &[Value<'_>], key: usize) -> Result<()> {
        self.written.set(self.written.get() + 1);
        let row: Vec<Owned> = row.iter().map(Owned::of).collect();
        let session = self.session.borrow();
        let is_there = session.as_ref().is_some_and(|session| session.bulk.has(sql, &row[..key]));
        drop(session);
        if is_there {
            self.send_rows()?;
        }
        self.client()?;
        if let Some(session) = &mut *self.session.borrow_mut() {
            session.bulk.add(sql, row, key);
        }
        Ok(())
    }

    /// Sends the rows that wait.
    fn send_rows(&self) -> Result<()> {
        let taken = match &mut *self.session.borrow_mut() {
            Some(session) if !session.bulk.is_empty() => session.bulk.take(),
            _ => return Ok(()),
        };
        for (sql, rows) in taken {
            let (client, statement) = self.prepared_for(&sql, &rows)?;
            self.send(client, statement, rows.into_iter().flatten().collect())?;
        }
        Ok(())
    }

    fn send(&self, client: Arc<Client>, statement: Statement, values: Vec<Owned>) -> Result<()> {
        let mut sending: Sent<u64> =
            Box::pin(async move { client.execute_raw(&statement, values).await });
        match queued(&mut sending) {
            Poll::Ready(answer) => self.noticed(answer).map(drop),
            Poll::Pending => {
                let many = self.session.borrow_mut().as_mut().is_some_and(|session| {
                    session.sent.push(sending);
                    session.sent.len() >= SENT_MAX
                });
                if many { self.answered() } else { Ok(()) }
            }
        }
    }

    /// Waits for what was only sent; the first that has failed, if one has.
    pub(in crate::store) fn settled(&self) -> Result<()> {
        self.send_rows()?;
        self.answered()
    }

    fn answered(&self) -> Result<()> {
        let sent = match &mut *self.session.borrow_mut() {
            Some(session) => std::mem::take(&mut session.sent),
            None => return Ok(()),
        };
        if sent.is_empty() {
            return Ok(());
        }
        let answers = self.wait(async {
            let mut answers = Vec::with_capacity(sent.len());
            for one in sent {
                answers.push(one.await);
            }
            answers
        })?;
        let mut answered = Ok(());
        for answer in answers {
            let noticed = self.noticed(answer);
            answered = answered.and(noticed.map(drop));
        }
        answered
    }

    fn prepared(&self, sql: &str, values: &[Value<'_>]) -> Result<(Arc<Client>, Statement)> {
        let client = self.client()?;
        if let Some(session) = &*self.session.borrow()
            && let Some(statement) = session.statements.get(sql)
        {
            return Ok((client, statement.clone()));
        }
        let types: Vec<Type> = values.iter().map(Value::type_).collect();
        let statement = self.prepare(&client, sql, &types)?;
        if let Some(session) = &mut *self.session.borrow_mut() {
            session.statements.insert(sql.to_owned(), statement.clone());
        }
        Ok((client, statement))
    }

    /// The statement for so many rows.
    fn prepared_for(&self, sql: &str, rows: &[Vec<Owned>]) -> Result<(Arc<Client>, Statement)> {
        if let [row] = rows {
            let values: Vec<Value<'_>> = row.iter().map(Owned::value).collect();
            return self.prepared(sql, &values);
        }
        let client = self.client()?;
        let key = (sql.to_owned(), rows.len());
        if let Some(session) = &*self.session.borrow()
            && let Some(statement) = session.repeated.get(&key)
        {
            return Ok((client, statement.clone()));
        }
        let places = rows.first().map_or(0, Vec::len);
        let said = repeated(sql, places, rows.len());
        let said =
            said.ok_or_else(|| Error::Server("a statement is for no single row".to_owned()))?;
        let types: Vec<Type> = rows.iter().flatten().map(|value| value.value().type_()).collect();
        let statement = self.prepare(&client, &said, &types)?;
        if let Some(session) = &mut *self.session.borrow_mut() {
            session.repeated.insert(key, statement.clone());
        }
        Ok((client, statement))
    }

    /// A statement that is not said again: the server forgets it with us.
    pub(in crate::store) fn discard(&self, sql: &str) {
        if let Ok(mut session) = self.session.try_borrow_mut()
            && let Some(session) = &mut *session
        {
            session.statements.remove(sql);
        }
    }

    fn prepare(&self, client: &Client, sql: &str, types: &[Type]) -> Result<Statement> {
        let prepared = self.wait(client.prepare_typed(&numbered(sql), types))?;
        let answered = self.answered();
        let statement = self.noticed(prepared);
        answered?;
        statement
    }
}

/// The first turn puts it into the connection's queue; an answer comes that soon only where there is no
/// connection any more.
fn queued<T>(sent: &mut Sent<T>) -> Poll<Outcome<T>> {
    sent.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// It may be dropped where waiting is not allowed.
impl Drop for Link {
    fn drop(&mut self) {
        self.session.replace(None);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
