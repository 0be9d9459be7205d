//! A connection to PostgreSQL, used by one thread at a time.
//!
//! It drives itself: whoever asks turns its small runtime until the answer is there, so that no other
//! thread has to be woken. What is only written, and nobody waits for, is sent along with the next
//! question (`put`), and is known to have gone well by then.
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

use super::super::value::Value;
use super::super::{Error, Result};
use super::server::{GREETING, Server};
use super::types::{Owned, numbered};

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
    session: RefCell<Option<Session>>,
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
type Sent = Pin<Box<dyn Future<Output = Outcome<u64>> + Send>>;
type Outcome<T> = std::result::Result<T, tokio_postgres::Error>;

struct Session {
    client: Arc<Client>,
    statements: HashMap<String, Statement>,
    sent: Vec<Sent>,
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
        let session = Session { client, statements, sent: Vec::new(), number: None, began: None };
        self.session.replace(Some(session));
        let told = self.ask(GREETING)?;
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

    /// What became of a commit whose answer was lost.
    fn became(&self, number: &str) -> Result<()> {
        for _ in 0..ASKED_MAX {
            let asked = match self.reconnect() {
                Ok(()) => self.ask(&format!("SELECT pg_xact_status('{number}'::xid8)")),
                Err(error) => Err(error),
            };
            let status = asked.ok().and_then(|rows| rows.into_iter().next()?.into_iter().next()?);
            match status.as_deref() {
                Some("committed") => return Ok(()),
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
        }
        if was == Transaction::None || self.session.borrow().is_none() {
            return Ok(());
        }
        self.ask("ROLLBACK").map(drop)
    }

    pub(in crate::store) fn savepoint(&self) -> Result<()> {
        self.put("SAVEPOINT job", &[])
    }

    /// Goes back to the savepoint: what has failed since has not happened.
    pub(in crate::store) fn back_to_savepoint(&self) -> Result<()> {
        if let Some(session) = &mut *self.session.borrow_mut() {
            session.sent.clear();
        }
        self.ask("ROLLBACK TO job")?;
        self.transaction.set(Transaction::Open);
        Ok(())
    }

    pub(in crate::store) fn release(&self) -> Result<()> {
        self.put("RELEASE job", &[])
    }

    pub(in crate::store) fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>> {
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
        let (client, statement) = self.prepared(sql, values)?;
        let values: Vec<Owned> = values.iter().map(Owned::of).collect();
        let mut sending: Sent =
            Box::pin(async move { client.execute_raw(&statement, values).await });
        // The first turn puts it into the connection's queue.
        let turned = sending.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        match turned {
            Poll::Ready(answer) => self.noticed(answer).map(drop),
            Poll::Pending => {
                let many = self.session.borrow_mut().as_mut().is_some_and(|session| {
                    session.sent.push(sending);
                    session.sent.len() >= SENT_MAX
                });
                if many { self.settled() } else { Ok(()) }
            }
        }
    }

    /// Waits for what was only sent; the first that has failed, if one has.
    pub(in crate::store) fn settled(&self) -> Result<()> {
        let sent = match &mut *self.session.borrow_mut() {
            Some(session) => std::mem::take(&mut session.sent),
            None => return Ok(()),
        };
        let mut settled = Ok(());
        for one in sent {
            let answer = self.wait(one)?;
            settled = settled.and(self.noticed(answer).map(drop));
        }
        settled
    }

    fn prepared(&self, sql: &str, values: &[Value<'_>]) -> Result<(Arc<Client>, Statement)> {
        let client = self.client()?;
        if let Some(session) = &*self.session.borrow()
            && let Some(statement) = session.statements.get(sql)
        {
            return Ok((client, statement.clone()));
        }
        let types: Vec<Type> = values.iter().map(Value::type_).collect();
        let prepared = self.wait(client.prepare_typed(&numbered(sql), &types))?;
        let settled = self.settled();
        let statement = self.noticed(prepared);
        settled?;
        let statement = statement?;
        if let Some(session) = &mut *self.session.borrow_mut() {
            session.statements.insert(sql.to_owned(), statement.clone());
        }
        Ok((client, statement))
    }
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
