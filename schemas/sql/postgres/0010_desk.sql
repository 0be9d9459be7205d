-- As schemas/sql/sqlite/0010_desk.sql, where it stands what each is for.

ALTER TABLE case_ ADD COLUMN restricted BIGINT NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1));
UPDATE case_ SET restricted = 1 WHERE released = 1 OR reason = 'special-handling';

CREATE INDEX case_held ON case_ (changed_us, id) WHERE state = 'held';
CREATE INDEX submission_external ON submission (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE case_access (
    mac     BYTEA NOT NULL CHECK (length(mac) = 32),
    case_id BYTEA NOT NULL REFERENCES case_ (id),
    PRIMARY KEY (mac, case_id)
);

CREATE INDEX case_access_case ON case_access (case_id);

CREATE TABLE assigned (
    case_id BYTEA NOT NULL PRIMARY KEY REFERENCES case_ (id),
    who     word NOT NULL,
    at_us   BIGINT NOT NULL
);

CREATE TABLE agreed (
    case_id BYTEA NOT NULL PRIMARY KEY REFERENCES case_ (id),
    who_mac BYTEA NOT NULL CHECK (length(who_mac) = 32),
    at_us   BIGINT NOT NULL
);

CREATE TABLE incident (
    id         BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    case_id    BYTEA NOT NULL REFERENCES case_ (id),
    kind       word NOT NULL,
    noticed_us BIGINT NOT NULL,
    closed_us  BIGINT
);

CREATE INDEX incident_open ON incident (noticed_us) WHERE closed_us IS NULL;
CREATE INDEX incident_case ON incident (case_id);

CREATE TABLE vouched (
    case_id     BYTEA NOT NULL REFERENCES case_ (id),
    seq         BIGINT NOT NULL CHECK (seq >= 0),
    reason      word NOT NULL,
    who_mac     BYTEA NOT NULL CHECK (length(who_mac) = 32),
    at_us       BIGINT NOT NULL,
    verdict     word CHECK (verdict IS NULL OR verdict IN ('right', 'wrong')),
    reviewed_us BIGINT,
    PRIMARY KEY (case_id, seq)
);

CREATE INDEX vouched_open ON vouched (at_us) WHERE verdict IS NULL;
