-- The whole list as it was, and only while it is what block.sql made of it:
-- whoever chose another list in the meantime has decided for himself.
-- rows: 0-1
UPDATE {panel}mailbox
SET access_restriction = :previous
WHERE username = :account
	AND CAST(LOWER(username) AS BINARY) = CAST(LOWER(:account) AS BINARY)
	AND access_restriction = CASE WHEN :previous = 'ALL'
		THEN 'IMAP,POP3,SIEVE'
		ELSE TRIM(BOTH ',' FROM REPLACE(CONCAT(',',
			UPPER(REPLACE(:previous, ' ', '')), ','),
			',SMTP,', ',')) END;
