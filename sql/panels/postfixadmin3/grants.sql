-- What find.sql needs, column by column; the user is made by
-- sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  PostfixAdmin's database, e.g. postfixadmin
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/postfixadmin/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- Nothing in the panel's tables can be changed with it.
--
-- comporta_serve (serve) reads the same.

GRANT SELECT (username, password, name, email_other)
	ON `{panel_database}`.mailbox TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (username, domain, active)
	ON `{panel_database}`.domain_admins TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
