-- Least rights in our own tables. To be run by the database's administrator
-- once the tables are there ("comporta check --create-tables", run as him).
--
-- Placeholders, to be replaced before it runs:
--   {database}     the database of our tables, e.g. comporta
--   {host}         where comporta and the mail server connect from:
--                  localhost for the socket, 127.0.0.1 for TCP without names
--   {password}     of the user comporta (act, scan, watch, notify, commands)
--   {serve_password}  of the user comporta_serve (serve)
--   {ro_password}  of the user comporta_ro (the mail server's lookup)
--
--   sed -e 's/{database}/comporta/; s/{host}/localhost/' \
--       -e 's/{password}/.../; s/{serve_password}/.../' \
--       -e 's/{ro_password}/.../' grants.sql | mariadb
--
-- The panel's own grants.sql (sql/panels/NAME) adds what the panel's
-- statements need.

CREATE USER IF NOT EXISTS 'comporta'@'{host}' IDENTIFIED BY '{password}';
CREATE USER IF NOT EXISTS 'comporta_serve'@'{host}'
	IDENTIFIED BY '{serve_password}';
CREATE USER IF NOT EXISTS 'comporta_ro'@'{host}'
	IDENTIFIED BY '{ro_password}';

GRANT SELECT ON `{database}`.comporta_schema TO 'comporta'@'{host}';
GRANT SELECT, INSERT, DELETE ON `{database}`.comporta_send_block
	TO 'comporta'@'{host}';
GRANT SELECT ON `{database}`.comporta_mailbox TO 'comporta'@'{host}';
GRANT SELECT, INSERT, UPDATE ON `{database}`.comporta_block
	TO 'comporta'@'{host}';
GRANT SELECT, INSERT, UPDATE ON `{database}`.comporta_notice
	TO 'comporta'@'{host}';
GRANT SELECT, INSERT, DELETE ON `{database}`.comporta_previous
	TO 'comporta'@'{host}';
GRANT SELECT, INSERT, DELETE ON `{database}`.comporta_credential
	TO 'comporta'@'{host}';
GRANT SELECT, INSERT, UPDATE ON `{database}`.comporta_action
	TO 'comporta'@'{host}';
GRANT SELECT, INSERT, UPDATE ON `{database}`.comporta_held
	TO 'comporta'@'{host}';
GRANT SELECT, INSERT ON `{database}`.comporta_audit TO 'comporta'@'{host}';
GRANT SELECT, INSERT, UPDATE ON `{database}`.comporta_token
	TO 'comporta'@'{host}';
GRANT SELECT, INSERT, UPDATE ON `{database}`.comporta_alarm
	TO 'comporta'@'{host}';
GRANT SELECT, INSERT, UPDATE, DELETE ON `{database}`.comporta_brake
	TO 'comporta'@'{host}';
GRANT SELECT, INSERT, UPDATE ON `{database}`.comporta_webhook
	TO 'comporta'@'{host}';
GRANT SELECT, INSERT, DELETE ON `{database}`.comporta_token_domain
	TO 'comporta'@'{host}';
GRANT SELECT, INSERT, UPDATE, DELETE ON `{database}`.comporta_request
	TO 'comporta'@'{host}';
GRANT SELECT, INSERT, UPDATE, DELETE ON `{database}`.comporta_metric
	TO 'comporta'@'{host}';

-- serve answers strangers, so it has less (serve.database_user). It makes no
-- token and changes none, writes no metric and no alarm, sends nothing and
-- touches no queue, approves nothing at the brake; of a block it changes what a lift changes. What it keeps:
-- it can suspend and lift any account, which is what support and panels ask of
-- it, so whoever takes it over can do that as well, and let go what the brake
-- holds. To the audit trail it can only add. Where nobody suspends over HTTP it
-- needs no INSERT on comporta_send_block, comporta_block, comporta_previous and
-- comporta_credential.
GRANT SELECT ON `{database}`.comporta_schema TO 'comporta_serve'@'{host}';
GRANT SELECT, INSERT, DELETE ON `{database}`.comporta_send_block
	TO 'comporta_serve'@'{host}';
GRANT SELECT ON `{database}`.comporta_mailbox TO 'comporta_serve'@'{host}';
GRANT SELECT, INSERT, UPDATE (state, active_account, lifted_ms, lifted_by,
	lift_reason, proof, changed, token_hash)
	ON `{database}`.comporta_block TO 'comporta_serve'@'{host}';
GRANT SELECT, INSERT ON `{database}`.comporta_notice
	TO 'comporta_serve'@'{host}';
GRANT SELECT, INSERT, DELETE ON `{database}`.comporta_previous
	TO 'comporta_serve'@'{host}';
GRANT SELECT, INSERT, DELETE ON `{database}`.comporta_credential
	TO 'comporta_serve'@'{host}';
GRANT SELECT, INSERT, UPDATE (state, ended_ms) ON `{database}`.comporta_action
	TO 'comporta_serve'@'{host}';
GRANT SELECT ON `{database}`.comporta_held TO 'comporta_serve'@'{host}';
GRANT SELECT, INSERT ON `{database}`.comporta_audit
	TO 'comporta_serve'@'{host}';
GRANT SELECT ON `{database}`.comporta_token TO 'comporta_serve'@'{host}';
GRANT SELECT ON `{database}`.comporta_alarm TO 'comporta_serve'@'{host}';
GRANT SELECT, INSERT, DELETE, UPDATE (state) ON `{database}`.comporta_brake
	TO 'comporta_serve'@'{host}';
GRANT SELECT, INSERT ON `{database}`.comporta_webhook
	TO 'comporta_serve'@'{host}';
GRANT SELECT ON `{database}`.comporta_token_domain
	TO 'comporta_serve'@'{host}';
GRANT SELECT, INSERT, UPDATE, DELETE ON `{database}`.comporta_request
	TO 'comporta_serve'@'{host}';
GRANT SELECT ON `{database}`.comporta_metric TO 'comporta_serve'@'{host}';

-- The mail server sees who is blocked and nothing else.
GRANT SELECT ON `{database}`.comporta_send_block TO 'comporta_ro'@'{host}';
