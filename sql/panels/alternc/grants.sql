-- What find.sql needs, column by column; the user is made by
-- sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  AlternC's database, e.g. alternc
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/alternc/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- Nothing in the panel's tables can be changed with it.
--
-- comporta_serve (serve) reads the same.

GRANT SELECT (id, domain_id, address, password)
	ON `{panel_database}`.address TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (address_id) ON `{panel_database}`.mailbox
	TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (id, domaine, compte) ON `{panel_database}`.domaines
	TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (uid, mail, creator) ON `{panel_database}`.membres
	TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
