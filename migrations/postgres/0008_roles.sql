-- Roles and groups. Same number, tables and columns as the SQLite file of this number.

-- A role of the realm, or of one client. Its name is what applications are told.
CREATE TABLE role (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C",
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    require_second_factor BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (realm, id),
    FOREIGN KEY (realm, client_id) REFERENCES client (realm, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX role_of_realm ON role (realm, name) WHERE client_id IS NULL;
CREATE UNIQUE INDEX role_of_client ON role (realm, client_id, name) WHERE client_id IS NOT NULL;
CREATE INDEX role_strict ON role (realm) WHERE require_second_factor;

CREATE TABLE user_group (
    realm TEXT COLLATE "C" NOT NULL REFERENCES realm (id),
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (realm, id),
    UNIQUE (realm, name)
);

CREATE TABLE group_member (
    realm TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    group_id TEXT COLLATE "C" NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (realm, user_id, group_id),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE,
    FOREIGN KEY (realm, group_id) REFERENCES user_group (realm, id) ON DELETE CASCADE
);
CREATE INDEX group_member_group ON group_member (realm, group_id);

CREATE TABLE user_role (
    realm TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    role_id TEXT COLLATE "C" NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (realm, user_id, role_id),
    FOREIGN KEY (realm, user_id) REFERENCES users (realm, id) ON DELETE CASCADE,
    FOREIGN KEY (realm, role_id) REFERENCES role (realm, id) ON DELETE CASCADE
);
CREATE INDEX user_role_role ON user_role (realm, role_id);

CREATE TABLE group_role (
    realm TEXT COLLATE "C" NOT NULL,
    group_id TEXT COLLATE "C" NOT NULL,
    role_id TEXT COLLATE "C" NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (realm, group_id, role_id),
    FOREIGN KEY (realm, group_id) REFERENCES user_group (realm, id) ON DELETE CASCADE,
    FOREIGN KEY (realm, role_id) REFERENCES role (realm, id) ON DELETE CASCADE
);
CREATE INDEX group_role_role ON group_role (realm, role_id);
