/*
 * explain - one account in words and as JSON: what both printers are given.
 */
#ifndef DETECTOR_COMMANDS_EXPLAIN_H
#define DETECTOR_COMMANDS_EXPLAIN_H

#include "base/json.h"
#include "detector/accounts.h"
#include "detector/blocks.h"
#include "detector/days.h"
#include "detector/geo.h"
#include "detector/verdict.h"
#include "notifier/letter.h"

struct explanation {
	struct account_entry entry;
	char login[ACCOUNT_LOGIN_MAX + 1];	/* the entry's */
	struct err unseen;	/* no log named it: why it is not known; code
				 * 0: it is known */
	bool has_no_state;	/* nothing was ever scanned, or it cannot be
				 * read */
	uint32_t now_s;		/* log time of its last event: everything is
				 * as of then; of one that no log named, when
				 * something was last done about it */
	struct verdict verdict;
	/* Nats that are missing; below zero: so far beyond the line. */
	double to_watch, to_block;
	struct days_part day[DAYS_PARTS_MAX];	/* the last day until then */
	size_t n_day;
	bool is_silent_too;	/* also signals that say nothing */

	int64_t block_id;	/* what the mail server acts on; 0 for none,
				 * or when nobody could be asked */
	int64_t blocked_ms;
	struct json *actions, *queue;	/* of the block, as the API has them;
					 * NULL for none */
	enum password_state password;	/* of the block; PASSWORD_ERROR when
					 * nobody could be asked */
	struct text password_words;
	struct json *history;	/* audit lines, the newest first; NULL when
				 * nobody could be asked */
	const char *no_history;	/* why not; "" when there is no database to
				 * ask */
	struct languages *languages;	/* NULL: countries by their codes */
	struct geo *geo;	/* NULL: networks by number */
};

enum { EXPLAIN_NAME_SIZE = 64 };

/* From the state: entry, login, now_s, verdict, what is missing. EXIT_DATA
 * when no log ever named the account; then there are key and login only, the
 * login empty when it is too long to be one. */
int explain_load(struct explanation *explanation, struct slice name,
		 struct err *err);
/* The verdict of one that no log named, as of the newest of `history`. */
void explain_judge(struct explanation *explanation);

/* "Vietnam", or "VN". */
const char *explain_country(const struct explanation *e, uint16_t country);

/* "VNPT Corp"; false when nobody knows. A stranger's words. */
bool explain_network_name(const struct explanation *e, uint32_t network,
			  char out[EXPLAIN_NAME_SIZE]);
/* "AS45899 VNPT Corp", "AS45899". */
void explain_network(const struct explanation *e, uint32_t network,
		     char out[EXPLAIN_NAME_SIZE]);

void explain_print(const struct explanation *explanation);

/* The object of docs/JSON.md; the caller frees. History, actions and queue go
 * into it. */
struct json *explain_json(struct explanation *explanation);

/* For http_context.known; `languages` may be NULL. */
bool explain_known(void *languages, struct slice account,
		   struct json *object);
void explain_add_known(const struct explanation *explanation,
		       struct json *object);

#endif
