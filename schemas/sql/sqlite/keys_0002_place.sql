-- Where a leaf stands in the log, so that nobody has to go through it for one; absent for what was linked
-- before this column.
ALTER TABLE subject_leaf ADD COLUMN place INTEGER;
