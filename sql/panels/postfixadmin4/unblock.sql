-- Back to what it was: an account that was closed before us stays closed.
-- rows: 0-1
UPDATE {panel}mailbox
SET smtp_active = 1
WHERE username = :account AND smtp_active = 0 AND :previous <> '0';
