-- CyberPanel's tables of mailboxes and websites, the columns that matter here,
-- as its models make them, with rows for the tests.
CREATE TABLE websiteFunctions_websites (
	id INT NOT NULL PRIMARY KEY,
	domain VARCHAR(255) NOT NULL UNIQUE,
	adminEmail VARCHAR(255) NOT NULL,
	state INT NOT NULL DEFAULT 1
);

CREATE TABLE websiteFunctions_childdomains (
	id INT NOT NULL PRIMARY KEY,
	domain VARCHAR(50) NOT NULL UNIQUE,
	master_id INT NOT NULL
);

CREATE TABLE e_domains (
	domain VARCHAR(50) NOT NULL PRIMARY KEY,
	domainOwner_id INT DEFAULT NULL,
	childOwner_id INT DEFAULT NULL
);

CREATE TABLE e_users (
	email VARCHAR(80) NOT NULL PRIMARY KEY,
	password VARCHAR(200) NOT NULL,
	mail VARCHAR(200) NOT NULL DEFAULT '',
	DiskUsage VARCHAR(200) NOT NULL DEFAULT '0',
	emailOwner_id VARCHAR(50) NOT NULL
);

INSERT INTO websiteFunctions_websites (id, domain, adminEmail)
VALUES (7, 'firma.example', 'anna.prywatnie@example.net');

INSERT INTO websiteFunctions_childdomains (id, domain, master_id)
VALUES (3, 'sklep.firma.example', 7);

INSERT INTO e_domains (domain, domainOwner_id, childOwner_id)
VALUES ('firma.example', 7, NULL), ('sklep.firma.example', NULL, 3);

INSERT INTO e_users (email, password, emailOwner_id)
VALUES
	('anna@firma.example', '$6$salt$oldhash', 'firma.example'),
	('zoë@firma.example', '{CRYPT}$2b$12$zoe', 'firma.example'),
	('biuro@sklep.firma.example', '{CRYPT}$2b$12$biuro',
	 'sklep.firma.example'),
	('clear@firma.example', 'Summer2026', 'firma.example');
