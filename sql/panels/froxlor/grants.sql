-- What the statements of this folder need, column by column; the user is made
-- by sql/own/mysql/grants.sql. Placeholders, to be replaced before it runs:
--   {panel_database}  Froxlor's database, e.g. froxlor
--   {host}            where comporta connects from, e.g. localhost
--
--   sed -e 's/{panel_database}/froxlor/; s/{host}/localhost/' \
--       grants.sql | mariadb
--
-- `mail_users.password`, which may hold clear passwords, cannot be read.
--
-- comporta_serve (serve) gets the same: to lift a block is to write what
-- block.sql writes, so whoever may lift may block as well.

GRANT SELECT (username, password_enc, postfix, imap, customerid),
	UPDATE (postfix)
	ON `{panel_database}`.mail_users TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (customerid, adminid, email, def_language, firstname, name,
		company)
	ON `{panel_database}`.panel_customers TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
GRANT SELECT (adminid, email)
	ON `{panel_database}`.panel_admins TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
