-- What belongs to a block besides its row.

-- What a panel's block.sql changed besides the one switch, so that unblock.sql
-- turns back exactly that.
CREATE TABLE IF NOT EXISTS comporta_previous (
	block_id INTEGER NOT NULL,
	item TEXT NOT NULL,
	value TEXT,
	PRIMARY KEY (block_id, item)
);

-- The passwords of a blocked account as they were: keyed fingerprints, and for
-- the password itself the stored hash, sealed, so that the same one again can
-- be refused. Deleted with the lift.
CREATE TABLE IF NOT EXISTS comporta_credential (
	block_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	item TEXT NOT NULL,
	fingerprint TEXT NOT NULL,
	sealed TEXT,
	PRIMARY KEY (block_id, kind, item)
);

-- What is to be done outside the database for a block or its lift, and how it
-- went. Written in the transaction of the block, carried out afterwards.
CREATE TABLE IF NOT EXISTS comporta_action (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	block_id INTEGER NOT NULL,
	moment TEXT NOT NULL,
	name TEXT NOT NULL,
	state TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	queued_ms INTEGER NOT NULL,
	next_ms INTEGER NOT NULL,
	ended_ms INTEGER,
	said TEXT,
	UNIQUE (block_id, moment, name)
);
CREATE INDEX IF NOT EXISTS comporta_action_due
	ON comporta_action (state, next_ms);

-- The mail server's queue ids of a blocked account's messages.
CREATE TABLE IF NOT EXISTS comporta_held (
	block_id INTEGER NOT NULL,
	queue_id TEXT NOT NULL,
	state TEXT NOT NULL,
	at_ms INTEGER NOT NULL,
	PRIMARY KEY (block_id, queue_id)
);
