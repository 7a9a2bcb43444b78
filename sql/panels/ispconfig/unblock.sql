-- Back to what it was: a box "disable sending" that somebody ticked before us
-- stays ticked.
-- rows: 0-1
UPDATE {panel}mail_user
SET disablesmtp = 'n'
WHERE email = :account
	AND CAST(LOWER(email) AS BINARY) = CAST(LOWER(:account) AS BINARY)
	AND disablesmtp = 'y' AND :previous = 'n';
