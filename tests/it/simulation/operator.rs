//! The simulated operator: ON-API 2.6 as far as an order goes, one request at a time. It has no rule
//! against the same order twice, so that one that is sent twice is two.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use sluss::domain::{Clock, ManualClock, Timestamp};

use super::stage::Stage;

/// Where its interface is.
const BASE: &str = "/onapi/2.6/";
/// An order moves on after this long.
const PACE: Duration = Duration::from_secs(40);

/// A message that came in.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) path: String,
    pub(super) body: Vec<u8>,
    /// How many leaves the log had by then, durably.
    pub(super) leaves: u64,
}

/// An order that was taken on.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) reference: String,
    access: String,
    at: Timestamp,
    /// When its own questions find it.
    shown: Timestamp,
    fails: bool,
}

/// How it is with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mood {
    /// Answers nobody.
    pub(super) down: bool,
    /// How many of a hundred messages meet something out of the ordinary.
    pub(super) trouble: u64,
    /// How long it takes, at most, until it finds what it has taken on.
    pub(super) lag_seconds: u64,
}

#[derive(Default)]
struct Books {
    mood: Mood,
    arrivals: Vec<Arrival>,
    taken: Vec<Taken>,
}

/// The operator at its address.
pub(super) struct Operator {
    address: SocketAddr,
    books: Arc<Mutex<Books>>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct Desk {
    books: Arc<Mutex<Books>>,
    stage: Arc<Stage>,
    time: Arc<ManualClock>,
    database: PathBuf,
}

impl Operator {
    pub(super) fn open(stage: &Arc<Stage>, time: &Arc<ManualClock>, database: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let books = Arc::new(Mutex::new(Books::default()));
        let closing = Arc::new(AtomicBool::new(false));
        let (stage, time) = (Arc::clone(stage), Arc::clone(time));
        let desk = Desk { books: Arc::clone(&books), stage, time, database };
        let closed = Arc::clone(&closing);
        let thread = std::thread::spawn(move || {
            for connection in listener.incoming() {
                if closed.load(Ordering::SeqCst) {
                    return;
                }
                // Whoever is gone in the middle has asked nothing.
                let _ = connection.and_then(|connection| desk.serve(&connection));
            }
        });
        Self { address, books, closing, thread: Some(thread) }
    }

    pub(super) fn base_url(&self) -> String {
        format!("http://{}{BASE}", self.address)
    }

    pub(super) fn set_mood(&self, mood: Mood) {
        lock(&self.books).mood = mood;
    }

    pub(super) fn arrivals(&self) -> Vec<Arrival> {
        lock(&self.books).arrivals.clone()
    }

    pub(super) fn taken(&self) -> Vec<Taken> {
        lock(&self.books).taken.clone()
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock(books: &Mutex<Books>) -> MutexGuard<'_, Books> {
    books.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    fn serve(&self, connection: &TcpStream) -> std::io::Result<()> {
        connection.set_nodelay(true)?;
        let mut reader = BufReader::new(connection.try_clone()?);
        let mut first = String::new();
        reader.read_line(&mut first)?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(told) = line.strip_prefix("content-length:") {
                length = told.trim().parse().unwrap_or(0);
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let mut words = first.split(' ');
        let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let path = path.strip_prefix(BASE).unwrap_or("");
        if let Some((status, answer)) = self.answer(method, path, body) {
            let more = match status {
                503 => "retry-after: 3\r\n",
                _ => "",
            };
            let mut told = String::new();
            let _ = write!(
                told,
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{more}\
                 content-length: {}\r\nconnection: close\r\n\r\n{answer}",
                answer.len()
            );
            (&*connection).write_all(told.as_bytes())?;
        }
        Ok(())
    }

    /// `None`: it hangs up.
    fn answer(&self, method: &str, path: &str, body: Vec<u8>) -> Option<(u16, String)> {
        let now = self.time.now();
        let mut books = lock(&self.books);
        let mood = books.mood;
        if mood.down {
            return None;
        }
        if method == "POST" && path == "orders/" {
            return self.take(&mut books, now, path, body);
        }
        let shown = |one: &&(usize, Taken)| one.1.shown <= now;
        let taken: Vec<(usize, Taken)> = books.taken.iter().cloned().enumerate().collect();
        let rows = taken.iter().filter(shown);
        let (place, query) = path.split_once('?').unwrap_or((path, ""));
        match (place.trim_end_matches('/').split_once('/'), place) {
            (_, "orders/") => {
                let access = query.strip_prefix("accessId=").unwrap_or("");
                let rows = rows.filter(|(_, one)| one.access == access);
                let rows: Vec<Value> = rows.map(|(n, one)| row(*n, one, now)).collect();
                Some((200, Value::Array(rows).to_string()))
            }
            (Some(("orders", id)), _) => {
                let mut rows = rows.filter(|(n, _)| name(*n) == id);
                let found = rows.next().map(|(n, one)| row(*n, one, now).to_string());
                Some(
                    found.map_or((404, r#"{"cause":"Object not found"}"#.to_owned()), |it| {
                        (200, it)
                    }),
                )
            }
            (_, "orderevents/") => {
                let mut events: Vec<(Timestamp, Value)> = rows
                    .flat_map(|(n, one)| {
                        (0..=steps(one, now)).map(|step| {
                            let at = one.at.after(PACE * step);
                            let order = row(*n, one, at);
                            (at, json!({ "event": format!("{}-{step}", name(*n)), "order": order }))
                        })
                    })
                    .collect();
                events.sort_by_key(|(at, _)| *at);
                let since = query.strip_prefix("since=").unwrap_or("");
                let behind = events.iter().position(|(_, event)| event["event"] == since);
                // Once in a while the last one is told again, and once in a while all are forgotten.
                let again = self.stage.below(4) == 0;
                if behind.is_some() && self.stage.below(30) == 0 {
                    return Some((404, r#"{"cause":"Object not found"}"#.to_owned()));
                }
                let from = behind.map_or(0, |at| if again { at } else { at + 1 });
                let rows = events.into_iter().skip(from).map(|(_, event)| event);
                Some((200, Value::Array(rows.collect()).to_string()))
            }
            _ => Some((404, r#"{"cause":"Object not found"}"#.to_owned())),
        }
    }

    fn take(
        &self,
        books: &mut Books,
        now: Timestamp,
        path: &str,
        body: Vec<u8>,
    ) -> Option<(u16, String)> {
        let order: Value = serde_json::from_slice(&body).ok()?;
        let text = |member: &str| order[member].as_str().unwrap_or("").to_owned();
        let (reference, access) = (text("spReference"), text("accessId"));
        let arrival = Arrival { path: path.to_owned(), body, leaves: self.leaves() };
        books.arrivals.push(arrival);
        let troubled = self.stage.below(100) < books.mood.trouble;
        let fate = if troubled { 1 + self.stage.below(9) } else { 0 };
        self.stage.tell(format!("  {reference} arrives, fate {fate}"));
        // Five of the ten fates act.
        if fate < 5 {
            let lag = self.stage.below(books.mood.lag_seconds + 1);
            books.taken.push(Taken {
                reference,
                access,
                at: now,
                shown: now.after(Duration::from_secs(lag)),
                fails: self.stage.below(12) == 0,
            });
        }
        let last = books.taken.len().saturating_sub(1);
        match fate {
            0 | 1 => Some((201, row(last, &books.taken[last], now).to_string())),
            2 | 5 => None,
            3 => Some((500, "<html>".to_owned())),
            4 => Some((200, "\u{1}".to_owned())),
            6 => Some((500, r#"{"cause":"Internal error"}"#.to_owned())),
            7 => Some((503, String::new())),
            8 => Some((
                409,
                r#"{"cause":"ServiceType is already claimed by other Service Provider."}"#
                    .to_owned(),
            )),
            _ => Some((400, r#"{"cause":"Unknown service: 'BB-1000-1000'"}"#.to_owned())),
        }
    }

    /// How many leaves anybody else can see.
    fn leaves(&self) -> u64 {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let database = Connection::open_with_flags(&self.database, flags).unwrap();
        database.busy_timeout(Duration::from_secs(10)).unwrap();
        let size: i64 = database.query_row("SELECT size FROM head", [], |row| row.get(0)).unwrap();
        u64::try_from(size).unwrap()
    }
}

fn name(number: usize) -> String {
    format!("KO-{number}")
}

/// How often an order has moved on.
fn steps(one: &Taken, now: Timestamp) -> u32 {
    let since = now.since(one.at).as_secs() / PACE.as_secs();
    u32::try_from(since.min(2)).unwrap()
}

fn row(number: usize, one: &Taken, now: Timestamp) -> Value {
    let state = match (steps(one, now), one.fails) {
        (0, _) => "RECEIVED",
        (1, _) => "IN_PROGRESS",
        (_, false) => "DONE_SUCCESS",
        (_, true) => "DONE_FAILED",
    };
    json!({
        "orderId": name(number),
        "operation": "ACTIVATE",
        "accessId": one.access,
        "spReference": one.reference,
        "subscriptionId": format!("SUB-{number}"),
        "state": state,
    })
}
