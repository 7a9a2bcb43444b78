-- PostfixAdmin keeps no language. Its column `modified` moves with every edit,
-- so `password_expiry`, which only setting a password moves, is the hint. Where
-- passwords do not expire it stays at its preset and says nothing.
SELECT username AS account,
	smtp_active AS sending,
	smtp_active AS can_send,
	password AS password_hash,
	NULLIF(password_expiry, '2000-01-01 00:00:00') AS password_changed,
	NULL AS language,
	NULLIF(email_other, '') AS contact,
	NULLIF(name, '') AS name
FROM {panel}mailbox
WHERE username = :account;
