#include "detector/panel/panel.h"

#include "base/text.h"
#include "detector/panel/panel_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 65, REASON_BYTES = 500 };

struct panel {
	char name[NAME_SIZE];
	struct panel_file find, block, unblock;
};

/* What find.sql's rows are gathered into. */
struct finding {
	struct slice account;
	struct panel_mailbox mailbox;
	int rows;
	bool failed;
	struct err *err;
};

enum too_long { IS_ERROR, IS_CUT, IS_DROPPED };

/* A column of find.sql and the field it goes to. A contact that was cut would
 * be somebody else's address, a hash that was cut would seem to change. */
static const struct {
	const char *name;
	size_t offset, size;
	bool needed;
	enum too_long too_long;
} fields[] = {
#define FIELD(field, column, needed, too_long)				\
	{ column, offsetof(struct panel_mailbox, field),		\
	  sizeof(((struct panel_mailbox *)0)->field), needed, too_long }
	FIELD(account, "account", true, IS_ERROR),
	FIELD(sending, "sending", true, IS_ERROR),
	FIELD(password_hash, "password_hash", true, IS_ERROR),
	FIELD(password_changed, "password_changed", false, IS_ERROR),
	FIELD(language, "language", false, IS_DROPPED),
	FIELD(contact, "contact", false, IS_DROPPED),
	FIELD(name, "name", false, IS_CUT),
#undef FIELD
};

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
	if (!is_plain_name(name, NAME_SIZE - 1))
		return err_set(err, EXIT_CONFIG, "panel.name: only letters, "
			       "digits, '_' and '-' may be in the name of a "
			       "panel's folder");
	if (database && *database && !is_plain_name(database, 64))
		return err_set(err, EXIT_CONFIG, "panel.database: only "
			       "letters, digits, '_' and '-' may be in the "
			       "name of the panel's database");
	return 0;
}

static int load_files(struct panel *panel, const char *folder,
		      const char *prefix, struct err *err)
{
	if (panel_file_load(&panel->find, folder, "find.sql",
			    PANEL_FILE_READS, prefix, err) != 0 ||
	    panel_file_load(&panel->block, folder, "block.sql",
			    PANEL_FILE_CHANGES, prefix, err) != 0 ||
	    panel_file_load(&panel->unblock, folder, "unblock.sql",
			    PANEL_FILE_CHANGES, prefix, err) != 0) {
		err_prefix(err, "panel '%s': ", panel->name);
		return -1;
	}
	return 0;
}

int panel_load(const char *sql_dir, const char *name, const char *database,
	       struct panel **panel_out, struct err *err)
{
	char folder[4096 - 32], prefix[80] = "";
	struct panel *panel;

	if (check_names(name, database, err) != 0)
		return -1;
	if (database && *database)
		snprintf(prefix, sizeof(prefix), "`%s`.", database);
	if ((size_t)snprintf(folder, sizeof(folder), "%s/panels/%s", sql_dir,
			     name) >= sizeof(folder))
		return err_set(err, EXIT_CONFIG, "the path of the SQL folder "
			       "is too long");
	panel = calloc(1, sizeof(*panel));
	if (!panel)
		abort();
	snprintf(panel->name, sizeof(panel->name), "%s", name);
	if (load_files(panel, folder, prefix, err) != 0) {
		panel_free(&panel);
		return -1;
	}
	*panel_out = panel;
	return 0;
}

void panel_free(struct panel **panel)
{
	if (!*panel)
		return;
	panel_file_release(&(*panel)->find);
	panel_file_release(&(*panel)->block);
	panel_file_release(&(*panel)->unblock);
	free(*panel);
	*panel = NULL;
}

const char *panel_name(const struct panel *panel)
{
	return panel->name;
}

/* Logins come from logs. One that no panel can hold must not reach SQL, where
 * repaired bytes or dropped blanks might make it another account's. */
static bool is_possible(struct slice account)
{
	if (account.len == 0 || account.len >= PANEL_LOGIN_SIZE ||
	    slice_trim(account).len != account.len)
		return false;
	while (account.len > 0) {
		unsigned char first = (unsigned char)account.ptr[0];
		size_t len = utf8_character(account);

		if (len == 0 || first < 0x20 || first == 0x7f)
			return false;
		account = slice_after(account, len);
	}
	return true;
}

static bool has_column(const struct db_row *row, const char *name)
{
	for (size_t i = 0; i < row->n_columns; i++)
		if (strcasecmp(row->names[i], name) == 0)
			return true;
	return false;
}

/* Not in the middle of a character. */
static struct slice cut_to(struct slice text, size_t size)
{
	struct slice rest = text;
	size_t len;

	while ((len = utf8_character(rest)) > 0 &&
	       (size_t)(rest.ptr - text.ptr) + len < size)
		rest = slice_after(rest, len);
	return slice_sub(text, 0, (size_t)(rest.ptr - text.ptr));
}

static int take_field(struct finding *finding, size_t at,
		      const struct db_row *row)
{
	struct slice value = db_column(row, fields[at].name);
	char *to = (char *)&finding->mailbox + fields[at].offset;

	if (fields[at].needed && !has_column(row, fields[at].name))
		return err_set(finding->err, EXIT_CONFIG, "find.sql gives no "
			       "column named %s", fields[at].name);
	if (value.len >= fields[at].size && fields[at].too_long == IS_ERROR)
		return err_set(finding->err, EXIT_DATA, "column %s is longer "
			       "than %zu bytes", fields[at].name,
			       fields[at].size - 1);
	if (value.len >= fields[at].size)
		value = fields[at].too_long == IS_CUT
				? cut_to(value, fields[at].size)
				: slice_sub(value, 0, 0);
	slice_copy(value, to, fields[at].size);
	return 0;
}

static int take_row(void *context, const struct db_row *row)
{
	struct finding *finding = context;

	finding->failed = !has_column(row, "can_send") &&
			  err_set(finding->err, EXIT_CONFIG, "find.sql gives "
				  "no column named can_send") != 0;
	/* Collations call more logins equal than a mail server does: other
	 * accents, blanks at the end. Those are not the account asked for. */
	if (!finding->failed && has_column(row, "account") &&
	    !slice_eq_nocase(db_column(row, "account"), finding->account))
		return 0;
	finding->rows++;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		finding->failed = finding->failed ||
				  take_field(finding, i, row) != 0;
	finding->mailbox.can_send =
		db_column_integer(row, "can_send", 0) != 0;
	return finding->failed;
}

/* Every statement may use every parameter; those that mean nothing to it are
 * NULL. */
static void fill(struct db_parameter parameters_out[6], struct slice account,
		 struct slice reason, struct slice previous, int64_t block_id,
		 int64_t at_ms)
{
	const struct db_parameter all[6] = {
		{ "account", db_text(account) },
		{ "domain", db_text(slice_domain(account)) },
		{ "reason", db_text(reason) },
		{ "previous", db_text(previous) },
		{ "block_id", db_integer(block_id) },
		{ "at_ms", db_integer(at_ms) },
	};

	memcpy(parameters_out, all, sizeof(all));
}

static bool is_ascii(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	return true;
}

/*
 * MariaDB refuses to compare a latin1 column with letters that latin1 has
 * not, which is no fault of the statement. When it works for a plain login,
 * the odd one cannot be in that column.
 */
static bool cannot_hold(const struct panel *panel, struct db *db,
			struct slice account, enum db_result result)
{
	struct slice none = { NULL, 0 };
	struct db_parameter parameters[6];
	struct err ignored;

	if (result != DB_FAILED || is_ascii(account))
		return false;
	fill(parameters, S("a"), none, none, 0, 0);
	return db_run(db, panel->find.statements[0].sql, parameters, 6, NULL,
		      NULL, NULL, &ignored) == DB_OK;
}

static enum panel_found conclude(const struct panel *panel,
				 const struct finding *finding,
				 enum db_result result,
				 struct panel_mailbox *mailbox_out)
{
	if (result != DB_OK || finding->failed) {
		err_prefix(finding->err, "panel '%s': ", panel->name);
		return PANEL_ERROR;
	}
	if (finding->rows == 0)
		return PANEL_UNKNOWN_ACCOUNT;
	if (finding->rows > 1) {
		err_set(finding->err, EXIT_DATA, "panel '%s': %d mailboxes "
			"have this login; comporta touches none of them until "
			"the login is unique", panel->name, finding->rows);
		return PANEL_ERROR;
	}
	*mailbox_out = finding->mailbox;
	return PANEL_FOUND;
}

enum panel_found panel_find(struct panel *panel, struct db *db,
			    struct slice account,
			    struct panel_mailbox *mailbox_out,
			    struct err *err)
{
	struct slice none = { NULL, 0 };
	struct err problem;
	struct finding finding = { .account = account, .err = &problem };
	struct db_parameter parameters[6];
	char lower[PANEL_LOGIN_SIZE];
	enum panel_found found;
	enum db_result result;

	if (!is_possible(account))
		return PANEL_UNKNOWN_ACCOUNT;
	slice_copy_lower(account, lower, sizeof(lower));
	fill(parameters, slice_from(lower), none, none, 0, 0);
	result = db_run(db, panel->find.statements[0].sql, parameters, 6,
			take_row, &finding, NULL, &problem);
	if (cannot_hold(panel, db, account, result))
		return PANEL_UNKNOWN_ACCOUNT;
	found = conclude(panel, &finding, result, mailbox_out);
	if (found == PANEL_ERROR)
		*err = problem;
	explicit_bzero(&finding.mailbox, sizeof(finding.mailbox));
	return found;
}

/* Wrong by one row: whoever ignores our result shall not commit it. */
static enum db_result wrong_count(const struct panel *panel,
				  const struct panel_file *file,
				  const struct panel_statement *statement,
				  int64_t changed, struct db *db,
				  struct err *err)
{
	err_set(err, EXIT_DATA, "panel '%s': %s line %d: %lld rows changed "
		"where %d to %d were expected, so nothing is changed; compare "
		"the statement with the panel's tables", panel->name,
		file->name, statement->line, (long long)changed,
		statement->rows_min, statement->rows_max);
	db_refuse_commit(db, err);
	return DB_FAILED;
}

static enum db_result run_file(const struct panel *panel,
			       const struct panel_file *file, struct db *db,
			       const struct db_parameter parameters[6],
			       bool *changed_out, struct err *err)
{
	int64_t sum = 0;

	for (size_t i = 0; i < file->n_statements; i++) {
		const struct panel_statement *statement =
			&file->statements[i];
		int64_t changed = 0;
		enum db_result result =
			db_run(db, statement->sql, parameters, 6, NULL, NULL,
			       &changed, err);

		if (result != DB_OK) {
			err_prefix(err, "panel '%s': %s line %d: ",
				   panel->name, file->name, statement->line);
			return result;
		}
		if (changed < statement->rows_min ||
		    changed > statement->rows_max)
			return wrong_count(panel, file, statement, changed,
					   db, err);
		sum += changed;
	}
	*changed_out = sum > 0;
	return DB_OK;
}

static enum db_result check_call(const struct panel *panel,
				 const struct db *db, struct slice account,
				 struct err *err)
{
	if (!is_possible(account)) {
		err_set(err, EXIT_DATA, "panel '%s': no mailbox can have this "
			"login: it is empty, too long, or holds control "
			"characters", panel->name);
		return DB_FAILED;
	}
	if (!db_in_transaction(db)) {
		err_set(err, EXIT_BUG, "panel '%s': a block was tried outside "
			"a transaction", panel->name);
		return DB_FAILED;
	}
	return DB_OK;
}

enum db_result panel_block(struct panel *panel, struct db *db,
			   struct slice account, struct slice reason,
			   int64_t block_id, int64_t at_ms, bool *changed_out,
			   struct err *err)
{
	struct text line = TEXT_INIT(REASON_BYTES);
	struct slice none = { NULL, 0 };
	struct db_parameter parameters[6];
	char lower[PANEL_LOGIN_SIZE];
	enum db_result result = check_call(panel, db, account, err);

	if (result != DB_OK)
		return result;
	slice_copy_lower(account, lower, sizeof(lower));
	/* The mail server answers with it: one line, nothing that hides. */
	text_add_visible(&line, reason);
	fill(parameters, slice_from(lower), slice_from(text_string(&line)),
	     none, block_id, at_ms);
	result = run_file(panel, &panel->block, db, parameters, changed_out,
			  err);
	text_release(&line);
	return result;
}

enum db_result panel_unblock(struct panel *panel, struct db *db,
			     struct slice account, struct slice previous,
			     int64_t block_id, int64_t at_ms,
			     bool *changed_out, struct err *err)
{
	struct slice none = { NULL, 0 };
	struct db_parameter parameters[6];
	char lower[PANEL_LOGIN_SIZE];
	enum db_result result = check_call(panel, db, account, err);

	if (result != DB_OK)
		return result;
	slice_copy_lower(account, lower, sizeof(lower));
	fill(parameters, slice_from(lower), none, previous, block_id, at_ms);
	return run_file(panel, &panel->unblock, db, parameters, changed_out,
			err);
}
