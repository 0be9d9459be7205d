-- How the operator's equipment saw the line of a fault before it was reported, as the operator says.
-- It goes where the case's payload goes.
CREATE TABLE line (
    case_id  BLOB    NOT NULL PRIMARY KEY REFERENCES case_ (id),
    up       INTEGER NOT NULL CHECK (up IN (0, 1)),
    since_us INTEGER,
    -- Optical level in dBm, a hundredth of it at the least.
    received INTEGER,
    asked_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
