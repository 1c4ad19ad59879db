-- One-time links, and the terms of a realm. Same number, tables and columns as the SQLite file
-- of this number.

-- What a link's address carries is random and kept as a digest. One link of a purpose holds a slot
-- at a time; a newer one takes it over. The content is forgotten once the link is used.
CREATE TABLE one_time_link (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    digest BYTEA NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    slot TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C",
    email TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (realm, digest),
    UNIQUE (realm, purpose, slot),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
);
CREATE INDEX one_time_link_expiry ON one_time_link (expires_at);
CREATE INDEX one_time_link_user ON one_time_link (realm, user_id) WHERE user_id IS NOT NULL;

-- What people must accept before they have an account.
ALTER TABLE realm ADD COLUMN terms_url TEXT COLLATE "C";
