-- Modoboa's tables of accounts, with what matters here of their columns, as
-- its models make them in MariaDB, and rows for the tests.
CREATE TABLE core_user (
	id INT NOT NULL PRIMARY KEY,
	last_login DATETIME DEFAULT NULL,
	is_superuser TINYINT(1) NOT NULL DEFAULT 0,
	username VARCHAR(254) NOT NULL UNIQUE,
	first_name VARCHAR(30) NOT NULL DEFAULT '',
	last_name VARCHAR(30) NOT NULL DEFAULT '',
	email VARCHAR(254) NOT NULL,
	is_staff TINYINT(1) NOT NULL DEFAULT 0,
	is_active TINYINT(1) NOT NULL DEFAULT 1,
	is_local TINYINT(1) NOT NULL DEFAULT 1,
	password VARCHAR(256) NOT NULL,
	language VARCHAR(10) NOT NULL DEFAULT 'en',
	phone_number VARCHAR(128) DEFAULT NULL,
	secondary_email VARCHAR(254) DEFAULT NULL
);

CREATE TABLE admin_domain (
	id INT NOT NULL PRIMARY KEY,
	name VARCHAR(253) NOT NULL UNIQUE,
	enabled TINYINT(1) NOT NULL DEFAULT 1,
	message_limit INT DEFAULT NULL
);

CREATE TABLE admin_mailbox (
	id INT NOT NULL PRIMARY KEY,
	address VARCHAR(252) NOT NULL,
	quota INT NOT NULL DEFAULT 0,
	use_domain_quota TINYINT(1) NOT NULL DEFAULT 0,
	message_limit INT DEFAULT NULL,
	is_send_only TINYINT(1) NOT NULL DEFAULT 0,
	domain_id INT NOT NULL,
	user_id INT NOT NULL UNIQUE
);

INSERT INTO admin_domain (id, name) VALUES (1, 'firma.example');

INSERT INTO core_user
	(id, username, first_name, last_name, email, is_active, is_local,
	 password, language, secondary_email)
VALUES
	(1, 'admin', '', '', '', 1, 1, '{SHA512-CRYPT}$6$salt$admin', 'en',
	 NULL),
	(2, 'anna@firma.example', 'Anna', 'Żółć', 'anna@firma.example', 1, 1,
	 '$6$salt$oldhash', 'pl', 'anna.prywatnie@example.net'),
	(3, 'zoë@firma.example', 'Zoë', '', 'zoë@firma.example', 1, 0,
	 '!unusable', 'fr', ''),
	(4, 'closed@firma.example', '', '', 'closed@firma.example', 0, 1,
	 '{SHA512-CRYPT}$6$salt$closed', 'en', NULL),
	(5, 'reseller@firma.example', '', '', 'reseller@firma.example', 1, 1,
	 '{SHA512-CRYPT}$6$salt$reseller', 'en', NULL);

INSERT INTO admin_mailbox (id, address, domain_id, user_id)
VALUES (1, 'anna', 1, 2), (2, 'zoë', 1, 3), (3, 'closed', 1, 4);
