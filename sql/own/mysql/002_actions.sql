-- What belongs to a block besides its row.

-- What a panel's block.sql changed besides the one switch, so that unblock.sql
-- turns back exactly that.
CREATE TABLE IF NOT EXISTS comporta_previous (
	block_id BIGINT NOT NULL,
	item VARCHAR(255) NOT NULL,
	value TEXT,
	PRIMARY KEY (block_id, item)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The passwords of a blocked account as they were: keyed fingerprints, and for
-- the password itself the stored hash, sealed, so that the same one again can
-- be refused. Deleted with the lift.
CREATE TABLE IF NOT EXISTS comporta_credential (
	block_id BIGINT NOT NULL,
	kind VARCHAR(16) NOT NULL,
	item VARCHAR(255) NOT NULL,
	fingerprint VARCHAR(64) NOT NULL,
	sealed TEXT,
	PRIMARY KEY (block_id, kind, item)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What is to be done outside the database for a block or its lift, and how it
-- went. Written in the transaction of the block, carried out afterwards.
CREATE TABLE IF NOT EXISTS comporta_action (
	id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
	block_id BIGINT NOT NULL,
	moment VARCHAR(16) NOT NULL,
	name VARCHAR(64) NOT NULL,
	state VARCHAR(16) NOT NULL,
	attempts INT NOT NULL,
	queued_ms BIGINT NOT NULL,
	next_ms BIGINT NOT NULL,
	ended_ms BIGINT,
	said TEXT,
	UNIQUE KEY comporta_action_once (block_id, moment, name),
	KEY comporta_action_due (state, next_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The mail server's queue ids of a blocked account's messages.
CREATE TABLE IF NOT EXISTS comporta_held (
	block_id BIGINT NOT NULL,
	queue_id VARCHAR(64) NOT NULL,
	state VARCHAR(16) NOT NULL,
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (block_id, queue_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
