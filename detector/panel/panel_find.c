#include "detector/panel/panel_inside.h"

#include "base/text.h"

#include <string.h>

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
	FIELD(reseller, "reseller", false, IS_DROPPED),
#undef FIELD
};

/* Logins come from logs. One that no panel can hold must not reach SQL, where
 * repaired bytes or dropped blanks might make it another account's. */
bool panel_is_possible(struct slice account)
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
	finding->mailbox.is_stopped = !finding->mailbox.can_send;
	return finding->failed;
}

void panel_fill(struct panel_values *out, struct slice account,
		struct slice reason, struct slice previous, int64_t block_id,
		int64_t at_ms)
{
	slice_copy_lower(account, out->account, sizeof(out->account));
	account = slice_from(out->account);

	const struct db_parameter all[] = {
		{ "account", db_text(account) },
		{ "domain", db_text(slice_domain(account)) },
		{ "reason", db_text(reason) },
		{ "previous", db_text(previous) },
		{ "block_id", db_integer(block_id) },
		{ "at_ms", db_integer(at_ms) },
	};

	memcpy(out->all, all, sizeof(all));
}

void panel_fill_account(struct panel_values *out, struct slice account)
{
	struct slice none = { NULL, 0 };

	panel_fill(out, account, none, none, 0, 0);
}

enum db_result panel_run(struct db *db, const struct panel_statement *sql,
			 const struct panel_values *values, db_row_fn row,
			 void *context, int64_t *changed_out, struct err *err)
{
	return db_run(db, sql->sql, values->all,
		      sizeof(values->all) / sizeof(values->all[0]), row,
		      context, changed_out, err);
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
static bool cannot_hold(const struct panel_file *file, struct db *db,
			struct slice account, enum db_result result)
{
	struct panel_values values;
	struct err ignored;

	if (result != DB_FAILED || is_ascii(account))
		return false;
	panel_fill_account(&values, S("a"));
	return panel_run(db, &file->statements[0], &values, NULL, NULL, NULL,
			 &ignored) == DB_OK;
}

static enum panel_found conclude(const struct panel *panel,
				 const struct finding *finding,
				 enum db_result result)
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
	return PANEL_FOUND;
}

/* Our table beside the panel's switch. */
static enum panel_found look_at_table(const struct panel *panel,
				      struct db *db, struct slice account,
				      struct panel_mailbox *mailbox,
				      struct err *err)
{
	struct panel_standing table = { .sends = true };
	bool by_switch = panel->gate == PANEL_GATE_TABLE || mailbox->can_send;

	if (panel_ask(panel, &panel->table_verify, db, account, &table,
		      err) == PANEL_ERROR)
		return PANEL_ERROR;
	mailbox->is_stopped = !table.sends &&
			      (panel->gate == PANEL_GATE_TABLE || !by_switch);
	mailbox->can_send = table.sends && by_switch;
	return PANEL_FOUND;
}

enum panel_found panel_find(struct panel *panel, struct db *db,
			    struct slice account,
			    struct panel_mailbox *mailbox_out,
			    struct err *err)
{
	struct err problem;
	struct finding finding = { .account = account, .err = &problem };
	struct panel_values values;
	enum panel_found found;
	enum db_result result;

	if (!panel_is_possible(account))
		return PANEL_UNKNOWN_ACCOUNT;
	panel_fill_account(&values, account);
	result = panel_run(db, &panel->find.statements[0], &values, take_row,
			   &finding, NULL, &problem);
	if (cannot_hold(&panel->find, db, account, result))
		return PANEL_UNKNOWN_ACCOUNT;
	found = conclude(panel, &finding, result);
	if (found == PANEL_FOUND && panel_asks_table_apart(panel))
		found = look_at_table(panel, db, account, &finding.mailbox,
				      &problem);
	if (found == PANEL_FOUND)
		*mailbox_out = finding.mailbox;
	if (found == PANEL_ERROR)
		*err = problem;
	explicit_bzero(&finding.mailbox, sizeof(finding.mailbox));
	return found;
}
