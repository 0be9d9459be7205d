-- As schemas/sql/sqlite/keys_0002_place.sql, where it stands what it is for.
ALTER TABLE subject_leaf ADD COLUMN place BIGINT;
