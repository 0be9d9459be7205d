//! Copies of a case that wait at the end of the queue, made by the database itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::postgres::Throwaway;

/// Who makes them.
pub(crate) enum Copier<'s> {
    File(PathBuf),
    Server(&'s Throwaway, String),
}

impl<'s> Copier<'s> {
    pub(crate) fn of(
        state: &Path,
        server: Option<&'s Throwaway>,
        servers: Option<&[String; 2]>,
    ) -> Self {
        match (server, servers) {
            (Some(server), Some([database, _])) => Self::Server(server, database.clone()),
            _ => Self::File(state.join("sluss.db")),
        }
    }

    /// Copies one case so often, each due behind all that are there.
    pub(crate) fn copy(&self, times: u64) {
        // Without what would tell somebody of each of them. Ids begin with a number that grows, as all do.
        let (before, id, submission, after) = match self {
            Self::File(_) => (
                "PRAGMA synchronous = OFF",
                "unhex(printf('%012x', place + i) || hex(randomblob(10)))",
                "randomblob(16)",
                "DELETE FROM moved",
            ),
            Self::Server(..) => (
                "SET session_replication_role = replica",
                "decode(lpad(to_hex(place + i), 12, '0')
                   || encode(substr(uuid_send(gen_random_uuid()), 1, 10), 'hex'), 'hex')",
                "uuid_send(gen_random_uuid())",
                "ANALYZE",
            ),
        };
        self.say(&format!(
            "{before};
             BEGIN;
             CREATE TABLE copied AS
               WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times}),
                    there(place, due) AS (SELECT count(*), max(due_us) FROM case_),
                    one(id) AS (SELECT id FROM case_ ORDER BY due_us LIMIT 1)
               SELECT place + i AS n, due + i AS due, {id} AS id, {submission} AS submission,
                      one.id AS one
                 FROM n, there, one;
             INSERT INTO submission (id, kind, client, external_id, body_mac, accepted_us)
               SELECT copied.submission, kind, client, 'COPY-' || n, body_mac, s.accepted_us
                 FROM copied JOIN case_ c ON c.id = one JOIN submission s ON s.id = c.submission;
             INSERT INTO case_ (id, submission, item, recipient, purpose, act, subject, state, due_us,
                                accepted_us, changed_us)
               SELECT copied.id, copied.submission, item, recipient, purpose, act, subject, 'accepted', due,
                      accepted_us, changed_us
                 FROM copied JOIN case_ c ON c.id = one;
             INSERT INTO payload (case_id, sealed)
               SELECT copied.id, sealed FROM copied JOIN payload p ON p.case_id = one;
             DROP TABLE copied;
             COMMIT;
             {after};"
        ));
    }

    /// What is leased is free again.
    pub(crate) fn give_back(&self) {
        self.say("UPDATE case_ SET lease_until_us = 0, epoch = NULL WHERE lease_until_us > 0");
    }

    fn say(&self, sql: &str) {
        match self {
            Self::File(file) => {
                let database = rusqlite::Connection::open(file).unwrap();
                database.busy_timeout(Duration::from_mins(1)).unwrap();
                database.execute_batch(sql).unwrap();
            }
            Self::Server(server, database) => assert!(server.say(database, sql), "{sql}"),
        }
    }
}
