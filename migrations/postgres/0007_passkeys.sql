-- Passkeys, and ceremonies that have begun. Same number, tables and columns as the SQLite file of
-- this number.

-- The name under which authenticators know a person: random, and nothing else is derived from it.
CREATE TABLE passkey_owner (
    realm TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    handle BYTEA NOT NULL,
    PRIMARY KEY (realm, user_id),
    UNIQUE (realm, handle),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
);

-- Passkeys. The counter only grows, where an authenticator counts at all.
CREATE TABLE passkey (
    realm TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    credential BYTEA NOT NULL,
    public_key TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    counter BIGINT NOT NULL,
    synced BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    PRIMARY KEY (realm, id),
    UNIQUE (realm, credential),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
);
CREATE INDEX passkey_user ON passkey (realm, user_id);
CREATE INDEX passkey_credential ON passkey (credential);

-- Ceremonies that have begun: the challenge's digest names one, and taking it deletes it.
CREATE TABLE passkey_ceremony (
    realm TEXT COLLATE "C" NOT NULL,
    challenge BYTEA NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    holder BYTEA NOT NULL,
    user_id TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (realm, challenge),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
);
CREATE INDEX passkey_ceremony_expires ON passkey_ceremony (expires_at);
CREATE INDEX passkey_ceremony_user ON passkey_ceremony (realm, user_id);
