-- They have no switch of their own. Those that a thief made for himself outlive
-- a change of the mailbox's password.
SELECT username AS account,
	id AS id,
	password_hash AS hash,
	description AS name
FROM {panel}mailbox_app_password
WHERE username = :account AND password_hash IS NOT NULL;
