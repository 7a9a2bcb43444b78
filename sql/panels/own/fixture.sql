-- Rows for the tests; the tables are those of sql/own.
INSERT INTO comporta_mailbox
	(account, password_hash, password_changed, language, contact, name)
VALUES
	('anna@firma.example', '$6$salt$oldhash', '2026-01-02 03:04:05', 'pl',
	 'anna.prywatnie@example.net', 'Anna Żółć'),
	('Rui.Sousa@Loja.Example', '{BLF-CRYPT}$2y$10$old', NULL, 'pt_PT',
	 NULL, NULL),
	('zoe@firma.example', NULL, NULL, NULL, NULL, NULL);
