#include "detector/panel/panel_file.h"

#include "base/files.h"
#include "detector/panel/db.h"
#include "detector/panel/sql_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a look at a statement's words tells about it. */
struct facts {
	const struct verb *verb;	/* NULL for an unknown first word */
	bool has_where;			/* at depth 0: not a subselect's */
	bool asks_account;
	bool has_rows;
	uint32_t rows_min, rows_max;
};

struct verb {
	const char *word;
	enum panel_file_kind kind;
	bool needs_where;
};

static const struct verb verbs[] = {
	{ "SELECT", PANEL_FILE_READS, false },
	{ "INSERT", PANEL_FILE_CHANGES, false },
	{ "UPDATE", PANEL_FILE_CHANGES, true },
	{ "DELETE", PANEL_FILE_CHANGES, true },
};

static const char *const parameters[] = {
	"account", "domain", "reason", "block_id", "at_ms", "previous"
};

static const struct verb *verb_of(struct sql_token token)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (sql_is_word(token, verbs[i].word))
			return &verbs[i];
	return NULL;
}

static bool is_known(struct slice name)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		if (slice_eq(name, slice_from(parameters[i])))
			return true;
	return false;
}

/* "-- rows: 1", "-- rows: 0-1", "-- rows: any"; any other comment is only a
 * comment. */
static int read_rows(struct slice comment, struct facts *facts,
		     struct err *err)
{
	struct slice high;

	if (!slice_skip(&comment, S("-- rows:")))
		return 0;
	high = slice_trim(comment);
	if (slice_eq(high, S("any"))) {
		facts->has_rows = true;
		facts->rows_max = INT32_MAX;
		return 0;
	}
	comment = slice_trim(slice_cut(&high, '-'));
	if (high.len == 0)
		high = comment;
	if (!slice_number(comment, &facts->rows_min) ||
	    !slice_number(high, &facts->rows_max) ||
	    facts->rows_min > facts->rows_max ||
	    facts->rows_max > PANEL_MAX_ROWS)
		return err_set(err, EXIT_CONFIG, "'-- rows:' must be followed "
			       "by a number up to %d, by two as in 0-1, or by "
			       "any", PANEL_MAX_ROWS);
	facts->has_rows = true;
	return 0;
}

static int note_parameter(struct slice name, struct facts *facts,
			  struct err *err)
{
	if (!is_known(name))
		return err_set(err, EXIT_CONFIG, "there is no parameter "
			       ":%.*s; known are :account :domain :reason "
			       ":block_id :at_ms :previous",
			       name.len < 64 ? (int)name.len : 64, name.ptr);
	facts->asks_account |= slice_eq(name, S("account"));
	return 0;
}

static int look(struct slice sql, struct facts *facts, struct err *err)
{
	bool seen_word = false;
	int depth = 0;

	while (sql.len > 0) {
		struct sql_token token = sql_next(&sql);

		if (token.kind == SQL_COMMENT && !seen_word &&
		    read_rows(token.text, facts, err) != 0)
			return -1;
		if (token.kind == SQL_PARAMETER &&
		    note_parameter(token.text, facts, err) != 0)
			return -1;
		if (token.kind == SQL_SIGN)
			depth += (token.text.ptr[0] == '(') -
				 (token.text.ptr[0] == ')');
		if (token.kind != SQL_WORD)
			continue;
		if (!seen_word)
			facts->verb = verb_of(token);
		seen_word = true;
		facts->has_where |= depth == 0 && sql_is_word(token, "where");
	}
	return 0;
}

static int judge(const struct facts *facts, enum panel_file_kind kind,
		 struct err *err)
{
	if (!facts->verb || facts->verb->kind != kind)
		return err_set(err, EXIT_CONFIG, "only %s may stand here",
			       kind == PANEL_FILE_READS
				       ? "one SELECT"
				       : "INSERT, UPDATE and DELETE");
	if (!facts->asks_account)
		return err_set(err, EXIT_CONFIG, "the statement does not use "
			       ":account, so it would meet every account");
	if (facts->verb->needs_where && !facts->has_where)
		return err_set(err, EXIT_CONFIG, "an %s without WHERE would "
			       "change every row", facts->verb->word);
	if (kind == PANEL_FILE_CHANGES && !facts->has_rows)
		return err_set(err, EXIT_CONFIG, "a line '-- rows: 1' must "
			       "stand before it and say how many rows may "
			       "change");
	return 0;
}

/* The statement with "{panel}" replaced; NULL when another word stands in
 * braces or it became too long. */
static char *with_prefix(struct slice sql, const char *prefix)
{
	struct text out = TEXT_INIT(DB_MAX_SQL_BYTES);
	bool good = true;
	char *copy;

	while (sql.len > 0) {
		struct sql_token token = sql_next(&sql);

		if (token.kind == SQL_PARAMETER)
			text_add_char(&out, ':');
		if (token.kind != SQL_SIGN || token.text.ptr[0] != '{')
			text_add(&out, token.text);
		else if (slice_skip(&sql, S("panel}")))
			text_add_string(&out, prefix);
		else
			good = false;
	}
	copy = good && !out.overflowed ? strdup(text_string(&out)) : NULL;
	text_release(&out);
	return copy;
}

static int add_statement(struct panel_file *file, struct slice sql, int line,
			 enum panel_file_kind kind, const char *prefix,
			 struct err *err)
{
	struct panel_statement *statement =
		&file->statements[file->n_statements];
	struct facts facts = { .verb = NULL };

	if (file->n_statements ==
	    (kind == PANEL_FILE_READS ? 1 : PANEL_MAX_STATEMENTS))
		return err_set(err, EXIT_CONFIG, "one statement too many");
	if (look(sql, &facts, err) != 0 || judge(&facts, kind, err) != 0)
		return -1;
	statement->sql = with_prefix(sql, prefix);
	if (!statement->sql)
		return err_set(err, EXIT_CONFIG, "the statement is too long, "
			       "or something else than {panel} stands in "
			       "braces");
	statement->line = line;
	statement->rows_min = (int)facts.rows_min;
	statement->rows_max = (int)facts.rows_max;
	file->n_statements++;
	return 0;
}

static int add_all(struct panel_file *file, struct slice whole,
		   enum panel_file_kind kind, const char *prefix,
		   struct err *err)
{
	struct slice rest = whole, sql;
	enum sql_found found;

	while ((found = sql_statement(&rest, &sql, err)) == SQL_FOUND) {
		int line = sql_line(whole, sql.ptr);

		if (add_statement(file, sql, line, kind, prefix, err) == 0)
			continue;
		err_prefix(err, "line %d: ", line);
		return -1;
	}
	if (found == SQL_BAD) {
		err->code = EXIT_CONFIG;
		return -1;
	}
	if (file->n_statements == 0)
		return err_set(err, EXIT_CONFIG, "it holds no statement");
	return 0;
}

int panel_file_load(struct panel_file *file, const char *folder,
		    const char *name, enum panel_file_kind kind,
		    const char *prefix, struct err *err)
{
	struct text text = TEXT_INIT(DB_MAX_SQL_BYTES);
	char path[4096];
	int status;

	memset(file, 0, sizeof(*file));
	snprintf(file->name, sizeof(file->name), "%s", name);
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    sizeof(path))
		return err_set(err, EXIT_CONFIG, "the path of the panel's "
			       "folder is too long");
	status = files_read(path, &text, err);
	if (status == 0) {
		status = add_all(file, text_slice(&text), kind, prefix, err);
		if (status != 0)
			err_prefix(err, "%s: ", path);
	}
	text_release(&text);
	if (status != 0)
		panel_file_release(file);
	return status;
}

void panel_file_release(struct panel_file *file)
{
	for (size_t i = 0; i < file->n_statements; i++)
		free(file->statements[i].sql);
	file->n_statements = 0;
}
