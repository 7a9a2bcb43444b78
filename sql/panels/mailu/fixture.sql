-- Mailu's tables of users and tokens, the columns that matter here, as its
-- models make them in SQLite and MariaDB, with rows for the tests.
CREATE TABLE user (
	created_at DATE NOT NULL,
	updated_at DATE,
	comment VARCHAR(255),
	localpart VARCHAR(80) NOT NULL,
	domain_name VARCHAR(80) NOT NULL,
	email VARCHAR(255) NOT NULL,
	password VARCHAR(255) NOT NULL,
	quota_bytes BIGINT NOT NULL DEFAULT 0,
	enabled BOOLEAN NOT NULL DEFAULT 1,
	enable_imap BOOLEAN NOT NULL DEFAULT 1,
	enable_pop BOOLEAN NOT NULL DEFAULT 1,
	displayed_name VARCHAR(160) NOT NULL DEFAULT '',
	PRIMARY KEY (email)
);

CREATE TABLE token (
	created_at DATE NOT NULL,
	updated_at DATE,
	comment VARCHAR(255),
	id INTEGER NOT NULL,
	user_email VARCHAR(255) NOT NULL,
	password VARCHAR(255) NOT NULL,
	ip VARCHAR(255),
	PRIMARY KEY (id),
	FOREIGN KEY (user_email) REFERENCES user (email)
);

INSERT INTO user
	(created_at, updated_at, localpart, domain_name, email, password,
	 enabled, displayed_name)
VALUES
	('2025-01-02', NULL, 'anna', 'firma.example', 'anna@firma.example',
	 '$6$salt$oldhash', 1, 'Anna Żółć'),
	('2025-01-02', '2026-02-03', 'zoë', 'firma.example',
	 'zoë@firma.example', '$bcrypt-sha256$v=2,t=2b,r=12$zoe', 1, 'Zoë'),
	('2025-01-02', NULL, 'closed', 'firma.example',
	 'closed@firma.example', '$bcrypt-sha256$v=2,t=2b,r=12$closed', 0, '');

INSERT INTO token (created_at, comment, id, user_email, password, ip)
VALUES
	('2026-01-02', 'Telefon Anny', 1, 'anna@firma.example',
	 '$pbkdf2-sha256$1$salt$phone', NULL),
	('2026-01-03', NULL, 2, 'anna@firma.example',
	 '$pbkdf2-sha256$1$salt$printer', '192.0.2.7'),
	('2026-01-04', 'x', 3, 'zoë@firma.example',
	 '$pbkdf2-sha256$1$salt$zoe', NULL);
