-- Passwords that must be changed, and those that were. Same number, tables and columns as the
-- SQLite file of this number.

-- Whoever signs in with the present password chooses another one before anything else.
ALTER TABLE users ADD COLUMN must_change_password BOOLEAN NOT NULL DEFAULT FALSE;

-- The hashes of passwords before the present one, as many as the realm remembers.
CREATE TABLE password_history (
    realm TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    replaced_at BIGINT NOT NULL,
    PRIMARY KEY (realm, user_id, hash),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
);
