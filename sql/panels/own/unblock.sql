-- Only the row of this incident: one that an operator or another incident
-- made stays. None at all is fine, somebody may have removed it by hand.
-- rows: 0-1
DELETE FROM comporta_send_block
WHERE account = :account AND block_id = :block_id;
