-- AlternC's tables of addresses, the columns that matter here, with rows for
-- the tests.
CREATE TABLE membres (
	uid INT(10) UNSIGNED NOT NULL,
	login VARCHAR(128) NOT NULL DEFAULT '',
	pass VARCHAR(255) NOT NULL DEFAULT '',
	enabled TINYINT(4) NOT NULL DEFAULT 1,
	mail VARCHAR(128) NOT NULL DEFAULT '',
	creator INT(10) UNSIGNED DEFAULT 0,
	PRIMARY KEY (uid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE domaines (
	id BIGINT(20) UNSIGNED NOT NULL,
	compte INT(10) UNSIGNED NOT NULL DEFAULT 0,
	domaine VARCHAR(64) NOT NULL DEFAULT '',
	PRIMARY KEY (id),
	UNIQUE KEY domaine (domaine)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE address (
	id BIGINT(20) UNSIGNED NOT NULL,
	domain_id BIGINT(20) UNSIGNED NOT NULL,
	address VARCHAR(255) NOT NULL,
	type CHAR(8) NOT NULL,
	password VARCHAR(255) DEFAULT NULL,
	enabled INT(1) UNSIGNED NOT NULL DEFAULT 1,
	PRIMARY KEY (id),
	UNIQUE KEY fk_domain_id (domain_id, address(190)),
	CONSTRAINT address_ibfk_1 FOREIGN KEY (domain_id)
		REFERENCES domaines (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE mailbox (
	id BIGINT(20) UNSIGNED NOT NULL,
	address_id BIGINT(20) UNSIGNED NOT NULL,
	path VARCHAR(255) NOT NULL,
	quota BIGINT(20) UNSIGNED DEFAULT NULL,
	delivery VARCHAR(255) NOT NULL,
	PRIMARY KEY (id),
	UNIQUE KEY address_id (address_id),
	CONSTRAINT mailbox_ibfk_1 FOREIGN KEY (address_id)
		REFERENCES address (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

INSERT INTO membres (uid, login, mail, creator)
VALUES
	(1999, 'reseller', 'sprzedawca@example.net', 0),
	(2000, 'firma', 'anna.prywatnie@example.net', 1999),
	(2001, 'loja', '', 0);

INSERT INTO domaines (id, compte, domaine)
VALUES (1, 2000, 'firma.example'), (2, 2001, 'loja.example');

INSERT INTO address (id, domain_id, address, type, password, enabled)
VALUES
	(1, 1, 'anna', '', '$6$salt$oldhash', 1),
	(2, 1, 'zoë', '', '$1$salt$zoe', 1),
	(3, 2, 'anna', '', '$1$salt$loja', 1),
	(4, 1, 'closed', '', '$1$salt$closed', 0),
	(5, 1, 'forward', '', NULL, 1);

INSERT INTO mailbox (id, address_id, path, delivery)
VALUES
	(1, 1, '/var/mail/a/anna_firma.example', 'dovecot'),
	(2, 2, '/var/mail/z/zoe_firma.example', 'dovecot'),
	(3, 3, '/var/mail/a/anna_loja.example', 'dovecot'),
	(4, 4, '/var/mail/c/closed_firma.example', 'dovecot');
