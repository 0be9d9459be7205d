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
