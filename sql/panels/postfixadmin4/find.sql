-- PostfixAdmin keeps no language. No column tells when the password was changed:
-- `modified` moves with every edit, and `password_expiry` stands still when a
-- webmail writes the hash alone, which would make a new password an old one.
SELECT username AS account,
	smtp_active AS sending,
	smtp_active AS can_send,
	password AS password_hash,
	NULL AS password_changed,
	NULL AS language,
	NULLIF(email_other, '') AS contact,
	NULLIF(name, '') AS name,
	(SELECT MIN(a.username) FROM {panel}domain_admins a
		WHERE a.domain = :domain AND a.active = 1
		AND a.username LIKE '%@%') AS reseller
FROM {panel}mailbox
WHERE username = :account;
