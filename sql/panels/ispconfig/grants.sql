-- What the statements of this folder need, column by column; the user is made
-- by sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  ISPConfig's database, dbispconfig
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/dbispconfig/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- Of the clients only language, address, name and reseller can be read.
--
-- comporta_serve (serve) gets the same: to lift a block is to write what
-- block.sql writes, so whoever may lift may block as well.

GRANT SELECT (sys_groupid, email, password, name, disablesmtp, disableimap),
	UPDATE (disablesmtp)
	ON `{panel_database}`.mail_user TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (groupid, client_id)
	ON `{panel_database}`.sys_group TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (client_id, parent_client_id, language, email, contact_name)
	ON `{panel_database}`.client TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
