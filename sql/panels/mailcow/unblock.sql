-- The mailbox back to what it was, text, number or truth value alike; one that
-- was closed before us stays closed.
-- rows: 0-1
UPDATE {panel}mailbox
SET attributes = JSON_SET(attributes, '$.smtp_access',
	JSON_EXTRACT(:previous, '$'))
WHERE username = :account
	AND CAST(LOWER(username) AS BINARY) = CAST(LOWER(:account) AS BINARY)
	AND JSON_VALUE(attributes, '$.smtp_access') = '0'
	AND :previous IN ('"1"', '1', '"true"', 'true');

-- Of the application passwords only those that we turned.
-- rows: any
UPDATE {panel}app_passwd
SET smtp_access = 1
WHERE mailbox = :account AND smtp_access = 0
	AND CONCAT('app_passwd ', id) IN (SELECT item FROM comporta_previous
		WHERE block_id = :block_id);

-- rows: any
DELETE FROM comporta_previous
WHERE block_id = :block_id AND :account IS NOT NULL;
