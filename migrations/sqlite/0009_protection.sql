-- Protection of sign-ins. Same number, tables and columns as the PostgreSQL file of this number.

-- Browsers on which a person has completed a sign-in. They prove nothing: their attempts have a
-- count of their own, and nobody is told of a sign-in on them. One cookie may be known to several
-- people of a realm.
CREATE TABLE known_device (
    realm TEXT NOT NULL,
    user_id TEXT NOT NULL,
    cookie BLOB NOT NULL,
    session_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    PRIMARY KEY (realm, user_id, cookie),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX known_device_cookie ON known_device (realm, cookie);
CREATE INDEX known_device_seen ON known_device (last_seen_at);

-- Address prefixes from which too many names were tried.
CREATE TABLE address_ban (
    realm TEXT NOT NULL REFERENCES realm (id),
    prefix TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (realm, prefix)
) STRICT;
CREATE INDEX address_ban_expires ON address_ban (expires_at);

-- The digest of a code that was mailed, where a sign-in takes one.
ALTER TABLE sign_in ADD COLUMN mailed_code BLOB;
