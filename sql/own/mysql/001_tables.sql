-- Our own tables in MariaDB (10.5 or later) and MySQL (8.0 or later). Times
-- are milliseconds since 1970 (UTC). The same tables as in ../sqlite.
--
-- Accounts are logins in lower case, compared byte by byte: a collation that
-- ignores case also ignores accents, and would let the block of one account
-- stop another.

CREATE TABLE IF NOT EXISTS comporta_schema (
	version INT NOT NULL PRIMARY KEY,
	applied_ms BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What the mail server looks up at every recipient: a row here and the
-- account cannot send. Nothing else is in it, so that a lookup is one key.
-- The account is the login in lower case, as Postfix asks for it.
CREATE TABLE IF NOT EXISTS comporta_send_block (
	account VARCHAR(255) NOT NULL PRIMARY KEY,
	reason VARCHAR(1000) NOT NULL,
	block_id BIGINT NOT NULL,
	since_ms BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The mailboxes of a host without a known panel. Replace it by a view of the
-- same columns over the tables you have (README of sql/panels/own).
CREATE TABLE IF NOT EXISTS comporta_mailbox (
	account VARCHAR(255) COLLATE utf8mb4_general_ci NOT NULL PRIMARY KEY,
	password_hash VARCHAR(511),
	password_changed VARCHAR(63),
	language VARCHAR(31),
	contact VARCHAR(255),
	name VARCHAR(255)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row per incident, kept after its end. active_account is the account
-- while the block stands and NULL afterwards: one block at a time.
CREATE TABLE IF NOT EXISTS comporta_block (
	id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
	decision VARCHAR(255) NOT NULL UNIQUE,
	account VARCHAR(255) NOT NULL,
	domain VARCHAR(255) NOT NULL,
	state VARCHAR(32) NOT NULL,
	active_account VARCHAR(255) UNIQUE,
	decided_ms BIGINT NOT NULL,
	blocked_ms BIGINT NOT NULL,
	lifted_ms BIGINT,
	lifted_by VARCHAR(255),
	lift_reason TEXT,
	panel VARCHAR(64) NOT NULL,
	previous VARCHAR(511),
	changed TINYINT NOT NULL,
	fingerprint VARCHAR(64),
	scheme VARCHAR(64),
	password_changed VARCHAR(63),
	proof TEXT,
	language VARCHAR(32) NOT NULL,
	contact VARCHAR(255),
	is_repeat TINYINT NOT NULL,
	probability DOUBLE,
	log_odds DOUBLE,
	verdict MEDIUMTEXT NOT NULL,
	token_hash VARCHAR(64),
	token_expires_ms BIGINT,
	KEY comporta_block_account (account, blocked_ms),
	KEY comporta_block_token (token_hash),
	KEY comporta_block_state (state),
	KEY comporta_block_lifted (lifted_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The outbox. The text is made when it is sent, from the block's row, so no
-- token ever stands in a table.
CREATE TABLE IF NOT EXISTS comporta_notice (
	id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
	block_id BIGINT NOT NULL,
	kind VARCHAR(32) NOT NULL,
	recipient VARCHAR(255) NOT NULL,
	language VARCHAR(32) NOT NULL,
	state VARCHAR(32) NOT NULL,
	attempts INT NOT NULL,
	queued_ms BIGINT NOT NULL,
	next_ms BIGINT NOT NULL,
	claimed_ms BIGINT,
	sent_ms BIGINT,
	last_error TEXT,
	UNIQUE KEY comporta_notice_once (block_id, kind, recipient),
	KEY comporta_notice_due (state, next_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who did what, from where, why. Only ever added to.
CREATE TABLE IF NOT EXISTS comporta_audit (
	id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
	at_ms BIGINT NOT NULL,
	block_id BIGINT,
	account VARCHAR(255) NOT NULL,
	actor VARCHAR(255) NOT NULL,
	address VARCHAR(64),
	action VARCHAR(64) NOT NULL,
	reason TEXT,
	detail MEDIUMTEXT,
	KEY comporta_audit_block (block_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Bearer tokens of the API: only their SHA-256.
CREATE TABLE IF NOT EXISTS comporta_token (
	id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
	name VARCHAR(255) NOT NULL UNIQUE,
	token_hash VARCHAR(64) NOT NULL UNIQUE,
	role VARCHAR(32) NOT NULL,
	created_ms BIGINT NOT NULL,
	expires_ms BIGINT,
	revoked_ms BIGINT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
