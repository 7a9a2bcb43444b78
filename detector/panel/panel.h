/*
 * panel - one hosting panel's tables, described by a folder of SQL.
 *
 * sql/panels/NAME/ holds find.sql, grants.sql, columns (how the panel is
 * recognised, see detect.h), fixture.sql (for the tests) and README.md. Where
 * the panel has a sending switch of its own, block.sql, unblock.sql and
 * verify.sql turn it and ask for it; where it has none the account is stopped
 * through our block table by the files of sql/panels/own, or by a program,
 * named in block.command and unblock.command. A folder without find.sql uses
 * own's, which looks into comporta_mailbox. Where it has
 * application passwords, app_passwords.sql lists them. No C knows a panel by
 * name: a new panel is a new folder.
 *
 * find.sql, verify.sql and app_passwords.sql are one SELECT each; block.sql and
 * unblock.sql hold INSERT, UPDATE and DELETE, separated by ';'. Parameters:
 * :account :domain :reason :block_id :at_ms :previous; those that mean nothing
 * to a file are NULL. :account and :domain are in lower case whatever the
 * caller gave, as mail servers fold their lookup keys; :reason is one printable
 * line. "{panel}" stands in front of a panel's table and becomes the quoted
 * database name of `panel.database` with its dot, or nothing. Before a
 * statement that changes data stands a line
 *   -- rows: 1        exactly that many rows must change, or "0-1" a range,
 *                     or "any": what belongs to the account, however much
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
 *   reseller         address of who sells the domain or looks after it. May be
 *                    left out; of several, one
 * Rows whose account is not the login asked for, but for the case of ASCII
 * letters, do not count: collations also match other accents and blanks at the
 * end. No row: the panel does not know the account. Two rows: an error, since
 * blocking the wrong one is worse than blocking none.
 *
 * unblock.sql runs at every lift of a block that changed something, whatever
 * find.sql says then: it turns back only what still stands as block.sql left
 * it, and allows for no row.
 *
 * What block.sql changes besides the one switch, such as the flags of several
 * application passwords, it notes in comporta_previous (block_id, item, value)
 * and unblock.sql turns back by it and deletes it.
 *
 * verify.sql asks the tables what the mail server asks them, with the same
 * conditions: `account`, `can_send` (1 if any way to send is open,
 * application passwords too) and `can_read` (1 if IMAP still works). It runs
 * after block.sql in the same transaction: a block that would not hold is not
 * made.
 *
 * app_passwords.sql gives `account`, `id`, `hash` and `name` (what the owner
 * calls it) of every other password that may log in.
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
	char reseller[PANEL_LOGIN_SIZE];
	bool can_send;		/* every gate in use is open */
	bool is_stopped;	/* every gate in use is closed */
};

/*
 * What stops an account. The table stops sessions that are open, needs no
 * right in the panel's tables and is not undone by the panel; the switch is
 * what the panel's own pages show.
 */
enum panel_gate {
	PANEL_GATE_AUTO,	/* the switch where there is one */
	PANEL_GATE_SWITCH,
	PANEL_GATE_TABLE,
	PANEL_GATE_BOTH
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
int panel_load_with(const char *sql_dir, const char *name,
		    const char *database, enum panel_gate gate,
		    struct panel **panel_out, struct err *err);

/* With PANEL_GATE_AUTO. */
int panel_load(const char *sql_dir, const char *name, const char *database,
	       struct panel **panel_out, struct err *err);
void panel_free(struct panel **panel);

/* Its folder's name, and behind it how it is used where that is not its own
 * way: "iredmail", "iredmail=table", "iredmail+table". */
const char *panel_name(const struct panel *panel);

/*
 * The same panel with the gate that `label`, the panel's name as a block keeps
 * it, says: what turned a switch turns it back. Owned by `panel`. NULL for
 * another panel's label; also, with *err set, when its files cannot be loaded.
 */
bool panel_is_of(const struct panel *panel, const char *label);
struct panel *panel_as(struct panel *panel, const char *label,
		       struct err *err);

/* Never AUTO. */
enum panel_gate panel_gate(const struct panel *panel);

/*
 * Where the switch is a program: block.command and unblock.command hold command
 * lines (base/arguments.h) with {account} {local} {domain} {owner}, the last
 * being what owner.command says first: the panel's user whose domain it is.
 * They are run outside the transaction (followup.h). False and NULL for all
 * other panels, and while only our table is used.
 */
bool panel_has_command(const struct panel *panel);
const char *const *panel_commands(const struct panel *panel, bool to_block);
const char *panel_owner_command(const struct panel *panel);

/* Can a login be stopped that find.sql does not know? Through our table, yes,
 * and by a command where the panel's mailboxes are in no database. */
bool panel_blocks_anybody(const struct panel *panel);

/* A hash, login or state that does not fit its field is an error; a name is
 * cut, an address or language that is too long is left out. Logins no panel can
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

/* What the mail server would be told now. */
struct panel_standing {
	bool sends, reads;
};

enum panel_found panel_verify(struct panel *panel, struct db *db,
			      struct slice account,
			      struct panel_standing *out, struct err *err);

bool panel_has_app_passwords(const struct panel *panel);

struct panel_app_password {
	char id[PANEL_LOGIN_SIZE];
	char hash[PANEL_FIELD_SIZE];	/* wipe after use */
	char name[PANEL_LOGIN_SIZE];	/* a stranger's words, may be cut */
};

/* Every application password; none where the panel has none. The callback
 * returns nonzero to stop and must not use the connection. */
int panel_app_passwords(struct panel *panel, struct db *db,
			struct slice account,
			int (*each)(void *context,
				    const struct panel_app_password *password),
			void *context, struct err *err);

#endif
