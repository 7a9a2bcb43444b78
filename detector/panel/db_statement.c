#include "detector/panel/db_statement.h"

#include "base/must.h"

#include <stdio.h>

enum {
	NAME_SIZE = 24,
	/* Of values in one INSERT: old servers take 1 MiB at once. */
	ROWS_BYTES = 400 * 1024
};

void db_statement_words(struct db_statement *statement, const char *words)
{
	text_add_string(&statement->sql, words);
}

void db_statement_value(struct db_statement *statement, struct db_value value)
{
	if (statement->n == statement->room) {
		statement->room = statement->room ? 2 * statement->room : 32;
		statement->values =
			must(realloc(statement->values,
				     statement->room * sizeof(value)));
	}
	text_addf(&statement->sql, ":p%zu", statement->n);
	if (value.type == DB_TEXT)
		text_add(&statement->bytes, value.text);
	statement->values[statement->n++] = value;
}

/* The bytes stand still from now on. */
static void name_values(const struct db_statement *statement,
			char (*names)[NAME_SIZE],
			struct db_parameter *parameters)
{
	const char *bytes = text_string(&statement->bytes);

	for (size_t i = 0; i < statement->n; i++) {
		struct db_value value = statement->values[i];

		snprintf(names[i], NAME_SIZE, "p%zu", i);
		if (value.type == DB_TEXT) {
			value.text.ptr = bytes;
			bytes += value.text.len;
		}
		parameters[i] = (struct db_parameter){ names[i], value };
	}
}

enum db_result db_statement_run(struct db_statement *statement, struct db *db,
				db_row_fn row, void *context, struct err *err)
{
	struct db_parameter *parameters;
	char (*names)[NAME_SIZE];
	enum db_result done;

	if (statement->sql.overflowed || statement->bytes.overflowed) {
		err_set(err, EXIT_BUG, "a statement has become too long");
		return DB_FAILED;
	}
	parameters = must(calloc(statement->n + 1, sizeof(*parameters)));
	names = must(calloc(statement->n + 1, sizeof(*names)));
	name_values(statement, names, parameters);
	done = db_run(db, text_string(&statement->sql), parameters,
		      statement->n, row, context, NULL, err);
	free(names);
	free(parameters);
	return done;
}

void db_statement_release(struct db_statement *statement)
{
	text_release(&statement->sql);
	text_release(&statement->bytes);
	free(statement->values);
	*statement = (struct db_statement)DB_STATEMENT_INIT;
}

static enum db_result flush(struct db_rows *rows, struct err *err)
{
	enum db_result done = DB_OK;

	if (rows->statement.n > 0)
		done = db_statement_run(&rows->statement, rows->db, NULL, NULL,
					err);
	db_statement_release(&rows->statement);
	return done;
}

enum db_result db_rows_add(struct db_rows *rows,
			   const struct db_value *values, size_t n,
			   struct err *err)
{
	struct db_statement *statement = &rows->statement;
	enum db_result done = DB_OK;

	if (statement->n + n > DB_MAX_PARAMETERS ||
	    statement->bytes.len > ROWS_BYTES)
		done = flush(rows, err);
	db_statement_words(statement, statement->n ? ", " : rows->head);
	for (size_t i = 0; i < n; i++) {
		db_statement_words(statement, i ? ", " : "(");
		db_statement_value(statement, values[i]);
	}
	db_statement_words(statement, ")");
	return done;
}

enum db_result db_rows_end(struct db_rows *rows, enum db_result done,
			   struct err *err)
{
	if (done == DB_OK)
		done = flush(rows, err);
	db_statement_release(&rows->statement);
	return done;
}
