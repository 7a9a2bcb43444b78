#include "detector/panel/panel_inside.h"

#include "base/text.h"

enum { REASON_BYTES = 500 };

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
			       const struct panel_values *values,
			       bool *changed_out, struct err *err)
{
	int64_t sum = 0;

	for (size_t i = 0; i < file->n_statements; i++) {
		const struct panel_statement *statement =
			&file->statements[i];
		int64_t changed = 0;
		enum db_result result =
			panel_run(db, statement, values, NULL, NULL, &changed,
				  err);

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
	if (!panel_is_possible(account)) {
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

/* The mail server's own question, asked where only we see the answer yet: a
 * block that everybody believes in and nobody heeds is worse than none. */
static enum db_result check_switch(const struct panel *panel, struct db *db,
				   struct slice account, struct err *err)
{
	struct panel_standing now = { .sends = false };

	if (panel_ask(panel, &panel->verify, db, account, &now, err) ==
	    PANEL_ERROR) {
		db_refuse_commit(db, err);
		return DB_FAILED;
	}
	if (!now.sends)
		return DB_OK;
	err_set(err, EXIT_DATA, "panel '%s': block.sql has run, and by "
		"verify.sql the account could still send, so nothing is "
		"changed; compare both with the panel's tables", panel->name);
	db_refuse_commit(db, err);
	return DB_FAILED;
}

static enum db_result turn_off(const struct panel *panel, struct db *db,
			       const struct panel_values *values,
			       bool *changed_out, struct err *err)
{
	enum db_result result = run_file(panel, &panel->block, db, values,
					 changed_out, err);

	if (result != DB_OK)
		return result;
	return check_switch(panel, db, slice_from(values->account), err);
}

/* The table first: a row that is there already is somebody else's, and must
 * not leave the switch half turned. */
static enum db_result close_gates(const struct panel *panel, struct db *db,
				  const struct panel_values *values,
				  bool *changed_out, struct err *err)
{
	bool row = false, turned = false;
	enum db_result result = DB_OK;

	if (panel->gate != PANEL_GATE_SWITCH)
		result = run_file(panel, &panel->table_block, db, values, &row,
				  err);
	/* A command is run afterwards, and turned back at the lift. */
	if (panel_has_command(panel) &&
	    (result == DB_OK || result == DB_DUPLICATE)) {
		*changed_out = true;
		return DB_OK;
	}
	if (panel->gate == PANEL_GATE_TABLE ||
	    (result != DB_OK && result != DB_DUPLICATE)) {
		*changed_out = row;
		return result;
	}
	result = turn_off(panel, db, values, &turned, err);
	*changed_out = row || turned;
	return result;
}

enum db_result panel_block(struct panel *panel, struct db *db,
			   struct slice account, struct slice reason,
			   int64_t block_id, int64_t at_ms, bool *changed_out,
			   struct err *err)
{
	struct text line = TEXT_INIT(REASON_BYTES);
	struct slice none = { NULL, 0 };
	struct panel_values values;
	enum db_result result = check_call(panel, db, account, err);

	if (result != DB_OK)
		return result;
	/* The mail server answers with it: one line, nothing that hides. */
	text_add_visible(&line, reason);
	panel_fill(&values, account, slice_from(text_string(&line)), none,
		   block_id, at_ms);
	result = close_gates(panel, db, &values, changed_out, err);
	text_release(&line);
	return result;
}

enum db_result panel_unblock(struct panel *panel, struct db *db,
			     struct slice account, struct slice previous,
			     int64_t block_id, int64_t at_ms,
			     bool *changed_out, struct err *err)
{
	struct slice none = { NULL, 0 };
	struct panel_values values;
	bool row = false, turned = false;
	enum db_result result = check_call(panel, db, account, err);

	if (result != DB_OK)
		return result;
	panel_fill(&values, account, none, previous, block_id, at_ms);
	if (panel->gate != PANEL_GATE_TABLE && panel->has_switch)
		result = run_file(panel, &panel->unblock, db, &values, &turned,
				  err);
	if (result == DB_OK && panel->gate != PANEL_GATE_SWITCH)
		result = run_file(panel, &panel->table_unblock, db, &values,
				  &row, err);
	if (result == DB_OK)
		*changed_out = row || turned;
	return result;
}
