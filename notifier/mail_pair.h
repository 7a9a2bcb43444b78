/*
 * mail_pair - a route over two mail servers: what the first does not take now
 * goes through the second, in the same attempt.
 *
 *   first says          then
 *   accepted, refused   that is the answer (a 5xx for this recipient would be
 *                       the same elsewhere, or a way round it)
 *   later (4xx)         the second is asked: a full queue is full for all
 *   away                the second is asked, and the first is left alone for a
 *                       minute, then two, at most fifteen: nobody waits for
 *                       its time limit again and again
 *   uncertain           the second is NOT asked: the first may have the mail.
 *                       Later, with the same Message-ID, as after any lost
 *                       answer (outbox.h). The first is left alone as above
 *
 * What the second refuses is no refusal: it may only be its rules for relaying.
 * The mail stays, until the first one answers or the attempts are used up.
 */
#ifndef NOTIFIER_MAIL_PAIR_H
#define NOTIFIER_MAIL_PAIR_H

#include "notifier/mail.h"

enum { MAIL_REST_MS = 60 * 1000, MAIL_REST_MAX_MS = 15 * 60 * 1000 };

/* One of the two. `name` is for messages, and borrowed. */
struct mail_way {
	struct mail_route route;	/* send NULL: there is none */
	const char *name;
	int64_t rest_ms;		/* the last pause; 0: it answers */
	int64_t until_ms;		/* resting; monotonic clock */
};

/* All zeros to begin with. To be kept over many runs; the routes are put in
 * anew for each. */
struct mail_pair {
	struct mail_way ways[2];
	int64_t (*clock)(void);		/* monotonic, ms; NULL: the machine's */
	int64_t by_second;		/* accepted there; counts up */
};

struct mail_route mail_pair_route(struct mail_pair *pair);

#endif
