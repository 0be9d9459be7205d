-- As schemas/sql/sqlite/0014_sample.sql, where it stands what each is for.

CREATE TABLE sample (
    id         BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    drawn_us   BIGINT NOT NULL,
    drawn_by   word NOT NULL,
    seed       word NOT NULL,
    wanted     BIGINT NOT NULL,
    strata     word NOT NULL,
    query      word NOT NULL,
    size       BIGINT NOT NULL,
    population BIGINT NOT NULL,
    signed_us  BIGINT,
    signed_by  word,
    leaf       BIGINT,
    CHECK ((signed_us IS NULL) = (signed_by IS NULL) AND (signed_us IS NULL) = (leaf IS NULL))
);

CREATE INDEX sample_drawn ON sample (drawn_us, id);

CREATE TABLE sample_item (
    sample    BYTEA NOT NULL REFERENCES sample (id),
    seq       BIGINT NOT NULL,
    idx       BIGINT NOT NULL,
    stratum   word NOT NULL,
    verdict   word CHECK (verdict IS NULL OR verdict IN
        ('right', 'too-much', 'wrong-recipient', 'no-ground', 'unclear')),
    judged_by word,
    judged_us BIGINT,
    PRIMARY KEY (sample, seq),
    CHECK ((verdict IS NULL) = (judged_by IS NULL) AND (verdict IS NULL) = (judged_us IS NULL))
);
