#include "detector/sources/journal.h"

#include <string.h>

#define PREFIX "journal:"

bool journal_is_named(const char *path)
{
	return strncmp(path, PREFIX, strlen(PREFIX)) == 0;
}

#ifdef HAVE_SYSTEMD

#include "base/log.h"
#include "base/must.h"
#include "base/stamp.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>

enum { HOST_MAX = 255, IDENT_MAX = 128, PID_MAX = 10, HEADER_MAX = 512 };

struct journal {
	sd_journal *entries;
	const char *name;	/* borrowed */
	struct source_position opened;
	uint64_t n;		/* entries since then */
	bool at_entry;		/* the first of them is looked at already */
	size_t len;
	char line[HEADER_MAX + SOURCE_LINE_MAX];
};

static int fail(int code, const char *what, const char *name, struct err *err)
{
	return err_errno(err, EXIT_DATA, -code, "cannot %s %s", what, name);
}

/* journal:a,b.service */
static int match_units(sd_journal *entries, const char *units)
{
	struct slice rest = slice_from(units);
	char match[300];

	while (rest.len) {
		struct slice unit = slice_trim(slice_cut(&rest, ','));
		int got;

		if (!unit.len)
			continue;
		snprintf(match, sizeof(match), "_SYSTEMD_UNIT=%.*s%s",
			 (int)(unit.len < 255 ? unit.len : 255), unit.ptr,
			 slice_find_char(unit, '.') < 0 ? ".service" : "");
		got = sd_journal_add_match(entries, match, 0);
		if (got < 0)
			return got;
	}
	return 0;
}

static int open_path(sd_journal **entries, struct slice name)
{
	char path[PATH_MAX];
	const char *files[] = { path, NULL };
	struct stat info;

	slice_copy(name, path, sizeof(path));
	if (stat(path, &info) < 0)
		return -errno;
	return S_ISDIR(info.st_mode)
		       ? sd_journal_open_directory(entries, path, 0)
		       : sd_journal_open_files(entries, files, 0);
}

/* A journal of which nothing may be read opens as an empty one. */
static int check_rights(sd_journal *entries, const char *name, struct err *err)
{
	if (sd_journal_has_persistent_files(entries) > 0 ||
	    sd_journal_has_runtime_files(entries) > 0)
		return 0;
	return err_set(err, EXIT_RIGHTS, "there is no journal here that this "
		       "user may read (%s); run as root or in the group "
		       "systemd-journal", name);
}

static int open_entries(sd_journal **entries, const char *name,
			struct err *err)
{
	const char *units = name + strlen(PREFIX);
	struct slice path = S("");
	int got;

	if (*units == '/') {
		path = slice_sub(slice_from(units), 0, strcspn(units, ":"));
		units += path.len + (units[path.len] == ':');
	}
	got = path.len ? open_path(entries, path)
		       : sd_journal_open(entries, SD_JOURNAL_LOCAL_ONLY |
						  SD_JOURNAL_SYSTEM);
	if (got < 0)
		return fail(got, "open the journal", name, err);
	sd_journal_set_data_threshold(*entries, SOURCE_LINE_MAX + 64);
	/* Facility 2 is mail: RFC 5424, 6.2.1. */
	got = *units ? match_units(*entries, units)
		     : sd_journal_add_match(*entries, "SYSLOG_FACILITY=2", 0);
	if (got < 0)
		return fail(got, "search the journal", name, err);
	return path.len ? 0 : check_rights(*entries, name, err);
}

/* Behind the cursor's entry, or at the first after it if that is gone. */
static int seek(struct journal *journal, struct err *err)
{
	const char *cursor = journal->opened.cursor;
	int got = *cursor ? sd_journal_seek_cursor(journal->entries, cursor)
			  : sd_journal_seek_head(journal->entries);

	if (got >= 0 && *cursor)
		got = sd_journal_next(journal->entries);
	if (got < 0)
		return fail(got, "find our place in", journal->name, err);
	if (got == 0 || !*cursor ||
	    sd_journal_test_cursor(journal->entries, cursor) > 0)
		return 0;
	journal->at_entry = true;
	log_warning("%s: the entry read last is gone from the journal; going "
		    "on with the oldest after it, what was in between is lost",
		    journal->name);
	return 0;
}

int journal_open(const char *name, const struct source_position *position,
		 struct journal **journal_out, struct err *err)
{
	struct journal *journal = must(calloc(1, sizeof(*journal)));

	journal->name = name;
	if (position)
		journal->opened = *position;
	if (open_entries(&journal->entries, name, err) < 0 ||
	    seek(journal, err) < 0) {
		journal_close(&journal);
		return -1;
	}
	*journal_out = journal;
	return 0;
}

bool journal_skip_to_last(struct journal *journal)
{
	int got;

	sd_journal_seek_tail(journal->entries);
	got = sd_journal_previous_skip(journal->entries, SOURCE_LAST_ENTRIES);
	if (got < SOURCE_LAST_ENTRIES)
		sd_journal_seek_head(journal->entries);
	return got == SOURCE_LAST_ENTRIES;
}

void journal_close(struct journal **journal)
{
	if (!*journal)
		return;
	if ((*journal)->entries)
		sd_journal_close((*journal)->entries);
	free(*journal);
	*journal = NULL;
}

/* One field of the entry; empty when it has none. */
static struct slice field(struct journal *journal, const char *name)
{
	const void *data;
	size_t len, skip = strlen(name) + 1;

	if (sd_journal_get_data(journal->entries, name, &data, &len) < 0 ||
	    len < skip)
		return S("");
	return (struct slice){ (const char *)data + skip, len - skip };
}

static void add(struct journal *journal, struct slice bytes)
{
	memcpy(journal->line + journal->len, bytes.ptr, bytes.len);
	journal->len += bytes.len;
}

/* As one word: nothing in it can end the header earlier. */
static void add_word(struct journal *journal, struct slice word, size_t max,
		     const char *otherwise)
{
	if (word.len == 0)
		word = slice_from(otherwise);
	word = slice_sub(word, 0, max);
	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = (unsigned char)word.ptr[i];

		journal->line[journal->len++] =
			c <= ' ' || c == 0x7f || strchr("[]:<>", c) ? '_'
								    : (char)c;
	}
}

static void add_stamp(struct journal *journal)
{
	struct slice said = field(journal, "_SOURCE_REALTIME_TIMESTAMP");
	char stamp[STAMP_TEXT_SIZE];
	uint64_t at_us = 0;
	size_t i = 0;

	for (; i < said.len && i < 17 && is_digit(said.ptr[i]); i++)
		at_us = at_us * 10 + (uint64_t)(said.ptr[i] - '0');
	if (i == 0 || i != said.len)
		sd_journal_get_realtime_usec(journal->entries, &at_us);
	/* "...:00.123Z", and the microseconds in front of the Z. */
	stamp_rfc3339((int64_t)(at_us / 1000), stamp);
	add(journal, slice_sub(slice_from(stamp), 0, strlen(stamp) - 1));
	journal->len += (size_t)snprintf(journal->line + journal->len, 8,
					 "%03uZ ", (unsigned)(at_us % 1000));
}

static void add_header(struct journal *journal)
{
	struct slice ident, pid;

	add_stamp(journal);
	add_word(journal, field(journal, "_HOSTNAME"), HOST_MAX, "localhost");
	add(journal, S(" "));
	ident = field(journal, "SYSLOG_IDENTIFIER");
	if (ident.len == 0)
		ident = field(journal, "_COMM");
	add_word(journal, ident, IDENT_MAX, "unknown");
	pid = field(journal, "SYSLOG_PID");
	if (pid.len == 0)
		pid = field(journal, "_PID");
	if (pid.len) {
		add(journal, S("["));
		add_word(journal, pid, PID_MAX, "");
		add(journal, S("]"));
	}
	add(journal, S(": "));
}

/* False when it is longer than a line may be. */
static bool add_message(struct journal *journal)
{
	struct slice message = field(journal, "MESSAGE");

	message = slice_trim(message);
	if (message.len > SOURCE_LINE_MAX - journal->len)
		return false;
	for (size_t i = 0; i < message.len; i++) {
		char c = message.ptr[i];

		journal->line[journal->len++] =
			c == '\n' || c == '\r' || c == '\0' ? ' ' : c;
	}
	return true;
}

int journal_next(struct journal *journal, struct slice *line_out,
		 uint64_t *overlong, struct err *err)
{
	for (;;) {
		int got = journal->at_entry
				  ? 1
				  : sd_journal_next(journal->entries);

		journal->at_entry = false;
		if (got < 0)
			return fail(got, "read", journal->name, err);
		if (got == 0)
			return 0;
		journal->n++;
		journal->len = 0;
		add_header(journal);
		if (!add_message(journal)) {
			++*overlong;
			continue;
		}
		*line_out = (struct slice){ journal->line, journal->len };
		return 1;
	}
}

bool journal_wake(struct journal *journal, struct pollfd *wake_out)
{
	int fd = sd_journal_get_fd(journal->entries);
	int events = fd < 0 ? -1 : sd_journal_get_events(journal->entries);

	if (events < 0)
		return false;
	*wake_out = (struct pollfd){ .fd = fd, .events = (short)events };
	return true;
}

/* Files that came and went are taken in by it as well. */
bool journal_renew(struct journal *journal)
{
	return sd_journal_process(journal->entries) >= 0;
}

static void keep_cursor(const struct journal *journal,
			struct source_position *out)
{
	char *cursor = NULL;

	if (sd_journal_get_cursor(journal->entries, &cursor) < 0)
		return;
	slice_copy(slice_from(cursor), out->cursor, sizeof(out->cursor));
	free(cursor);
}

void journal_position(const struct journal *journal, bool behind,
		      struct source_position *out)
{
	uint64_t line = out->line;

	*out = journal->opened;
	out->line = line;
	if (journal->n == 0 || (journal->n == 1 && !behind))
		return;
	if (behind) {
		keep_cursor(journal, out);
	} else if (sd_journal_previous(journal->entries) > 0) {
		keep_cursor(journal, out);
		sd_journal_next(journal->entries);
	}
}

#else

int journal_open(const char *name, const struct source_position *position,
		 struct journal **journal_out, struct err *err)
{
	(void)position;
	(void)journal_out;
	return err_set(err, EXIT_CONFIG, "%s cannot be read: this comporta was "
		       "built without journald; install libsystemd-dev and "
		       "build it again, or let rsyslog write a file", name);
}

bool journal_skip_to_last(struct journal *journal)
{
	(void)journal;
	return false;
}

void journal_close(struct journal **journal)
{
	*journal = NULL;
}

int journal_next(struct journal *journal, struct slice *line_out,
		 uint64_t *overlong, struct err *err)
{
	(void)journal;
	(void)line_out;
	(void)overlong;
	(void)err;
	return 0;
}

bool journal_wake(struct journal *journal, struct pollfd *wake_out)
{
	(void)journal;
	(void)wake_out;
	return false;
}

bool journal_renew(struct journal *journal)
{
	(void)journal;
	return false;
}

void journal_position(const struct journal *journal, bool behind,
		      struct source_position *out)
{
	(void)journal;
	(void)behind;
	(void)out;
}

#endif
