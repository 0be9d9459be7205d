-- Who is let in, and who was not. No secret stands here: hashes of tokens, Argon2id of passwords.

CREATE TABLE token (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- Also the client that orders are told apart by: a token and the one that replaces it share it.
    name       TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    created_us INTEGER NOT NULL,
    expires_us INTEGER,
    revoked_us INTEGER,
    used_us    INTEGER
) STRICT;

CREATE TABLE account (
    name       TEXT    NOT NULL PRIMARY KEY,
    roles      TEXT    NOT NULL,
    -- Argon2id in PHC form: algorithm, parameters, salt, hash.
    password   TEXT    NOT NULL,
    created_us INTEGER NOT NULL
) STRICT;

-- One row for each minute, action and reason, however many there were: whoever knocks all day makes
-- no more than these.
CREATE TABLE denied (
    minute INTEGER NOT NULL,
    action TEXT    NOT NULL,
    reason TEXT    NOT NULL,
    times  INTEGER NOT NULL,
    PRIMARY KEY (minute, action, reason)
) STRICT, WITHOUT ROWID;
