-- Plesk keeps passwords so that it can read them back, and writes the same one
-- differently each time: that it differs proves nothing, so it is not read.
-- Whether the limit of messages is 0 is not in these tables; "sending" is
-- what our block table says. Language and contact are the customer's.
SELECT m.mail_name || '@' || d.name AS account,
	CASE WHEN b.account IS NULL THEN 'open' ELSE 'closed' END AS sending,
	CASE WHEN b.account IS NULL THEN 1 ELSE 0 END AS can_send,
	NULL AS password_hash,
	NULL AS password_changed,
	NULLIF(c.locale, '') AS language,
	NULLIF(c.email, '') AS contact,
	NULL AS name
FROM {panel}domains d
JOIN {panel}mail m ON m.dom_id = d.id
	AND m.mail_name = REPLACE(:account, '@' || :domain, '')
LEFT JOIN {panel}clients c ON c.id = d.cl_id
LEFT JOIN comporta_send_block b ON b.account = :account
WHERE d.name = :domain;
