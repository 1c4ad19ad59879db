-- Second factors, sign-ins in progress, remembered devices. Same number, tables and columns as the
-- PostgreSQL file of this number.

-- Grows with every change of password, factors or state: sign-ins in progress and remembered
-- devices that were begun before it are worth nothing.
ALTER TABLE users ADD COLUMN trust INTEGER NOT NULL DEFAULT 0;

-- A person who has proven something and not yet all. It is no session and opens nothing.
CREATE TABLE sign_in (
    realm TEXT NOT NULL,
    cookie BLOB NOT NULL,
    user_id TEXT NOT NULL,
    trust INTEGER NOT NULL,
    amr TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (realm, cookie),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX sign_in_owner ON sign_in (realm, user_id);
CREATE INDEX sign_in_expires ON sign_in (expires_at);

-- Authenticator apps. The last step whose password was taken only grows, so that none is taken
-- twice.
CREATE TABLE totp (
    realm TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    last_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    PRIMARY KEY (realm, id),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX totp_owner ON totp (realm, user_id);

-- Recovery codes that are left; a used one is gone.
CREATE TABLE recovery_code (
    realm TEXT NOT NULL,
    user_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (realm, user_id, digest),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
) STRICT;

-- Devices on which the second factor is not asked for again.
CREATE TABLE remembered_device (
    realm TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    cookie BLOB NOT NULL,
    trust INTEGER NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (realm, id),
    UNIQUE (realm, cookie),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX remembered_device_owner ON remembered_device (realm, user_id);
CREATE INDEX remembered_device_expires ON remembered_device (expires_at);
