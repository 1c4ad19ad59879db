-- Second factors, sign-ins in progress, remembered devices. Same number, tables and columns as the
-- SQLite file of this number.

-- Grows with every change of password, factors or state: sign-ins in progress and remembered
-- devices that were begun before it are worth nothing.
ALTER TABLE users ADD COLUMN trust BIGINT NOT NULL DEFAULT 0;

-- A person who has proven something and not yet all. It is no session and opens nothing.
CREATE TABLE sign_in (
    realm TEXT COLLATE "C" NOT NULL,
    cookie BYTEA NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    trust BIGINT NOT NULL,
    amr TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (realm, cookie),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
);
CREATE INDEX sign_in_owner ON sign_in (realm, user_id);
CREATE INDEX sign_in_expires ON sign_in (expires_at);

-- Authenticator apps. The last step whose password was taken only grows, so that none is taken
-- twice.
CREATE TABLE totp (
    realm TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    PRIMARY KEY (realm, id),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
);
CREATE INDEX totp_owner ON totp (realm, user_id);

-- Recovery codes that are left; a used one is gone.
CREATE TABLE recovery_code (
    realm TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    digest BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (realm, user_id, digest),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
);

-- Devices on which the second factor is not asked for again.
CREATE TABLE remembered_device (
    realm TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    cookie BYTEA NOT NULL,
    trust BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (realm, id),
    UNIQUE (realm, cookie),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
);
CREATE INDEX remembered_device_owner ON remembered_device (realm, user_id);
CREATE INDEX remembered_device_expires ON remembered_device (expires_at);
