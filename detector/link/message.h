/*
 * message - what the process that reads logs and the one that has the hosting
 * database say to each other: each message of a fixed shape, every field with
 * a bound, written and read in one place.
 *
 * The reader asks, the actor answers; one question at a time. Frames that
 * belong to a question (decisions, queue ids) go before it, what was found
 * comes before LINK_DONE, and every question ends in exactly one of those.
 *
 * Neither side trusts the other: the reader may have been taken over by a line
 * of a log, and what the actor says came out of a database. link_decode()
 * takes any bytes, and gives only what keeps within its bounds: words without
 * control bytes, flags that are 0 or 1, numbers that are finite. What a message
 * means is checked by who gets it.
 *
 * A frame is a head of eight bytes and its fields, numbers with the lowest byte
 * first: version (2), type (2), bytes that follow (4). Words and bytes have
 * their length in front (4).
 *
 * To add one: its type, its struct, its place in the union, its row of fields
 * in message.c, its line in tests/test_link.c. A change of any shape raises
 * LINK_VERSION.
 */
#ifndef DETECTOR_LINK_MESSAGE_H
#define DETECTOR_LINK_MESSAGE_H

#include "base/text.h"
#include "detector/sight.h"

enum {
	LINK_VERSION = 1,
	LINK_HEAD = 8,
	LINK_VERDICT_MAX = 65536,	/* of pending.h */
	LINK_IDS_MAX = 32768,
	LINK_FRAME_MAX = LINK_HEAD + LINK_VERDICT_MAX + 1024,
	LINK_CELLS_MAX = 512		/* METRIC_CELLS_MAX */
};

enum link_type {
	/* What the reader says. Answered by LINK_DONE, but for those that go
	 * before a question. */
	LINK_HELLO = 1,		/* first of all */
	LINK_TRAIL,		/* how long is the audit trail? */
	LINK_STANDS,		/* has the account a block? */
	LINK_HEAR,		/* lifts and words of trust */
	LINK_DECISION,		/* before LINK_ACT */
	LINK_ACT,		/* carry those out */
	LINK_LOOK,		/* whose queue ids are wanted? */
	LINK_FOUND,		/* before LINK_FOLLOW */
	LINK_FOLLOW,		/* note those, run what is due */
	LINK_SEND,		/* lift, tell the operator, send notices */
	LINK_HOOKS,		/* send webhooks */
	LINK_PUBLISH,		/* metrics */
	LINK_RELOAD,		/* the configuration has changed */
	LINK_WATCHED,		/* the answer to LINK_ASK_WATCHED */

	/* What the actor says. */
	LINK_DONE = 64,
	LINK_AUDIT,		/* of LINK_TRAIL */
	LINK_STANDING,		/* of LINK_STANDS */
	LINK_NEWS,		/* of LINK_HEAR, one each */
	LINK_RESULT,		/* of LINK_ACT, one for each decision */
	LINK_ACTED,		/* of LINK_ACT */
	LINK_WANTED,		/* of LINK_LOOK, one for each block */
	LINK_SENT,		/* of LINK_SEND */
	LINK_ASK_WATCHED,	/* during LINK_SEND: who is watched? */

	LINK_TYPES
};

enum { LINK_ACCOUNT_SIZE = 256, LINK_KEY_SIZE = 80, LINK_WORDS_SIZE = 480 };

/* One that asks nothing besides its type has no fields. */

struct link_hello {
	char program[32];	/* its version: both must be of one */
};

struct link_stands {
	char account[LINK_ACCOUNT_SIZE];
};

struct link_hear {
	int64_t after_id;	/* of the audit trail */
};

struct link_decision {
	char key[LINK_KEY_SIZE];
	char account[LINK_ACCOUNT_SIZE];
	int64_t decided_ms;
	double probability, log_odds;
	struct slice verdict;	/* JSON */
};

struct link_act {
	int64_t active;		/* accounts, as activity.h counts them */
};

struct link_look {
	bool is_due;		/* something new may be in the queue */
};

struct link_found {
	int64_t block_id;
	struct slice ids;	/* one a line */
};

struct link_send {
	struct sight sight;
	bool is_watch;		/* another process sends */
};

struct link_hooks {
	bool is_watch;
};

struct link_publish {
	double cells[LINK_CELLS_MAX];	/* NAN: not known */
};

struct link_watched {
	bool is_known;
	int64_t n;
	struct slice lines;	/* logins, one a line */
};

struct link_done {
	int64_t about;		/* the question's type */
	int64_t code;		/* EXIT_FINE, or of err.h with the words */
	char words[LINK_WORDS_SIZE];
};

struct link_audit {
	int64_t newest_id;
};

struct link_standing {
	bool has_block;
};

struct link_news {
	int64_t audit_id, at_ms;
	char account[LINK_ACCOUNT_SIZE];
	bool is_lift;
	char places[128];	/* as trust_print() has them; "" for a lift */
};

struct link_result {
	int64_t i;		/* the decision's place, from 0 */
	int64_t result;		/* enum action_result */
};

struct link_acted {
	bool braked, stopped;
};

struct link_wanted {
	int64_t block_id;
	int64_t account;	/* account_key(), bit by bit */
};

struct link_sent {
	int64_t lifted;
	bool was_told;		/* the operator was */
	int64_t sent, later, failed;
	char last_error[300];
};

struct link_message {
	enum link_type type;
	union {
		struct link_hello hello;
		struct link_stands stands;
		struct link_hear hear;
		struct link_decision decision;
		struct link_act act;
		struct link_look look;
		struct link_found found;
		struct link_send send;
		struct link_hooks hooks;
		struct link_publish publish;
		struct link_watched watched;
		struct link_done done;
		struct link_audit audit;
		struct link_standing standing;
		struct link_news news;
		struct link_result result;
		struct link_acted acted;
		struct link_wanted wanted;
		struct link_sent sent;
	};
};

/* "act", for messages. "?" for what is no type. */
const char *link_type_name(enum link_type type);

/* For words that may be anybody's: as many as there is room for, blanks for
 * control bytes. And: would they be taken as they are? */
void link_words(struct slice words, char *to, size_t size);
bool link_takes(struct slice words, size_t size);

/* The greeting of this program. */
void link_hello(struct link_message *out);

/* Appends the frame; false when a field is not within its bounds, which is the
 * caller's to cut, and nothing was appended. */
bool link_encode(const struct link_message *message, struct text *frame_out);

/* One whole frame. Slices in it borrow from `frame`. False for anything that
 * link_encode() would not have written; *out is then of no use. */
bool link_decode(struct slice frame, struct link_message *out);

#endif
