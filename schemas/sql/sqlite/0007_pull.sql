-- Contact pulls: what an operator may ask by, and what it was answered.

-- An HMAC of our reference of a case, which is random and one operator's alone: it leads to the case,
-- and from the case nobody comes to it. Goes when the person is erased.
CREATE TABLE reference (
    mac     BLOB NOT NULL PRIMARY KEY CHECK (length(mac) = 32),
    case_id BLOB NOT NULL REFERENCES case_ (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX reference_case ON reference (case_id);

-- Answers that stand in the log: one row for each intent. Which process was to give it, so that one
-- that was killed in between is closed by the next.
CREATE TABLE pull (
    intent      INTEGER NOT NULL PRIMARY KEY,
    intent_hash BLOB    NOT NULL CHECK (length(intent_hash) = 32),
    case_id     BLOB    NOT NULL REFERENCES case_ (id),
    epoch       BLOB    NOT NULL,
    recorded_us INTEGER NOT NULL,
    ended       INTEGER NOT NULL DEFAULT 0 CHECK (ended IN (0, 1))
) STRICT;

CREATE INDEX pull_open ON pull (recorded_us) WHERE ended = 0;
CREATE INDEX pull_case ON pull (case_id);
