-- As the Dovecot query of the README asks, for smtp and for imap.
SELECT username AS account,
	CASE WHEN smtp_active = 1 AND active = 1 THEN 1 ELSE 0 END AS can_send,
	active AS can_read
FROM {panel}mailbox
WHERE username = :account;
