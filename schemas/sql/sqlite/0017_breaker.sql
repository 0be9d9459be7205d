-- Recipients whose operators are left alone for a while, as they were down or too slow: a row for each
-- process that has found so (its circuit breaker is not closed). A note for those who watch: nothing
-- is decided by it.
CREATE TABLE breaker (
    recipient TEXT    NOT NULL,
    -- The process.
    epoch     BLOB    NOT NULL,
    -- Whether one case is looking whether the operator is back.
    probing   INTEGER NOT NULL CHECK (probing IN (0, 1)),
    -- Since when, and until when nothing is taken on.
    since_us  INTEGER NOT NULL,
    until_us  INTEGER NOT NULL,
    PRIMARY KEY (recipient, epoch)
) STRICT, WITHOUT ROWID;
