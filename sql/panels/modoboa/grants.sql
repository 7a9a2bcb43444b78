-- What find.sql needs, column by column; the user is made by
-- sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  Modoboa's database, e.g. modoboa
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/modoboa/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- Nothing in the panel's tables can be changed with it.
--
-- comporta_serve (serve) reads the same.

GRANT SELECT (id, email, password, is_local, language, secondary_email,
		first_name, last_name)
	ON `{panel_database}`.core_user TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (user_id) ON `{panel_database}`.admin_mailbox TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
