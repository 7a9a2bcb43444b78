-- Language and address are those of the customer who has the domain: i-MSCP
-- keeps neither of a mailbox. A password of "_no_" means that nobody can log
-- in, as with addresses that only forward.
SELECT m.mail_addr AS account,
	CASE WHEN b.account IS NULL THEN 'open' ELSE 'closed' END AS sending,
	CASE WHEN b.account IS NULL THEN 1 ELSE 0 END AS can_send,
	NULLIF(m.mail_pass, '_no_') AS password_hash,
	NULL AS password_changed,
	NULLIF(p.lang, 'browser') AS language,
	NULLIF(a.email, '') AS contact,
	NULL AS name,
	NULLIF(r.email, '') AS reseller
FROM {panel}mail_users m
LEFT JOIN {panel}domain d ON d.domain_id = m.domain_id
LEFT JOIN {panel}admin a ON a.admin_id = d.domain_admin_id
LEFT JOIN {panel}admin r ON r.admin_id = a.created_by
LEFT JOIN {panel}user_gui_props p ON p.user_id = a.admin_id
LEFT JOIN comporta_send_block b ON b.account = :account
WHERE m.mail_addr = :account;
