-- Our own tables in SQLite. Times are milliseconds since 1970 (UTC).

CREATE TABLE IF NOT EXISTS comporta_schema (
	version INTEGER PRIMARY KEY,
	applied_ms INTEGER NOT NULL
);

-- What the mail server looks up at every recipient: a row here and the
-- account cannot send. Nothing else is in it, so that a lookup is one key.
-- The account is the login in lower case, as Postfix asks for it.
CREATE TABLE IF NOT EXISTS comporta_send_block (
	account TEXT PRIMARY KEY,
	reason TEXT NOT NULL,
	block_id INTEGER NOT NULL,
	since_ms INTEGER NOT NULL
);

-- The mailboxes of a host without a known panel. Replace it by a view of the
-- same columns over the tables you have (README of sql/panels/own).
CREATE TABLE IF NOT EXISTS comporta_mailbox (
	account TEXT PRIMARY KEY COLLATE NOCASE,
	password_hash TEXT,
	password_changed TEXT,
	language TEXT,
	contact TEXT,
	name TEXT
);

-- One row per incident, kept after its end. active_account is the account
-- while the block stands and NULL afterwards: one block at a time.
CREATE TABLE IF NOT EXISTS comporta_block (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	decision TEXT NOT NULL UNIQUE,
	account TEXT NOT NULL,
	domain TEXT NOT NULL,
	state TEXT NOT NULL,
	active_account TEXT UNIQUE,
	decided_ms INTEGER NOT NULL,
	blocked_ms INTEGER NOT NULL,
	lifted_ms INTEGER,
	lifted_by TEXT,
	lift_reason TEXT,
	panel TEXT NOT NULL,
	previous TEXT,
	changed INTEGER NOT NULL,
	fingerprint TEXT,
	scheme TEXT,
	password_changed TEXT,
	proof TEXT,
	language TEXT NOT NULL,
	contact TEXT,
	is_repeat INTEGER NOT NULL,
	probability REAL,
	log_odds REAL,
	verdict TEXT NOT NULL,
	token_hash TEXT,
	token_expires_ms INTEGER
);
CREATE INDEX IF NOT EXISTS comporta_block_account
	ON comporta_block (account, blocked_ms);
CREATE INDEX IF NOT EXISTS comporta_block_token ON comporta_block (token_hash);
CREATE INDEX IF NOT EXISTS comporta_block_state ON comporta_block (state);
CREATE INDEX IF NOT EXISTS comporta_block_lifted ON comporta_block (lifted_ms);

-- The outbox. The text is made when it is sent, from the block's row, so no
-- token ever stands in a table.
CREATE TABLE IF NOT EXISTS comporta_notice (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	block_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	recipient TEXT NOT NULL,
	language TEXT NOT NULL,
	state TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	queued_ms INTEGER NOT NULL,
	next_ms INTEGER NOT NULL,
	claimed_ms INTEGER,
	sent_ms INTEGER,
	last_error TEXT,
	UNIQUE (block_id, kind, recipient)
);
CREATE INDEX IF NOT EXISTS comporta_notice_due
	ON comporta_notice (state, next_ms);

-- Who did what, from where, why. Only ever added to.
CREATE TABLE IF NOT EXISTS comporta_audit (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	at_ms INTEGER NOT NULL,
	block_id INTEGER,
	account TEXT NOT NULL,
	actor TEXT NOT NULL,
	address TEXT,
	action TEXT NOT NULL,
	reason TEXT,
	detail TEXT
);
CREATE INDEX IF NOT EXISTS comporta_audit_block ON comporta_audit (block_id);

-- Bearer tokens of the API: only their SHA-256.
CREATE TABLE IF NOT EXISTS comporta_token (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL UNIQUE,
	token_hash TEXT NOT NULL UNIQUE,
	role TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	expires_ms INTEGER,
	revoked_ms INTEGER
);
