-- States of a person, withdrawn consent, events and mail. Same number, tables and columns as the
-- SQLite file of this number.

-- A locked account is opened again by its owner or an admin; a deleted one can be restored until
-- its undo period has passed.
ALTER TABLE users ADD COLUMN locked_at BIGINT;
ALTER TABLE users ADD COLUMN deleted_at BIGINT;
CREATE INDEX users_deleted ON users (deleted_at) WHERE deleted_at IS NOT NULL;

-- Grants of this person to this client made up to this moment are worth nothing.
CREATE TABLE withdrawal (
    realm TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    withdrawn_at BIGINT NOT NULL,
    PRIMARY KEY (realm, user_id, client_id),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
);

-- Events outlive what they are about, so nothing here is a foreign key but the realm.
CREATE TABLE event (
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C",
    client_id TEXT COLLATE "C",
    session_id TEXT COLLATE "C",
    address TEXT COLLATE "C",
    user_agent TEXT COLLATE "C",
    request_id TEXT COLLATE "C",
    detail TEXT COLLATE "C" NOT NULL
);
CREATE INDEX event_at ON event (realm, at);
CREATE INDEX event_user ON event (realm, user_id, at) WHERE user_id IS NOT NULL;

-- The outbox of mail. The content holds links that open accounts: it is sealed, and forgotten once
-- the mail is sent or has expired.
CREATE TABLE mail (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C",
    kind TEXT COLLATE "C" NOT NULL,
    sealed BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    next_attempt_at BIGINT,
    attempts BIGINT NOT NULL DEFAULT 0,
    sent_at BIGINT,
    last_answer TEXT COLLATE "C",
    PRIMARY KEY (realm, id)
);
CREATE INDEX mail_due ON mail (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX mail_settled ON mail (created_at) WHERE next_attempt_at IS NULL;
CREATE INDEX mail_sealed ON mail (expires_at) WHERE sealed IS NOT NULL;
