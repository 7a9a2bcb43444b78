-- What find.sql needs, column by column; the user is made by
-- sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  Vexim's database, e.g. vexim
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/vexim/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- Nothing in the panel's tables can be changed with it.
--
-- comporta_serve (serve) reads the same.

GRANT SELECT (username, crypt, realname)
	ON `{panel_database}`.users TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
