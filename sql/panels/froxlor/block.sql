-- No row changes when the administrator had closed the mailbox before us. The
-- second comparison is byte by byte: by the column's collation other accents
-- and blanks at the end would be the same mailbox, and nothing keeps two such
-- from being there.
-- rows: 0-1
UPDATE {panel}mail_users
SET postfix = 'N'
WHERE username = :account
	AND CAST(LOWER(username) AS BINARY) = CAST(LOWER(:account) AS BINARY)
	AND postfix = 'Y';
