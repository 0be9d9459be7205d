-- The key store: a file of its own, so that it can be kept, backed up and destroyed on its own.

-- Subjects' keys are sealed under the latest of these, and these under the deployment's key. An
-- older one is destroyed as soon as no key is sealed under it any more.
CREATE TABLE epoch_key (
    epoch      INTEGER NOT NULL PRIMARY KEY CHECK (epoch > 0),
    wrapped    BLOB    NOT NULL,
    created_us INTEGER NOT NULL
) STRICT;

CREATE TABLE subject_key (
    -- Drawn at random: what the case store knows the subject by.
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- The pseudonym: an HMAC of client and customer number under the deployment's key.
    subject    BLOB    NOT NULL UNIQUE CHECK (length(subject) = 32),
    epoch      INTEGER NOT NULL REFERENCES epoch_key (epoch),
    wrapped    BLOB    NOT NULL,
    created_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX subject_key_epoch ON subject_key (epoch);

-- Which leaves are about whom, and about which case. Never in the log itself.
CREATE TABLE subject_leaf (
    leaf    BLOB NOT NULL PRIMARY KEY CHECK (length(leaf) = 16),
    subject BLOB NOT NULL CHECK (length(subject) = 16),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16)
) STRICT, WITHOUT ROWID;

CREATE INDEX subject_leaf_subject ON subject_leaf (subject);
CREATE INDEX subject_leaf_case ON subject_leaf (case_id);

-- Keys that were destroyed at a person's erasure, and the leaves that say so: the same as in the
-- list of the erased, so that a loss of either is made good by the other.
CREATE TABLE erased_key (
    id     BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    leaf   BLOB NOT NULL UNIQUE CHECK (length(leaf) = 16),
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
