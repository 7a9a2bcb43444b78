/*
 * outbox - notices waiting in the hosting database, and sending them.
 *
 * Queueing happens inside the transaction that makes or lifts a block.
 * Sending: a row is claimed (state "sending", claimed_ms), the mail is made
 * from the block's row, handed to the mail server, and the row becomes
 * "sent". Killed in between, the claim ends after WAITING_CLAIM_MS and the
 * mail goes again with the same Message-ID: lost would leave an owner in the
 * dark, and the same Message-ID lets mail software drop the second copy.
 *
 * The mail server away or answering 4xx: tried again after 1, 5, 15, 60
 * minutes and so on. A 5xx answer, or too many attempts: state "failed", and
 * it is shown; next_ms is then when that was. An attempt is counted when it
 * begins, so that a mail that kills the program does not do so for ever.
 *
 * What stops an account, or the host, goes before the day's digest.
 *
 * block_id is the block's id for the kinds that are about one. For alarms it
 * is the alarm's, for a digest the day: whoever reads the notices of a block
 * asks for the kinds as well (NOTICE_OF_BLOCK).
 */
#ifndef NOTIFIER_OUTBOX_H
#define NOTIFIER_OUTBOX_H

#include "base/err.h"
#include "detector/panel/db.h"
#include "detector/panel/db_statement.h"
#include "notifier/mail.h"
#include "notifier/waiting.h"


enum notice_kind { NOTICE_BLOCKED, NOTICE_BLOCKED_AGAIN, NOTICE_LIFTED,
		   NOTICE_ALARM, NOTICE_ALARM_OVER, NOTICE_DIGEST,
		   NOTICE_KINDS };

/* "blocked", "blocked_again", "lifted", "alarm", "alarm_over", "digest": in
 * the table and as file names. */
extern const char *const notice_kind_names[NOTICE_KINDS];

/* In SQL: notices that are about a block. */
#define NOTICE_OF_BLOCK "kind IN ('blocked', 'blocked_again', 'lifted')"

/* Put one notice into the outbox, inside the caller's transaction. The same
 * block, kind and recipient again is not a second notice and no error. */
enum db_result outbox_queue(struct db *db, int64_t block_id,
			    enum notice_kind kind, struct slice recipient,
			    struct slice language, int64_t now_ms,
			    struct err *err);

/* The same for many at once; then one that is there already is
 * DB_DUPLICATE. */
#define OUTBOX_ROWS(db) DB_ROWS_INIT((db),				\
	"INSERT INTO comporta_notice (block_id, kind, recipient,"	\
	" language, state, attempts, queued_ms, next_ms) VALUES ")
enum db_result outbox_row(struct db_rows *rows, int64_t block_id,
			  enum notice_kind kind, struct slice recipient,
			  struct slice language, int64_t now_ms,
			  struct err *err);

/*
 * What a notice is about, given by the caller who knows blocks: the outbox
 * knows no blocks. Fill in the letter's values and return 0; -1 with *err when
 * the row cannot be read now (tried again), 1 when it is gone (failed). The
 * letter's language is filled in already and may be changed; its id and time
 * are the outbox's.
 */
struct letter;
typedef int (*outbox_describe_fn)(void *context, int64_t block_id,
				  enum notice_kind kind,
				  struct slice recipient,
				  struct letter *letter, struct err *err);

struct outbox_report {
	int64_t sent, later, failed;
	char last_error[WAITING_WORDS_SIZE];	/* "" when all went well */
};

/* What sending needs besides the table; all of it borrowed. */
struct languages;
struct outbox_sender {
	const struct mail_route *route;
	const struct languages *languages;
	const char *from, *from_name;	/* the header From: */
	outbox_describe_fn describe;
	void *context;			/* of describe */
	int64_t max_attempts;		/* then it is given up */
	int64_t budget_ms;		/* no notice but the first is begun
					 * after so long; 0: all are */
	const volatile sig_atomic_t *stop;	/* nor once it is set; may be
						 * NULL */
};

/*
 * Send what is due, at most `limit` notices, over one connection. A mail
 * server that is away ends the run, as the others would not get through
 * either. `now_ms` is the wall clock; -1 only for trouble with the database,
 * *report_out then holds what was done before it.
 */
int outbox_send(struct db *db, const struct outbox_sender *sender,
		int64_t now_ms, int64_t limit,
		struct outbox_report *report_out, struct err *err);

/* For status and metrics. */
int outbox_count(struct db *db, struct waiting_counts *out, struct err *err);

/* Is anything due that outbox_send() would send now? */
int outbox_is_due(struct db *db, int64_t now_ms, bool *is_due_out,
		  struct err *err);

/* Refused, or given up, since then: how many, and of the newest one the
 * recipient and why. Without the ends of alarms: they would begin one. */
struct outbox_failures {
	int64_t n;
	char recipient[256];
	char last_error[256];
};
int outbox_failures(struct db *db, int64_t since_ms,
		    struct outbox_failures *out, struct err *err);

#endif
