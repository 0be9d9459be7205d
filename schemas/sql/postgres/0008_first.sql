-- The case store and the disclosure log in PostgreSQL: the tables, columns and indexes of
-- schemas/sql/sqlite/0001 to 0008, and a test holds the two together. What each is for stands there.

-- Words are compared byte by byte, as in SQLite.
CREATE DOMAIN word AS TEXT COLLATE "C";


CREATE TABLE submission (
    id          BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind        word NOT NULL CHECK (kind IN ('order', 'ticket')),
    client      word NOT NULL,
    external_id word,
    body_mac    BYTEA NOT NULL CHECK (length(body_mac) = 32),
    accepted_us BIGINT NOT NULL,
    state       word NOT NULL DEFAULT 'acknowledged',
    UNIQUE (client, kind, external_id)
);

CREATE INDEX submission_accepted ON submission (kind, accepted_us, id);

CREATE TABLE case_ (
    id                 BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    submission         BYTEA NOT NULL REFERENCES submission (id),
    item               word NOT NULL,
    recipient          word NOT NULL,
    purpose            word NOT NULL,
    act                word NOT NULL,
    about              BYTEA REFERENCES case_ (id),
    change             BYTEA,
    subject            BYTEA CHECK (subject IS NULL OR length(subject) = 16),
    state              word NOT NULL CHECK (state IN
        ('waiting', 'accepted', 'recorded', 'placed', 'completed', 'failed', 'rejected', 'held', 'cancelled')),
    reason             word,
    released           BIGINT NOT NULL DEFAULT 0 CHECK (released IN (0, 1)),
    attempt            BIGINT NOT NULL DEFAULT 0,
    due_us             BIGINT NOT NULL,
    epoch              BYTEA,
    lease_until_us     BIGINT NOT NULL DEFAULT 0,
    lease_token        BIGINT NOT NULL DEFAULT 0,
    intent             BIGINT,
    intent_hash        BYTEA CHECK (intent_hash IS NULL OR length(intent_hash) = 32),
    intent_us          BIGINT,
    absent             BIGINT NOT NULL DEFAULT 0,
    operator_reference word,
    subscription       word,
    answer             word,
    accepted_us        BIGINT NOT NULL,
    changed_us         BIGINT NOT NULL,
    CHECK ((about IS NULL) = (change IS NULL)),
    CHECK (state <> 'waiting' OR about IS NOT NULL),
    CHECK ((state = 'recorded') = (intent IS NOT NULL)),
    CHECK ((intent IS NULL) = (intent_hash IS NULL) AND (intent IS NULL) = (intent_us IS NULL)),
    CHECK (state <> 'placed' OR operator_reference IS NOT NULL),
    CHECK ((state IN ('held', 'rejected')) <= (reason IS NOT NULL))
);

CREATE UNIQUE INDEX case_item ON case_ (submission, item, coalesce(change, ''::bytea));
CREATE INDEX case_about ON case_ (about, accepted_us, id) WHERE about IS NOT NULL;
CREATE INDEX case_due ON case_ (recipient, due_us) WHERE state IN ('accepted', 'recorded', 'placed');
CREATE INDEX case_leased ON case_ (recipient, lease_until_us)
    WHERE state IN ('accepted', 'recorded', 'placed') AND lease_until_us > due_us;
CREATE INDEX case_operator_reference ON case_ (recipient, operator_reference)
    WHERE operator_reference IS NOT NULL;
CREATE INDEX case_epoch ON case_ (epoch) WHERE lease_until_us > 0;
CREATE INDEX case_accepted ON case_ (accepted_us, id);
CREATE INDEX case_subject ON case_ (subject) WHERE subject IS NOT NULL;

CREATE TABLE payload (
    case_id BYTEA NOT NULL PRIMARY KEY REFERENCES case_ (id),
    sealed  BYTEA NOT NULL
);

CREATE TABLE opening (
    leaf   BYTEA NOT NULL CHECK (length(leaf) = 16),
    part   BIGINT NOT NULL CHECK (part BETWEEN 0 AND 2),
    sealed BYTEA NOT NULL,
    PRIMARY KEY (leaf, part)
);

CREATE TABLE keep (
    case_id      BYTEA NOT NULL REFERENCES case_ (id),
    part         BIGINT NOT NULL CHECK (part BETWEEN 0 AND 2),
    after_end_us BIGINT NOT NULL,
    until_us     BIGINT NOT NULL,
    PRIMARY KEY (case_id, part)
);

CREATE TABLE leaf (
    idx  BIGINT NOT NULL PRIMARY KEY CHECK (idx >= 0),
    id   BYTEA NOT NULL CHECK (length(id) = 16),
    kind word NOT NULL,
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    body BYTEA NOT NULL
);
CREATE INDEX leaf_erasure ON leaf (idx) WHERE kind = 'erasure';

CREATE TABLE outcome_of (
    intent BIGINT NOT NULL PRIMARY KEY,
    leaf   BIGINT NOT NULL
);

CREATE TABLE node (
    place BIGINT NOT NULL PRIMARY KEY CHECK (place >= 0),
    hash  BYTEA NOT NULL CHECK (length(hash) = 32)
);

CREATE TABLE head (
    only_   BIGINT NOT NULL PRIMARY KEY CHECK (only_ = 1),
    size    BIGINT NOT NULL,
    last_us BIGINT NOT NULL
);
INSERT INTO head (only_, size, last_us) VALUES (1, 0, 0);

CREATE TABLE checkpoint (
    size BIGINT NOT NULL PRIMARY KEY,
    note word NOT NULL
);

CREATE TABLE policy (
    id        BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    recipient word NOT NULL,
    version   word NOT NULL,
    canonical BYTEA NOT NULL
);

CREATE TABLE registry (
    recipient word NOT NULL PRIMARY KEY,
    policy    BYTEA NOT NULL REFERENCES policy (id),
    agreement word,
    told      BYTEA NOT NULL
);

CREATE TABLE feed (
    recipient word NOT NULL PRIMARY KEY,
    event     word,
    due_us    BIGINT NOT NULL
);

CREATE TABLE cosigned (
    size BIGINT NOT NULL PRIMARY KEY REFERENCES checkpoint (size),
    note word NOT NULL
);

CREATE TABLE token (
    id         BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name       word NOT NULL,
    role       word NOT NULL,
    hash       BYTEA NOT NULL CHECK (length(hash) = 32),
    created_us BIGINT NOT NULL,
    expires_us BIGINT,
    revoked_us BIGINT,
    used_us    BIGINT
);

CREATE TABLE account (
    name       word NOT NULL PRIMARY KEY,
    roles      word NOT NULL,
    password   word NOT NULL,
    created_us BIGINT NOT NULL
);

CREATE TABLE denied (
    minute BIGINT NOT NULL,
    action word NOT NULL,
    reason word NOT NULL,
    times  BIGINT NOT NULL,
    PRIMARY KEY (minute, action, reason)
);

CREATE INDEX submission_state ON submission (kind, state, accepted_us, id);

CREATE TABLE moved (
    submission BYTEA NOT NULL,
    case_id    BYTEA NOT NULL,
    before     word,
    PRIMARY KEY (submission, case_id)
);

CREATE TABLE hub (
    id             BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    client         word NOT NULL,
    kind           word NOT NULL CHECK (kind IN ('order', 'ticket')),
    callback       word NOT NULL,
    query          word NOT NULL,
    secret         BYTEA NOT NULL,
    created_us     BIGINT NOT NULL,
    sequence       BIGINT NOT NULL DEFAULT 0,
    failures       BIGINT NOT NULL DEFAULT 0,
    due_us         BIGINT NOT NULL DEFAULT 0,
    epoch          BYTEA,
    lease_until_us BIGINT NOT NULL DEFAULT 0,
    lease_token    BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX hub_client ON hub (client, kind);

CREATE TABLE outbox (
    hub        BYTEA NOT NULL REFERENCES hub (id) ON DELETE CASCADE,
    sequence   BIGINT NOT NULL,
    id         BYTEA NOT NULL CHECK (length(id) = 16),
    event      word NOT NULL,
    submission BYTEA NOT NULL,
    cancels    BYTEA CHECK (cancels IS NULL OR length(cancels) = 16),
    state      word NOT NULL,
    began_us   BIGINT NOT NULL,
    at_us      BIGINT NOT NULL,
    attempt    BIGINT NOT NULL DEFAULT 0,
    due_us     BIGINT NOT NULL,
    since_us   BIGINT NOT NULL,
    answer     word,
    dead       BIGINT NOT NULL DEFAULT 0 CHECK (dead IN (0, 1)),
    PRIMARY KEY (hub, sequence)
);

CREATE INDEX outbox_due ON outbox (hub, due_us) WHERE dead = 0;

CREATE TABLE change (
    id          BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    submission  BYTEA NOT NULL REFERENCES submission (id),
    key         word,
    body_mac    BYTEA NOT NULL CHECK (length(body_mac) = 32),
    accepted_us BIGINT NOT NULL,
    UNIQUE (submission, key)
);

CREATE INDEX change_accepted ON change (submission, accepted_us, id);

CREATE TABLE heard (
    case_id  BYTEA NOT NULL REFERENCES case_ (id),
    seq      BIGINT NOT NULL CHECK (seq > 0),
    heard_us BIGINT NOT NULL,
    said_us  BIGINT,
    what     word NOT NULL CHECK (what IN ('comment', 'turn-sp', 'turn-co', 'mended')),
    mac      BYTEA CHECK (mac IS NULL OR length(mac) = 32),
    sealed   BYTEA,
    PRIMARY KEY (case_id, seq),
    CHECK ((what = 'comment') = (mac IS NOT NULL))
);

CREATE TABLE cancellation (
    id           BYTEA NOT NULL PRIMARY KEY REFERENCES change (id),
    submission   BYTEA NOT NULL REFERENCES submission (id),
    state        word NOT NULL,
    requested_us BIGINT NOT NULL,
    changed_us   BIGINT NOT NULL
);

CREATE INDEX cancellation_submission ON cancellation (submission);

CREATE TABLE reference (
    mac     BYTEA NOT NULL PRIMARY KEY CHECK (length(mac) = 32),
    case_id BYTEA NOT NULL REFERENCES case_ (id)
);

CREATE INDEX reference_case ON reference (case_id);

CREATE TABLE pull (
    intent      BIGINT NOT NULL PRIMARY KEY,
    intent_hash BYTEA NOT NULL CHECK (length(intent_hash) = 32),
    case_id     BYTEA NOT NULL REFERENCES case_ (id),
    epoch       BYTEA NOT NULL,
    recorded_us BIGINT NOT NULL,
    ended       BIGINT NOT NULL DEFAULT 0 CHECK (ended IN (0, 1))
);

CREATE INDEX pull_open ON pull (recorded_us) WHERE ended = 0;
CREATE INDEX pull_case ON pull (case_id);

CREATE TABLE access_list (
    recipient     word NOT NULL PRIMARY KEY,
    last_modified word,
    complete_us   BIGINT,
    confirmed_us  BIGINT,
    tried_us      BIGINT NOT NULL,
    failed        word
);

CREATE TABLE access (
    recipient     word NOT NULL,
    id            word NOT NULL,
    legacy        word,
    street_key    word NOT NULL,
    street        word NOT NULL,
    number        word NOT NULL,
    littera       word NOT NULL,
    apartment     word NOT NULL,
    distinguisher word NOT NULL,
    outlet        word NOT NULL,
    postcode      word NOT NULL,
    city          word NOT NULL,
    premises      word NOT NULL,
    state         word NOT NULL,
    seen_us       BIGINT NOT NULL,
    gone_us       BIGINT,
    PRIMARY KEY (recipient, id)
);

CREATE INDEX access_street ON access (street_key, postcode) WHERE gone_us IS NULL;
CREATE INDEX access_id ON access (id) WHERE gone_us IS NULL;
CREATE INDEX access_legacy ON access (legacy) WHERE gone_us IS NULL AND legacy IS NOT NULL;

ALTER TABLE case_ ADD FOREIGN KEY (change) REFERENCES change (id);

-- Guard rails against mistakes. What proves that nothing was changed is the tree, not these.
CREATE FUNCTION leaf_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a leaf is never changed or deleted'; END $$;
CREATE TRIGGER leaf_is_never_changed BEFORE UPDATE OR DELETE ON leaf
    FOR EACH ROW EXECUTE FUNCTION leaf_stays();
CREATE TRIGGER leaves_are_never_cleared BEFORE TRUNCATE ON leaf
    FOR EACH STATEMENT EXECUTE FUNCTION leaf_stays();

-- Cases that move in this transaction; before the commit that is turned into states and events.
CREATE FUNCTION note_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO moved VALUES
        (NEW.submission, NEW.id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.state END)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER a_case_is_new AFTER INSERT ON case_ FOR EACH ROW
    WHEN (NEW.about IS NULL) EXECUTE FUNCTION note_moved();
CREATE TRIGGER a_case_has_moved AFTER UPDATE OF state ON case_ FOR EACH ROW
    WHEN (NEW.about IS NULL AND OLD.state <> NEW.state
          AND NOT (OLD.state IN ('accepted', 'recorded') AND NEW.state IN ('accepted', 'recorded')))
    EXECUTE FUNCTION note_moved();

-- Why the log is halted, for all processes on all hosts, until a person resumes it.
CREATE TABLE halted (
    reason   word NOT NULL PRIMARY KEY,
    since_us BIGINT NOT NULL
);

-- Whose log this is: the key that signs it. Who comes with another key is in the wrong place.
CREATE TABLE deployment (
    only_   BIGINT NOT NULL PRIMARY KEY CHECK (only_ = 1),
    log_key word NOT NULL
);

-- Rows that move all the time leave room on their pages for what they become.
ALTER TABLE case_ SET (fillfactor = 70);
