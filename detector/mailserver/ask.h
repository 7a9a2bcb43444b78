/*
 * ask - the programs of the mail server, asked about their configuration and
 * for single lookups. Nothing is changed, and no password is needed.
 *
 * Each may take ASK_LIMIT_MS. What they said is kept in struct asked, which
 * the answers point into; ask_release() wipes it, as Exim's configuration and
 * the files of maps hold database passwords.
 */
#ifndef DETECTOR_MAILSERVER_ASK_H
#define DETECTOR_MAILSERVER_ASK_H

#include "base/err.h"
#include "detector/mailserver/mailserver.h"

enum { ASK_LIMIT_MS = 10000, ASK_TEXTS = 40 };

struct asked {
	size_t n;
	struct text texts[ASK_TEXTS];
};
void ask_release(struct asked *asked);

enum ask_result {
	ASK_DONE,
	ASK_ABSENT,	/* no such program: that mail server is not here */
	ASK_FAILED	/* *err says what it said */
};

/* Whom to look up; "" for nobody. The second one has no block. */
struct ask_accounts {
	const char *blocked, *unblocked;
};

/* `folder` is postconf's -c, "" for its own. */
enum ask_result ask_postfix(const char *folder,
			    const struct ask_accounts *accounts,
			    struct asked *asked,
			    struct postfix_answers *answers_out,
			    struct err *err);

enum ask_result ask_exim(struct asked *asked, struct slice *config_out,
			 struct err *err);

/* `file` is doveconf's -c, "" for its own. The account that is looked up is
 * the blocked one, or else the other. */
enum ask_result ask_dovecot(const char *file,
			    const struct ask_accounts *accounts,
			    struct asked *asked,
			    struct dovecot_answers *answers_out,
			    struct err *err);

/*
 * A program writes complaints into the midst of what it says, at the end of
 * whatever its buffer held just then: takes out every piece from `mark`
 * ("postconf: ") to its line's end, so that the rest is whole again. What was
 * taken out last is kept in `last_out`, without the newline.
 */
void ask_strip(struct text *said, struct slice mark, struct text *last_out);

#endif
