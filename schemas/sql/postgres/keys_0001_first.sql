-- The key store in PostgreSQL, in a database or a schema of its own: the tables of
-- schemas/sql/sqlite/keys_0001_first.sql. What each is for stands there.

CREATE DOMAIN word AS TEXT COLLATE "C";
CREATE TABLE epoch_key (
    epoch      BIGINT NOT NULL PRIMARY KEY CHECK (epoch > 0),
    wrapped    BYTEA NOT NULL,
    created_us BIGINT NOT NULL
);

CREATE TABLE subject_key (
    id         BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    subject    BYTEA NOT NULL UNIQUE CHECK (length(subject) = 32),
    epoch      BIGINT NOT NULL REFERENCES epoch_key (epoch),
    wrapped    BYTEA NOT NULL,
    created_us BIGINT NOT NULL
);

CREATE INDEX subject_key_epoch ON subject_key (epoch);

CREATE TABLE subject_leaf (
    leaf    BYTEA NOT NULL PRIMARY KEY CHECK (length(leaf) = 16),
    subject BYTEA NOT NULL CHECK (length(subject) = 16),
    case_id BYTEA NOT NULL CHECK (length(case_id) = 16)
);

CREATE INDEX subject_leaf_subject ON subject_leaf (subject);
CREATE INDEX subject_leaf_case ON subject_leaf (case_id);

CREATE TABLE erased_key (
    id     BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    leaf   BYTEA NOT NULL UNIQUE CHECK (length(leaf) = 16),
    reason word NOT NULL
);
