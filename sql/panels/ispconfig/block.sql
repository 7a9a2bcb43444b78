-- No row changes when the customer or the administrator had turned sending off
-- before. Two rows are an address on two servers: refused, as one would be the
-- wrong one. The second comparison is byte by byte: by the column's collation
-- other accents and blanks at the end would be the same mailbox, and nothing
-- keeps two such from being there.
-- rows: 0-1
UPDATE {panel}mail_user
SET disablesmtp = 'y'
WHERE email = :account
	AND CAST(LOWER(email) AS BINARY) = CAST(LOWER(:account) AS BINARY)
	AND disablesmtp = 'n';
