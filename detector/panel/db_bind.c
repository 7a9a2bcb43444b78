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

static void make_room(struct db_bound *bound)
{
	if (bound->n_values < bound->room)
		return;
	bound->room = bound->room ? 2 * bound->room : 32;
	bound->values = must(realloc(bound->values,
				     bound->room * sizeof(*bound->values)));
}

static int add_value(struct db_bound *bound, struct slice name,
		     struct names *names, struct err *err)
{
	const struct db_parameter *parameter = find(names, name);

	if (!parameter)
		return err_set(err, EXIT_BUG,
			       "the statement wants a value for :%.*s, which "
			       "nobody gave",
			       name.len < 64 ? (int)name.len : 64, name.ptr);
	if (bound->n_values == DB_MAX_PARAMETERS)
		return err_set(err, EXIT_BUG, "the statement has more than "
			       "%d parameters", DB_MAX_PARAMETERS);
	make_room(bound);
	bound->values[bound->n_values++] = parameter->value;
	text_add_char(&bound->sql, '?');
	return 0;
}

static int add_token(struct db_bound *bound, struct sql_token token,
		     struct names *names, struct err *err)
{
	if (token.kind == SQL_REFUSED)
		return err_set(err, EXIT_BUG, "in the statement %s",
			       sql_refusal(token));
	if (token.kind == SQL_PARAMETER)
		return add_value(bound, token.text, names, err);
	/* A comment is a blank, so that no driver has to agree on it. */
	if (token.kind == SQL_COMMENT)
		text_add_char(&bound->sql, ' ');
	else
		text_add(&bound->sql, token.text);
	return 0;
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

int db_bind(struct db_bound *bound, const char *sql,
	    const struct db_parameter *parameters, size_t n_parameters,
	    struct err *err)
{
	struct names names = { parameters, n_parameters, 0 };
	struct slice rest = slice_from(sql), one, more;
	enum sql_found found = sql_statement(&rest, &one, err);

	if (found == SQL_NO_MORE)
		return err_set(err, EXIT_BUG, "the statement is empty");
	if (found == SQL_BAD)
		return -1;
	if (sql_statement(&rest, &more, err) != SQL_NO_MORE)
		return err_set(err, EXIT_BUG, "two statements stand where "
			       "one was expected");
	while (one.len > 0)
		if (add_token(bound, sql_next(&one), &names, err) != 0)
			return -1;
	if (bound->sql.overflowed)
		return err_set(err, EXIT_BUG, "the statement is longer than "
			       "%d bytes", DB_MAX_SQL_BYTES);
	return repair_values(bound, err);
}

void db_bound_release(struct db_bound *bound)
{
	text_release(&bound->sql);
	text_release(&bound->repaired);
	free(bound->values);
}
