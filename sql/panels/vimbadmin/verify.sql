-- As the Dovecot query of the README asks, for smtp and for imap.
SELECT username AS account,
	CASE WHEN active = 1 AND (access_restriction = 'ALL'
		OR LOCATE('SMTP', access_restriction) > 0) THEN 1 ELSE 0
	END AS can_send,
	CASE WHEN active = 1 AND (access_restriction = 'ALL'
		OR LOCATE('IMAP', access_restriction) > 0) THEN 1 ELSE 0
	END AS can_read
FROM {panel}mailbox
WHERE username = :account;
