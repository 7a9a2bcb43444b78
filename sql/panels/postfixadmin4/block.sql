-- switch: smtp_active
-- No row changes when an administrator has closed the account before us; then
-- we have nothing to undo later.
-- rows: 0-1
UPDATE {panel}mailbox
SET smtp_active = 0
WHERE username = :account AND smtp_active <> 0;
