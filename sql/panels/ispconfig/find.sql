-- Dovecot lets people log in by `login` too, and hands the mail server `email`
-- either way, so that is the account. No time of the last change is kept.
-- Language and address are the client's; ISPConfig names some languages by a
-- country. On one mail server of several the client may be missing.
SELECT m.email AS account,
	m.disablesmtp AS sending,
	CASE WHEN m.disablesmtp = 'n' THEN 1 ELSE 0 END AS can_send,
	m.password AS password_hash,
	NULL AS password_changed,
	CASE c.language WHEN 'br' THEN 'pt_BR' WHEN 'cn' THEN 'zh'
		WHEN 'cz' THEN 'cs' WHEN 'dk' THEN 'da' WHEN 'se' THEN 'sv'
		ELSE NULLIF(c.language, '')
	END AS language,
	NULLIF(c.email, '') AS contact,
	COALESCE(NULLIF(m.name, ''), NULLIF(c.contact_name, '')) AS name,
	NULLIF(r.email, '') AS reseller
FROM {panel}mail_user m
LEFT JOIN {panel}sys_group g ON g.groupid = m.sys_groupid
LEFT JOIN {panel}client c ON c.client_id = g.client_id AND c.client_id <> 0
LEFT JOIN {panel}client r ON r.client_id = c.parent_client_id
	AND r.client_id <> 0
WHERE m.email = :account;
