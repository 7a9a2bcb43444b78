-- The contact is the address of whoever has the website. One way through
-- CyberPanel stored what it was given, so what is no hash by its looks is not
-- taken for one: it might be the password itself.
SELECT u.email AS account,
	CASE WHEN b.account IS NULL THEN 'open' ELSE 'closed' END AS sending,
	CASE WHEN b.account IS NULL THEN 1 ELSE 0 END AS can_send,
	CASE WHEN u.password LIKE '{%}%' ESCAPE '!' THEN u.password
		WHEN u.password LIKE '$%$%' ESCAPE '!' THEN u.password
		END AS password_hash,
	NULL AS password_changed,
	NULL AS language,
	NULLIF(w.adminEmail, '') AS contact,
	NULL AS name
FROM {panel}e_users u
LEFT JOIN {panel}e_domains d ON d.domain = :domain
LEFT JOIN {panel}websiteFunctions_childdomains c ON c.id = d.childOwner_id
LEFT JOIN {panel}websiteFunctions_websites w
	ON w.id = COALESCE(d.domainOwner_id, c.master_id)
LEFT JOIN comporta_send_block b ON b.account = :account
WHERE u.email = :account;
