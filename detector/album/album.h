/*
 * album - the pictures of a rehearsal: listens while `replay` reads old logs,
 * then writes one page for the administrator who wants to see what comporta
 * would have done before trusting it.
 *
 * The page is one HTML file with its drawings inside: no script, no network,
 * nothing to install. What strangers wrote (logins, domains) is escaped.
 *
 * An incident, on the page, begins with the first event after which an account
 * has a nat or more against it (detector/incident.h) or, where that is the
 * outcome of a message, with that message: so there may be one message more
 * than in the verdict's window. It ends an hour after
 * the last event that brought new evidence, or with the log. A day without new
 * evidence makes what follows another incident. Messages in between count,
 * also the owner's own: a log cannot tell the two apart.
 *
 * Times are log time. Nothing here decides anything: with or without an album
 * the verdicts are the same.
 *
 * Memory, whatever the log: about 60 MB at most.
 *   suspects   SUSPECTS_MAX accounts that ever had an incident, 300 bytes each
 *              and 800 more once the account was worth a word. A full table
 *              forgets the accounts that were least suspicious, and the page
 *              says from which probability on it knows everything.
 *   pictures   PICTURES_MAX incidents with their course over time, 18 kB each:
 *              96 buckets that double their width when the time runs out of
 *              them. What makes room, in this order: an incident that is over
 *              and was not stopped, the least suspicious first; then one that
 *              is over, the one with the fewest recipients; then the least
 *              suspicious of all.
 *   stops      STOPS_MAX first verdicts, 3 kB each; further ones are counted.
 *   messages   the last 65,536 queue ids, to know where a message that the
 *              queue manager counts was handed in.
 * Accounts that nothing speaks against cost nothing.
 */
#ifndef DETECTOR_ALBUM_ALBUM_H
#define DETECTOR_ALBUM_ALBUM_H

#include "base/err.h"
#include "detector/pipeline.h"

struct album;

/* The settings are loaded: the thresholds are taken from them. */
struct album *album_new(void);
void album_free(struct album **album);

/* A verdict; what on_weighed hears next is the event that tipped it. */
void album_verdict(struct album *album, const struct verdict *verdict);

/* After every event that was weighed. */
void album_weighed(struct album *album, const struct signal_input *input,
		   const struct account_entry *entry);

/* What the page says of the run besides. Borrowed. */
struct album_run {
	const struct pipeline *pipeline;
	char *const *logs;
	size_t n_logs;
	const char *learnt_until;	/* as it was given; NULL */
};

/* Closes what is open and writes the page; once. Less than ALBUM_PAGE_MAX
 * bytes, mode 0600 since it names accounts. */
int album_write(struct album *album, const char *path,
		const struct album_run *run, struct err *err);

enum { ALBUM_PAGE_MAX = 5000000 };

#endif
