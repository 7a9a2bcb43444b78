#include "detector/panel/db_bind.h"

#include "base/must.h"
#include "detector/panel/sql_text.h"

#include <string.h>

/* What a name may stand for. */
struct names {
	const struct db_parameter *parameters;
	size_t n;
	size_t next;	/* behind the one that was wanted last */
};

/* A statement of thousands of values wants them in the order in which they are
 * given (db_statement.h), so the next one is tried first. */
static const struct db_parameter *find(struct names *names, struct slice name)
{
	const struct db_parameter *all = names->parameters;
	size_t at = names->next;

	if (at < names->n && slice_eq(name, slice_from(all[at].name))) {
		names->next++;
		return &all[at];
	}
	for (at = 0; at < names->n; at++) {
		if (!slice_eq(name, slice_from(all[at].name)))
			continue;
		names->next = at + 1;
		return &all[at];
	}
	return NULL;
}

static bool is_utf8(struct slice text)
{
	while (text.len > 0) {
		size_t len = utf8_character(text);

		if (len == 0)
			return false;
		text = slice_after(text, len);
	}
	return true;
}

/* MariaDB refuses a string that is not UTF-8, SQLite keeps it: with both, a
 * strange byte from a log must neither stop a block nor be stored as it is. */
static void repair(struct text *to, struct slice text)
{
	while (text.len > 0) {
		size_t len = utf8_character(text);

		text_add(to, len ? slice_sub(text, 0, len) : S("\xef\xbf\xbd"));
		text = slice_after(text, len ? len : 1);
	}
}

static int add_mark(struct db_marks *marks, struct slice name,
		    struct err *err)
{
	if (marks->n == DB_MAX_PARAMETERS)
		return err_set(err, EXIT_BUG, "the statement has more than "
			       "%d parameters", DB_MAX_PARAMETERS);
	if (marks->n == marks->room) {
		marks->room = marks->room ? 2 * marks->room : 16;
		marks->names = must(realloc(marks->names, marks->room *
					    sizeof(*marks->names)));
	}
	marks->names[marks->n++] = name;
	text_add_char(&marks->sql, '?');
	return 0;
}

static int add_token(struct db_marks *marks, struct sql_token token,
		     struct err *err)
{
	if (token.kind == SQL_REFUSED)
		return err_set(err, EXIT_BUG, "in the statement %s",
			       sql_refusal(token));
	if (token.kind == SQL_PARAMETER)
		return add_mark(marks, token.text, err);
	/* A comment is a blank, so that no driver has to agree on it. */
	if (token.kind == SQL_COMMENT)
		text_add_char(&marks->sql, ' ');
	else
		text_add(&marks->sql, token.text);
	return 0;
}

int db_translate(struct db_marks *marks, struct slice sql, struct err *err)
{
	struct slice rest, one, more;
	enum sql_found found;

	text_add(&marks->source, sql);
	if (marks->source.overflowed)
		return err_set(err, EXIT_BUG, "the statement is longer than "
			       "%d bytes", DB_MAX_SQL_BYTES);
	rest = text_slice(&marks->source);
	found = sql_statement(&rest, &one, err);
	if (found == SQL_NO_MORE)
		return err_set(err, EXIT_BUG, "the statement is empty");
	if (found == SQL_BAD)
		return -1;
	if (sql_statement(&rest, &more, err) != SQL_NO_MORE)
		return err_set(err, EXIT_BUG, "two statements stand where "
			       "one was expected");
	while (one.len > 0)
		if (add_token(marks, sql_next(&one), err) != 0)
			return -1;
	if (marks->sql.overflowed)
		return err_set(err, EXIT_BUG, "the statement is longer than "
			       "%d bytes", DB_MAX_SQL_BYTES);
	return 0;
}

void db_marks_release(struct db_marks *marks)
{
	text_release(&marks->source);
	text_release(&marks->sql);
	free(marks->names);
	*marks = (struct db_marks)DB_MARKS_INIT;
}

/* Values that are not UTF-8 move into bound->repaired. It may move while it
 * grows, so until all are there they keep only their length. */
static int repair_values(struct db_bound *bound, struct err *err)
{
	struct text *to = &bound->repaired;
	size_t start = 0;

	for (size_t i = 0; i < bound->n_values; i++) {
		struct db_value *value = &bound->values[i];
		size_t before = to->len;

		if (value->type != DB_TEXT || is_utf8(value->text))
			continue;
		repair(to, value->text);
		value->text = (struct slice){ NULL, to->len - before };
	}
	if (to->overflowed)
		return err_set(err, EXIT_DATA,
			       "a value for the database is too long");
	for (size_t i = 0; i < bound->n_values; i++) {
		struct db_value *value = &bound->values[i];

		if (value->type != DB_TEXT || value->text.ptr)
			continue;
		value->text.ptr = to->bytes + start;
		start += value->text.len;
	}
	return 0;
}

int db_bind(struct db_bound *bound, const struct db_marks *marks,
	    const struct db_parameter *parameters, size_t n_parameters,
	    struct err *err)
{
	struct names names = { parameters, n_parameters, 0 };

	bound->values = must(malloc((marks->n + 1) * sizeof(*bound->values)));
	bound->n_values = 0;
	for (size_t i = 0; i < marks->n; i++) {
		struct slice name = marks->names[i];
		const struct db_parameter *parameter = find(&names, name);

		if (!parameter)
			return err_set(err, EXIT_BUG, "the statement wants a "
				       "value for :%.*s, which nobody gave",
				       name.len < 64 ? (int)name.len : 64,
				       name.ptr);
		bound->values[bound->n_values++] = parameter->value;
	}
	return repair_values(bound, err);
}

void db_bound_release(struct db_bound *bound)
{
	text_release(&bound->repaired);
	free(bound->values);
}
