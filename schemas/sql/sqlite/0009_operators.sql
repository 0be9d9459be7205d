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
-- The operator's new id of a service that it has moved: it stands in for the one in the order.
ALTER TABLE case_ ADD COLUMN relearned TEXT;
