-- What the brake holds until a person has decided ("comporta brake").

-- A decision to block that is one too many, or a lift by a changed password
-- that is. `decision` is the decision's key, of a lift "lift-" and the block's
-- number. state: waiting, approved, discarded, gone (carried out, or on its
-- way: no word of a person reaches it any more). word_ms is when a person
-- decided, else NULL. Kept for a month. One row a machine, kind "active" and
-- state "kept", is how many accounts are believed: block_id, since held_ms.
CREATE TABLE IF NOT EXISTS comporta_brake (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	decision TEXT NOT NULL UNIQUE,
	kind TEXT NOT NULL,
	account TEXT NOT NULL,
	block_id INTEGER,
	machine TEXT NOT NULL,
	state TEXT NOT NULL,
	decided_ms INTEGER NOT NULL,
	held_ms INTEGER NOT NULL,
	word_ms INTEGER,
	word_by TEXT,
	probability REAL,
	reason TEXT
);
CREATE INDEX IF NOT EXISTS comporta_brake_state
	ON comporta_brake (state, kind);
