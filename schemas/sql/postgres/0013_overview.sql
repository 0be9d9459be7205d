-- As schemas/sql/sqlite/0013_overview.sql, where it stands what each is for.

CREATE TABLE hourly (
    hour      BIGINT NOT NULL,
    what      word   NOT NULL,
    recipient word   NOT NULL,
    matter    word   NOT NULL,
    actor     word   NOT NULL,
    code      word   NOT NULL,
    times     BIGINT NOT NULL CHECK (times > 0),
    PRIMARY KEY (hour, what, recipient, matter, actor, code)
);

CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT idx, kind, convert_from(body, 'UTF8')::jsonb AS leaf FROM leaf
 WHERE kind IN ('intent', 'outcome', 'refusal', 'hold', 'release', 'read', 'policy');

INSERT INTO hourly
SELECT extract(epoch FROM (leaf ->> 't')::timestamptz)::bigint / 3600, 'disclosed',
       leaf #>> '{recipient,id}', leaf ->> 'purpose', leaf ->> 'actor', '', count(*)
  FROM told WHERE kind = 'intent' GROUP BY 1, 3, 4, 5;
INSERT INTO hourly
SELECT extract(epoch FROM (leaf ->> 't')::timestamptz)::bigint / 3600, 'stopped',
       leaf ->> 'recipient', leaf ->> 'purpose', leaf ->> 'actor', leaf ->> 'reason', count(*)
  FROM told WHERE kind IN ('refusal', 'hold') GROUP BY 1, 3, 4, 5, 6;
INSERT INTO hourly
SELECT extract(epoch FROM (leaf ->> 't')::timestamptz)::bigint / 3600, 'decided',
       leaf ->> 'recipient', leaf ->> 'purpose', leaf ->> 'actor', leaf ->> 'reason', count(*)
  FROM told WHERE kind = 'release' GROUP BY 1, 3, 4, 5, 6;
INSERT INTO hourly
SELECT extract(epoch FROM (leaf ->> 't')::timestamptz)::bigint / 3600, 'read',
       '', '', leaf ->> 'actor', leaf ->> 'what', count(*)
  FROM told WHERE kind = 'read' GROUP BY 1, 5, 6;
INSERT INTO hourly
SELECT extract(epoch FROM (o.leaf ->> 't')::timestamptz)::bigint / 3600, 'ended',
       i.leaf #>> '{recipient,id}', i.leaf ->> 'purpose', '', o.leaf ->> 'result', count(*)
  FROM told o JOIN told i ON i.idx = (o.leaf ->> 'intent')::bigint
 WHERE o.kind = 'outcome' GROUP BY 1, 3, 4, 6;
INSERT INTO hourly
SELECT minute / 60, 'denied', '', action, '', reason, sum(times) FROM denied GROUP BY 1, 4, 6;

CREATE TABLE in_force (
    leaf      BIGINT NOT NULL PRIMARY KEY,
    recipient word   NOT NULL,
    policy    BYTEA  NOT NULL REFERENCES policy (id),
    at_us     BIGINT NOT NULL
);

CREATE INDEX in_force_recipient ON in_force (recipient, leaf);

INSERT INTO in_force
SELECT idx, leaf ->> 'recipient', decode(leaf ->> 'policy', 'hex'),
       extract(epoch FROM (leaf ->> 't')::timestamptz)::bigint * 1000000
  FROM told WHERE kind = 'policy';

ALTER TABLE incident ADD COLUMN decision word;

CREATE INDEX incident_noticed ON incident (noticed_us, id);
CREATE INDEX pull_recorded ON pull (recorded_us, case_id);
CREATE INDEX case_restricted ON case_ (submission) WHERE restricted = 1;
CREATE INDEX case_held_at ON case_ (recipient, restricted) WHERE state = 'held';
CREATE INDEX case_recent ON case_ (accepted_us, restricted, subject, about);
