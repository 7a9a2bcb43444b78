-- What the brake holds until a person has decided ("comporta brake").

-- A decision to block that is one too many, or a lift by a changed password
-- that is. `decision` is the decision's key, of a lift "lift-" and the block's
-- number. state: waiting, approved, discarded, gone (carried out, or on its
-- way: no word of a person reaches it any more). word_ms is when a person
-- decided, else NULL. Kept for a month. One row a machine, kind "active" and
-- state "kept", is how many accounts are believed: block_id, since held_ms.
CREATE TABLE IF NOT EXISTS comporta_brake (
	id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
	decision VARCHAR(255) NOT NULL UNIQUE,
	kind VARCHAR(16) NOT NULL,
	account VARCHAR(255) NOT NULL,
	block_id BIGINT,
	machine VARCHAR(64) NOT NULL,
	state VARCHAR(16) NOT NULL,
	decided_ms BIGINT NOT NULL,
	held_ms BIGINT NOT NULL,
	word_ms BIGINT,
	word_by VARCHAR(255),
	probability DOUBLE,
	reason TEXT,
	KEY comporta_brake_state (state, kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
