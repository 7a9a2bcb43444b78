-- Mail-in-a-Box keeps logins as they were typed, so they are folded here; its
-- table is small.
SELECT u.email AS account,
	CASE WHEN b.account IS NULL THEN 'open' ELSE 'closed' END AS sending,
	CASE WHEN b.account IS NULL THEN 1 ELSE 0 END AS can_send,
	u.password AS password_hash,
	NULL AS password_changed,
	NULL AS language,
	NULL AS contact,
	NULL AS name
FROM {panel}users u
LEFT JOIN comporta_send_block b ON b.account = :account
WHERE LOWER(u.email) = :account;
