-- mailcow's tables of mailboxes, domains and application passwords, as its
-- init_db makes them in MariaDB (19022026_1220), with rows for the tests.
CREATE TABLE domain (
	domain VARCHAR(255) NOT NULL,
	description VARCHAR(255) DEFAULT NULL,
	aliases INT(10) NOT NULL DEFAULT 0,
	mailboxes INT(10) NOT NULL DEFAULT 0,
	defquota BIGINT(20) NOT NULL DEFAULT 3072,
	maxquota BIGINT(20) NOT NULL DEFAULT 102400,
	quota BIGINT(20) NOT NULL DEFAULT 102400,
	relayhost VARCHAR(255) NOT NULL DEFAULT '0',
	backupmx TINYINT(1) NOT NULL DEFAULT 0,
	gal TINYINT(1) NOT NULL DEFAULT 1,
	relay_all_recipients TINYINT(1) NOT NULL DEFAULT 0,
	relay_unknown_only TINYINT(1) NOT NULL DEFAULT 0,
	created DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP(),
	modified DATETIME DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP(),
	active TINYINT(1) NOT NULL DEFAULT 1,
	PRIMARY KEY (domain)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE mailbox (
	username VARCHAR(255) NOT NULL,
	password VARCHAR(255) NOT NULL,
	name VARCHAR(255) DEFAULT NULL,
	description VARCHAR(255) DEFAULT NULL,
	mailbox_path_prefix VARCHAR(150) DEFAULT '/var/vmail/',
	quota BIGINT(20) NOT NULL DEFAULT 102400,
	local_part VARCHAR(255) NOT NULL,
	domain VARCHAR(255) NOT NULL,
	attributes LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT
		NULL CHECK (json_valid(attributes)),
	custom_attributes LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
		NOT NULL DEFAULT '{}' CHECK (json_valid(custom_attributes)),
	kind VARCHAR(100) NOT NULL DEFAULT '',
	multiple_bookings INT(11) NOT NULL DEFAULT -1,
	authsource ENUM('mailcow','keycloak','generic-oidc','ldap') DEFAULT
		'mailcow',
	created DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP(),
	modified DATETIME DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP(),
	active TINYINT(1) NOT NULL DEFAULT 1,
	PRIMARY KEY (username),
	KEY domain (domain),
	KEY kind (kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE app_passwd (
	id INT(11) NOT NULL AUTO_INCREMENT,
	name VARCHAR(255) NOT NULL,
	mailbox VARCHAR(255) NOT NULL,
	domain VARCHAR(255) NOT NULL,
	password VARCHAR(255) NOT NULL,
	created DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP(),
	modified DATETIME DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP(),
	imap_access TINYINT(1) NOT NULL DEFAULT 1,
	smtp_access TINYINT(1) NOT NULL DEFAULT 1,
	dav_access TINYINT(1) NOT NULL DEFAULT 1,
	eas_access TINYINT(1) NOT NULL DEFAULT 1,
	pop3_access TINYINT(1) NOT NULL DEFAULT 1,
	sieve_access TINYINT(1) NOT NULL DEFAULT 1,
	active TINYINT(1) NOT NULL DEFAULT 1,
	PRIMARY KEY (id),
	KEY mailbox (mailbox),
	KEY password (password),
	KEY domain (domain)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

INSERT INTO domain (domain, active) VALUES
	('firma.example', 1), ('loja.example', 1);

-- rui's own password may not send, his application password may; zoe may not
-- at all: set before us. ldap's password is kept elsewhere.
INSERT INTO mailbox
	(username, password, name, local_part, domain, attributes, authsource)
VALUES
	('anna@firma.example', '$6$salt$oldhash', 'Anna Żółć', 'anna',
	 'firma.example', '{"force_pw_update":"0","sogo_access":"1",'
	 '"imap_access":"1","pop3_access":"1","smtp_access":"1",'
	 '"sieve_access":"1","passwd_update":"2026-01-02 03:04:05",'
	 '"recovery_email":"anna.prywatnie@example.net",'
	 '"mailbox_format":"maildir:"}', 'mailcow'),
	('rui.sousa@loja.example', '{BLF-CRYPT}$2y$10$old', '', 'rui.sousa',
	 'loja.example', '{"imap_access":"1","smtp_access":"0",'
	 '"passwd_update":"0","recovery_email":""}', 'mailcow'),
	('zoe@firma.example', '{BLF-CRYPT}$2y$10$zoe', 'Zoe', 'zoe',
	 'firma.example', '{"imap_access":"1","smtp_access":"0"}', NULL),
	('num@firma.example', '{BLF-CRYPT}$2y$10$num', NULL, 'num',
	 'firma.example', '{"imap_access":1,"smtp_access":1,'
	 '"passwd_update":1767323045}', 'mailcow'),
	('ldap@firma.example', '{BLF-CRYPT}$2y$10$none', 'L', 'ldap',
	 'firma.example', '{"imap_access":"1","smtp_access":"1"}', 'ldap'),
	('hanna@firma.example', '{BLF-CRYPT}$2y$10$o', NULL, 'hanna',
	 'firma.example', '{"imap_access":"1","smtp_access":"1"}', 'mailcow');

-- One of anna's was never meant to send.
INSERT INTO app_passwd
	(name, mailbox, domain, password, smtp_access, active)
VALUES
	('phone', 'anna@firma.example', 'firma.example', '{SSHA256}one', 1, 1),
	('reader', 'anna@firma.example', 'firma.example', '{SSHA256}two', 0, 1),
	('old', 'anna@firma.example', 'firma.example', '{SSHA256}three', 1, 0),
	('tablet', 'rui.sousa@loja.example', 'loja.example', '{SSHA256}four',
	 1, 1),
	('phone', 'hanna@firma.example', 'firma.example', '{SSHA256}five', 1, 1);
