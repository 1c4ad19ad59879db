-- The link that a mail carries. Same number, tables and columns as the PostgreSQL file of this
-- number.

-- A link stands from when its mail is sent, so that one that waited for a mail server is of use.
ALTER TABLE mail ADD COLUMN link BLOB;
ALTER TABLE mail ADD COLUMN link_seconds INTEGER;
