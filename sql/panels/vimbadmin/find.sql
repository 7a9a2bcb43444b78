-- `access_restriction` is 'ALL' or a list such as 'SMTP,IMAP'. ViMbAdmin keeps
-- no language and no time of the last change; `modified` moves with every edit.
SELECT username AS account,
	access_restriction AS sending,
	CASE WHEN access_restriction = 'ALL'
		OR LOCATE('SMTP', access_restriction) > 0 THEN 1 ELSE 0
	END AS can_send,
	password AS password_hash,
	NULL AS password_changed,
	NULL AS language,
	NULLIF(alt_email, '') AS contact,
	NULLIF(name, '') AS name,
	(SELECT MIN(a.username) FROM {panel}domain d
		JOIN {panel}domain_admins l ON l.Domain_id = d.id
		JOIN {panel}admin a ON a.id = l.Admin_id
		WHERE d.domain = :domain AND a.active = 1
		AND a.username LIKE '%@%') AS reseller
FROM {panel}mailbox
WHERE username = :account;
