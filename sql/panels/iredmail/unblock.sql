-- Back to what each of the two was, and only while both are as we left them:
-- whoever turned one on in the meantime has decided for himself.
-- rows: 0-1
UPDATE {panel}mailbox
SET enablesmtp = SUBSTRING_INDEX(:previous, ',', 1),
	enablesmtpsecured = SUBSTRING_INDEX(:previous, ',', -1)
WHERE username = :account
	AND CAST(LOWER(username) AS BINARY) = CAST(LOWER(:account) AS BINARY)
	AND enablesmtp = 0 AND enablesmtpsecured = 0
	AND :previous REGEXP '^[0-9]+,[0-9]+$' AND :previous <> '0,0';
