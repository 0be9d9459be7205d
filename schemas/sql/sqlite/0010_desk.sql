-- What people at a desk need: how a case is found, which ones are for few eyes, who has taken one on, and
-- who has agreed to what two must agree to.

-- A person decides alone about these: they are in nobody's lists but those of the restricted role.
ALTER TABLE case_ ADD COLUMN restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1));
UPDATE case_ SET restricted = 1 WHERE released = 1 OR reason = 'special-handling';

CREATE INDEX case_held ON case_ (changed_us, id) WHERE state = 'held';
CREATE INDEX submission_external ON submission (external_id) WHERE external_id IS NOT NULL;

-- From an access to its cases, by an HMAC: without the key it leads nowhere.
CREATE TABLE case_access (
    mac     BLOB NOT NULL CHECK (length(mac) = 32),
    case_id BLOB NOT NULL REFERENCES case_ (id),
    PRIMARY KEY (mac, case_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX case_access_case ON case_access (case_id);

-- Who looks after a held case, by the name that they sign in with; gone when it is decided.
CREATE TABLE assigned (
    case_id BLOB    NOT NULL PRIMARY KEY REFERENCES case_ (id),
    who     TEXT    NOT NULL,
    at_us   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The first of two who must agree to a release. Not who: an HMAC, that tells one person from another.
CREATE TABLE agreed (
    case_id BLOB    NOT NULL PRIMARY KEY REFERENCES case_ (id),
    who_mac BLOB    NOT NULL CHECK (length(who_mac) = 32),
    at_us   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A disclosure that should not have been: what somebody has noticed, and the clocks that run from then
-- (24 hours to PTS, 72 hours to IMY). No words: a kind of a closed list.
CREATE TABLE incident (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    case_id    BLOB    NOT NULL REFERENCES case_ (id),
    kind       TEXT    NOT NULL,
    noticed_us INTEGER NOT NULL,
    closed_us  INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX incident_open ON incident (noticed_us) WHERE closed_us IS NULL;
CREATE INDEX incident_case ON incident (case_id);

-- What somebody said is nobody's, though the guard thought otherwise: why, and what another person thinks
-- of it. The words are sealed with the case, in this order.
CREATE TABLE vouched (
    case_id     BLOB    NOT NULL REFERENCES case_ (id),
    seq         INTEGER NOT NULL CHECK (seq >= 0),
    reason      TEXT    NOT NULL,
    who_mac     BLOB    NOT NULL CHECK (length(who_mac) = 32),
    at_us       INTEGER NOT NULL,
    verdict     TEXT    CHECK (verdict IS NULL OR verdict IN ('right', 'wrong')),
    reviewed_us INTEGER,
    PRIMARY KEY (case_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX vouched_open ON vouched (at_us) WHERE verdict IS NULL;
