-- What find.sql needs, column by column; the user is made by
-- sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  the tutorial's database, e.g. mailserver
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/mailserver/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- Nothing in the panel's tables can be changed with it.
--
-- comporta_serve (serve) reads the same.

GRANT SELECT (email, password)
	ON `{panel_database}`.virtual_users TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
