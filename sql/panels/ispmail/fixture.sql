-- The tables of the ISPmail tutorial for Debian 12, with rows for the tests.
CREATE TABLE virtual_domains (
	id INT(11) NOT NULL,
	name VARCHAR(50) NOT NULL,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE virtual_users (
	id INT(11) NOT NULL,
	domain_id INT(11) NOT NULL,
	password VARCHAR(150) NOT NULL,
	email VARCHAR(100) NOT NULL,
	quota INT(11) NOT NULL DEFAULT 0,
	PRIMARY KEY (id),
	UNIQUE KEY email (email),
	FOREIGN KEY (domain_id) REFERENCES virtual_domains(id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

INSERT INTO virtual_domains (id, name)
VALUES (1, 'firma.example'), (2, 'loja.example');

INSERT INTO virtual_users (id, domain_id, password, email)
VALUES
	(1, 1, '$6$salt$oldhash', 'anna@firma.example'),
	(2, 1, '{CRYPT}$2y$05$zoe', 'zoë@firma.example'),
	(3, 2, '{CRYPT}$2y$05$anna', 'anna@loja.example');
