/*
 * journal - what daemons logged through systemd-journald, as lines.
 *
 *   journal:               the system's journal, facility mail
 *   journal:UNIT,UNIT      these units' messages, whatever their facility;
 *                          "postfix@-" stands for postfix@-.service
 *   journal:/DIR           the journal files in this folder, or this file;
 *                          also journal:/DIR:UNIT,UNIT
 *
 * Every entry becomes one line in a form that header.h knows and that loses
 * nothing of it: "2026-11-22T03:00:00.123456Z host ident[pid]: message", the
 * time as the daemon said it. Line feeds and NULs within a message become
 * blanks, so nobody can begin a line of his own. Who may write into the
 * journal may say that he is Postfix, as with syslog; the system's journal is
 * therefore read without the files of people who are logged in, and a unit's
 * name is what systemd says, not the writer.
 *
 * The place is journald's cursor. Where that entry was vacuumed away, a
 * warning says so and reading goes on with the oldest that came after it.
 *
 * journal.c is the adapter of libsystemd; without it, at build time, opening
 * fails with these words.
 */
#ifndef DETECTOR_SOURCES_JOURNAL_H
#define DETECTOR_SOURCES_JOURNAL_H

#include "detector/sources/source.h"

struct journal;

/* Does the source's name begin with "journal:"? */
bool journal_is_named(const char *path);

/* `position` may be NULL: from the beginning. */
int journal_open(const char *name, const struct source_position *position,
		 struct journal **journal_out, struct err *err);

/* To the last SOURCE_LAST_ENTRIES; true when there are more. */
bool journal_skip_to_last(struct journal *journal);
void journal_close(struct journal **journal);

/* 1 with the next line, valid until the next call, 0 at the end for now, -1
 * with *err. A line longer than SOURCE_LINE_MAX is left out and counted. */
int journal_next(struct journal *journal, struct slice *line_out,
		 uint64_t *overlong, struct err *err);

/* What to poll: journald's own word that it wrote something, which comes up to
 * a quarter of a second later. False when there is none. */
bool journal_wake(struct journal *journal, struct pollfd *wake_out);

/* At the end for now, and later: take notice of what was written since. False
 * when it must be opened anew. */
bool journal_renew(struct journal *journal);

/* Behind the last line, or in front of it. `line` is left alone. */
void journal_position(const struct journal *journal, bool behind,
		      struct source_position *position_out);

#endif
