-- Mail-in-a-Box's table of users, with rows for the tests.
CREATE TABLE users (
	id INTEGER PRIMARY KEY,
	email VARCHAR(255) NOT NULL UNIQUE,
	password TEXT NOT NULL,
	extra TEXT,
	privileges VARCHAR(255) NOT NULL DEFAULT '',
	quota VARCHAR(32) NOT NULL DEFAULT '0'
);

INSERT INTO users (id, email, password, privileges)
VALUES
	(1, 'anna@firma.example', '$6$salt$oldhash', ''),
	(2, 'zoë@firma.example', '{SHA512-CRYPT}$6$salt$zoe', ''),
	(3, 'Rui.Sousa@Loja.Example', '{SHA512-CRYPT}$6$salt$rui', 'admin');
