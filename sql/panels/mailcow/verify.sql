-- As mailcow's own login asks: an application password needs its own switch
-- only, the mailbox's password that of the mailbox.
SELECT m.username AS account,
	CASE WHEN m.active = 1 AND d.active = 1
		AND m.kind NOT REGEXP 'location|thing|group'
		AND (JSON_VALUE(m.attributes, '$.smtp_access')
				IN ('1', 'true')
			OR EXISTS (SELECT 1 FROM {panel}app_passwd a
				WHERE a.mailbox = :account
				AND a.smtp_access = 1 AND a.active = 1))
		THEN 1 ELSE 0
	END AS can_send,
	CASE WHEN m.active = 1 AND d.active = 1
		AND m.kind NOT REGEXP 'location|thing|group'
		AND JSON_VALUE(m.attributes, '$.imap_access') IN ('1', 'true')
		THEN 1 ELSE 0
	END AS can_read
FROM {panel}mailbox m
LEFT JOIN {panel}domain d ON d.domain = m.domain
WHERE m.username = :account;
