-- Who logs in is core_user.email, and only those with a mailbox. Of an account
-- whose password is kept elsewhere (LDAP) the hash here says nothing.
SELECT u.email AS account,
	CASE WHEN b.account IS NULL THEN 'open' ELSE 'closed' END AS sending,
	CASE WHEN b.account IS NULL THEN 1 ELSE 0 END AS can_send,
	CASE WHEN u.is_local = 1 THEN u.password END AS password_hash,
	NULL AS password_changed,
	NULLIF(u.language, '') AS language,
	NULLIF(u.secondary_email, '') AS contact,
	NULLIF(TRIM(u.first_name || ' ' || u.last_name), '') AS name
FROM {panel}core_user u
JOIN {panel}admin_mailbox m ON m.user_id = u.id
LEFT JOIN comporta_send_block b ON b.account = :account
WHERE u.email = :account;
