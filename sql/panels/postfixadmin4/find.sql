-- PostfixAdmin keeps no language. Its column `modified` moves with every edit,
-- so `password_expiry`, which only setting a password moves, is the hint.
SELECT username AS account,
	smtp_active AS sending,
	smtp_active AS can_send,
	password AS password_hash,
	password_expiry AS password_changed,
	NULL AS language,
	NULLIF(email_other, '') AS contact,
	NULLIF(name, '') AS name
FROM {panel}mailbox
WHERE username = :account;
