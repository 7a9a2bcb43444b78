-- ISPConfig 3.2's tables of mailboxes, groups and clients in MariaDB, with rows
-- for the tests. Of the clients, the columns without any bearing on mail are
-- left out.
CREATE TABLE mail_user (
	mailuser_id INT(11) UNSIGNED NOT NULL AUTO_INCREMENT,
	sys_userid INT(11) UNSIGNED NOT NULL DEFAULT 0,
	sys_groupid INT(11) UNSIGNED NOT NULL DEFAULT 0,
	sys_perm_user VARCHAR(5) NOT NULL DEFAULT '',
	sys_perm_group VARCHAR(5) NOT NULL DEFAULT '',
	sys_perm_other VARCHAR(5) NOT NULL DEFAULT '',
	server_id INT(11) UNSIGNED NOT NULL DEFAULT 0,
	email VARCHAR(255) NOT NULL DEFAULT '',
	login VARCHAR(255) NOT NULL DEFAULT '',
	password VARCHAR(255) NOT NULL DEFAULT '',
	name VARCHAR(255) NOT NULL DEFAULT '',
	uid INT(11) NOT NULL DEFAULT 5000,
	gid INT(11) NOT NULL DEFAULT 5000,
	maildir VARCHAR(255) NOT NULL DEFAULT '',
	maildir_format VARCHAR(255) NOT NULL DEFAULT 'maildir',
	quota BIGINT(20) NOT NULL DEFAULT -1,
	cc TEXT DEFAULT NULL,
	forward_in_lda ENUM('n','y') NOT NULL DEFAULT 'n',
	sender_cc VARCHAR(255) NOT NULL DEFAULT '',
	homedir VARCHAR(255) NOT NULL DEFAULT '',
	autoresponder ENUM('n','y') NOT NULL DEFAULT 'n',
	autoresponder_start_date DATETIME DEFAULT NULL,
	autoresponder_end_date DATETIME DEFAULT NULL,
	autoresponder_subject VARCHAR(255) NOT NULL DEFAULT 'Out of office
		reply',
	autoresponder_text MEDIUMTEXT DEFAULT NULL,
	move_junk ENUM('y','a','n') NOT NULL DEFAULT 'y',
	purge_trash_days INT(11) NOT NULL DEFAULT 0,
	purge_junk_days INT(11) NOT NULL DEFAULT 0,
	custom_mailfilter MEDIUMTEXT DEFAULT NULL,
	postfix ENUM('n','y') NOT NULL DEFAULT 'y',
	greylisting ENUM('n','y') NOT NULL DEFAULT 'n',
	`access` ENUM('n','y') NOT NULL DEFAULT 'y',
	disableimap ENUM('n','y') NOT NULL DEFAULT 'n',
	disablepop3 ENUM('n','y') NOT NULL DEFAULT 'n',
	disabledeliver ENUM('n','y') NOT NULL DEFAULT 'n',
	disablesmtp ENUM('n','y') NOT NULL DEFAULT 'n',
	disablesieve ENUM('n','y') NOT NULL DEFAULT 'n',
	`disablesieve-filter` ENUM('n','y') NOT NULL DEFAULT 'n',
	disablelda ENUM('n','y') NOT NULL DEFAULT 'n',
	disablelmtp ENUM('n','y') NOT NULL DEFAULT 'n',
	disabledoveadm ENUM('n','y') NOT NULL DEFAULT 'n',
	`disablequota-status` ENUM('n','y') NOT NULL DEFAULT 'n',
	`disableindexer-worker` ENUM('n','y') NOT NULL DEFAULT 'n',
	last_quota_notification DATE DEFAULT NULL,
	backup_interval VARCHAR(255) NOT NULL DEFAULT 'none',
	backup_copies INT(11) NOT NULL DEFAULT 1,
	PRIMARY KEY (mailuser_id),
	KEY server_id (server_id,email),
	KEY email_access (email,access)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;

CREATE TABLE sys_group (
	groupid INT(11) UNSIGNED NOT NULL AUTO_INCREMENT,
	name VARCHAR(64) NOT NULL DEFAULT '',
	description TEXT DEFAULT NULL,
	client_id INT(11) UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (groupid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;

CREATE TABLE client (
	client_id INT(11) UNSIGNED NOT NULL AUTO_INCREMENT,
	sys_userid INT(11) UNSIGNED NOT NULL DEFAULT 0,
	sys_groupid INT(11) UNSIGNED NOT NULL DEFAULT 0,
	company_name VARCHAR(64) DEFAULT NULL,
	gender ENUM('','m','f') NOT NULL DEFAULT '',
	contact_firstname VARCHAR(64) NOT NULL DEFAULT '',
	contact_name VARCHAR(64) DEFAULT NULL,
	customer_no VARCHAR(64) DEFAULT NULL,
	street VARCHAR(255) DEFAULT NULL,
	zip VARCHAR(32) DEFAULT NULL,
	city VARCHAR(64) DEFAULT NULL,
	country CHAR(2) DEFAULT NULL,
	telephone VARCHAR(32) DEFAULT NULL,
	email VARCHAR(255) DEFAULT NULL,
	default_mailserver INT(11) UNSIGNED NOT NULL DEFAULT 1,
	limit_mailbox INT(11) NOT NULL DEFAULT -1,
	parent_client_id INT(11) UNSIGNED NOT NULL DEFAULT 0,
	username VARCHAR(64) DEFAULT NULL,
	password VARCHAR(200) DEFAULT NULL,
	language CHAR(2) NOT NULL DEFAULT 'en',
	locked ENUM('n','y') NOT NULL DEFAULT 'n',
	canceled ENUM('n','y') NOT NULL DEFAULT 'n',
	tmp_data mediumblob DEFAULT NULL,
	PRIMARY KEY (client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;

INSERT INTO client
	(client_id, contact_name, email, username, language, parent_client_id)
VALUES
	(3, 'Sprzedawca', 'sprzedawca@example.net', 'reseller', 'pl', 0),
	(4, 'Biuro Firma', 'anna.prywatnie@example.net', 'firma', 'pl', 3),
	(5, 'Loja', NULL, 'loja', 'br', 0);

INSERT INTO sys_group (groupid, name, client_id) VALUES
	(1, 'admin', 0), (8, 'firma', 4), (9, 'loja', 5);

-- zoe's box "disable sending" was ticked by the customer. bob logs in by
-- another name; ewa's address is on two servers; then neighbours by accent,
-- and by a blank at the end.
INSERT INTO mail_user
	(sys_groupid, server_id, email, login, password, name, disablesmtp)
VALUES
	(8, 1, 'anna@firma.example', 'anna@firma.example',
	 '$6$salt$oldhash', 'Anna Żółć', 'n'),
	(9, 1, 'Rui.Sousa@loja.example', 'rui.sousa@loja.example',
	 '$6$rounds=5000$salt$old', '', 'n'),
	(8, 1, 'zoe@firma.example', 'zoe@firma.example', '$6$salt$zoe',
	 'Zoe', 'y'),
	(8, 1, 'bob@firma.example', 'firma_bob', '$6$salt$bob', '', 'n'),
	(8, 1, 'ewa@firma.example', 'ewa@firma.example', '$6$salt$ewa',
	 '', 'n'),
	(8, 2, 'ewa@firma.example', 'ewa@firma.example', '$6$salt$ewa2',
	 '', 'n'),
	(8, 1, 'ännä@firma.example', 'ännä@firma.example', '$6$salt$other',
	 '', 'n'),
	(1, 1, 'anna@firma.example ', 'x', '$6$salt$blank', '', 'n');
