-- As schemas/sql/sqlite/0017_breaker.sql, where it stands what each is for.

CREATE TABLE breaker (
    recipient word NOT NULL,
    epoch     BYTEA NOT NULL,
    probing   BIGINT NOT NULL CHECK (probing IN (0, 1)),
    since_us  BIGINT NOT NULL,
    until_us  BIGINT NOT NULL,
    PRIMARY KEY (recipient, epoch)
);
