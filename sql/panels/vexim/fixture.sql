-- Vexim 2's tables, the columns that matter here, with rows for the tests.
CREATE TABLE domains (
	domain_id INT(10) UNSIGNED NOT NULL,
	domain VARCHAR(255) NOT NULL DEFAULT '',
	type VARCHAR(5) DEFAULT NULL,
	enabled TINYINT(1) NOT NULL DEFAULT 1,
	PRIMARY KEY (domain_id),
	UNIQUE KEY domain (domain)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE users (
	user_id INT(10) UNSIGNED NOT NULL,
	domain_id INT(10) UNSIGNED NOT NULL,
	localpart VARCHAR(64) NOT NULL DEFAULT '',
	username VARCHAR(255) NOT NULL DEFAULT '',
	crypt VARCHAR(255) DEFAULT NULL,
	smtp VARCHAR(4096) DEFAULT NULL,
	pop VARCHAR(4096) DEFAULT NULL,
	type ENUM('local', 'alias', 'catch', 'fail', 'piped', 'admin', 'site')
		NOT NULL DEFAULT 'local',
	enabled TINYINT(1) NOT NULL DEFAULT 1,
	realname VARCHAR(255) DEFAULT NULL,
	PRIMARY KEY (user_id),
	UNIQUE KEY username (localpart, domain_id),
	KEY local (localpart)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

INSERT INTO domains (domain_id, domain, type)
VALUES (1, 'firma.example', 'local'), (2, 'loja.example', 'local');

INSERT INTO users
	(user_id, domain_id, localpart, username, crypt, type, enabled,
	 realname)
VALUES
	(1, 1, 'anna', 'anna@firma.example', '$6$salt$oldhash', 'local', 1,
	 'Anna Żółć'),
	(2, 1, 'zoë', 'zoë@firma.example', '$6$salt$zoe', 'local', 1, 'Zoë'),
	(3, 2, 'anna', 'anna@loja.example', '$6$salt$loja', 'local', 1, ''),
	(4, 1, 'closed', 'closed@firma.example', '$6$salt$closed', 'local', 0,
	 NULL),
	(5, 1, 'twin', 'twin@firma.example', '$6$salt$one', 'local', 1, NULL),
	(6, 2, 'twin', 'twin@firma.example', '$6$salt$two', 'local', 1, NULL);
