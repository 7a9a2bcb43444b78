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
	NULLIF(name, '') AS name
FROM {panel}mailbox
WHERE username = :account;
