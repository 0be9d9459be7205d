-- What leaves are found by. All of it is read from the leaves, in the transaction that appends them, and
-- can be made anew of them: a store that has leaves and no entries makes them when it is opened.

-- Words of closed lists and names, as one leaf or many have them (src/log/facets.rs); by their hash.
CREATE TABLE facets (
    id    INTEGER NOT NULL PRIMARY KEY,
    told  TEXT    NOT NULL,
    -- The first leaf that had them.
    first INTEGER NOT NULL
) STRICT;

CREATE INDEX facets_first ON facets (first);

CREATE TABLE entry (
    idx    INTEGER NOT NULL PRIMARY KEY CHECK (idx >= 0),
    facets INTEGER NOT NULL,
    -- How a disclosure has ended: 0 it is none, 1 it has not, 2 accepted, 3 rejected, 4 unsent, 5 unknown.
    ending INTEGER NOT NULL CHECK (ending BETWEEN 0 AND 5),
    -- By the clocks of Sweden: 20260301.
    day    INTEGER NOT NULL
) STRICT;

-- One row after the other is found in it, whatever is asked for: each set of facets is a list of its own.
CREATE INDEX entry_facets ON entry (facets, ending, idx);

CREATE TABLE tally (
    day      INTEGER NOT NULL,
    facets   INTEGER NOT NULL,
    -- The first of them.
    first    INTEGER NOT NULL,
    total    INTEGER NOT NULL,
    accepted INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    unsent   INTEGER NOT NULL DEFAULT 0,
    unknown  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, facets)
) STRICT, WITHOUT ROWID;
