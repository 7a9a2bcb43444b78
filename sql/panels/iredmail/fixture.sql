-- iRedMail's tables of mailboxes and domains, as version 1.8 makes them in
-- MariaDB, with rows for the tests.
CREATE TABLE mailbox (
	username VARCHAR(255) NOT NULL DEFAULT '',
	password VARCHAR(255) NOT NULL DEFAULT '',
	name VARCHAR(255) NOT NULL DEFAULT '',
	language VARCHAR(5) NOT NULL DEFAULT '',
	first_name VARCHAR(255) NOT NULL DEFAULT '',
	last_name VARCHAR(255) NOT NULL DEFAULT '',
	mobile VARCHAR(255) NOT NULL DEFAULT '',
	telephone VARCHAR(255) NOT NULL DEFAULT '',
	recovery_email VARCHAR(255) NOT NULL DEFAULT '',
	birthday DATE NOT NULL DEFAULT '0001-01-01',
	mailboxformat VARCHAR(50) NOT NULL DEFAULT 'maildir',
	mailboxfolder VARCHAR(50) NOT NULL DEFAULT 'Maildir',
	storagebasedirectory VARCHAR(255) NOT NULL DEFAULT '',
	storagenode VARCHAR(255) NOT NULL DEFAULT '',
	maildir VARCHAR(255) NOT NULL DEFAULT '',
	quota BIGINT(20) NOT NULL DEFAULT 0,
	domain VARCHAR(255) NOT NULL DEFAULT '',
	transport VARCHAR(255) NOT NULL DEFAULT '',
	department VARCHAR(255) NOT NULL DEFAULT '',
	`rank` VARCHAR(255) NOT NULL DEFAULT 'normal',
	employeeid VARCHAR(255) NOT NULL DEFAULT '',
	isadmin TINYINT(1) NOT NULL DEFAULT 0,
	isglobaladmin TINYINT(1) NOT NULL DEFAULT 0,
	enablesmtp TINYINT(1) NOT NULL DEFAULT 1,
	enablesmtpsecured TINYINT(1) NOT NULL DEFAULT 1,
	enablepop3 TINYINT(1) NOT NULL DEFAULT 1,
	enablepop3secured TINYINT(1) NOT NULL DEFAULT 1,
	enablepop3tls TINYINT(1) NOT NULL DEFAULT 1,
	enableimap TINYINT(1) NOT NULL DEFAULT 1,
	enableimapsecured TINYINT(1) NOT NULL DEFAULT 1,
	enableimaptls TINYINT(1) NOT NULL DEFAULT 1,
	enabledeliver TINYINT(1) NOT NULL DEFAULT 1,
	enablelda TINYINT(1) NOT NULL DEFAULT 1,
	enablemanagesieve TINYINT(1) NOT NULL DEFAULT 1,
	enablemanagesievesecured TINYINT(1) NOT NULL DEFAULT 1,
	enablesieve TINYINT(1) NOT NULL DEFAULT 1,
	enablesievesecured TINYINT(1) NOT NULL DEFAULT 1,
	enablesievetls TINYINT(1) NOT NULL DEFAULT 1,
	enableinternal TINYINT(1) NOT NULL DEFAULT 1,
	enabledoveadm TINYINT(1) NOT NULL DEFAULT 1,
	`enablelib-storage` TINYINT(1) NOT NULL DEFAULT 1,
	`enablequota-status` TINYINT(1) NOT NULL DEFAULT 1,
	`enableindexer-worker` TINYINT(1) NOT NULL DEFAULT 1,
	enablelmtp TINYINT(1) NOT NULL DEFAULT 1,
	enabledsync TINYINT(1) NOT NULL DEFAULT 1,
	enablesogo TINYINT(1) NOT NULL DEFAULT 1,
	enablesogowebmail CHAR(1) NOT NULL DEFAULT 'y',
	enablesogocalendar CHAR(1) NOT NULL DEFAULT 'y',
	enablesogoactivesync CHAR(1) NOT NULL DEFAULT 'y',
	allow_nets TEXT DEFAULT NULL,
	disclaimer TEXT DEFAULT NULL,
	settings TEXT DEFAULT NULL,
	passwordlastchange DATETIME NOT NULL DEFAULT '1970-01-01 01:01:01',
	created DATETIME NOT NULL DEFAULT '1970-01-01 01:01:01',
	modified DATETIME NOT NULL DEFAULT '1970-01-01 01:01:01',
	expired DATETIME NOT NULL DEFAULT '9999-12-31 00:00:00',
	active TINYINT(1) NOT NULL DEFAULT 1,
	PRIMARY KEY (username),
	KEY domain (domain)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE domain (
	domain VARCHAR(255) NOT NULL DEFAULT '',
	description TEXT DEFAULT NULL,
	disclaimer TEXT DEFAULT NULL,
	aliases INT(10) NOT NULL DEFAULT 0,
	mailboxes INT(10) NOT NULL DEFAULT 0,
	maillists INT(10) NOT NULL DEFAULT 0,
	maxquota BIGINT(20) NOT NULL DEFAULT 0,
	quota BIGINT(20) NOT NULL DEFAULT 0,
	transport VARCHAR(255) NOT NULL DEFAULT 'dovecot',
	backupmx TINYINT(1) NOT NULL DEFAULT 0,
	settings TEXT DEFAULT NULL,
	created DATETIME NOT NULL DEFAULT '1970-01-01 01:01:01',
	modified DATETIME NOT NULL DEFAULT '1970-01-01 01:01:01',
	expired DATETIME NOT NULL DEFAULT '9999-12-31 00:00:00',
	active TINYINT(1) NOT NULL DEFAULT 1,
	PRIMARY KEY (domain),
	KEY backupmx (backupmx),
	KEY expired (expired),
	KEY active (active)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

INSERT INTO domain (domain, active) VALUES
	('firma.example', 1), ('loja.example', 1);

-- rui may send over TLS only, zoe not at all: set before us.
INSERT INTO mailbox
	(username, password, name, language, recovery_email, domain,
	 passwordlastchange, enablesmtp, enablesmtpsecured)
VALUES
	('anna@firma.example', '$6$salt$oldhash', 'Anna Żółć', 'pl_PL',
	 'anna.prywatnie@example.net', 'firma.example',
	 '2026-01-02 03:04:05', 1, 1),
	('Rui.Sousa@loja.example', '{SSHA512}old', '', '', '', 'loja.example',
	 '1970-01-01 01:01:01', 0, 1),
	('zoe@firma.example', '{SSHA512}zoe', 'Zoe', 'en_US', '',
	 'firma.example', '1970-01-01 01:01:01', 0, 0),
	('hanna@firma.example', '{SSHA512}other', '', '', '', 'firma.example',
	 '1970-01-01 01:01:01', 1, 1);

CREATE TABLE domain_admins (
	username VARCHAR(255) CHARACTER SET ascii COLLATE ascii_general_ci
		NOT NULL DEFAULT '',
	domain VARCHAR(255) CHARACTER SET ascii COLLATE ascii_general_ci
		NOT NULL DEFAULT '',
	created DATETIME NOT NULL DEFAULT '1970-01-01 01:01:01',
	active TINYINT(1) NOT NULL DEFAULT 1,
	PRIMARY KEY (username, domain)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

INSERT INTO domain_admins (username, domain, active) VALUES
	('root@example.net', 'ALL', 1),
	('a.former@example.net', 'firma.example', 0),
	('admin', 'firma.example', 1),
	('sprzedawca@example.net', 'firma.example', 1),
	('zastepca@example.net', 'firma.example', 1);
