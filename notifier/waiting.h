/*
 * waiting - rows of a table that wait to be sent, and their fate: what notices
 * and webhooks have in common.
 *
 * Such a table has the columns id, state, attempts, queued_ms, next_ms,
 * claimed_ms, sent_ms and last_error. A row is "queued" until somebody claims
 * it ("sending"), and ends as "sent" or "failed". Killed in between, the claim
 * ends after WAITING_CLAIM_MS and the row is due again. Of two runs that want
 * the same row the database lets one have it, and whoever lost his claim
 * meanwhile changes nothing any more. An attempt is counted when it begins, so
 * that what kills the program does not do so for ever.
 */
#ifndef NOTIFIER_WAITING_H
#define NOTIFIER_WAITING_H

#include "base/err.h"
#include "detector/panel/db.h"

enum {
	WAITING_CLAIM_MS = 10 * 60 * 1000,
	WAITING_WORDS_SIZE = 256
};

/* The statements, for one table. */
struct waiting_table {
	const char *claim, *sent, *unsent, *count, *due;
};

/* What is due, for a WHERE; its parameters are `now` and `expired`. Nothing is
 * put off for more than a day, and machines' clocks are less than an hour
 * apart: what says more comes of a clock that was set back since. */
#define WAITING_DUE							\
	"((state = 'queued' AND next_ms <= :now) OR "			\
	"(state = 'queued' AND next_ms > :now + 90000000) OR "		\
	"(state = 'sending' AND claimed_ms <= :expired) OR "		\
	"(state = 'sending' AND claimed_ms > :now + 3600000))"

#define WAITING_TABLE(name) {						\
	.claim = "UPDATE " name " SET state = 'sending',"		\
		 " claimed_ms = :now, attempts = attempts + 1"		\
		 " WHERE id = :id AND attempts = :attempts AND "	\
		 WAITING_DUE,						\
	.sent = "UPDATE " name " SET state = 'sent', sent_ms = :now,"	\
		" last_error = NULL WHERE id = :id AND"			\
		" state = 'sending' AND claimed_ms = :claimed",		\
	.unsent = "UPDATE " name " SET state = :state, next_ms = :next,"\
		  " last_error = :error WHERE id = :id AND"		\
		  " state = 'sending' AND claimed_ms = :claimed",	\
	.count = "SELECT state, COUNT(*) AS n FROM " name		\
		 " GROUP BY state",					\
	.due = "SELECT id FROM " name " WHERE " WAITING_DUE " LIMIT 1" }

/* One run over such a table, which may take minutes: claims that are made late
 * must not look old. */
struct waiting {
	struct db *db;
	const struct waiting_table *table;
	int64_t start_ms, started_ms;	/* wall clock; monotonic */
};

void waiting_begin(struct waiting *waiting, struct db *db,
		   const struct waiting_table *table, int64_t now_ms);
int64_t waiting_now_ms(const struct waiting *waiting);

/* `attempts` is what the row had when it was read. */
enum db_result waiting_claim(const struct waiting *waiting, int64_t id,
			     int64_t attempts, bool *is_ours_out,
			     int64_t *claimed_ms_out, struct err *err);

enum db_result waiting_sent(const struct waiting *waiting, int64_t id,
			    int64_t claimed_ms, struct err *err);

/* Tried again at `next_ms`, or never when it `ends`. `words` say why. */
enum db_result waiting_unsent(const struct waiting *waiting, int64_t id,
			      int64_t claimed_ms, bool ends, int64_t next_ms,
			      const char *words, struct err *err);

/* One statement outside a transaction; a deadlock took all of it back, and it
 * is tried again. */
enum db_result waiting_change(struct db *db, const char *sql,
			      const struct db_parameter *parameters,
			      size_t n_parameters, int64_t *changed_out,
			      struct err *err);

/* How long until the next attempt, by those made before this one: 1, 5, 15, 60
 * minutes and so on, the last one again and again. Mail servers themselves
 * retry this way (RFC 5321 section 4.5.4.1). */
int64_t waiting_pause_ms(int64_t attempts);

/* An error's words, printable and short enough for the column. */
void waiting_words(const struct err *err, char out[WAITING_WORDS_SIZE]);

struct waiting_counts {
	int64_t queued, sending, sent, failed;
};
int waiting_count(struct db *db, const struct waiting_table *table,
		  struct waiting_counts *out, struct err *err);

/* Is there anything that would be sent now? */
int waiting_is_due(struct db *db, const struct waiting_table *table,
		   int64_t now_ms, bool *is_due_out, struct err *err);

#endif
