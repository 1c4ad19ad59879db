-- Passkeys, and ceremonies that have begun. Same number, tables and columns as the PostgreSQL file of
-- this number.

-- The name under which authenticators know a person: random, and nothing else is derived from it.
CREATE TABLE passkey_owner (
    realm TEXT NOT NULL,
    user_id TEXT NOT NULL,
    handle BLOB NOT NULL,
    PRIMARY KEY (realm, user_id),
    UNIQUE (realm, handle),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
) STRICT;

-- Passkeys. The counter only grows, where an authenticator counts at all.
CREATE TABLE passkey (
    realm TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    credential BLOB NOT NULL,
    public_key TEXT NOT NULL,
    name TEXT NOT NULL,
    counter INTEGER NOT NULL,
    synced INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    PRIMARY KEY (realm, id),
    UNIQUE (realm, credential),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX passkey_user ON passkey (realm, user_id);
CREATE INDEX passkey_credential ON passkey (credential);

-- Ceremonies that have begun: the challenge's digest names one, and taking it deletes it.
CREATE TABLE passkey_ceremony (
    realm TEXT NOT NULL,
    challenge BLOB NOT NULL,
    purpose TEXT NOT NULL,
    holder BLOB NOT NULL,
    user_id TEXT,
    state TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (realm, challenge),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX passkey_ceremony_expires ON passkey_ceremony (expires_at);
CREATE INDEX passkey_ceremony_user ON passkey_ceremony (realm, user_id);
