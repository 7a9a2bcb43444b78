-- What the statements of this folder need, column by column; the user is made
-- by sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  PostfixAdmin's database, e.g. postfixadmin
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/postfixadmin/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- Neither the list of domains nor anybody's recovery token can be read with
-- it, and no column but the sending switch can be changed.
--
-- comporta_serve (serve) gets the same: to lift a block is to write what
-- block.sql writes, so whoever may lift may block as well.

GRANT SELECT (username, password, name, email_other,
		smtp_active, active),
	UPDATE (smtp_active)
	ON `{panel_database}`.mailbox TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (id, username, description, password_hash)
	ON `{panel_database}`.mailbox_app_password TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (username, domain, active)
	ON `{panel_database}`.domain_admins TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
