-- PostfixAdmin 3 has no sending switch, so the answer is our block table's.
-- An account that the panel has closed (active = 0) is found all the same: its
-- open sessions go on, and only our table ends those. No column tells when the
-- password was changed: `modified` moves with every edit, and
-- `password_expiry` stands still when a webmail writes the hash alone.
SELECT m.username AS account,
	CASE WHEN b.account IS NULL THEN 'open' ELSE 'closed' END AS sending,
	CASE WHEN b.account IS NULL THEN 1 ELSE 0 END AS can_send,
	m.password AS password_hash,
	NULL AS password_changed,
	NULL AS language,
	NULLIF(m.email_other, '') AS contact,
	NULLIF(m.name, '') AS name,
	(SELECT MIN(a.username) FROM {panel}domain_admins a
		WHERE a.domain = :domain AND a.active = 1
		AND a.username LIKE '%@%') AS reseller
FROM {panel}mailbox m
LEFT JOIN comporta_send_block b ON b.account = :account
WHERE m.username = :account;
