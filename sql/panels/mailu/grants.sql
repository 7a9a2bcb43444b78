-- With DB_FLAVOR=mysql: what find.sql and app_passwords.sql need, column by
-- column; the user is made by sql/own/mysql/grants.sql. Placeholders, to be
-- replaced before it runs:
--   {panel_database}  Mailu's database, e.g. mailu
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/mailu/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- With SQLite, Mailu's preset, rights are those of files instead. The user
-- comporta runs as must be able to read /mailu/data/main.db and to enter the
-- folders above it; it needs to write nothing there:
--
--   setfacl -m u:comporta:x /mailu /mailu/data
--   setfacl -m u:comporta:r /mailu/data/main.db
--
-- comporta_serve (serve) reads the same.

GRANT SELECT (email, password, displayed_name)
	ON `{panel_database}`.user TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (id, user_email, password, comment)
	ON `{panel_database}`.token TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
