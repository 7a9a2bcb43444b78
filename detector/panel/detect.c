#include "detector/panel/detect.h"

#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MAX_CONDITIONS = 16,
	MAX_FILE_BYTES = 4096,
	MAX_PLACES_BYTES = 1 << 22,	/* names of databases: 16000 at least */
	COLUMN_SIZE = 65,
	PATH_SIZE = 4096
};

struct condition {
	char table[COLUMN_SIZE], column[COLUMN_SIZE];
	bool is_wanted;
};

struct fingerprint {
	const char *panel;
	char folder[PATH_SIZE - 32];
	struct condition conditions[MAX_CONDITIONS];
	size_t n;
};

/*
 * The catalogue's questions. Each names its table, so that a server with
 * thousands of databases opens that table's description and no other.
 */
static const struct catalogue {
	const char *kind;
	const char *places;	/* that have :table.:column */
	const char *has;	/* does :place have it? */
	const char *is_partial;	/* are columns of :place.:table hidden? */
} catalogues[] = {
	{ "mysql",
	  "SELECT table_schema AS place FROM information_schema.columns "
	  "WHERE table_name = :table AND column_name = :column "
	  "ORDER BY table_schema",
	  "SELECT COUNT(*) AS n FROM information_schema.columns "
	  "WHERE table_schema = :place AND table_name = :table "
	  "AND column_name = :column",
	  "SELECT COUNT(*) AS n FROM information_schema.column_privileges "
	  "WHERE table_schema = :place AND table_name = :table" },
	{ "sqlite",
	  "SELECT 'panel' AS place FROM pragma_table_info(:table, 'panel') "
	  "WHERE name = :column COLLATE NOCASE",
	  "SELECT COUNT(*) AS n FROM pragma_table_info(:table, :place) "
	  "WHERE name = :column COLLATE NOCASE",
	  "SELECT 0 AS n" },
};

/* One search. */
struct search {
	struct db *db;
	const struct catalogue *catalogue;
	struct detection *found;
};

static const struct catalogue *catalogue_of(const struct db *db)
{
	size_t i = 0;

	while (strcmp(catalogues[i].kind, db_kind(db)) != 0)
		i++;
	return &catalogues[i];
}

/* Whole, or not at all. */
static bool take_name(struct slice text, char out[COLUMN_SIZE])
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_letter(text.ptr[i]) && !is_digit(text.ptr[i]) &&
		    text.ptr[i] != '_')
			return false;
	return text.len > 0 && slice_copy(text, out, COLUMN_SIZE);
}

static int take_line(struct fingerprint *print, struct slice line, int number,
		     struct err *err)
{
	struct condition *condition = &print->conditions[print->n];

	line = slice_trim(line);
	if (line.len == 0 || line.ptr[0] == '#')
		return 0;
	if (print->n == MAX_CONDITIONS)
		return err_set(err, EXIT_CONFIG, "%s/columns: more than %d "
			       "columns", print->folder, MAX_CONDITIONS);
	condition->is_wanted = !slice_skip(&line, S("!"));
	if (!take_name(slice_cut(&line, '.'), condition->table) ||
	    !take_name(line, condition->column) ||
	    (print->n == 0 && !condition->is_wanted))
		return err_set(err, EXIT_CONFIG, "%s/columns line %d: write "
			       "table.column, or !table.column for one that "
			       "must not be there, which cannot be the first",
			       print->folder, number);
	print->n++;
	return 0;
}

/* A folder without the file leaves print->n at 0. */
static int read_fingerprint(struct fingerprint *print, struct err *err)
{
	struct text text = TEXT_INIT(MAX_FILE_BYTES);
	char path[PATH_SIZE];
	struct slice rest;
	int result;

	print->n = 0;
	snprintf(path, sizeof(path), "%s/columns", print->folder);
	if (access(path, F_OK) != 0)
		return 0;
	result = files_read(path, &text, err);
	rest = text_slice(&text);
	for (int number = 1; result == 0 && rest.len > 0; number++)
		result = take_line(print, slice_cut(&rest, '\n'), number,
				   err);
	text_release(&text);
	return result;
}

static int take_place(void *context, const struct db_row *row)
{
	text_add(context, db_column(row, "place"));
	text_add_char(context, '\0');
	return 0;
}

static int take_count(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", 0);
	return 1;
}

static int ask(const struct search *search, const char *sql,
	       const struct condition *condition, struct slice place,
	       db_row_fn row, void *context, struct err *err)
{
	const struct db_parameter parameters[] = {
		{ "table", db_string(condition->table) },
		{ "column", db_string(condition->column) },
		{ "place", db_text(place) },
	};

	return db_run(search->db, sql, parameters, 3, row, context, NULL,
		      err) == DB_OK ? 0 : -1;
}

static int count(const struct search *search, const char *sql,
		 const struct condition *condition, struct slice place,
		 int64_t *out, struct err *err)
{
	*out = 0;
	return ask(search, sql, condition, place, take_count, out, err);
}

/* The first condition holds already. */
static int judge_place(const struct search *search,
		       const struct fingerprint *print, struct slice place,
		       bool *fits_out, bool *sure_out, struct err *err)
{
	const struct catalogue *catalogue = search->catalogue;
	int64_t n;

	*fits_out = *sure_out = true;
	for (size_t i = 0; i < print->n && *fits_out; i++) {
		const struct condition *condition = &print->conditions[i];

		if (count(search, catalogue->has, condition, place, &n,
			  err) < 0)
			return -1;
		*fits_out = (n > 0) == condition->is_wanted;
		if (condition->is_wanted || search->found->sees_all)
			continue;
		if (count(search, catalogue->is_partial, condition, place, &n,
			  err) < 0)
			return -1;
		*sure_out &= n == 0;
	}
	return 0;
}

static void keep(const struct search *search, const struct fingerprint *print,
		 struct slice place, bool is_sure)
{
	struct detection *found = search->found;
	struct detect_match *match = &found->matches[found->n];
	char path[PATH_SIZE];

	if (found->n == DETECT_MAX_MATCHES) {
		found->has_more = true;
		return;
	}
	snprintf(path, sizeof(path), "%s/block.sql", print->folder);
	match->has_switch = access(path, F_OK) == 0;
	match->is_sure = is_sure;
	slice_copy(slice_from(print->panel), match->panel,
		   sizeof(match->panel));
	slice_copy(place, match->database, sizeof(match->database));
	found->n++;
}

static int search_places(const struct search *search,
			 const struct fingerprint *print, struct slice places,
			 struct err *err)
{
	while (places.len > 0) {
		struct slice place = slice_cut(&places, '\0');
		bool fits, is_sure;

		if (judge_place(search, print, place, &fits, &is_sure,
				err) < 0)
			return -1;
		if (fits)
			keep(search, print, place, is_sure);
	}
	return 0;
}

static int search_panel(const struct search *search,
			const struct fingerprint *print, struct err *err)
{
	struct text places = TEXT_INIT(MAX_PLACES_BYTES);
	struct slice none = { NULL, 0 };
	int result = 0;

	if (print->n == 0)
		return 0;
	/* Collected first: no question may be asked within an answer. */
	result = ask(search, search->catalogue->places, &print->conditions[0],
		     none, take_place, &places, err);
	if (result == 0)
		result = search_places(search, print, text_slice(&places),
				       err);
	text_release(&places);
	return result;
}

static int take_user(void *context, const struct db_row *row)
{
	struct detection *found = context;
	struct slice from = db_column(row, "login");
	ptrdiff_t at = slice_find_last_char(from, '@');

	slice_copy(db_column(row, "me"), found->user, sizeof(found->user));
	slice_copy(slice_after(from, (size_t)(at + 1)), found->host,
		   sizeof(found->host));
	found->n_databases = db_column_integer(row, "n", 0);
	found->sees_all = db_column_integer(row, "sees_all", 0) > 0;
	return 1;
}

/* A right to read that comes from a role is not seen here, which makes the
 * answer more careful and never wrong. */
static int look_at_rights(const struct search *search, struct err *err)
{
	if (strcmp(search->catalogue->kind, "mysql") != 0)
		return 0;
	return db_run(search->db,
		"SELECT CURRENT_USER() AS me, USER() AS login, "
		"(SELECT COUNT(*) FROM information_schema.schemata "
		"WHERE schema_name NOT IN ('information_schema', 'mysql', "
		"'performance_schema', 'sys')) AS n, "
		"(SELECT COUNT(*) FROM information_schema.user_privileges "
		"WHERE privilege_type = 'SELECT' AND grantee = '''' || "
		"REPLACE(CURRENT_USER(), '@', '''@''') || '''') AS sees_all",
		NULL, 0, take_user, search->found, NULL, err) == DB_OK ? 0 : -1;
}

static int is_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       strlen(entry->d_name) < DETECT_NAME_SIZE;
}

static int list_folders(const char *sql_dir, struct dirent ***entries_out,
			struct err *err)
{
	char path[PATH_SIZE];
	int n;

	snprintf(path, sizeof(path), "%s/panels", sql_dir);
	n = scandir(path, entries_out, is_name, alphasort);
	if (n < 0)
		return err_errno(err, EXIT_CONFIG, errno, "the folder of the "
				 "panels, %s", path);
	return n;
}

static void release_folders(struct dirent **entries, int n)
{
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
}

int detect_panels(struct db *db, const char *sql_dir,
		  struct detection *out, struct err *err)
{
	struct detection found = { .n = 0 };
	struct search search = { db, catalogue_of(db), &found };
	struct fingerprint print;
	struct dirent **entries;
	int result = look_at_rights(&search, err);
	int n = result < 0 ? -1 : list_folders(sql_dir, &entries, err);

	if (n < 0)
		return -1;
	for (int i = 0; i < n && result == 0; i++) {
		print.panel = entries[i]->d_name;
		snprintf(print.folder, sizeof(print.folder), "%s/panels/%s",
			 sql_dir, print.panel);
		result = read_fingerprint(&print, err);
		if (result == 0)
			result = search_panel(&search, &print, err);
	}
	release_folders(entries, n);
	if (result == 0)
		*out = found;
	return result;
}

int detect_known(const char *sql_dir, struct text *out, struct err *err)
{
	struct dirent **entries;
	int n = list_folders(sql_dir, &entries, err);

	if (n < 0)
		return -1;
	for (int i = 0; i < n; i++)
		text_addf(out, "%s%s", i ? ", " : "", entries[i]->d_name);
	release_folders(entries, n);
	return 0;
}
