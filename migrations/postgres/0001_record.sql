-- The record. Same number, tables and columns as the SQLite file of this number.
-- Texts compare byte by byte, as in SQLite, so that listings page alike whatever the database's locale.
-- Every time is in milliseconds since the Unix epoch. Every key of a realm's row begins with the realm.

CREATE TABLE realm (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

INSERT INTO realm (id, name, created_at) VALUES ('default', 'Vidimus', 0);

CREATE TABLE users (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    id TEXT COLLATE "C" NOT NULL,
    username TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C",
    email_verified BOOLEAN NOT NULL,
    password_hash TEXT COLLATE "C",
    profile TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    disabled_at BIGINT,
    -- grants made before this moment are worth nothing: the password or the state has changed
    not_before BIGINT,
    PRIMARY KEY (realm, id)
);

-- User names and addresses share one name space, so that no address is another's user name.
CREATE TABLE user_login (
    realm TEXT COLLATE "C" NOT NULL,
    login TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (realm, login),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
);
CREATE INDEX user_login_user ON user_login (realm, user_id);

CREATE TABLE login_attempt (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    account TEXT COLLATE "C" NOT NULL,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (realm, account)
);
CREATE INDEX login_attempt_last ON login_attempt (last_at);

CREATE TABLE client (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    id TEXT COLLATE "C" NOT NULL,
    secret BYTEA,
    metadata TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    PRIMARY KEY (realm, id)
);

CREATE TABLE session (
    realm TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    cookie BYTEA NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    auth_time BIGINT NOT NULL,
    amr TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (realm, id),
    UNIQUE (realm, cookie),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
);
CREATE INDEX session_owner ON session (realm, user_id);
CREATE INDEX session_expires ON session (expires_at);
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;

-- One row for each scope, so that adding some is one insert and never a read and a write.
CREATE TABLE consent (
    realm TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (realm, user_id, client_id, scope),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE,
    FOREIGN KEY (realm, client_id) REFERENCES client (realm, id) ON DELETE CASCADE
);
CREATE INDEX consent_client ON consent (realm, client_id);

-- One row for a grant and all tokens that descend from it. A family outlives its client, because a
-- revoked family must stay recognisable; so client_id is no foreign key.
CREATE TABLE token_family (
    realm TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    session_id TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    offline BOOLEAN NOT NULL,
    code BYTEA NOT NULL,
    code_expires_at BIGINT NOT NULL,
    redirect_uri TEXT COLLATE "C" NOT NULL,
    code_challenge TEXT COLLATE "C",
    nonce TEXT COLLATE "C",
    auth_time BIGINT NOT NULL,
    wants_auth_time BOOLEAN NOT NULL,
    amr TEXT COLLATE "C" NOT NULL,
    refreshable BOOLEAN NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    redeemed_at BIGINT,
    wrong_verifiers BIGINT NOT NULL DEFAULT 0,
    generation BIGINT NOT NULL DEFAULT 0,
    rotated_at BIGINT,
    revoked_at BIGINT,
    revoke_reason TEXT COLLATE "C",
    PRIMARY KEY (realm, id),
    UNIQUE (realm, code),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE,
    FOREIGN KEY (realm, session_id) REFERENCES session (realm, id)
) WITH (fillfactor = 70); -- room on each page lets a rotation touch no index
CREATE INDEX token_family_user ON token_family (realm, user_id);
CREATE INDEX token_family_session ON token_family (realm, session_id);
CREATE INDEX token_family_client ON token_family (realm, client_id);
CREATE INDEX token_family_expires ON token_family (expires_at);
CREATE INDEX token_family_unredeemed ON token_family (code_expires_at) WHERE redeemed_at IS NULL;

CREATE TABLE revocation (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    mark TEXT COLLATE "C" NOT NULL,
    not_after BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL UNIQUE,
    published BOOLEAN NOT NULL,
    PRIMARY KEY (realm, mark)
);
CREATE INDEX revocation_unpublished ON revocation (sequence) WHERE NOT published;
CREATE INDEX revocation_expires ON revocation (expires_at);

CREATE TABLE signing_key (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    id TEXT COLLATE "C" NOT NULL,
    algorithm TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'active', 'retiring', 'retired')),
    sealed_private BYTEA NOT NULL,
    public_jwk TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    activated_at BIGINT,
    retiring_at BIGINT,
    revision BIGINT NOT NULL,
    PRIMARY KEY (realm, id)
);
CREATE UNIQUE INDEX signing_key_pending ON signing_key (realm, algorithm) WHERE state = 'pending';
CREATE UNIQUE INDEX signing_key_active ON signing_key (realm, algorithm) WHERE state = 'active';

-- key_revision grows with every change of a signing key. ping is what a health check writes.
-- revocation is used by SQLite only: here a sequence numbers the marks and takes no row lock.
CREATE SEQUENCE revocation_sequence;
CREATE TABLE counter (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO counter (name, value) VALUES ('key_revision', 0), ('ping', 0), ('revocation', 0);

CREATE TABLE node (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    key_revision BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

CREATE TABLE setting (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE job_claim (
    job TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    node TEXT COLLATE "C" NOT NULL,
    held_until BIGINT NOT NULL
);
