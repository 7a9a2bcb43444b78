-- What find.sql needs, column by column; the user is made by
-- sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  CyberPanel's database, e.g. cyberpanel
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/cyberpanel/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- Nothing in the panel's tables can be changed with it.
--
-- comporta_serve (serve) reads the same.

GRANT SELECT (email, password) ON `{panel_database}`.e_users
	TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (domain, domainOwner_id, childOwner_id)
	ON `{panel_database}`.e_domains TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (id, master_id)
	ON `{panel_database}`.websiteFunctions_childdomains
	TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (id, adminEmail)
	ON `{panel_database}`.websiteFunctions_websites
	TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
