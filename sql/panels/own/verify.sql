-- The mail server's question: is there a row? Reading is nobody's business here.
SELECT :account AS account,
	CASE WHEN COUNT(*) = 0 THEN 1 ELSE 0 END AS can_send,
	1 AS can_read
FROM comporta_send_block
WHERE account = :account;
