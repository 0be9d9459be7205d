-- Tasks of cancelling an order (TMF641 cancelServiceOrder), by the change that asked for it. The state
-- is what its cases say, as it was last told.
CREATE TABLE cancellation (
    id           BLOB    NOT NULL PRIMARY KEY REFERENCES change (id),
    submission   BLOB    NOT NULL REFERENCES submission (id),
    state        TEXT    NOT NULL,
    requested_us INTEGER NOT NULL,
    changed_us   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX cancellation_submission ON cancellation (submission);
