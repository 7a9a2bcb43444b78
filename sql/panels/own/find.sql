-- The account as comporta_mailbox has it, and whether a block of ours stands.
-- Both tables are compared with the parameter and never with each other:
-- over a view their collations may differ, which MariaDB refuses to compare.
SELECT m.account AS account,
	CASE WHEN b.account IS NULL THEN 'open' ELSE 'closed' END AS sending,
	CASE WHEN b.account IS NULL THEN 1 ELSE 0 END AS can_send,
	m.password_hash AS password_hash,
	m.password_changed AS password_changed,
	m.language AS language,
	m.contact AS contact,
	m.name AS name
FROM comporta_mailbox m
LEFT JOIN comporta_send_block b ON b.account = :account
WHERE m.account = :account;
