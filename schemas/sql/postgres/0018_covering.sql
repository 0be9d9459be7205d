-- Indices that hold all that is asked of them, so that no case is looked up for it: how many are held at
-- an operator (SQLite reads `state` again unless it is in the index), and the newest case of a person.
DROP INDEX case_held_at;
CREATE INDEX case_held_at ON case_ (recipient, state, restricted) WHERE state = 'held';
DROP INDEX case_subject;
CREATE INDEX case_subject ON case_ (subject, accepted_us) WHERE subject IS NOT NULL;
