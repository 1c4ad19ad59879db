-- The record. Same number, tables and columns as the PostgreSQL file of this number.
-- Every time is in milliseconds since the Unix epoch. Every key of a realm's row begins with the realm.

CREATE TABLE realm (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

INSERT INTO realm (id, name, created_at) VALUES ('default', 'Vidimus', 0);

CREATE TABLE users (
    realm TEXT NOT NULL REFERENCES realm (id),
    id TEXT NOT NULL,
    username TEXT NOT NULL,
    email TEXT,
    email_verified INTEGER NOT NULL,
    password_hash TEXT,
    profile TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    disabled_at INTEGER,
    -- grants made before this moment are worth nothing: the password or the state has changed
    not_before INTEGER,
    PRIMARY KEY (realm, id)
) STRICT;

-- User names and addresses share one name space, so that no address is another's user name.
CREATE TABLE user_login (
    realm TEXT NOT NULL,
    login TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (realm, login),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX user_login_user ON user_login (realm, user_id);

CREATE TABLE login_attempt (
    realm TEXT NOT NULL REFERENCES realm (id),
    account TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (realm, account)
) STRICT;
CREATE INDEX login_attempt_last ON login_attempt (last_at);

CREATE TABLE client (
    realm TEXT NOT NULL REFERENCES realm (id),
    id TEXT NOT NULL,
    secret BLOB,
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER,
    PRIMARY KEY (realm, id)
) STRICT;

CREATE TABLE session (
    realm TEXT NOT NULL,
    id TEXT NOT NULL,
    cookie BLOB NOT NULL,
    user_id TEXT NOT NULL,
    auth_time INTEGER NOT NULL,
    amr TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (realm, id),
    UNIQUE (realm, cookie),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX session_owner ON session (realm, user_id);
CREATE INDEX session_expires ON session (expires_at);
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;

-- One row for each scope, so that adding some is one insert and never a read and a write.
CREATE TABLE consent (
    realm TEXT NOT NULL,
    user_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    PRIMARY KEY (realm, user_id, client_id, scope),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE,
    FOREIGN KEY (realm, client_id) REFERENCES client (realm, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX consent_client ON consent (realm, client_id);

-- One row for a grant and all tokens that descend from it. A family outlives its client, because a
-- revoked family must stay recognisable; so client_id is no foreign key.
CREATE TABLE token_family (
    realm TEXT NOT NULL,
    id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    offline INTEGER NOT NULL,
    code BLOB NOT NULL,
    code_expires_at INTEGER NOT NULL,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT,
    nonce TEXT,
    auth_time INTEGER NOT NULL,
    wants_auth_time INTEGER NOT NULL,
    amr TEXT NOT NULL,
    refreshable INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    redeemed_at INTEGER,
    wrong_verifiers INTEGER NOT NULL DEFAULT 0,
    generation INTEGER NOT NULL DEFAULT 0,
    rotated_at INTEGER,
    revoked_at INTEGER,
    revoke_reason TEXT,
    PRIMARY KEY (realm, id),
    UNIQUE (realm, code),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE,
    FOREIGN KEY (realm, session_id) REFERENCES session (realm, id)
) STRICT;
CREATE INDEX token_family_user ON token_family (realm, user_id);
CREATE INDEX token_family_session ON token_family (realm, session_id);
CREATE INDEX token_family_client ON token_family (realm, client_id);
CREATE INDEX token_family_expires ON token_family (expires_at);
CREATE INDEX token_family_unredeemed ON token_family (code_expires_at) WHERE redeemed_at IS NULL;

CREATE TABLE revocation (
    realm TEXT NOT NULL REFERENCES realm (id),
    mark TEXT NOT NULL,
    not_after INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL UNIQUE,
    published INTEGER NOT NULL,
    PRIMARY KEY (realm, mark)
) STRICT;
CREATE INDEX revocation_unpublished ON revocation (sequence) WHERE NOT published;
CREATE INDEX revocation_expires ON revocation (expires_at);

CREATE TABLE signing_key (
    realm TEXT NOT NULL REFERENCES realm (id),
    id TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'retiring', 'retired')),
    sealed_private BLOB NOT NULL,
    public_jwk TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    activated_at INTEGER,
    retiring_at INTEGER,
    revision INTEGER NOT NULL,
    PRIMARY KEY (realm, id)
) STRICT;
CREATE UNIQUE INDEX signing_key_pending ON signing_key (realm, algorithm) WHERE state = 'pending';
CREATE UNIQUE INDEX signing_key_active ON signing_key (realm, algorithm) WHERE state = 'active';

-- key_revision grows with every change of a signing key. ping is what a health check writes.
-- revocation numbers the marks (PostgreSQL has a sequence for that, which takes no row lock).
CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;

INSERT INTO counter (name, value) VALUES ('key_revision', 0), ('ping', 0), ('revocation', 0);

CREATE TABLE node (
    id TEXT NOT NULL PRIMARY KEY,
    key_revision INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE job_claim (
    job TEXT NOT NULL PRIMARY KEY,
    node TEXT NOT NULL,
    held_until INTEGER NOT NULL
) STRICT;
