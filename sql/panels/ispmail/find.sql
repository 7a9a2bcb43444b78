-- These tables know a login and a hash, nothing else of the owner. There is no
-- sending switch, so the answer is our block table's.
SELECT m.email AS account,
	CASE WHEN b.account IS NULL THEN 'open' ELSE 'closed' END AS sending,
	CASE WHEN b.account IS NULL THEN 1 ELSE 0 END AS can_send,
	m.password AS password_hash,
	NULL AS password_changed,
	NULL AS language,
	NULL AS contact,
	NULL AS name
FROM {panel}virtual_users m
LEFT JOIN comporta_send_block b ON b.account = :account
WHERE m.email = :account;
