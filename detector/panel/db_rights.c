#include "detector/panel/db_rights.h"

#include "base/files.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 65, NAMED_MAX = 200, GRANTS_MAX = 65536, SQL_MAX = 1024 };

struct rights {
	struct db *db;
	const char *whose;
	struct text missing;
	struct err *err;
};

static int keep_name(void *context, const struct db_row *row)
{
	slice_copy(db_column(row, "n"), context, NAME_SIZE);
	return 1;
}

/* Any column: what is set to itself in no row changes nothing. */
static enum db_result first_column(struct rights *rights, const char *table,
				   char out[NAME_SIZE])
{
	const struct db_parameter parameters[] = {
		{ "table", db_string(table) },
	};

	out[0] = '\0';
	return db_run(rights->db,
		      "SELECT column_name AS n FROM information_schema.columns"
		      " WHERE table_schema = DATABASE() AND table_name = :table"
		      " ORDER BY ordinal_position LIMIT 1", parameters, 1,
		      keep_name, out, NULL, rights->err);
}

/* An answer that is no refusal: whoever is told to wait may write. */
static int judge(enum db_result done)
{
	return done == DB_OK || done == DB_BUSY || done == DB_DENIED ? 0 : -1;
}

/* "UPDATE (state, proof)" of these columns, "UPDATE" of any. */
static enum db_result write_update(struct rights *rights, struct slice right,
				   const char *table, struct text *sql)
{
	const char *before = "";
	struct slice columns = right;
	char column[NAME_SIZE] = "";
	enum db_result done;

	slice_cut(&columns, '(');
	columns = slice_cut(&columns, ')');
	text_addf(sql, "UPDATE %s SET ", table);
	if (columns.len == 0) {
		done = first_column(rights, table, column);
		if (done != DB_OK)
			return done;
		columns = slice_from(column);
	}
	while (columns.len > 0) {
		struct slice one = slice_trim(slice_cut(&columns, ','));

		text_addf(sql, "%s%.*s = %.*s", before, (int)one.len, one.ptr,
			  (int)one.len, one.ptr);
		before = ", ";
	}
	text_add_string(sql, " WHERE 1 = 0");
	return DB_OK;
}

/* What meets no row, and needs this right. */
static enum db_result write_trial(struct rights *rights, struct slice right,
				  const char *table, struct text *sql)
{
	if (slice_starts(right, S("UPDATE")))
		return write_update(rights, right, table, sql);
	if (slice_eq(right, S("SELECT")))
		text_addf(sql, "SELECT 1 FROM %s WHERE 1 = 0", table);
	else if (slice_eq(right, S("INSERT")))
		text_addf(sql, "INSERT INTO %s SELECT * FROM %s WHERE 1 = 0",
			  table, table);
	else
		text_addf(sql, "DELETE FROM %s WHERE 1 = 0", table);
	return DB_OK;
}

/* One right on one table; one that is missing is noted. */
static int try_right(struct rights *rights, struct slice right,
		     const char *table)
{
	struct text sql = TEXT_INIT(SQL_MAX);
	enum db_result done = write_trial(rights, right, table, &sql);

	if (done == DB_OK)
		done = db_run(rights->db, text_string(&sql), NULL, 0, NULL,
			      NULL, NULL, rights->err);
	text_release(&sql);
	if (done == DB_DENIED && rights->missing.len < NAMED_MAX)
		text_addf(&rights->missing, "%s%.*s on %s",
			  rights->missing.len ? ", " : "", (int)right.len,
			  right.ptr, table);
	return judge(done);
}

/* Up to the next comma that stands in no brackets. */
static struct slice cut_right(struct slice *list)
{
	size_t len = 0;
	bool is_within = false;
	struct slice right;

	while (len < list->len && (is_within || list->ptr[len] != ',')) {
		is_within = list->ptr[len] == '(' ||
			    (is_within && list->ptr[len] != ')');
		len++;
	}
	right = slice_sub(*list, 0, len);
	*list = slice_after(*list, len < list->len ? len + 1 : len);
	return slice_trim(right);
}

/* "GRANT SELECT, INSERT ON `{database}`.comporta_audit TO 'comporta'@'...'";
 * every other statement is not about us. */
static int try_grant(struct rights *rights, struct slice statement)
{
	char user[NAME_SIZE];
	ptrdiff_t on = slice_find(statement, S(" ON "));
	ptrdiff_t dot = slice_find_char(statement, '.');
	int used = snprintf(user, sizeof(user), "'%s'@", rights->whose);
	ptrdiff_t to = slice_find(statement,
				  (struct slice){ user, (size_t)used });
	struct slice list = slice_sub(statement, 0, on < 0 ? 0 : (size_t)on);
	struct slice rest = slice_after(statement,
					dot < 0 ? 0 : (size_t)dot + 1);
	char table[NAME_SIZE];

	if (!slice_skip(&list, S("GRANT ")) || dot < on || to < 0 ||
	    !slice_copy(slice_cut(&rest, ' '), table, sizeof(table)))
		return 0;
	while (list.len > 0)
		if (try_right(rights, cut_right(&list), table) != 0)
			return -1;
	return 0;
}

/* On one line, without the lines that are comments, which may hold a ';'. */
static int read_grants(const char *sql_dir, struct text *out, struct err *err)
{
	struct text all = TEXT_INIT(GRANTS_MAX);
	struct slice rest;
	char path[4096];
	int result;

	snprintf(path, sizeof(path), "%.4000s/own/mysql/grants.sql", sql_dir);
	result = files_read(path, &all, err);
	rest = text_slice(&all);
	while (rest.len > 0) {
		struct slice line = slice_cut(&rest, '\n');

		if (slice_starts(line, S("--")))
			continue;
		text_add(out, slice_trim(line));
		text_add_char(out, ' ');
	}
	text_release(&all);
	return result;
}

static int try_grants(struct rights *rights, struct slice grants)
{
	while (grants.len > 0)
		if (try_grant(rights, slice_trim(slice_cut(&grants,
							   ';'))) != 0)
			return -1;
	if (!rights->missing.len)
		return 0;
	return err_set(rights->err, EXIT_RIGHTS, "the user of the database may "
		       "not: %s; let its administrator run sql/own/mysql/"
		       "grants.sql", text_string(&rights->missing));
}

static int try_file(struct db *db, struct err *err)
{
	enum db_result done = db_run(db, "DELETE FROM comporta_audit WHERE 1 "
				     "= 0", NULL, 0, NULL, NULL, NULL, err);

	return done == DB_OK || done == DB_BUSY ? 0 : -1;
}

static int try_all(struct db *db, struct slice grants, const char *whose,
		   struct err *err)
{
	struct rights rights = { db, whose, TEXT_INIT(4096), err };
	enum db_result begun = db_begin(db, err);
	int result = begun == DB_OK || begun == DB_BUSY ? 0 : -1;

	if (begun == DB_OK)
		result = grants.len ? try_grants(&rights, grants)
				    : try_file(db, err);
	db_rollback(db);
	text_release(&rights.missing);
	return result;
}

int db_rights(struct db *db, const char *sql_dir, const char *whose,
	      struct err *err)
{
	struct text grants = TEXT_INIT(GRANTS_MAX);
	int result = 0;

	if (strcmp(db_kind(db), "mysql") == 0)
		result = read_grants(sql_dir, &grants, err);
	if (result == 0)
		result = try_all(db, text_slice(&grants), whose, err);
	text_release(&grants);
	return result;
}
