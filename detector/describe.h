/*
 * describe - a block in its owner's words: fills in a letter's values from the
 * block's row, for the notices and for the owner page.
 *
 * Everything comes from the row, so that a notice sent a day late says what
 * was true when the block was made. Only the owner's name is asked of the
 * panel, and left out when it does not answer.
 *
 * The evidence is the verdict's JSON: window.messages, recipients,
 * unknown_recipients, countries, sample_ips, sample_domains; of `evidence`,
 * what speaks clearly against the account (one nat or more, or a limit that
 * was exceeded), in the words that language.conf has as "reason.SIGNAL".
 * Missing parts leave their values empty, and templates leave their lines out.
 * A block by hand has no evidence, or the signal "manual" and nothing else:
 * its letter gives the operator's reason from the audit trail instead.
 */
#ifndef DETECTOR_DESCRIBE_H
#define DETECTOR_DESCRIBE_H

#include "detector/blocks.h"
#include "notifier/letter.h"
#include "notifier/outbox.h"

struct describe {
	struct blocks *blocks;
	const struct languages *languages;
	const char *name;	/* the owner's, where it was asked for
				 * already; NULL: the panel is asked */
	/* Who is watched, one login a line (20 at most), and how many: for the
	 * digest, from whoever has the state open. May be NULL. */
	bool (*watched)(void *context, struct text *lines_out, int64_t *n_out);
	void *watched_context;
};

/* An outbox_describe_fn: `context` is a struct describe. */
int describe_notice(void *context, int64_t about_id, enum notice_kind kind,
		    struct slice recipient, struct letter *letter,
		    struct err *err);

/*
 * The same for one block at hand, without the link. The letter's language is
 * used, else the block's; so are its at_ms and id, where they are not 0.
 */
void describe_block(const struct describe *describe, const struct block *block,
		    struct letter *letter);

/* describe_operator.c: an alarm, and the digest of a day (digest.h), as
 * outbox_describe_fn. */
int describe_alarm(const struct describe *describe, int64_t alarm_id,
		   struct letter *letter, struct err *err);
int describe_digest(const struct describe *describe, int64_t day,
		    struct letter *letter, struct err *err);

#endif
