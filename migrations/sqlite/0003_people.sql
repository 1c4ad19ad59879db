-- States of a person, withdrawn consent, events and mail. Same number, tables and columns as the
-- PostgreSQL file of this number.

-- A locked account is opened again by its owner or an admin; a deleted one can be restored until
-- its undo period has passed.
ALTER TABLE users ADD COLUMN locked_at INTEGER;
ALTER TABLE users ADD COLUMN deleted_at INTEGER;
CREATE INDEX users_deleted ON users (deleted_at) WHERE deleted_at IS NOT NULL;

-- Grants of this person to this client made up to this moment are worth nothing.
CREATE TABLE withdrawal (
    realm TEXT NOT NULL,
    user_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    withdrawn_at INTEGER NOT NULL,
    PRIMARY KEY (realm, user_id, client_id),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
) STRICT;

-- Events outlive what they are about, so nothing here is a foreign key but the realm.
CREATE TABLE event (
    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    realm TEXT NOT NULL REFERENCES realm (id),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    user_id TEXT,
    client_id TEXT,
    session_id TEXT,
    address TEXT,
    user_agent TEXT,
    request_id TEXT,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX event_at ON event (realm, at);
CREATE INDEX event_user ON event (realm, user_id, at) WHERE user_id IS NOT NULL;

-- The outbox of mail. The content holds links that open accounts: it is sealed, and forgotten once
-- the mail is sent or has expired.
CREATE TABLE mail (
    realm TEXT NOT NULL REFERENCES realm (id),
    id TEXT NOT NULL,
    user_id TEXT,
    kind TEXT NOT NULL,
    sealed BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    next_attempt_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    sent_at INTEGER,
    last_answer TEXT,
    PRIMARY KEY (realm, id)
) STRICT;
CREATE INDEX mail_due ON mail (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX mail_settled ON mail (created_at) WHERE next_attempt_at IS NULL;
CREATE INDEX mail_sealed ON mail (expires_at) WHERE sealed IS NOT NULL;
