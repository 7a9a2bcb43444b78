-- PostfixAdmin 4.0.5's tables of mailboxes and of application passwords, as its
-- upgrade.php leaves them in MariaDB, with rows for the tests.
CREATE TABLE mailbox (
	username VARCHAR(255) NOT NULL,
	password VARCHAR(255) NOT NULL,
	name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci
		NOT NULL,
	maildir VARCHAR(255) NOT NULL,
	quota BIGINT(20) NOT NULL DEFAULT 0,
	local_part VARCHAR(255) NOT NULL,
	domain VARCHAR(255) NOT NULL,
	created DATETIME NOT NULL DEFAULT '2000-01-01 00:00:00',
	modified DATETIME NOT NULL DEFAULT '2000-01-01 00:00:00',
	active TINYINT(1) NOT NULL DEFAULT 1,
	phone VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci
		NOT NULL DEFAULT '',
	email_other VARCHAR(255) CHARACTER SET utf8mb4
		COLLATE utf8mb4_general_ci NOT NULL DEFAULT '',
	token VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci
		NOT NULL DEFAULT '',
	token_validity DATETIME NOT NULL DEFAULT '2000-01-01 00:00:00',
	password_expiry DATETIME NOT NULL DEFAULT '2000-01-01 00:00:00',
	totp_secret VARCHAR(255) CHARACTER SET utf8mb4
		COLLATE utf8mb4_general_ci DEFAULT NULL,
	smtp_active TINYINT(1) NOT NULL DEFAULT 1,
	PRIMARY KEY (username),
	KEY domain (domain)
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_general_ci;

CREATE TABLE mailbox_app_password (
	id INT(11) NOT NULL AUTO_INCREMENT,
	username VARCHAR(255) DEFAULT NULL,
	description VARCHAR(255) DEFAULT NULL,
	password_hash VARCHAR(255) DEFAULT NULL,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

INSERT INTO mailbox
	(username, password, name, maildir, local_part, domain, email_other,
	 password_expiry, smtp_active)
VALUES
	('anna@firma.example', '$6$salt$oldhash', 'Anna Żółć',
	 'firma.example/anna/', 'anna', 'firma.example',
	 'anna.prywatnie@example.net', '2027-01-02 03:04:05', 1),
	('rui.sousa@loja.example', '{BLF-CRYPT}$2y$10$old', '',
	 'loja.example/rui.sousa/', 'rui.sousa', 'loja.example', '',
	 '2000-01-01 00:00:00', 1),
	('zoe@firma.example', '$6$salt$zoe', 'Zoe', 'firma.example/zoe/',
	 'zoe', 'firma.example', '', '2000-01-01 00:00:00', 0);

INSERT INTO mailbox_app_password (username, description, password_hash)
VALUES
	('anna@firma.example', 'telefon Anny', '$6$salt$phone'),
	('zoe@firma.example', NULL, '$6$salt$zoephone'),
	(NULL, 'nobody', NULL);

CREATE TABLE domain_admins (
	username VARCHAR(255) NOT NULL,
	domain VARCHAR(255) NOT NULL,
	created DATETIME NOT NULL DEFAULT '2000-01-01 00:00:00',
	active TINYINT(1) NOT NULL DEFAULT 1,
	id INT(11) NOT NULL AUTO_INCREMENT,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_general_ci;

INSERT INTO domain_admins (username, domain, active) VALUES
	('root@example.net', 'ALL', 1),
	('a.former@example.net', 'firma.example', 0),
	('admin', 'firma.example', 1),
	('sprzedawca@example.net', 'firma.example', 1),
	('zastepca@example.net', 'firma.example', 1);
