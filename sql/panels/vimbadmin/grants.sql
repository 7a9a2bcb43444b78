-- What the statements of this folder need, column by column; the user is made
-- by sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  ViMbAdmin's database, e.g. vimbadmin
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/vimbadmin/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- comporta_serve (serve) gets the same: to lift a block is to write what
-- block.sql writes, so whoever may lift may block as well.

GRANT SELECT (username, password, name, alt_email, access_restriction, active),
	UPDATE (access_restriction)
	ON `{panel_database}`.mailbox TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (id, domain) ON `{panel_database}`.domain TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (Admin_id, Domain_id)
	ON `{panel_database}`.domain_admins TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (id, username, active)
	ON `{panel_database}`.admin TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
