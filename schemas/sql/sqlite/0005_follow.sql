-- What happens to a case after its first message: what is asked about it, and what the operator says.

-- What was handed in about a submission: a comment, a withdrawal. What is asked by it is a case for
-- each item that it is about.
CREATE TABLE change (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    submission  BLOB    NOT NULL REFERENCES submission (id),
    -- By what the client knows it, where it says so.
    key         TEXT,
    body_mac    BLOB    NOT NULL CHECK (length(body_mac) = 32),
    accepted_us INTEGER NOT NULL,
    UNIQUE (submission, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX change_accepted ON change (submission, accepted_us, id);

-- What the operator said of a case besides how far it is: a comment, whose turn it is, that it is
-- mended. A comment is sealed under the subject's key, as it was written and as it may be shown; it
-- goes with the case's payload.
CREATE TABLE heard (
    case_id  BLOB    NOT NULL REFERENCES case_ (id),
    seq      INTEGER NOT NULL CHECK (seq > 0),
    heard_us INTEGER NOT NULL,
    -- When, as the operator has it.
    said_us  INTEGER,
    what     TEXT    NOT NULL CHECK (what IN ('comment', 'turn-sp', 'turn-co', 'mended')),
    -- HMAC of time and words: tells a comment from one that was read before.
    mac      BLOB    CHECK (mac IS NULL OR length(mac) = 32),
    sealed   BLOB,
    PRIMARY KEY (case_id, seq),
    CHECK ((what = 'comment') = (mac IS NOT NULL))
) STRICT, WITHOUT ROWID;
