-- As Dovecot's query asks for smtp and for imap. With several servers in the
-- table any of them that would let the account send counts.
SELECT email AS account,
	CASE WHEN disablesmtp = 'n' THEN 1 ELSE 0 END AS can_send,
	CASE WHEN disableimap = 'n' THEN 1 ELSE 0 END AS can_read
FROM {panel}mail_user
WHERE email = :account;
