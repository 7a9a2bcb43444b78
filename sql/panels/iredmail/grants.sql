-- What the statements of this folder need, column by column; the user is made
-- by sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  iRedMail's database, vmail
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/vmail/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- No column but the two sending switches can be changed.
--
-- comporta_serve (serve) gets the same: to lift a block is to write what
-- block.sql writes, so whoever may lift may block as well.

GRANT SELECT (username, password, name, language, recovery_email, domain,
		active, enablesmtp, enablesmtpsecured, enableimap,
		enableimapsecured),
	UPDATE (enablesmtp, enablesmtpsecured)
	ON `{panel_database}`.mailbox TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (domain, active)
	ON `{panel_database}`.domain TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (username, domain, active)
	ON `{panel_database}`.domain_admins TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
