-- Mail-in-a-Box keeps its users in SQLite, where rights are those of files. The
-- user comporta runs as must be able to read
--   /home/user-data/mail/users.sqlite
-- and to enter the folders above it; it needs to write nothing there:
--
--   setfacl -m u:comporta:x /home/user-data /home/user-data/mail
--   setfacl -m u:comporta:r /home/user-data/mail/users.sqlite
--
-- For a copy of that table in MariaDB, as the tests make one:
--   {panel_database}  its database
--   {host}            where comporta connects from, e.g. localhost
--
-- comporta_serve (serve) reads the same.

GRANT SELECT (email, password)
	ON `{panel_database}`.users TO 'comporta'@'{host}',
		'comporta_serve'@'{host}';
