-- As schemas/sql/sqlite/0011_line.sql, where it stands what each is for.

CREATE TABLE line (
    case_id  BYTEA NOT NULL PRIMARY KEY REFERENCES case_ (id),
    up       BIGINT NOT NULL CHECK (up IN (0, 1)),
    shut     BIGINT NOT NULL CHECK (shut IN (0, 1)),
    since_us BIGINT,
    speed    BIGINT,
    received BIGINT,
    sent     BIGINT,
    errors   BIGINT,
    asked_us BIGINT NOT NULL
);
