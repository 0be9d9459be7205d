-- Random samples of the log, and what their reviewers say. Nothing here is about a customer: places in the
-- log, words of closed lists, and the names of those who reviewed.

CREATE TABLE sample (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    drawn_us   INTEGER NOT NULL,
    drawn_by   TEXT    NOT NULL,
    -- What makes it the same again: seed, how many, by which strata, of what, in which log.
    seed       TEXT    NOT NULL,
    wanted     INTEGER NOT NULL,
    strata     TEXT    NOT NULL,
    query      TEXT    NOT NULL,
    size       INTEGER NOT NULL,
    population INTEGER NOT NULL,
    -- Signed off: when, by whom, and the leaf that holds the hash of all of it.
    signed_us  INTEGER,
    signed_by  TEXT,
    leaf       INTEGER,
    CHECK ((signed_us IS NULL) = (signed_by IS NULL) AND (signed_us IS NULL) = (leaf IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX sample_drawn ON sample (drawn_us, id);

CREATE TABLE sample_item (
    sample    BLOB    NOT NULL REFERENCES sample (id),
    seq       INTEGER NOT NULL,
    idx       INTEGER NOT NULL,
    stratum   TEXT    NOT NULL,
    verdict   TEXT CHECK (verdict IS NULL OR verdict IN
        ('right', 'too-much', 'wrong-recipient', 'no-ground', 'unclear')),
    judged_by TEXT,
    judged_us INTEGER,
    PRIMARY KEY (sample, seq),
    CHECK ((verdict IS NULL) = (judged_by IS NULL) AND (verdict IS NULL) = (judged_us IS NULL))
) STRICT, WITHOUT ROWID;
