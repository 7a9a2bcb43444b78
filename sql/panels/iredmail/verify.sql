-- As Dovecot's query asks, for smtp without and with TLS. Its condition on
-- `domain.backupmx` is left out, as only some versions have it.
SELECT m.username AS account,
	CASE WHEN (m.enablesmtp = 1 OR m.enablesmtpsecured = 1)
		AND m.active = 1 AND d.active = 1 THEN 1 ELSE 0
	END AS can_send,
	CASE WHEN (m.enableimap = 1 OR m.enableimapsecured = 1)
		AND m.active = 1 AND d.active = 1 THEN 1 ELSE 0
	END AS can_read
FROM {panel}mailbox m
LEFT JOIN {panel}domain d ON d.domain = m.domain
WHERE m.username = :account;
