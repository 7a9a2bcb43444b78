-- Every one that may log in anywhere, not only to send: what a thief made for
-- himself outlives a change of the mailbox's password.
SELECT mailbox AS account,
	id AS id,
	password AS hash,
	name AS name
FROM {panel}app_passwd
WHERE mailbox = :account AND active = 1;
