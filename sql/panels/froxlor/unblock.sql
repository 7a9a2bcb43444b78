-- Back to what it was: a mailbox that was closed before us stays closed.
-- rows: 0-1
UPDATE {panel}mail_users
SET postfix = 'Y'
WHERE username = :account
	AND CAST(LOWER(username) AS BINARY) = CAST(LOWER(:account) AS BINARY)
	AND postfix = 'N' AND :previous = 'Y';
