-- Everything that the profiles of OpenID Connect need. Same number, tables and columns as the
-- PostgreSQL file of this number.

ALTER TABLE realm ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

-- A sealed secret is one that a MAC must be computed with. backchannel_logout_uri repeats the
-- metadata's member, so that ending a session can address its clients in one statement.
ALTER TABLE client ADD COLUMN sealed_secret BLOB;
ALTER TABLE client ADD COLUMN registration_token BLOB;
ALTER TABLE client ADD COLUMN origin TEXT NOT NULL DEFAULT 'admin'
    CHECK (origin IN ('admin', 'registered', 'document'));
ALTER TABLE client ADD COLUMN last_used_at INTEGER;
ALTER TABLE client ADD COLUMN fresh_until INTEGER;
ALTER TABLE client ADD COLUMN backchannel_logout_uri TEXT;
CREATE INDEX client_uninvited ON client (realm, created_at) WHERE origin <> 'admin';

-- The ID token always has auth_time. claims is the request parameter of that name, resource the
-- indicators that were granted, space separated.
ALTER TABLE token_family DROP COLUMN wants_auth_time;
ALTER TABLE token_family ADD COLUMN claims TEXT;
ALTER TABLE token_family ADD COLUMN resource TEXT;
ALTER TABLE token_family ADD COLUMN acr TEXT;

-- A resource server: the audience of access tokens and what they look like.
CREATE TABLE api (
    realm TEXT NOT NULL REFERENCES realm (id),
    id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER,
    PRIMARY KEY (realm, id)
) STRICT;

-- An authorization request that was pushed, or fetched once from its address.
CREATE TABLE pushed_request (
    realm TEXT NOT NULL REFERENCES realm (id),
    id BLOB NOT NULL,
    client_id TEXT NOT NULL,
    parameters TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (realm, id)
) STRICT;
CREATE INDEX pushed_request_expires ON pushed_request (expires_at);

-- What must never be accepted twice: the jti of a client's assertion.
CREATE TABLE used_assertion (
    realm TEXT NOT NULL REFERENCES realm (id),
    client_id TEXT NOT NULL,
    jti BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (realm, client_id, jti)
) STRICT;
CREATE INDEX used_assertion_expires ON used_assertion (expires_at);

CREATE TABLE initial_access_token (
    realm TEXT NOT NULL REFERENCES realm (id),
    id TEXT NOT NULL,
    digest BLOB NOT NULL,
    note TEXT NOT NULL,
    uses_left INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (realm, id),
    UNIQUE (realm, digest)
) STRICT;

-- A device that waits for a person. Approval opens a token family whose code is the device code.
CREATE TABLE device_authorization (
    realm TEXT NOT NULL REFERENCES realm (id),
    device_code BLOB NOT NULL,
    user_code TEXT NOT NULL,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    resource TEXT,
    poll_interval INTEGER NOT NULL,
    last_polled_at INTEGER,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    approved_at INTEGER,
    denied_at INTEGER,
    PRIMARY KEY (realm, device_code),
    UNIQUE (realm, user_code)
) STRICT;
CREATE INDEX device_authorization_expires ON device_authorization (expires_at);

-- The outbox of back-channel logout, and the ledger of what each app answered.
CREATE TABLE logout_delivery (
    realm TEXT NOT NULL REFERENCES realm (id),
    session_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    uri TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    next_attempt_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    delivered_at INTEGER,
    last_answer TEXT,
    PRIMARY KEY (realm, session_id, client_id)
) STRICT;
CREATE INDEX logout_delivery_due ON logout_delivery (next_attempt_at)
    WHERE next_attempt_at IS NOT NULL;
CREATE INDEX logout_delivery_settled ON logout_delivery (created_at)
    WHERE next_attempt_at IS NULL;
