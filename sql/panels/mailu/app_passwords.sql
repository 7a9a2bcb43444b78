-- Mailu calls them tokens; each logs in for sending as well.
SELECT t.user_email AS account, t.id AS id, t.password AS hash,
	t.comment AS name
FROM {panel}token t
WHERE t.user_email = :account;
