-- Copies of operators' lists of accesses: their networks, and no person. How each copy stands, and
-- its rows. A row that a complete list does not have any more stays, with the day that it went.

CREATE TABLE access_list (
    recipient     TEXT    NOT NULL PRIMARY KEY,
    -- What the operator calls the state of its list; sent back as it came.
    last_modified TEXT,
    -- When a complete list was last taken, and when the copy was last known to be as the operator's.
    complete_us   INTEGER,
    confirmed_us  INTEGER,
    -- When it was last asked, and why that came to nothing; a code.
    tried_us      INTEGER NOT NULL,
    failed        TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE access (
    recipient     TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    legacy        TEXT,
    -- The street without case and marks: what rows are looked up by.
    street_key    TEXT    NOT NULL,
    street        TEXT    NOT NULL,
    number        TEXT    NOT NULL,
    littera       TEXT    NOT NULL,
    apartment     TEXT    NOT NULL,
    distinguisher TEXT    NOT NULL,
    outlet        TEXT    NOT NULL,
    postcode      TEXT    NOT NULL,
    city          TEXT    NOT NULL,
    premises      TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    -- The list that it was last in, by when that was begun.
    seen_us       INTEGER NOT NULL,
    gone_us       INTEGER,
    PRIMARY KEY (recipient, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX access_street ON access (street_key, postcode) WHERE gone_us IS NULL;
CREATE INDEX access_id ON access (id) WHERE gone_us IS NULL;
CREATE INDEX access_legacy ON access (legacy) WHERE gone_us IS NULL AND legacy IS NOT NULL;
