-- As schemas/sql/sqlite/0012_entry.sql, where it stands what each is for.

CREATE TABLE facets (
    id    BIGINT NOT NULL PRIMARY KEY,
    told  word NOT NULL,
    first BIGINT NOT NULL
);

CREATE INDEX facets_first ON facets (first);

CREATE TABLE entry (
    idx    BIGINT NOT NULL PRIMARY KEY CHECK (idx >= 0),
    facets BIGINT NOT NULL,
    ending BIGINT NOT NULL CHECK (ending BETWEEN 0 AND 5),
    day    BIGINT NOT NULL
);

CREATE INDEX entry_facets ON entry (facets, ending, idx);

CREATE TABLE tally (
    day      BIGINT NOT NULL,
    facets   BIGINT NOT NULL,
    first    BIGINT NOT NULL,
    total    BIGINT NOT NULL,
    accepted BIGINT NOT NULL DEFAULT 0,
    rejected BIGINT NOT NULL DEFAULT 0,
    unsent   BIGINT NOT NULL DEFAULT 0,
    unknown  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (day, facets)
);
