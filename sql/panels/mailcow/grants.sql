-- What the statements of this folder need, column by column; the user is made
-- by sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  mailcow's database, mailcow
--   {host}            where comporta connects from, as MariaDB in its
--                     container sees it: an address of the docker network
--
--   sed -e 's/{panel_database}/mailcow/; s/{host}/172.22.1.1/' grants.sql |
--       docker compose exec -T mysql-mailcow mysql -uroot -p"$DBROOT"
--
-- mailcow keeps all switches of a mailbox in one column, `attributes`: the
-- right to change it is wider than the one switch that block.sql changes.
--
-- comporta_serve (serve) gets the same: to lift a block is to write what
-- block.sql writes, so whoever may lift may block as well.

GRANT SELECT (username, password, name, attributes, authsource, domain, kind,
		active),
	UPDATE (attributes)
	ON `{panel_database}`.mailbox TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (id, mailbox, name, password, smtp_access, active),
	UPDATE (smtp_access)
	ON `{panel_database}`.app_passwd TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (domain, active)
	ON `{panel_database}`.domain TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
