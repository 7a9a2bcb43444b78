-- The columns of Plesk's tables that matter here, written from what is publicly
-- known of them and from no real Plesk, with rows for the tests.
CREATE TABLE clients (
	id INT NOT NULL PRIMARY KEY,
	login VARCHAR(255) NOT NULL,
	email VARCHAR(255) NOT NULL DEFAULT '',
	locale VARCHAR(17) DEFAULT NULL
);

CREATE TABLE domains (
	id INT NOT NULL PRIMARY KEY,
	name VARCHAR(255) NOT NULL UNIQUE,
	cl_id INT NOT NULL
);

CREATE TABLE accounts (
	id INT NOT NULL PRIMARY KEY,
	type VARCHAR(32) NOT NULL,
	password TEXT
);

CREATE TABLE mail (
	id INT NOT NULL PRIMARY KEY,
	mail_name VARCHAR(245) NOT NULL,
	dom_id INT NOT NULL,
	account_id INT NOT NULL,
	postbox VARCHAR(5) NOT NULL DEFAULT 'true',
	UNIQUE (dom_id, mail_name)
);

INSERT INTO clients (id, login, email, locale)
VALUES
	(2, 'firma', 'anna.prywatnie@example.net', 'pl-PL'),
	(3, 'loja', '', NULL);

INSERT INTO domains (id, name, cl_id)
VALUES (1, 'firma.example', 2), (2, 'loja.example', 3);

INSERT INTO accounts (id, type, password)
VALUES
	(1, 'sym', '$AES-128-CBC$iv$anna'), (2, 'sym', '$AES-128-CBC$iv$zoe'),
	(3, 'sym', '$AES-128-CBC$iv$loja');

INSERT INTO mail (id, mail_name, dom_id, account_id)
VALUES (1, 'anna', 1, 1), (2, 'zoë', 1, 2), (3, 'anna', 2, 3);
