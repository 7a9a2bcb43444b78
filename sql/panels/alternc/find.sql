-- AlternC keeps the two halves of an address in two tables. Each is compared
-- with its half of what was asked, never with the other table. The contact is
-- the member who has the domain.
SELECT a.address || '@' || d.domaine AS account,
	CASE WHEN b.account IS NULL THEN 'open' ELSE 'closed' END AS sending,
	CASE WHEN b.account IS NULL THEN 1 ELSE 0 END AS can_send,
	a.password AS password_hash,
	NULL AS password_changed,
	NULL AS language,
	NULLIF(o.mail, '') AS contact,
	NULL AS name,
	NULLIF(r.mail, '') AS reseller
FROM {panel}domaines d
JOIN {panel}address a ON a.domain_id = d.id
	AND a.address = REPLACE(:account, '@' || :domain, '')
JOIN {panel}mailbox m ON m.address_id = a.id
LEFT JOIN {panel}membres o ON o.uid = d.compte
LEFT JOIN {panel}membres r ON r.uid = o.creator
LEFT JOIN comporta_send_block b ON b.account = :account
WHERE d.domaine = :domain;
