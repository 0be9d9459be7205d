-- As schemas/sql/sqlite/0009_operators.sql, where it stands what each is for.

CREATE TABLE said (
    case_id BYTEA NOT NULL PRIMARY KEY REFERENCES case_ (id),
    sealed  BYTEA NOT NULL,
    said_us BIGINT NOT NULL
);

CREATE TABLE offer (
    recipient word NOT NULL PRIMARY KEY,
    told      word NOT NULL,
    asked_us  BIGINT NOT NULL
);

ALTER TABLE feed ADD COLUMN read_us BIGINT;

CREATE TABLE changes (
    recipient word NOT NULL PRIMARY KEY,
    cursor    word,
    due_us    BIGINT NOT NULL,
    read_us   BIGINT
);

ALTER TABLE case_ ADD COLUMN overruled BIGINT NOT NULL DEFAULT 0 CHECK (overruled IN (0, 1));
CREATE TABLE renamed (
    recipient  word NOT NULL,
    old        word NOT NULL,
    new        word NOT NULL,
    case_id    BYTEA NOT NULL REFERENCES case_ (id),
    learned_us BIGINT NOT NULL,
    PRIMARY KEY (recipient, old)
);

CREATE INDEX renamed_case ON renamed (case_id);

CREATE TABLE subscriptions (
    recipient word NOT NULL PRIMARY KEY,
    cursor    word,
    due_us    BIGINT NOT NULL
);
