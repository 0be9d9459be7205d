-- The case store and the disclosure log. Times are microseconds UTC. No column holds a personal
-- value: what is personal is in payload and opening, under the subject's key in the key store.

CREATE TABLE submission (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind        TEXT    NOT NULL CHECK (kind IN ('order', 'ticket')),
    client      TEXT    NOT NULL,
    external_id TEXT,
    -- HMAC of the canonical body: tells the same order from another one under the same external id.
    body_mac    BLOB    NOT NULL CHECK (length(body_mac) = 32),
    accepted_us INTEGER NOT NULL,
    UNIQUE (client, kind, external_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX submission_accepted ON submission (kind, accepted_us, id);

CREATE TABLE case_ (
    id                 BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    submission         BLOB    NOT NULL REFERENCES submission (id),
    item               TEXT    NOT NULL,
    recipient          TEXT    NOT NULL,
    purpose            TEXT    NOT NULL,
    -- What is to be done, and about which case and by which change where it is about another one.
    act                TEXT    NOT NULL,
    about              BLOB    REFERENCES case_ (id),
    change             BLOB    REFERENCES change (id),
    -- Names a key in the key store, by a number drawn at random; absent once the person is erased.
    subject            BLOB    CHECK (subject IS NULL OR length(subject) = 16),
    state              TEXT    NOT NULL CHECK (state IN
        ('waiting', 'accepted', 'recorded', 'placed', 'completed', 'failed', 'rejected', 'held', 'cancelled')),
    -- Why it is held or was rejected; a code.
    reason             TEXT,
    -- A person has decided that a held case may go on.
    released           INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1)),
    attempt            INTEGER NOT NULL DEFAULT 0,
    due_us             INTEGER NOT NULL,
    -- Who works on it: a process (epoch), until when, and the token that every later write must name.
    epoch              BLOB,
    lease_until_us     INTEGER NOT NULL DEFAULT 0,
    lease_token        INTEGER NOT NULL DEFAULT 0,
    -- The disclosure that has no outcome yet.
    intent             INTEGER,
    intent_hash        BLOB CHECK (intent_hash IS NULL OR length(intent_hash) = 32),
    intent_us          INTEGER,
    -- How often the operator said that it does not have it.
    absent             INTEGER NOT NULL DEFAULT 0,
    operator_reference TEXT,
    subscription       TEXT,
    -- The last answer, as a code.
    answer             TEXT,
    accepted_us        INTEGER NOT NULL,
    changed_us         INTEGER NOT NULL,
    CHECK ((about IS NULL) = (change IS NULL)),
    CHECK (state <> 'waiting' OR about IS NOT NULL),
    CHECK ((state = 'recorded') = (intent IS NOT NULL)),
    CHECK ((intent IS NULL) = (intent_hash IS NULL) AND (intent IS NULL) = (intent_us IS NULL)),
    CHECK (state <> 'placed' OR operator_reference IS NOT NULL),
    CHECK ((state IN ('held', 'rejected')) <= (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX case_item ON case_ (submission, item, coalesce(change, x''));
CREATE INDEX case_about ON case_ (about, accepted_us, id) WHERE about IS NOT NULL;
CREATE INDEX case_due ON case_ (recipient, due_us) WHERE state IN ('accepted', 'recorded', 'placed');
CREATE INDEX case_leased ON case_ (recipient, lease_until_us)
    WHERE state IN ('accepted', 'recorded', 'placed') AND lease_until_us > due_us;
CREATE INDEX case_operator_reference ON case_ (recipient, operator_reference)
    WHERE operator_reference IS NOT NULL;
CREATE INDEX case_epoch ON case_ (epoch) WHERE lease_until_us > 0;
CREATE INDEX case_accepted ON case_ (accepted_us, id);
CREATE INDEX case_subject ON case_ (subject) WHERE subject IS NOT NULL;

-- What is personal about a case, sealed under its subject's key. Apart from the row that moves:
-- written once, and overwritten when it is due or its subject is erased.
CREATE TABLE payload (
    case_id BLOB NOT NULL PRIMARY KEY REFERENCES case_ (id),
    sealed  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What a disclosure said, field by field as it was sent, sealed under its subject's key: so that
-- the person can be shown it. In parts, by the moment from which the rules count how long it is
-- kept: 0 the case's end, 1 the end of a visit, 2 the record. Which case it belongs to stands in the
-- key store alone.
CREATE TABLE opening (
    leaf   BLOB    NOT NULL CHECK (length(leaf) = 16),
    part   INTEGER NOT NULL CHECK (part BETWEEN 0 AND 2),
    sealed BLOB    NOT NULL,
    PRIMARY KEY (leaf, part)
) STRICT, WITHOUT ROWID;

-- What is still kept of a case, by the same parts, and how long: so long after the case has ended,
-- and not before this moment. The longest of all that was disclosed for the case. The payload goes
-- with part 0.
CREATE TABLE keep (
    case_id      BLOB    NOT NULL REFERENCES case_ (id),
    part         INTEGER NOT NULL CHECK (part BETWEEN 0 AND 2),
    after_end_us INTEGER NOT NULL,
    until_us     INTEGER NOT NULL,
    PRIMARY KEY (case_id, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE leaf (
    idx  INTEGER NOT NULL PRIMARY KEY CHECK (idx >= 0),
    -- 128 random bits. No index: a page of it would be written anew for each leaf. That there are
    -- not two is looked at by `sluss log fsck`.
    id   BLOB    NOT NULL CHECK (length(id) = 16),
    kind TEXT    NOT NULL,
    hash BLOB    NOT NULL CHECK (length(hash) = 32),
    body BLOB    NOT NULL
) STRICT;

-- Guard rails against mistakes. What proves that nothing was changed is the tree, not these.
CREATE TRIGGER leaf_is_never_changed BEFORE UPDATE ON leaf
BEGIN SELECT RAISE(ABORT, 'a leaf is never changed'); END;
CREATE TRIGGER leaf_is_never_deleted BEFORE DELETE ON leaf
BEGIN SELECT RAISE(ABORT, 'a leaf is never deleted'); END;

-- Erasures are looked up at each start, and are few.
CREATE INDEX leaf_erasure ON leaf (idx) WHERE kind = 'erasure';

-- Which leaf says how a disclosure ended: at most one for each.
CREATE TABLE outcome_of (
    intent INTEGER NOT NULL PRIMARY KEY,
    leaf   INTEGER NOT NULL
) STRICT;

-- Hashes of complete subtrees above the leaves, in the order in which a growing log completes them:
-- the place of each is computed from its level and index, and each commit writes at the end.
CREATE TABLE node (
    place INTEGER NOT NULL PRIMARY KEY CHECK (place >= 0),
    hash  BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE head (
    only    INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    size    INTEGER NOT NULL,
    last_us INTEGER NOT NULL
) STRICT;
INSERT INTO head (only, size, last_us) VALUES (1, 0, 0);

CREATE TABLE checkpoint (
    size INTEGER NOT NULL PRIMARY KEY,
    note TEXT    NOT NULL
) STRICT;

-- Every policy that has decided something, by the hash that stands in the leaves.
CREATE TABLE policy (
    id        BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    recipient TEXT NOT NULL,
    version   TEXT NOT NULL,
    canonical BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What holds for each recipient now, as the latest policy leaf about it says.
CREATE TABLE registry (
    recipient TEXT NOT NULL PRIMARY KEY,
    policy    BLOB NOT NULL REFERENCES policy (id),
    agreement TEXT,
    -- The leaf's own members, in canonical form.
    told      BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each operator's event feed has been read.
CREATE TABLE feed (
    recipient TEXT    NOT NULL PRIMARY KEY,
    event     TEXT,
    due_us    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
