-- No time of the last change: `passwordlastchange` is written by iRedAdmin and
-- by Roundcube (in different time zones) but not by SOGo, and a time that
-- stands still would call a new password an old one. Nothing in iRedMail
-- hashes a password again by itself, so the hash alone tells.
SELECT username AS account,
	CONCAT(enablesmtp, ',', enablesmtpsecured) AS sending,
	CASE WHEN enablesmtp = 1 OR enablesmtpsecured = 1 THEN 1 ELSE 0
	END AS can_send,
	password AS password_hash,
	NULL AS password_changed,
	NULLIF(language, '') AS language,
	NULLIF(recovery_email, '') AS contact,
	NULLIF(name, '') AS name,
	(SELECT MIN(a.username) FROM {panel}domain_admins a
		WHERE a.domain = :domain AND a.active = 1
		AND a.username LIKE '%@%') AS reseller
FROM {panel}mailbox
WHERE username = :account;
