-- 'ALL' becomes the list of the others, a list loses its SMTP. No row changes
-- when SMTP was not in it. The second comparison of the account is byte by
-- byte: by the column's collation other accents and blanks at the end would be
-- the same mailbox, and nothing keeps two such from being there.
-- rows: 0-1
UPDATE {panel}mailbox
SET access_restriction = CASE WHEN access_restriction = 'ALL'
	THEN 'IMAP,POP3,SIEVE'
	ELSE TRIM(BOTH ',' FROM REPLACE(CONCAT(',',
		UPPER(REPLACE(access_restriction, ' ', '')), ','),
		',SMTP,', ',')) END
WHERE username = :account
	AND CAST(LOWER(username) AS BINARY) = CAST(LOWER(:account) AS BINARY)
	AND (access_restriction = 'ALL'
		OR LOCATE('SMTP', access_restriction) > 0);
