-- Both: Dovecot asks `enablesmtpsecured` for a login over TLS and `enablesmtp`
-- for one without. The second comparison is byte by byte: by the column's
-- collation other accents and blanks at the end would be the same mailbox.
-- rows: 0-1
UPDATE {panel}mailbox
SET enablesmtp = 0, enablesmtpsecured = 0
WHERE username = :account
	AND CAST(LOWER(username) AS BINARY) = CAST(LOWER(:account) AS BINARY)
	AND (enablesmtp <> 0 OR enablesmtpsecured <> 0);
