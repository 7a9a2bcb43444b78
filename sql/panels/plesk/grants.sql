-- What find.sql needs, column by column; the user is made by
-- sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  Plesk's database, psa
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/psa/; s/{host}/localhost/' \
--       grants.sql | plesk db
--
-- Nothing in Plesk's tables can be changed with it, and no password is read.
--
-- comporta_serve (serve) reads the same.

GRANT SELECT (mail_name, dom_id)
	ON `{panel_database}`.mail TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (id, name, cl_id)
	ON `{panel_database}`.domains TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (id, locale, email)
	ON `{panel_database}`.clients TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
