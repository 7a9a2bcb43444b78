-- What find.sql needs, column by column; the user is made by
-- sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  i-MSCP's database, e.g. imscp
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/imscp/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- Nothing in the panel's tables can be changed with it.
--
-- comporta_serve (serve) reads the same.

GRANT SELECT (mail_addr, mail_pass, domain_id)
	ON `{panel_database}`.mail_users TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (domain_id, domain_admin_id)
	ON `{panel_database}`.domain TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (admin_id, created_by, email) ON `{panel_database}`.admin
	TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (user_id, lang) ON `{panel_database}`.user_gui_props
	TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
