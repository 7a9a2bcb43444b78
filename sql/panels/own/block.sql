-- A row for the mail server to find. The account arrives in lower case, as
-- Postfix and the lines of docs/ENFORCE.md ask for it. A row that is there
-- already belongs to another incident: the key refuses a second one.
-- rows: 1
INSERT INTO comporta_send_block (account, reason, block_id, since_ms)
VALUES (:account, :reason, :block_id, :at_ms);
