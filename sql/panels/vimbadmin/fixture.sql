-- ViMbAdmin 3's table of mailboxes in MariaDB, with rows for the tests.
CREATE TABLE mailbox (
	id BIGINT(20) NOT NULL AUTO_INCREMENT,
	username VARCHAR(255) NOT NULL,
	password VARCHAR(255) NOT NULL,
	name VARCHAR(255) DEFAULT NULL,
	alt_email VARCHAR(255) DEFAULT NULL,
	quota BIGINT(20) NOT NULL DEFAULT 0,
	local_part VARCHAR(255) NOT NULL,
	active TINYINT(1) NOT NULL DEFAULT 0,
	access_restriction VARCHAR(100) NOT NULL DEFAULT 'ALL',
	homedir VARCHAR(255) DEFAULT NULL,
	maildir VARCHAR(255) DEFAULT NULL,
	uid BIGINT(20) DEFAULT NULL,
	gid BIGINT(20) DEFAULT NULL,
	homedir_size BIGINT(20) DEFAULT NULL,
	maildir_size BIGINT(20) DEFAULT NULL,
	size_at DATETIME DEFAULT NULL,
	delete_pending TINYINT(1) DEFAULT 0,
	created DATETIME NOT NULL,
	modified DATETIME DEFAULT NULL,
	Domain_id BIGINT(20) DEFAULT NULL,
	PRIMARY KEY (id),
	KEY IDX_A69FE20B93AE8C46 (Domain_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_unicode_ci;

-- rui has a list with SMTP in it, zoe one without, solo nothing but SMTP; then
-- neighbours by accent and by a blank at the end.
INSERT INTO mailbox
	(username, password, name, alt_email, local_part, active,
	 access_restriction, created)
VALUES
	('anna@firma.example', '$6$salt$oldhash', 'Anna Żółć',
	 'anna.prywatnie@example.net', 'anna', 1, 'ALL', '2026-01-02 03:04:05'),
	('Rui.Sousa@loja.example', '{BLF-CRYPT}$2y$10$old', NULL, '',
	 'rui.sousa', 1, 'IMAP,SMTP,SIEVE', '2026-01-02 03:04:05'),
	('zoe@firma.example', '{BLF-CRYPT}$2y$10$zoe', 'Zoe', NULL, 'zoe', 1,
	 'IMAP,POP3', '2026-01-02 03:04:05'),
	('solo@firma.example', '{BLF-CRYPT}$2y$10$solo', NULL, NULL, 'solo', 1,
	 'smtp', '2026-01-02 03:04:05'),
	('ännä@firma.example', '{BLF-CRYPT}$2y$10$other', NULL, NULL, 'ännä',
	 1, 'ALL', '2026-01-02 03:04:05'),
	('anna@firma.example ', '{BLF-CRYPT}$2y$10$blank', NULL, NULL, 'anna',
	 1, 'ALL', '2026-01-02 03:04:05');

CREATE TABLE domain (
	id BIGINT(20) NOT NULL AUTO_INCREMENT,
	domain VARCHAR(255) NOT NULL,
	active TINYINT(1) NOT NULL DEFAULT 1,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_unicode_ci;

CREATE TABLE admin (
	id BIGINT(20) NOT NULL AUTO_INCREMENT,
	username VARCHAR(255) DEFAULT NULL,
	password VARCHAR(255) NOT NULL,
	super TINYINT(1) NOT NULL DEFAULT 0,
	active TINYINT(1) NOT NULL DEFAULT 1,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_unicode_ci;

CREATE TABLE domain_admins (
	Admin_id BIGINT(20) NOT NULL,
	Domain_id BIGINT(20) NOT NULL,
	PRIMARY KEY (Admin_id, Domain_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_unicode_ci;

INSERT INTO domain (id, domain) VALUES
	(1, 'firma.example'), (2, 'loja.example');

INSERT INTO admin (id, username, password, active) VALUES
	(1, 'a.former@example.net', 'x', 0),
	(2, 'sprzedawca@example.net', 'x', 1),
	(3, 'zastepca@example.net', 'x', 1);

INSERT INTO domain_admins (Admin_id, Domain_id) VALUES (1, 1), (2, 1), (3, 1);
