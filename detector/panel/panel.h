/*
 * panel - one hosting panel's tables, described by a folder of SQL.
 *
 * sql/panels/NAME/ holds find.sql, block.sql, unblock.sql, grants.sql,
 * fixture.sql (for the tests) and README.md. No C knows a panel by name: a new
 * panel is a new folder.
 *
 * find.sql is one SELECT; the other two hold INSERT, UPDATE and DELETE,
 * separated by ';'. Parameters: :account :domain :reason :block_id :at_ms
 * :previous; those that mean nothing to a file are NULL. :account and :domain
 * are in lower case whatever the caller gave, as mail servers fold their
 * lookup keys; :reason is one printable line. "{panel}" stands in front of a
 * panel's table and becomes the quoted database name of `panel.database` with
 * its dot, or nothing. Before a statement that changes data stands a line
 *   -- rows: 1        exactly that many rows must change, or "0-1" a range
 * or nothing is changed at all: the whole file runs inside the caller's
 * transaction, which is then rolled back.
 *
 * find.sql gives one row with these columns (NULL where the panel has none):
 *   account          the login as the panel spells it
 *   sending          the switch as it stands now, any text; kept as the
 *                    block's `previous` and given back to unblock.sql
 *   can_send         1 if the switch lets the account send, else 0
 *   password_hash    as stored
 *   password_changed when it was last changed, any text, compared for
 *                    difference only (panels mix time zones)
 *   language         "pl", "pt_BR", "PL"...: any spelling
 *   contact          another address of the owner
 *   name             how the owner is called
 * Rows whose account is not the login asked for, but for the case of ASCII
 * letters, do not count: collations also match other accents and blanks at the
 * end. No row: the panel does not know the account. Two rows: an error, since
 * blocking the wrong one is worse than blocking none.
 */
#ifndef DETECTOR_PANEL_PANEL_H
#define DETECTOR_PANEL_PANEL_H

#include "detector/panel/db.h"

enum {
	PANEL_LOGIN_SIZE = 256,
	PANEL_FIELD_SIZE = 512
};

struct panel;

struct panel_mailbox {
	char account[PANEL_LOGIN_SIZE];
	char sending[PANEL_FIELD_SIZE];
	char password_hash[PANEL_FIELD_SIZE];	/* wipe after use */
	char password_changed[64];
	char language[32];
	char contact[PANEL_LOGIN_SIZE];
	char name[PANEL_LOGIN_SIZE];
	bool can_send;
};

enum panel_found {
	PANEL_FOUND,
	PANEL_UNKNOWN_ACCOUNT,
	PANEL_ERROR
};

/*
 * Load `sql_dir`/panels/NAME and check it: files there, parameters known, row
 * counts given, WHERE present, :account asked for. `name` and `database` may
 * hold only letters, digits, '_' and '-'; an empty or NULL `database` is the
 * connection's own.
 */
int panel_load(const char *sql_dir, const char *name, const char *database,
	       struct panel **panel_out, struct err *err);
void panel_free(struct panel **panel);

const char *panel_name(const struct panel *panel);

/* A hash, login or state that does not fit its field is an error; a name is
 * cut, a contact or language that is too long is left out. Logins no panel can
 * hold (empty, not UTF-8, control characters, blanks at the ends) are unknown
 * without asking. */
enum panel_found panel_find(struct panel *panel, struct db *db,
			    struct slice account,
			    struct panel_mailbox *mailbox_out,
			    struct err *err);

/*
 * Stop and allow sending. Must run inside db_begin()/db_commit(): on anything
 * but DB_OK the caller rolls back. *changed_out tells whether a row changed;
 * with a range "0-1" zero is no error. A row count that is not as announced
 * is DB_FAILED, and db_commit() then refuses.
 */
enum db_result panel_block(struct panel *panel, struct db *db,
			   struct slice account, struct slice reason,
			   int64_t block_id, int64_t at_ms, bool *changed_out,
			   struct err *err);
enum db_result panel_unblock(struct panel *panel, struct db *db,
			     struct slice account, struct slice previous,
			     int64_t block_id, int64_t at_ms,
			     bool *changed_out, struct err *err);

#endif
