-- Everything that the profiles of OpenID Connect need. Same number, tables and columns as the
-- SQLite file of this number.

ALTER TABLE realm ADD COLUMN settings TEXT COLLATE "C" NOT NULL DEFAULT '{}';

-- A sealed secret is one that a MAC must be computed with. backchannel_logout_uri repeats the
-- metadata's member, so that ending a session can address its clients in one statement.
ALTER TABLE client ADD COLUMN sealed_secret BYTEA;
ALTER TABLE client ADD COLUMN registration_token BYTEA;
ALTER TABLE client ADD COLUMN origin TEXT COLLATE "C" NOT NULL DEFAULT 'admin'
    CHECK (origin IN ('admin', 'registered', 'document'));
ALTER TABLE client ADD COLUMN last_used_at BIGINT;
ALTER TABLE client ADD COLUMN fresh_until BIGINT;
ALTER TABLE client ADD COLUMN backchannel_logout_uri TEXT COLLATE "C";
CREATE INDEX client_uninvited ON client (realm, created_at) WHERE origin <> 'admin';

-- The ID token always has auth_time. claims is the request parameter of that name, resource the
-- indicators that were granted, space separated.
ALTER TABLE token_family DROP COLUMN wants_auth_time;
ALTER TABLE token_family ADD COLUMN claims TEXT COLLATE "C";
ALTER TABLE token_family ADD COLUMN resource TEXT COLLATE "C";
ALTER TABLE token_family ADD COLUMN acr TEXT COLLATE "C";

-- A resource server: the audience of access tokens and what they look like.
CREATE TABLE api (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    id TEXT COLLATE "C" NOT NULL,
    metadata TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    PRIMARY KEY (realm, id)
);

-- An authorization request that was pushed, or fetched once from its address.
CREATE TABLE pushed_request (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    id BYTEA NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    parameters TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (realm, id)
);
CREATE INDEX pushed_request_expires ON pushed_request (expires_at);

-- What must never be accepted twice: the jti of a client's assertion.
CREATE TABLE used_assertion (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    client_id TEXT COLLATE "C" NOT NULL,
    jti BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (realm, client_id, jti)
);
CREATE INDEX used_assertion_expires ON used_assertion (expires_at);

CREATE TABLE initial_access_token (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    id TEXT COLLATE "C" NOT NULL,
    digest BYTEA NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    uses_left BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (realm, id),
    UNIQUE (realm, digest)
);

-- A device that waits for a person. Approval opens a token family whose code is the device code.
CREATE TABLE device_authorization (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    device_code BYTEA NOT NULL,
    user_code TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    resource TEXT COLLATE "C",
    poll_interval BIGINT NOT NULL,
    last_polled_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    approved_at BIGINT,
    denied_at BIGINT,
    PRIMARY KEY (realm, device_code),
    UNIQUE (realm, user_code)
);
CREATE INDEX device_authorization_expires ON device_authorization (expires_at);

-- The outbox of back-channel logout, and the ledger of what each app answered.
CREATE TABLE logout_delivery (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    session_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    uri TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    next_attempt_at BIGINT,
    attempts BIGINT NOT NULL DEFAULT 0,
    delivered_at BIGINT,
    last_answer TEXT COLLATE "C",
    PRIMARY KEY (realm, session_id, client_id)
);
CREATE INDEX logout_delivery_due ON logout_delivery (next_attempt_at)
    WHERE next_attempt_at IS NOT NULL;
CREATE INDEX logout_delivery_settled ON logout_delivery (created_at)
    WHERE next_attempt_at IS NULL;
