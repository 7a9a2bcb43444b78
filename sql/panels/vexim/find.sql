-- Exim's authenticators ask for users.username, and the login they log is the
-- same text. Nothing keeps that name unique but the panel itself; two rows of
-- one login are an error here.
SELECT u.username AS account,
	CASE WHEN b.account IS NULL THEN 'open' ELSE 'closed' END AS sending,
	CASE WHEN b.account IS NULL THEN 1 ELSE 0 END AS can_send,
	u.crypt AS password_hash,
	NULL AS password_changed,
	NULL AS language,
	NULL AS contact,
	NULLIF(u.realname, '') AS name
FROM {panel}users u
LEFT JOIN comporta_send_block b ON b.account = :account
WHERE u.username = :account;
