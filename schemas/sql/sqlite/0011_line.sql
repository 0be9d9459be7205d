-- How the operator's equipment saw the line of a fault before it was reported, as the operator says.
-- It goes where the case's payload goes.
CREATE TABLE line (
    case_id  BLOB    NOT NULL PRIMARY KEY REFERENCES case_ (id),
    up       INTEGER NOT NULL CHECK (up IN (0, 1)),
    -- Whether the operator has shut the port.
    shut     INTEGER NOT NULL CHECK (shut IN (0, 1)),
    since_us INTEGER,
    -- In Mbit/s.
    speed    INTEGER,
    -- Optical levels, in hundredths of a dBm, and frames with a wrong checksum.
    received INTEGER,
    sent     INTEGER,
    errors   INTEGER,
    asked_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
