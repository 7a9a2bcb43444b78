/*
 * Judging Dovecot by `doveconf -n`: its passdbs, and the queries they ask.
 *
 * 2.3 writes "passdb { driver = sql, args = FILE }" with the query in FILE;
 * 2.4 "passdb sql { query = ... }", each setting also with passdb_ and the
 * driver's name in front.
 */
#include "detector/mailserver/mailserver.h"

#define SAY(slice) (int)(slice).len, (slice).ptr

struct passdb {
	struct slice driver, args, query;
	bool denies;
};

/* "name = value" of one line. */
static bool setting(struct slice line, struct slice *name, struct slice *value)
{
	ptrdiff_t at = slice_find_char(line, '=');

	if (at < 0)
		return false;
	*name = slice_trim(slice_sub(line, 0, (size_t)at));
	*value = slice_trim(slice_after(line, (size_t)at + 1));
	return name->len > 0;
}

static void take(struct passdb *passdb, struct slice line)
{
	struct slice name, value;

	if (!setting(line, &name, &value))
		return;
	slice_skip(&name, S("passdb_"));
	if (slice_eq(name, S("driver")))
		passdb->driver = value;
	else if (slice_eq(name, S("args")))
		passdb->args = value;
	else if (slice_eq(name, S("query")) || slice_eq(name, S("sql_query")))
		passdb->query = value;
	else if (slice_eq(name, S("deny")))
		passdb->denies = slice_eq(value, S("yes"));
}

/* The next passdb at the top level; false behind the last. */
static bool next_passdb(struct slice *rest, struct passdb *out)
{
	bool is_open = false;
	int depth = 0;

	while (rest->len) {
		struct slice line = slice_trim(slice_cut(rest, '\n'));

		if (depth == 0 && slice_starts(line, S("passdb ")) &&
		    slice_ends(line, S("{"))) {
			struct slice name = slice_after(line, 7);

			*out = (struct passdb){ .driver = slice_trim(
				slice_cut(&name, '{')) };
			is_open = true;
		}
		if (slice_ends(line, S("{"))) {
			depth++;
		} else if (slice_eq(line, S("}"))) {
			depth -= depth > 0;
			if (is_open && depth == 0)
				return true;
		} else if (is_open && depth == 1) {
			take(out, line);
		}
	}
	return false;
}

static bool value_of(struct slice text, struct slice wanted,
		     struct slice *value_out)
{
	struct slice name, value;
	bool found = false;

	while (text.len) {
		struct slice line = slice_cut(&text, '\n');

		if (setting(slice_trim(line), &name, &value) &&
		    slice_eq(name, wanted)) {
			*value_out = value;
			found = true;
		}
	}
	return found;
}

void dovecot_files(struct dovecot_answers *answers)
{
	struct slice rest = answers->conf;
	struct passdb passdb;

	answers->n_files = 0;
	while (next_passdb(&rest, &passdb)) {
		struct dovecot_file *file = &answers->files[answers->n_files];

		if (!slice_eq(passdb.driver, S("sql")) ||
		    !slice_starts(passdb.args, S("/")) ||
		    answers->n_files == MAILSERVER_MAPS)
			continue;
		*file = (struct dovecot_file){ .is_read = false };
		if (slice_copy(passdb.args, file->path, sizeof(file->path)))
			answers->n_files++;
	}
}

/* A query goes on behind a backslash at a line's end: up to a line that has
 * none. */
static struct slice query_in(struct slice text)
{
	struct slice name, value, last = S("");

	while (text.len) {
		struct slice from = text, line = slice_cut(&text, '\n');

		if (!setting(slice_trim(line), &name, &value) ||
		    !slice_eq(name, S("password_query")))
			continue;
		while (slice_ends(slice_trim(line), S("\\")) && text.len)
			line = slice_cut(&text, '\n');
		last = slice_sub(from, 0, (size_t)(line.ptr - from.ptr) +
				 line.len);
	}
	return last;
}

/* False when it stands in a file that cannot be read. */
static bool find_query(const struct dovecot_answers *answers,
		       const struct passdb *passdb, struct slice *query_out)
{
	*query_out = passdb->query;
	if (passdb->query.len)
		return true;
	for (size_t i = 0; i < answers->n_files; i++) {
		const struct dovecot_file *file = &answers->files[i];

		if (!slice_eq(passdb->args, slice_from(file->path)))
			continue;
		*query_out = query_in(file->text);
		return file->is_read;
	}
	return false;
}

static bool has_one_of(struct slice text, const char *columns)
{
	struct slice rest = slice_from(columns);

	while (rest.len) {
		struct slice word = slice_cut(&rest, ' ');

		if (word.len && mailserver_has_word(text, word))
			return true;
	}
	return false;
}

static void judge_cache(const struct dovecot_answers *answers,
			struct mailserver_findings *findings)
{
	struct slice size = S("0"), ttl = S("1 hour");
	uint32_t number = 0;

	value_of(answers->conf, S("auth_cache_size"), &size);
	value_of(answers->conf, S("auth_cache_ttl"), &ttl);
	if (!slice_number(size, &number) || number == 0)
		return;
	text_add_string(
		&mailserver_find(findings, MAILSERVER_NOTE, "Dovecot: "
			"auth_cache_size is set: a block and a lift wait for "
			"auth_cache_ttl (%.*s) unless the account is flushed",
			SAY(ttl))->remedy,
		"doveadm auth cache flush ACCOUNT");
}

static void judge_lookups(const struct dovecot_answers *answers,
			  struct mailserver_findings *findings)
{
	enum { FINE = 0, NO_USER = 67 };
	int want = answers->is_blocked ? NO_USER : FINE;

	if (answers->smtp == MAILSERVER_NOT_ASKED)
		return;
	if ((answers->smtp != FINE && answers->smtp != NO_USER) ||
	    (answers->imap != FINE && answers->imap != NO_USER)) {
		mailserver_find(findings, MAILSERVER_NOTE, "Dovecot: doveadm "
				"auth lookup could not ask (exit %d): it must "
				"run, and you must be root", answers->smtp);
		return;
	}
	if (answers->smtp == want && answers->imap == FINE)
		mailserver_find(findings, MAILSERVER_GOOD, "Dovecot: %.100s "
				"%s, and may %slog in to send; reading is "
				"open", answers->account, answers->is_blocked
				? "is blocked" : "has no block",
				answers->is_blocked ? "not " : "");
	else if (answers->smtp != want)
		mailserver_find(findings, MAILSERVER_MEND, "Dovecot: %.100s %s "
				"log in to send, and %s", answers->account,
				answers->smtp == FINE ? "may" : "may not",
				answers->is_blocked ? "is blocked"
						    : "has no block");
	else
		mailserver_find(findings, MAILSERVER_MEND, "Dovecot: %.100s "
				"can neither send nor read: a block must stop "
				"sending only", answers->account);
}

/* What the passdbs say about the columns. */
struct passdbs {
	bool asks, is_unreadable, is_other;
	char path[MAILSERVER_NAME_SIZE];	/* of a query that does not */
};

static void look(const struct dovecot_answers *answers, const char *columns,
		 struct passdbs *out)
{
	struct slice rest = answers->conf, query;
	struct passdb passdb;

	while (next_passdb(&rest, &passdb)) {
		if (!slice_eq(passdb.driver, S("sql"))) {
			out->is_other |= !passdb.denies;
		} else if (!find_query(answers, &passdb, &query)) {
			out->is_unreadable = true;
			slice_copy(passdb.args, out->path, sizeof(out->path));
		} else if (has_one_of(query, columns)) {
			out->asks = true;
		} else if (!passdb.denies && !out->is_unreadable) {
			slice_copy(passdb.args, out->path, sizeof(out->path));
		}
	}
}

void dovecot_judge_switch(const struct dovecot_answers *answers,
			  const char *columns,
			  struct mailserver_findings *findings)
{
	struct passdbs passdbs = { .asks = false };
	struct mailserver_finding *finding;

	look(answers, columns, &passdbs);
	if (passdbs.asks) {
		mailserver_find(findings, MAILSERVER_GOOD, "Dovecot: its "
				"passdb asks for the switch (%s)", columns);
		mailserver_find(findings, MAILSERVER_NOTE, "Dovecot is asked "
				"at login only: a connection that is open goes "
				"on sending; " MAILSERVER_TABLE " has no such "
				"gap (docs/ENFORCE.md)");
	} else if (passdbs.is_unreadable) {
		mailserver_find(findings, MAILSERVER_NOTE, "Dovecot: %.300s "
				"cannot be read by us: ask again as root",
				passdbs.path);
	} else if (!passdbs.path[0] && passdbs.is_other) {
		mailserver_find(findings, MAILSERVER_NOTE, "Dovecot: no passdb "
				"is a query: whether it asks for %s cannot be "
				"seen", columns);
	} else {
		finding = mailserver_find(
			findings, MAILSERVER_MEND, "Dovecot: no passdb asks "
			"for the switch (%s): it stops nobody", columns);
		text_addf(&finding->remedy, "%.300s: the query must refuse the "
			  "services smtp and submission where %s says so; see "
			  "the README.md of your panel's folder",
			  passdbs.path[0] ? passdbs.path : "dovecot.conf",
			  columns);
	}
	judge_cache(answers, findings);
	judge_lookups(answers, findings);
}

/* It asks our table, but not as a passdb with deny must. */
static void find_no_deny(const struct passdb *passdb,
			 struct mailserver_findings *findings)
{
	const char *words = passdb->denies
		? "the passdb with deny = yes is not the first one, so it is "
		  "never asked"
		: "a passdb asks " MAILSERVER_TABLE " without deny = yes: a "
		  "row there lets anybody in";

	text_add_string(
		&mailserver_find(findings, MAILSERVER_MEND, "Dovecot: %s",
				 words)->remedy,
		passdb->denies ? "dovecot.conf: put it before every other "
				 "passdb"
			       : "dovecot.conf, in that passdb: deny = yes");
}

bool dovecot_judge_deny(const struct dovecot_answers *answers,
			struct mailserver_findings *findings)
{
	struct slice rest = answers->conf, query;
	struct passdb passdb;
	bool is_first = true;

	for (; next_passdb(&rest, &passdb); is_first = false) {
		if (!find_query(answers, &passdb, &query) ||
		    slice_find(query, S(MAILSERVER_TABLE)) < 0)
			continue;
		if (!passdb.denies || !is_first) {
			find_no_deny(&passdb, findings);
			return false;
		}
		mailserver_find(findings, MAILSERVER_NOTE, "Dovecot: its first "
				"passdb denies who is in " MAILSERVER_TABLE
				", at the next login only; when the database "
				"is away, nobody can read mail either");
		judge_cache(answers, findings);
		judge_lookups(answers, findings);
		return true;
	}
	return false;
}
