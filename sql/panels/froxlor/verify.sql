-- As Dovecot's query asks for smtp and for imap.
SELECT username AS account,
	CASE WHEN postfix = 'Y' THEN 1 ELSE 0 END AS can_send,
	imap AS can_read
FROM {panel}mail_users
WHERE username = :account;
