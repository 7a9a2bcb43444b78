#include "detector/panel/panel_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FOLDER_SIZE = 4096 - 32 };

#define OWN "own"

static bool is_plain_name(const char *name, size_t max)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789_-");

	return len > 0 && len <= max && name[len] == '\0';
}

static int check_names(const char *name, const char *database,
		       struct err *err)
{
	if (!is_plain_name(name, PANEL_NAME_SIZE - 1))
		return err_set(err, EXIT_CONFIG, "panel.name: only letters, "
			       "digits, '_' and '-', 48 at most, may be in "
			       "the name of a panel's folder");
	if (database && *database && !is_plain_name(database, 64))
		return err_set(err, EXIT_CONFIG, "panel.database: only "
			       "letters, digits, '_' and '-' may be in the "
			       "name of the panel's database");
	return 0;
}

/* One file of a folder and where it goes. */
struct wanted {
	const char *name;
	struct panel_file *file;
	enum panel_file_kind kind;
};

static int load_files(const char *folder, const char *prefix,
		      const struct wanted *wanted, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (panel_file_load(wanted[i].file, folder, wanted[i].name,
				    wanted[i].kind, prefix, err) != 0)
			return -1;
	return 0;
}

static bool is_there(const char *folder, const char *name)
{
	char path[FOLDER_SIZE + 32];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static int folder_of(const char *sql_dir, const char *name,
		     char out[FOLDER_SIZE], struct err *err)
{
	if ((size_t)snprintf(out, FOLDER_SIZE, "%s/panels/%s", sql_dir,
			     name) >= FOLDER_SIZE)
		return err_set(err, EXIT_CONFIG, "the path of the SQL folder "
			       "is too long");
	return 0;
}

/* The switch is all three files or none: half of it could not be undone. */
static int load_switch(struct panel *panel, const char *folder,
		       const char *prefix, struct err *err)
{
	const struct wanted wanted[] = {
		{ "block.sql", &panel->block, PANEL_FILE_CHANGES },
		{ "unblock.sql", &panel->unblock, PANEL_FILE_CHANGES },
		{ "verify.sql", &panel->verify, PANEL_FILE_READS },
	};
	bool any = false;

	for (size_t i = 0; i < 3; i++)
		any |= is_there(folder, wanted[i].name);
	panel->has_switch = any && strcmp(panel->name, OWN) != 0;
	return panel->has_switch ? load_files(folder, prefix, wanted, 3, err)
				 : 0;
}

static int load_commands(struct panel *panel, const char *folder,
			 struct err *err)
{
	const struct {
		const char *name;
		struct panel_command *command;
		bool is_needed;
	} wanted[] = {
		{ "block.command", &panel->block_command, true },
		{ "unblock.command", &panel->unblock_command, true },
		{ "owner.command", &panel->owner_command, false },
	};

	panel->has_command = is_there(folder, wanted[0].name) ||
			     is_there(folder, wanted[1].name);
	if (panel->has_command && panel->has_switch)
		return err_set(err, EXIT_CONFIG, "it has a switch in the "
			       "database and another by command: keep one");
	for (size_t i = 0; panel->has_command && i < 3; i++) {
		char path[FOLDER_SIZE + 32];

		snprintf(path, sizeof(path), "%s/%s", folder, wanted[i].name);
		if (!wanted[i].is_needed && !is_there(folder, wanted[i].name))
			continue;
		if (panel_command_load(wanted[i].command, path, err) != 0)
			return -1;
	}
	return 0;
}

static int load_table(struct panel *panel, const char *sql_dir,
		      struct err *err)
{
	const struct wanted wanted[] = {
		{ "block.sql", &panel->table_block, PANEL_FILE_CHANGES },
		{ "unblock.sql", &panel->table_unblock, PANEL_FILE_CHANGES },
		{ "verify.sql", &panel->table_verify, PANEL_FILE_READS },
	};
	char folder[FOLDER_SIZE];

	if (folder_of(sql_dir, OWN, folder, err) != 0)
		return -1;
	return load_files(folder, "", wanted, 3, err);
}

/* Panels whose mailboxes are in no database have no find.sql. */
static int load_find(struct panel *panel, const char *sql_dir,
		     const char *folder, const char *prefix, struct err *err)
{
	const struct wanted find = { "find.sql", &panel->find,
				     PANEL_FILE_READS };
	char own[FOLDER_SIZE];

	panel->has_find = !panel->has_command || is_there(folder, find.name);
	if (panel->has_find)
		return load_files(folder, prefix, &find, 1, err);
	if (folder_of(sql_dir, OWN, own, err) != 0)
		return -1;
	return load_files(own, "", &find, 1, err);
}

static int load_folder(struct panel *panel, const char *sql_dir,
		       const char *folder, const char *prefix, struct err *err)
{
	const struct wanted passwords = { "app_passwords.sql",
					  &panel->app_passwords,
					  PANEL_FILE_READS };

	panel->has_app_passwords = is_there(folder, passwords.name);
	if (load_switch(panel, folder, prefix, err) != 0 ||
	    load_commands(panel, folder, err) != 0 ||
	    load_find(panel, sql_dir, folder, prefix, err) != 0)
		return -1;
	return panel->has_app_passwords
		? load_files(folder, prefix, &passwords, 1, err) : 0;
}

/* What a label has behind the folder's name. */
static const char *const gate_marks[] = {
	[PANEL_GATE_SWITCH] = "",
	[PANEL_GATE_TABLE] = "=table",
	[PANEL_GATE_BOTH] = "+table",
};

static void name_gate(struct panel *panel, enum panel_gate gate)
{
	bool is_choice = panel->has_switch || panel->has_command;

	panel->gate = gate;
	snprintf(panel->label, sizeof(panel->label), "%s%s", panel->name,
		 is_choice ? gate_marks[gate] : "");
}

static int load_all(struct panel *panel, const char *sql_dir,
		    const char *prefix, enum panel_gate gate, struct err *err)
{
	char folder[FOLDER_SIZE];

	if (folder_of(sql_dir, panel->name, folder, err) != 0 ||
	    load_folder(panel, sql_dir, folder, prefix, err) != 0)
		return -1;
	if (gate == PANEL_GATE_AUTO)
		gate = panel->has_switch || panel->has_command
			? PANEL_GATE_SWITCH : PANEL_GATE_TABLE;
	if (gate != PANEL_GATE_TABLE && !panel->has_switch &&
	    !panel->has_command)
		return err_set(err, EXIT_CONFIG, "it has no sending switch of "
			       "its own: set panel.gate to \"table\" or "
			       "\"auto\"");
	name_gate(panel, gate);
	return gate == PANEL_GATE_SWITCH ? 0 : load_table(panel, sql_dir, err);
}

/* A name that was mistyped shall not be told as files that are missing. */
static int check_folder(const char *sql_dir, const char *name, struct err *err)
{
	char folder[FOLDER_SIZE];

	if (folder_of(sql_dir, name, folder, err) != 0)
		return -1;
	if (access(folder, F_OK) == 0 || errno != ENOENT)
		return 0;
	return err_set(err, EXIT_CONFIG, "there is no folder of this name in "
		       "%s/panels; `comporta check --detect-panel` says which "
		       "is yours", sql_dir);
}

int panel_load_with(const char *sql_dir, const char *name,
		    const char *database, enum panel_gate gate,
		    struct panel **panel_out, struct err *err)
{
	char prefix[80] = "";
	struct panel *panel;

	if (check_names(name, database, err) != 0)
		return -1;
	if (database && *database)
		snprintf(prefix, sizeof(prefix), "`%s`.", database);
	panel = calloc(1, sizeof(*panel));
	if (!panel)
		abort();
	panel->sql_dir = strdup(sql_dir);
	panel->database = strdup(database ? database : "");
	if (!panel->sql_dir || !panel->database)
		abort();
	snprintf(panel->name, sizeof(panel->name), "%s", name);
	if (check_folder(sql_dir, name, err) != 0 ||
	    load_all(panel, sql_dir, prefix, gate, err) != 0) {
		err_prefix(err, "panel '%s': ", name);
		panel_free(&panel);
		return -1;
	}
	*panel_out = panel;
	return 0;
}

int panel_load(const char *sql_dir, const char *name, const char *database,
	       struct panel **panel_out, struct err *err)
{
	return panel_load_with(sql_dir, name, database, PANEL_GATE_AUTO,
			       panel_out, err);
}

/* What stands behind the folder's name in a label; NULL for another folder. */
static const char *gate_mark(const struct panel *panel, const char *label)
{
	size_t len = strlen(panel->name);

	if (strncmp(label, panel->name, len) != 0 ||
	    (label[len] && !strchr("=+", label[len])))
		return NULL;
	return label + len;
}

bool panel_is_of(const struct panel *panel, const char *label)
{
	return gate_mark(panel, label) != NULL;
}

struct panel *panel_as(struct panel *panel, const char *label,
		       struct err *err)
{
	const char *mark = gate_mark(panel, label);
	enum panel_gate gate = PANEL_GATE_SWITCH;

	if (strcmp(label, panel->label) == 0)
		return panel;
	while (mark && gate <= PANEL_GATE_BOTH &&
	       strcmp(gate_marks[gate], mark) != 0)
		gate++;
	if (!mark || gate > PANEL_GATE_BOTH) {
		err_set(err, EXIT_CONFIG, "%.60s is another panel than %s",
			label, panel->label);
		return NULL;
	}
	if (!panel->with[gate])
		panel_load_with(panel->sql_dir, panel->name, panel->database,
				gate, &panel->with[gate], err);
	return panel->with[gate];
}

void panel_free(struct panel **panel)
{
	struct panel *one = *panel;

	if (!one)
		return;
	panel_file_release(&one->find);
	panel_file_release(&one->app_passwords);
	panel_file_release(&one->block);
	panel_file_release(&one->unblock);
	panel_file_release(&one->verify);
	panel_file_release(&one->table_block);
	panel_file_release(&one->table_unblock);
	panel_file_release(&one->table_verify);
	panel_command_release(&one->block_command);
	panel_command_release(&one->unblock_command);
	panel_command_release(&one->owner_command);
	for (size_t i = 0; i <= PANEL_GATE_BOTH; i++)
		panel_free(&one->with[i]);
	free(one->sql_dir);
	free(one->database);
	free(one);
	*panel = NULL;
}

const char *panel_name(const struct panel *panel)
{
	return panel->label;
}

enum panel_gate panel_gate(const struct panel *panel)
{
	return panel->gate;
}

bool panel_blocks_anybody(const struct panel *panel)
{
	return panel->gate != PANEL_GATE_SWITCH || !panel->has_find;
}

bool panel_has_app_passwords(const struct panel *panel)
{
	return panel->has_app_passwords;
}

bool panel_asks_table_apart(const struct panel *panel)
{
	return panel->has_switch && panel->gate != PANEL_GATE_SWITCH;
}
