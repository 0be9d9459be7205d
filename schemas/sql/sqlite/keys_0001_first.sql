-- The key store: a file of its own, so that it can be kept, backed up and destroyed on its own.

CREATE TABLE subject_key (
    subject    BLOB    NOT NULL PRIMARY KEY CHECK (length(subject) = 32),
    -- The key, sealed under the deployment's key.
    wrapped    BLOB    NOT NULL,
    created_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which leaves are about whom. Never in the log itself.
CREATE TABLE subject_leaf (
    leaf    BLOB NOT NULL PRIMARY KEY CHECK (length(leaf) = 16),
    subject BLOB NOT NULL CHECK (length(subject) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX subject_leaf_subject ON subject_leaf (subject);
