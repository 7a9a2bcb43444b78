/*
 * sessions - what one line of a session says, for the lines that follow.
 *
 * OpenSMTPD and Sendmail name who logged in, and from where, on one line, and
 * what he sends on others, which share with it nothing but a session's id or a
 * process. Plesk names the account of a refused password on a line of its own.
 * Formats say what their line says, and of which session it is
 * (mail_event.session); sessions_join() fills in the rest:
 *
 *   opensmtpd   by the random id of the connection; kept for a day
 *   sendmail    by the process that serves it, if the client is the same, as
 *               numbers of processes are used again; kept for an hour
 *   sasl        by host and second: the one account that was refused in this
 *               second or the one before. Of two, nobody is told.
 *
 * A message of a session in which nobody logged in becomes MAIL_RECEIVED. One
 * with a mechanism was handed in by somebody whose name is not known.
 *
 * Limit: SESSIONS_MAX. Each key has a place in one row of SESSIONS_ROW: a full
 * row gives up what is too old to be joined, then the session without a login
 * not heard of for longest, then the one with. So strangers, who can open as
 * many connections as they like, push out each other, and nobody who logged in.
 *
 * Time is the log's. Nothing is taken away by joining but a name of Plesk's,
 * which stands for one failure, so events may be joined in the same order
 * again after a crash (state.h keeps all this with the positions).
 */
#ifndef DETECTOR_SESSIONS_H
#define DETECTOR_SESSIONS_H

#include "detector/account.h"
#include "detector/event.h"

enum {
	SESSIONS_MAX = 1 << 13,
	SESSIONS_ROW = 8
};

struct session {
	uint64_t key;		/* 0 free */
	uint32_t at_s;		/* last heard of */
	bool has_client;
	bool is_mixed;		/* sasl: more than one account refused */
	char mechanism[18];
	struct address client;
	char account[ACCOUNT_LOGIN_MAX + 2];	/* "" unknown */
};

struct sessions {
	struct session slots[SESSIONS_MAX];
	bool is_dirty[SESSIONS_MAX];
	char account[ACCOUNT_LOGIN_MAX + 2];	/* of the last event joined */
};

struct sessions *sessions_new(void);
void sessions_free(struct sessions **sessions);

/* For events whose session is not empty. What it fills in borrows from
 * `sessions` and lives until the next call. */
void sessions_join(struct sessions *sessions, struct mail_event *event);

/* For the state file: put one back where it was; visit what changed; nothing
 * is dirty any more. */
void sessions_restore(struct sessions *sessions, uint32_t slot,
		      const struct session *session);
int sessions_each_dirty(const struct sessions *sessions,
			int (*each)(void *context, uint32_t slot,
				    const struct session *session),
			void *context);
void sessions_clean(struct sessions *sessions);

#endif
