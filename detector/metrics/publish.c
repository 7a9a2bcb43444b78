#include "detector/metrics/publish.h"

#include "base/must.h"
#include "detector/panel/db_statement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define P(name_, value_) { .name = (name_), .value = (value_) }
#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

bool publish_is_instance(struct slice name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_";

	if (name.len == 0 || name.len >= PUBLISH_INSTANCE_SIZE)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!memchr(allowed, name.ptr[i], sizeof(allowed) - 1))
			return false;
	return true;
}

static bool is_due(const struct publisher *publisher, const double *values,
		   size_t cell, bool all)
{
	return metrics[metric_of(cell)].who == METRIC_BY_ROUND &&
	       !isnan(values[cell]) &&
	       (all || values[cell] != publisher->last[cell]);
}

/* A statement is atomic by itself: no reader sees half a round. */
static enum db_result replace(const struct publisher *publisher, struct db *db,
			      const char *instance, const double *values,
			      bool all, int64_t now_ms, struct err *err)
{
	struct db_statement statement = DB_STATEMENT_INIT;
	enum db_result done = DB_OK;
	const char *before = "REPLACE INTO comporta_metric (instance, name,"
			     " labels, value, at_ms) VALUES (";
	const char *head = before;

	for (size_t i = 0; i < metric_cells(); i++) {
		const char *name = metrics[metric_of(i)].name;

		if (!is_due(publisher, values, i, all))
			continue;
		db_statement_words(&statement, before);
		db_statement_value(&statement, db_string(instance));
		db_statement_words(&statement, ", ");
		db_statement_value(&statement, db_string(name));
		db_statement_words(&statement, ", ");
		db_statement_value(&statement, db_string(metric_labels(i)));
		db_statement_words(&statement, ", ");
		db_statement_value(&statement, db_real(values[i]));
		db_statement_words(&statement, ", ");
		db_statement_value(&statement, db_integer(now_ms));
		before = "), (";
	}
	db_statement_words(&statement, ")");
	if (before != head)
		done = db_statement_run(&statement, db, NULL, NULL, err);
	db_statement_release(&statement);
	return done;
}

static enum db_result forget_before(struct db *db, const char *instance,
				    int64_t before_ms, struct err *err)
{
	const struct db_parameter parameters[] = {
		P("instance", db_string(instance)),
		P("before", db_integer(before_ms)),
	};

	return db_run(db, "DELETE FROM comporta_metric WHERE instance ="
		      " :instance AND at_ms < :before", parameters,
		      N_OF(parameters), NULL, NULL, NULL, err);
}

/* A process whose clock was read earlier must not make the row look older. */
static enum db_result add_to_row(struct db *db,
				 const struct db_parameter *parameters,
				 size_t n, int64_t *changed, struct err *err)
{
	return db_run(db, "UPDATE comporta_metric SET value = value + :n,"
		      " at_ms = CASE WHEN at_ms > :now THEN at_ms ELSE :now"
		      " END WHERE instance = :instance AND name = :name AND"
		      " labels = :labels", parameters, n, NULL, NULL, changed,
		      err);
}

int publish_add(struct db *db, const char *instance, size_t cell, uint64_t n,
		int64_t now_ms, struct err *err)
{
	const struct db_parameter parameters[] = {
		P("instance", db_string(instance)),
		P("name", db_string(metrics[metric_of(cell)].name)),
		P("labels", db_string(metric_labels(cell))),
		P("n", db_real((double)n)),
		P("now", db_integer(now_ms)),
	};
	int64_t changed = 0;
	enum db_result done = add_to_row(db, parameters, N_OF(parameters),
					 &changed, err);

	if (done == DB_OK && changed == 0)
		done = db_run(db, "INSERT INTO comporta_metric (instance, name,"
			      " labels, value, at_ms) VALUES (:instance, :name,"
			      " :labels, :n, :now)", parameters,
			      N_OF(parameters), NULL, NULL, NULL, err);
	/* Another was quicker; or there was nothing to change. */
	if (done == DB_DUPLICATE)
		done = add_to_row(db, parameters, N_OF(parameters), &changed,
				  err);
	return done == DB_OK ? 0 : -1;
}

/* Those of the table stay, and are there from the first. */
static int keep_senders(struct db *db, const char *instance, int64_t now_ms,
			struct err *err)
{
	for (size_t i = 0; i < metric_cells(); i++)
		if (metrics[metric_of(i)].who == METRIC_BY_SENDER &&
		    publish_add(db, instance, i, 0, now_ms, err) < 0)
			return -1;
	return 0;
}

enum { SILENT_AT_ONCE = 8 };

struct silent {
	size_t n;
	char instances[SILENT_AT_ONCE][PUBLISH_INSTANCE_SIZE];
};

static int take_silent(void *context, const struct db_row *row)
{
	struct silent *silent = context;

	if (slice_copy(db_column(row, "instance"),
		       silent->instances[silent->n], PUBLISH_INSTANCE_SIZE))
		silent->n++;
	return silent->n == SILENT_AT_ONCE;
}

/* Looked for and deleted apart: MariaDB does not delete from what it reads. */
static int forget_silent(struct db *db, int64_t now_ms, struct err *err)
{
	const struct db_parameter before[] = {
		P("before", db_integer(now_ms - PUBLISH_SILENT_MS)),
	};
	struct silent silent = { .n = 0 };

	if (db_run(db, "SELECT instance FROM comporta_metric GROUP BY instance"
		   " HAVING MAX(at_ms) < :before", before, N_OF(before),
		   take_silent, &silent, NULL, err) != DB_OK)
		return -1;
	for (size_t i = 0; i < silent.n; i++)
		if (forget_before(db, silent.instances[i],
				  now_ms - PUBLISH_SILENT_MS, err) != DB_OK)
			return -1;
	return 0;
}

int publish(struct publisher *publisher, struct db *db, const char *instance,
	    const double values[METRIC_CELLS_MAX], int64_t now_ms,
	    struct err *err)
{
	/* Also when the clock was set back. */
	bool all = publisher->all_ms == 0 || now_ms < publisher->all_ms ||
		   now_ms - publisher->all_ms >= PUBLISH_ALL_MS;

	if (replace(publisher, db, instance, values, all, now_ms,
		    err) != DB_OK)
		return -1;
	memcpy(publisher->last, values, sizeof(publisher->last));
	if (!all)
		return 0;
	publisher->all_ms = now_ms;
	if (keep_senders(db, instance, now_ms, err) < 0 ||
	    forget_before(db, instance, now_ms, err) != DB_OK)
		return -1;
	return forget_silent(db, now_ms, err);
}

static int take_row(void *context, const struct db_row *row)
{
	struct published *out = context;
	struct slice instance = db_column(row, "instance");
	ptrdiff_t cell = metric_find(db_column(row, "name"),
				     db_column(row, "labels"));
	struct published_row *to;

	if (cell < 0 ||
	    metrics[metric_of((size_t)cell)].who == METRIC_BY_SERVE ||
	    !publish_is_instance(instance))
		return 0;
	if (out->n == PUBLISH_ROWS_MAX)
		return 1;
	if (out->n == out->room) {
		out->room = out->room ? 2 * out->room : 256;
		out->rows = must(realloc(out->rows,
					 out->room * sizeof(*out->rows)));
	}
	to = &out->rows[out->n++];
	to->cell = (size_t)cell;
	to->value = db_column_real(row, "value", 0);
	slice_copy(instance, to->instance, sizeof(to->instance));
	return 0;
}

static int by_metric(const void *a, const void *b)
{
	const struct published_row *x = a, *y = b;
	enum metric_id of_x = metric_of(x->cell), of_y = metric_of(y->cell);
	int order;

	if (of_x != of_y)
		return of_x < of_y ? -1 : 1;
	order = strcmp(x->instance, y->instance);
	if (order)
		return order;
	return x->cell < y->cell ? -1 : x->cell > y->cell;
}

int published_read(struct db *db, int64_t now_ms, struct published *out,
		   struct err *err)
{
	const struct db_parameter parameters[] = {
		P("after", db_integer(now_ms - PUBLISH_SILENT_MS)),
	};

	memset(out, 0, sizeof(*out));
	if (db_run(db, "SELECT instance, name, labels, value FROM"
		   " comporta_metric WHERE at_ms >= :after", parameters,
		   N_OF(parameters), take_row, out, NULL, err) != DB_OK) {
		published_release(out);
		return -1;
	}
	if (out->n)
		qsort(out->rows, out->n, sizeof(*out->rows), by_metric);
	return 0;
}

void published_release(struct published *published)
{
	free(published->rows);
	memset(published, 0, sizeof(*published));
}
