-- Dovecot lets people log in by `email` too, and hands the mail server
-- `username` either way, so that is the account; the two seldom differ.
-- `password` may hold the clear password and is never read. No time of the last
-- change is kept. Language and address are the customer's; Froxlor names
-- Swedish by its country.
SELECT m.username AS account,
	m.postfix AS sending,
	CASE WHEN m.postfix = 'Y' THEN 1 ELSE 0 END AS can_send,
	m.password_enc AS password_hash,
	NULL AS password_changed,
	CASE c.def_language WHEN 'se' THEN 'sv'
		ELSE NULLIF(c.def_language, '')
	END AS language,
	NULLIF(c.email, '') AS contact,
	COALESCE(NULLIF(TRIM(CONCAT(c.firstname, ' ', c.name)), ''),
		NULLIF(c.company, '')) AS name,
	NULLIF(a.email, '') AS reseller
FROM {panel}mail_users m
LEFT JOIN {panel}panel_customers c ON c.customerid = m.customerid
LEFT JOIN {panel}panel_admins a ON a.adminid = c.adminid
WHERE m.username = :account;
