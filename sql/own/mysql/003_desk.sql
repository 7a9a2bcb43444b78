-- What the operator, panels and support work with.

-- Something is wrong with the host or with comporta itself, not with one
-- account. active_name is the name while it lasts and NULL afterwards: one
-- alarm of a name at a time, told once when it begins and once when it ends.
-- It ends when nobody has seen it for a while (seen_ms). Its notices stand in
-- comporta_notice with the kinds "alarm" and "alarm_over" and the alarm's id as
-- block_id, those of the day's digest with "digest" and the day since 1970: so
-- each is there once, and whoever reads a block's notices asks for the kinds
-- that are about blocks.
CREATE TABLE IF NOT EXISTS comporta_alarm (
	id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
	name VARCHAR(64) NOT NULL,
	active_name VARCHAR(64) UNIQUE,
	began_ms BIGINT NOT NULL,
	ended_ms BIGINT,
	seen_ms BIGINT NOT NULL,
	words TEXT NOT NULL,
	KEY comporta_alarm_began (began_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Webhooks waiting to be sent, and their fate. about_id is the block, or for
-- alarms the alarm. The body is made when it is sent.
CREATE TABLE IF NOT EXISTS comporta_webhook (
	id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
	event VARCHAR(32) NOT NULL,
	about_id BIGINT NOT NULL,
	target VARCHAR(255) NOT NULL,
	state VARCHAR(32) NOT NULL,
	attempts INT NOT NULL,
	queued_ms BIGINT NOT NULL,
	next_ms BIGINT NOT NULL,
	claimed_ms BIGINT,
	sent_ms BIGINT,
	last_error TEXT,
	UNIQUE KEY comporta_webhook_once (event, about_id, target),
	KEY comporta_webhook_due (state, next_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The domains that a reseller's token may see.
CREATE TABLE IF NOT EXISTS comporta_token_domain (
	token_id BIGINT NOT NULL,
	domain VARCHAR(255) NOT NULL,
	PRIMARY KEY (token_id, domain)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Answers to POSTs that bore an Idempotency-Key, for a day: the same request
-- again gets the same answer and does nothing. status is NULL while the first
-- one is being answered. digest is that of method, path and body. at_ms is the
-- last try's, first_ms that of the first one.
CREATE TABLE IF NOT EXISTS comporta_request (
	token_id BIGINT NOT NULL,
	request_key VARCHAR(128) NOT NULL,
	digest VARCHAR(64) NOT NULL,
	status INT,
	answer MEDIUMTEXT,
	at_ms BIGINT NOT NULL,
	first_ms BIGINT NOT NULL,
	PRIMARY KEY (token_id, request_key),
	KEY comporta_request_at (at_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What scan and watch count, for serve to show at /metrics: instance is the
-- machine, labels as Prometheus writes them.
CREATE TABLE IF NOT EXISTS comporta_metric (
	instance VARCHAR(128) NOT NULL,
	name VARCHAR(128) NOT NULL,
	labels VARCHAR(255) NOT NULL,
	value DOUBLE NOT NULL,
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (instance, name, labels)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
