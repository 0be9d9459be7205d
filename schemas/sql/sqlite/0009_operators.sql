-- What operators say of themselves, and of our cases in their own words.

-- The operator's own words about a case, the latest, sealed under its subject's key: they may name
-- people. They go where the case's payload goes.
CREATE TABLE said (
    case_id BLOB    NOT NULL PRIMARY KEY REFERENCES case_ (id),
    sealed  BLOB    NOT NULL,
    said_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What of its interface an operator says that it has, one line for each thing said; asked daily.
CREATE TABLE offer (
    recipient TEXT    NOT NULL PRIMARY KEY,
    told      TEXT    NOT NULL,
    asked_us  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When a feed was last read to its end: behind a longer gap every open case is asked about.
ALTER TABLE feed ADD COLUMN read_us INTEGER;

-- How far each operator's list of changes has been read, in its own words.
CREATE TABLE changes (
    recipient TEXT    NOT NULL PRIMARY KEY,
    cursor    TEXT,
    due_us    INTEGER NOT NULL,
    read_us   INTEGER
) STRICT, WITHOUT ROWID;

-- A person has said that the operator's list of services does not count for this case.
ALTER TABLE case_ ADD COLUMN overruled INTEGER NOT NULL DEFAULT 0 CHECK (overruled IN (0, 1));
-- Ids of services that an operator has replaced, and by what: the new one goes into what is said next.
-- Known by way of a case of the same person, and goes when the person is erased.
CREATE TABLE renamed (
    recipient  TEXT    NOT NULL,
    old        TEXT    NOT NULL,
    new        TEXT    NOT NULL,
    case_id    BLOB    NOT NULL REFERENCES case_ (id),
    learned_us INTEGER NOT NULL,
    PRIMARY KEY (recipient, old)
) STRICT, WITHOUT ROWID;

CREATE INDEX renamed_case ON renamed (case_id);

-- How far each operator's list of subscriptions has been read, in its own words.
CREATE TABLE subscriptions (
    recipient TEXT    NOT NULL PRIMARY KEY,
    cursor    TEXT,
    due_us    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
