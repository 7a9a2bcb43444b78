-- The mailbox, unless an administrator had closed it before us. The second
-- comparison is byte by byte: by the column's collation other accents and
-- blanks at the end would be the same mailbox.
-- rows: 0-1
UPDATE {panel}mailbox
SET attributes = JSON_SET(attributes, '$.smtp_access', '0')
WHERE username = :account
	AND CAST(LOWER(username) AS BINARY) = CAST(LOWER(:account) AS BINARY)
	AND JSON_VALUE(attributes, '$.smtp_access') IN ('1', 'true');

-- mailcow asks the application passwords first and looks only at their own
-- switches. Those that we turn are noted, those that are off are not ours.
-- rows: any
INSERT INTO comporta_previous (block_id, item, value)
SELECT :block_id, CONCAT('app_passwd ', id), smtp_access
FROM {panel}app_passwd
WHERE mailbox = :account
	AND CAST(LOWER(mailbox) AS BINARY) = CAST(LOWER(:account) AS BINARY)
	AND smtp_access <> 0;

-- rows: any
UPDATE {panel}app_passwd
SET smtp_access = 0
WHERE mailbox = :account
	AND CAST(LOWER(mailbox) AS BINARY) = CAST(LOWER(:account) AS BINARY)
	AND smtp_access <> 0;
