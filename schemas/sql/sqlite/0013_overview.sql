-- What those who look after it all need: numbers by the hour, kept in the same commits as what they are of
-- (what proves anything is the log); which policy came into force when; and a few ways to what they ask for.

CREATE TABLE hourly (
    -- Since 1970, in UTC.
    hour      INTEGER NOT NULL,
    -- What is counted; what does not apply to it is empty.
    what      TEXT    NOT NULL,
    recipient TEXT    NOT NULL,
    -- The purpose; of a denial, what was asked for.
    matter    TEXT    NOT NULL,
    actor     TEXT    NOT NULL,
    -- The result, the reason or the ground.
    code      TEXT    NOT NULL,
    times     INTEGER NOT NULL CHECK (times > 0),
    PRIMARY KEY (hour, what, recipient, matter, actor, code)
) STRICT, WITHOUT ROWID;

-- What there was before this table is counted once, from the leaves themselves.
INSERT INTO hourly
SELECT unixepoch(told ->> '$.t') / 3600, 'disclosed', told ->> '$.recipient.id', told ->> '$.purpose',
       told ->> '$.actor', '', count(*)
  FROM (SELECT CAST(body AS TEXT) AS told FROM leaf WHERE kind = 'intent') GROUP BY 1, 3, 4, 5;
INSERT INTO hourly
SELECT unixepoch(told ->> '$.t') / 3600, 'stopped', told ->> '$.recipient', told ->> '$.purpose',
       told ->> '$.actor', told ->> '$.reason', count(*)
  FROM (SELECT CAST(body AS TEXT) AS told FROM leaf WHERE kind IN ('refusal', 'hold')) GROUP BY 1, 3, 4, 5, 6;
INSERT INTO hourly
SELECT unixepoch(told ->> '$.t') / 3600, 'decided', told ->> '$.recipient', told ->> '$.purpose',
       told ->> '$.actor', told ->> '$.reason', count(*)
  FROM (SELECT CAST(body AS TEXT) AS told FROM leaf WHERE kind = 'release') GROUP BY 1, 3, 4, 5, 6;
INSERT INTO hourly
SELECT unixepoch(told ->> '$.t') / 3600, 'read', '', '', told ->> '$.actor', told ->> '$.what', count(*)
  FROM (SELECT CAST(body AS TEXT) AS told FROM leaf WHERE kind = 'read') GROUP BY 1, 5, 6;
INSERT INTO hourly
SELECT unixepoch(told ->> '$.t') / 3600, 'ended', intent ->> '$.recipient.id', intent ->> '$.purpose',
       '', told ->> '$.result', count(*)
  FROM (SELECT CAST(o.body AS TEXT) AS told, CAST(i.body AS TEXT) AS intent
          FROM leaf o JOIN leaf i ON i.idx = CAST(o.body AS TEXT) ->> '$.intent'
         WHERE o.kind = 'outcome') GROUP BY 1, 3, 4, 6;
INSERT INTO hourly
SELECT minute / 60, 'denied', '', action, '', reason, sum(times) FROM denied GROUP BY 1, 4, 6;

-- Which policy came into force, by the leaf that says so.
CREATE TABLE in_force (
    leaf      INTEGER NOT NULL PRIMARY KEY,
    recipient TEXT    NOT NULL,
    policy    BLOB    NOT NULL REFERENCES policy (id),
    at_us     INTEGER NOT NULL
) STRICT;

CREATE INDEX in_force_recipient ON in_force (recipient, leaf);

INSERT INTO in_force
SELECT idx, told ->> '$.recipient', unhex(told ->> '$.policy'), unixepoch(told ->> '$.t') * 1000000
  FROM (SELECT idx, CAST(body AS TEXT) AS told FROM leaf WHERE kind = 'policy');

-- How a report of something wrongly sent was closed; a word of a closed list.
ALTER TABLE incident ADD COLUMN decision TEXT;

CREATE INDEX incident_noticed ON incident (noticed_us, id);
CREATE INDEX pull_recorded ON pull (recorded_us, case_id);
-- Few: whoever may not see them does not learn that there are any.
CREATE INDEX case_restricted ON case_ (submission) WHERE restricted = 1;
CREATE INDEX case_held_at ON case_ (recipient, restricted) WHERE state = 'held';
-- Newest first, without a look at each case: whom it is about is in the index.
CREATE INDEX case_recent ON case_ (accepted_us, restricted, subject, about);
