-- Lots of accounts. Same number, tables and columns as the PostgreSQL file of this number.

-- A number that says nothing of the account. One that has a password is drawn by it, and its hash is
-- checked for a name that nobody has, so that whoever guesses at one waits as for somebody's.
ALTER TABLE users ADD COLUMN lot INTEGER NOT NULL DEFAULT 0;
UPDATE users SET lot = random();
CREATE INDEX users_lot ON users (realm, lot, id) WHERE password_hash IS NOT NULL;
