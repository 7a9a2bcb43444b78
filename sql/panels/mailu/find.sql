-- `updated_at` is a day, and moves with every edit, so it says nothing of the
-- password.
SELECT u.email AS account,
	CASE WHEN b.account IS NULL THEN 'open' ELSE 'closed' END AS sending,
	CASE WHEN b.account IS NULL THEN 1 ELSE 0 END AS can_send,
	u.password AS password_hash,
	NULL AS password_changed,
	NULL AS language,
	NULL AS contact,
	NULLIF(u.displayed_name, '') AS name
FROM {panel}user u
LEFT JOIN comporta_send_block b ON b.account = :account
WHERE u.email = :account;
