-- The link that a mail carries. Same number, tables and columns as the SQLite file of this number.

-- A link stands from when its mail is sent, so that one that waited for a mail server is of use.
ALTER TABLE mail ADD COLUMN link BYTEA;
ALTER TABLE mail ADD COLUMN link_seconds BIGINT;
