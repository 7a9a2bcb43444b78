/*
 * panel_inside - what the files panel*.c share, and nobody else uses.
 */
#ifndef DETECTOR_PANEL_PANEL_INSIDE_H
#define DETECTOR_PANEL_PANEL_INSIDE_H

#include "detector/panel/panel.h"
#include "detector/panel/panel_file.h"

enum {
	PANEL_NAME_SIZE = 49	/* "+table" has room behind it, in 64 */
};

/* The parameters of every statement. */
struct panel_values {
	struct db_parameter all[6];
	char account[PANEL_LOGIN_SIZE];	/* in lower case */
};

enum { PANEL_MAX_COMMANDS = 8 };

/* The lines of one .command file; NULL behind the last. */
struct panel_command {
	char *lines[PANEL_MAX_COMMANDS + 1];
};

int panel_command_load(struct panel_command *command, const char *path,
		       struct err *err);
void panel_command_release(struct panel_command *command);

struct panel {
	char name[PANEL_NAME_SIZE];
	char label[PANEL_NAME_SIZE + 8];
	char *sql_dir, *database;	/* where it was loaded from */
	struct panel *with[PANEL_GATE_BOTH + 1];	/* panel_as() */
	enum panel_gate gate;		/* never PANEL_GATE_AUTO */
	bool has_switch;		/* of the panel's own */
	bool has_command;		/* its switch is a program */
	bool has_find;			/* else own's is used */
	bool has_app_passwords;
	struct panel_command block_command, unblock_command, owner_command;
	struct panel_file find, app_passwords;
	/* The panel's own switch, if it has one. */
	struct panel_file block, unblock, verify;
	/* Our block table: sql/panels/own. */
	struct panel_file table_block, table_unblock, table_verify;
};

/* Could a panel have a mailbox of this login at all? */
bool panel_is_possible(struct slice account);

/* Those that mean nothing to a statement are NULL. `out` keeps its place. */
void panel_fill(struct panel_values *out, struct slice account,
		struct slice reason, struct slice previous, int64_t block_id,
		int64_t at_ms);

/* For a statement that only asks for the account. */
void panel_fill_account(struct panel_values *out, struct slice account);

enum db_result panel_run(struct db *db, const struct panel_statement *sql,
			 const struct panel_values *values, db_row_fn row,
			 void *context, int64_t *changed_out, struct err *err);

/* Was find.sql written for the switch, while our table is looked at as well
 * or instead? */
bool panel_asks_table_apart(const struct panel *panel);

/* panel_verify() by one of the panel's verify files. */
enum panel_found panel_ask(const struct panel *panel,
			   const struct panel_file *file, struct db *db,
			   struct slice account, struct panel_standing *out,
			   struct err *err);

#endif
