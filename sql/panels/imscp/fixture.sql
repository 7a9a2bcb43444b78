-- i-MSCP 1.5.3's tables, the columns that matter here, with rows for the tests.
CREATE TABLE mail_users (
	mail_id INT(10) UNSIGNED NOT NULL,
	mail_acc TEXT NOT NULL,
	mail_pass VARCHAR(255) NOT NULL DEFAULT '_no_',
	mail_forward TEXT DEFAULT NULL,
	domain_id INT(10) UNSIGNED NOT NULL,
	mail_type VARCHAR(30) NOT NULL,
	sub_id INT(10) UNSIGNED DEFAULT NULL,
	status VARCHAR(255) DEFAULT NULL,
	po_active VARCHAR(3) NOT NULL DEFAULT 'yes',
	quota BIGINT(20) UNSIGNED NOT NULL DEFAULT 0,
	mail_addr VARCHAR(255) NOT NULL,
	PRIMARY KEY (mail_id),
	UNIQUE KEY mail_addr (mail_addr(191)),
	KEY domain_id (domain_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE domain (
	domain_id INT(10) UNSIGNED NOT NULL,
	domain_name VARCHAR(255) NOT NULL,
	domain_admin_id INT(10) UNSIGNED NOT NULL,
	domain_status VARCHAR(255) NOT NULL,
	PRIMARY KEY (domain_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE admin (
	admin_id INT(10) UNSIGNED NOT NULL,
	admin_name VARCHAR(255) NOT NULL,
	admin_pass VARCHAR(200) NOT NULL,
	admin_type VARCHAR(10) NOT NULL,
	created_by INT(10) UNSIGNED DEFAULT 0,
	email VARCHAR(200) DEFAULT NULL,
	UNIQUE KEY admin_id (admin_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE user_gui_props (
	user_id INT(10) UNSIGNED NOT NULL,
	lang VARCHAR(15) DEFAULT 'browser',
	UNIQUE KEY user_id (user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO admin
	(admin_id, admin_name, admin_pass, admin_type, created_by, email)
VALUES
	(1, 'reseller', 'x', 'reseller', 0, 'sprzedawca@example.net'),
	(2, 'firma', 'x', 'user', 1, 'anna.prywatnie@example.net'),
	(3, 'loja', 'x', 'user', 0, '');

INSERT INTO user_gui_props (user_id, lang)
VALUES (2, 'pl_PL'), (3, 'browser');

INSERT INTO domain (domain_id, domain_name, domain_admin_id, domain_status)
VALUES (1, 'firma.example', 2, 'ok'), (2, 'loja.example', 3, 'ok');

INSERT INTO mail_users
	(mail_id, mail_acc, mail_pass, domain_id, mail_type, status,
	 po_active, mail_addr)
VALUES
	(1, 'anna', '$6$salt$oldhash', 1, 'normal_mail', 'ok', 'yes',
	 'anna@firma.example'),
	(2, 'zoë', '$6$salt$zoe', 1, 'normal_mail', 'ok', 'yes',
	 'zoë@firma.example'),
	(3, 'anna', '$6$salt$loja', 2, 'normal_mail', 'ok', 'yes',
	 'anna@loja.example'),
	(4, 'closed', '$6$salt$closed', 1, 'normal_mail', 'disabled', 'no',
	 'closed@firma.example'),
	(5, 'info', '_no_', 1, 'normal_forward', 'ok', 'no',
	 'info@firma.example');
