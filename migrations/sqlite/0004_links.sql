-- One-time links, and the terms of a realm. Same number, tables and columns as the PostgreSQL file
-- of this number.

-- What a link's address carries is random and kept as a digest. One link of a purpose holds a slot
-- at a time; a newer one takes it over. The content is forgotten once the link is used.
CREATE TABLE one_time_link (
    realm TEXT NOT NULL REFERENCES realm (id),
    digest BLOB NOT NULL,
    purpose TEXT NOT NULL,
    slot TEXT NOT NULL,
    user_id TEXT,
    email TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (realm, digest),
    UNIQUE (realm, purpose, slot),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX one_time_link_expiry ON one_time_link (expires_at);
CREATE INDEX one_time_link_user ON one_time_link (realm, user_id) WHERE user_id IS NOT NULL;

-- What people must accept before they have an account.
ALTER TABLE realm ADD COLUMN terms_url TEXT;
