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
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	active_name TEXT UNIQUE,
	began_ms INTEGER NOT NULL,
	ended_ms INTEGER,
	seen_ms INTEGER NOT NULL,
	words TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS comporta_alarm_began
	ON comporta_alarm (began_ms);

-- Webhooks waiting to be sent, and their fate. about_id is the block, or for
-- alarms the alarm. The body is made when it is sent.
CREATE TABLE IF NOT EXISTS comporta_webhook (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	event TEXT NOT NULL,
	about_id INTEGER NOT NULL,
	target TEXT NOT NULL,
	state TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	queued_ms INTEGER NOT NULL,
	next_ms INTEGER NOT NULL,
	claimed_ms INTEGER,
	sent_ms INTEGER,
	last_error TEXT,
	UNIQUE (event, about_id, target)
);
CREATE INDEX IF NOT EXISTS comporta_webhook_due
	ON comporta_webhook (state, next_ms);

-- The domains that a reseller's token may see.
CREATE TABLE IF NOT EXISTS comporta_token_domain (
	token_id INTEGER NOT NULL,
	domain TEXT NOT NULL,
	PRIMARY KEY (token_id, domain)
);

-- Answers to POSTs that bore an Idempotency-Key, for a day: the same request
-- again gets the same answer and does nothing. status is NULL while the first
-- one is being answered. digest is that of method, path and body. at_ms is the
-- last try's, first_ms that of the first one.
CREATE TABLE IF NOT EXISTS comporta_request (
	token_id INTEGER NOT NULL,
	request_key TEXT NOT NULL,
	digest TEXT NOT NULL,
	status INTEGER,
	answer TEXT,
	at_ms INTEGER NOT NULL,
	first_ms INTEGER NOT NULL,
	PRIMARY KEY (token_id, request_key)
);
CREATE INDEX IF NOT EXISTS comporta_request_at
	ON comporta_request (at_ms);

-- What scan and watch count, for serve to show at /metrics: instance is the
-- machine, labels as Prometheus writes them.
CREATE TABLE IF NOT EXISTS comporta_metric (
	instance TEXT NOT NULL,
	name TEXT NOT NULL,
	labels TEXT NOT NULL,
	value REAL NOT NULL,
	at_ms INTEGER NOT NULL,
	PRIMARY KEY (instance, name, labels)
);
