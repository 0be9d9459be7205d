-- Checkpoints with the cosignatures of witnesses: the note as `checkpoint` has it, and further lines.
-- A later one vouches for all that an earlier one does, so that old ones are let go.

CREATE TABLE cosigned (
    size INTEGER NOT NULL PRIMARY KEY REFERENCES checkpoint (size),
    note TEXT    NOT NULL
) STRICT;
