-- Froxlor 2.3's tables of mailboxes and customers in MariaDB, with rows for the
-- tests. Of the customers, the columns without any bearing on mail are left
-- out.
CREATE TABLE mail_users (
	id INT(11) NOT NULL AUTO_INCREMENT,
	email VARCHAR(255) NOT NULL DEFAULT '',
	username VARCHAR(255) NOT NULL DEFAULT '',
	password VARCHAR(255) NOT NULL DEFAULT '',
	password_enc VARCHAR(255) NOT NULL DEFAULT '',
	uid INT(11) NOT NULL DEFAULT 0,
	gid INT(11) NOT NULL DEFAULT 0,
	homedir VARCHAR(255) NOT NULL DEFAULT '',
	maildir VARCHAR(255) NOT NULL DEFAULT '',
	postfix ENUM('Y','N') NOT NULL DEFAULT 'Y',
	domainid INT(11) NOT NULL DEFAULT 0,
	customerid INT(11) NOT NULL DEFAULT 0,
	quota BIGINT(13) NOT NULL DEFAULT 0,
	pop3 TINYINT(1) NOT NULL DEFAULT 1,
	imap TINYINT(1) NOT NULL DEFAULT 1,
	mboxsize BIGINT(30) NOT NULL DEFAULT 0,
	PRIMARY KEY (id),
	UNIQUE KEY email (email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;

CREATE TABLE panel_customers (
	customerid INT(11) UNSIGNED NOT NULL AUTO_INCREMENT,
	loginname VARCHAR(50) NOT NULL,
	password VARCHAR(255) NOT NULL DEFAULT '',
	adminid INT(11) UNSIGNED NOT NULL DEFAULT 0,
	name VARCHAR(255) NOT NULL DEFAULT '',
	firstname VARCHAR(255) NOT NULL DEFAULT '',
	gender INT(1) NOT NULL DEFAULT 0,
	company VARCHAR(255) NOT NULL DEFAULT '',
	phone VARCHAR(50) NOT NULL DEFAULT '',
	email VARCHAR(255) NOT NULL DEFAULT '',
	customernumber VARCHAR(100) NOT NULL DEFAULT '',
	def_language VARCHAR(100) NOT NULL DEFAULT '',
	emails INT(15) NOT NULL DEFAULT 0,
	email_accounts INT(15) NOT NULL DEFAULT 0,
	deactivated TINYINT(1) NOT NULL DEFAULT 0,
	pop3 TINYINT(1) NOT NULL DEFAULT 1,
	imap TINYINT(1) NOT NULL DEFAULT 1,
	theme VARCHAR(50) NOT NULL DEFAULT 'Froxlor',
	gui_access TINYINT(1) NOT NULL DEFAULT 1,
	PRIMARY KEY (customerid),
	UNIQUE KEY loginname (loginname)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;

CREATE TABLE panel_admins (
	adminid INT(11) UNSIGNED NOT NULL AUTO_INCREMENT,
	loginname VARCHAR(50) NOT NULL,
	password VARCHAR(255) NOT NULL,
	name VARCHAR(255) NOT NULL DEFAULT '',
	email VARCHAR(255) NOT NULL DEFAULT '',
	def_language VARCHAR(100) NOT NULL DEFAULT '',
	PRIMARY KEY (adminid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;

INSERT INTO panel_admins (adminid, loginname, password, email)
VALUES (1, 'reseller', 'x', 'sprzedawca@example.net'), (2, 'other', 'x', '');

INSERT INTO panel_customers
	(customerid, loginname, adminid, name, firstname, company, email,
	 def_language)
VALUES
	(4, 'firma', 1, 'Żółć', 'Anna', 'Firma', 'anna.prywatnie@example.net',
	 'pl'),
	(5, 'loja', 2, '', '', 'Loja Sousa', '', 'se');

-- zoe was closed by the administrator before us. bob logs in, and is known to
-- the mail server, by another name; then a neighbour by accent.
INSERT INTO mail_users
	(email, username, password, password_enc, postfix, customerid)
VALUES
	('anna@firma.example', 'anna@firma.example', 'in the clear',
	 '$6$salt$oldhash', 'Y', 4),
	('rui.sousa@loja.example', 'Rui.Sousa@loja.example', '',
	 '{BLF-CRYPT}$2y$10$old', 'Y', 5),
	('zoe@firma.example', 'zoe@firma.example', '', '{BLF-CRYPT}$2y$10$zoe',
	 'N', 4),
	('bob@firma.example', 'firma.bob', '', '{BLF-CRYPT}$2y$10$bob', 'Y', 4),
	('other@firma.example', 'ännä@firma.example', '',
	 '{BLF-CRYPT}$2y$10$other', 'Y', 4),
	('blank@firma.example', 'anna@firma.example ', '',
	 '{BLF-CRYPT}$2y$10$blank', 'Y', 4);
