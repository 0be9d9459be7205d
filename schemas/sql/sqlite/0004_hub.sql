-- Who is told of what happens to orders and tickets, and what is still to be told.

-- What TM Forum calls the submission as a whole: its cases' states, by the one table in src/tmf.
ALTER TABLE submission ADD COLUMN state TEXT NOT NULL DEFAULT 'acknowledged';

CREATE INDEX submission_state ON submission (kind, state, accepted_us, id);

-- Cases that have moved in this transaction. Written by triggers, so that no write of a case can
-- forget it; before the commit it is turned into submission.state and outbox, and emptied.
CREATE TABLE moved (
    submission BLOB NOT NULL,
    case_id    BLOB NOT NULL,
    before     TEXT,
    PRIMARY KEY (submission, case_id)
) STRICT, WITHOUT ROWID;

-- What is asked about a case is no item of an order.
CREATE TRIGGER a_case_is_new AFTER INSERT ON case_ WHEN NEW.about IS NULL
BEGIN INSERT OR IGNORE INTO moved VALUES (NEW.submission, NEW.id, NULL); END;
-- Between these two nothing is to be seen from outside.
CREATE TRIGGER a_case_has_moved AFTER UPDATE OF state ON case_
WHEN NEW.about IS NULL AND OLD.state <> NEW.state
    AND NOT (OLD.state IN ('accepted', 'recorded') AND NEW.state IN ('accepted', 'recorded'))
BEGIN INSERT OR IGNORE INTO moved VALUES (NEW.submission, NEW.id, OLD.state); END;
-- What was there before this table is looked at once.
INSERT INTO moved SELECT submission, id, state FROM case_ WHERE about IS NULL;

CREATE TABLE hub (
    id             BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    client         TEXT    NOT NULL,
    kind           TEXT    NOT NULL CHECK (kind IN ('order', 'ticket')),
    callback       TEXT    NOT NULL,
    query          TEXT    NOT NULL,
    -- What its messages are signed with, sealed under the deployment's key.
    secret         BLOB    NOT NULL,
    created_us     INTEGER NOT NULL,
    -- How many events there were for it.
    sequence       INTEGER NOT NULL DEFAULT 0,
    -- It did not answer so often in a row, and is not spoken to before.
    failures       INTEGER NOT NULL DEFAULT 0,
    due_us         INTEGER NOT NULL DEFAULT 0,
    -- Who speaks to it, as with cases.
    epoch          BLOB,
    lease_until_us INTEGER NOT NULL DEFAULT 0,
    lease_token    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX hub_client ON hub (client, kind);

-- What a registration is still to be told. Ids, states and dates: the message is made of them anew
-- at each attempt, and is the same each time. Told and gone.
CREATE TABLE outbox (
    hub        BLOB    NOT NULL REFERENCES hub (id) ON DELETE CASCADE,
    sequence   INTEGER NOT NULL,
    id         BLOB    NOT NULL CHECK (length(id) = 16),
    event      TEXT    NOT NULL,
    submission BLOB    NOT NULL,
    cancels    BLOB    CHECK (cancels IS NULL OR length(cancels) = 16),
    state      TEXT    NOT NULL,
    began_us   INTEGER NOT NULL,
    at_us      INTEGER NOT NULL,
    attempt    INTEGER NOT NULL DEFAULT 0,
    due_us     INTEGER NOT NULL,
    -- From when on it counts how long it has been tried.
    since_us   INTEGER NOT NULL,
    -- The last answer, as a code; and whether it was given up.
    answer     TEXT,
    dead       INTEGER NOT NULL DEFAULT 0 CHECK (dead IN (0, 1)),
    PRIMARY KEY (hub, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_due ON outbox (hub, due_us) WHERE dead = 0;
