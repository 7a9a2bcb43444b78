/*
 * blocks - the incidents: stopping an account, and letting it send again.
 *
 * A block is a row of comporta_block with the switch in the panel's tables,
 * its notices in the outbox and its line in the audit trail, all in one
 * transaction of the hosting database: either everything stands or nothing.
 *
 * The decision's key is unique. A run that was killed between the database's
 * COMMIT and its own note of it asks again and finds the block made: nothing
 * happens twice.
 *
 * "The password has changed" means: the keyed fingerprint of the stored hash
 * differs from the one kept at block time (blocks_password()), and no
 * application password of that time is left. What was proven is written into
 * the audit trail. What is kept of passwords, fingerprints and the sealed hash
 * (blocks_credential.c), is deleted with the lift.
 *
 * Accounts are kept and compared in lower case. Options are read from the
 * global `settings`: notice.*, lift.*, serve.public_url.
 *
 * Everything fails when the database is away; nothing is then half done, and
 * the same call may be made again. Nothing here may be called from within a
 * callback of one of these functions or of db_run().
 */
#ifndef DETECTOR_BLOCKS_H
#define DETECTOR_BLOCKS_H

#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/password.h"
#include "base/text.h"
#include "detector/panel/db.h"
#include "detector/panel/panel.h"
#include "detector/trust.h"

struct languages;

/* What every function here works with; borrowed from the command. */
struct blocks {
	struct db *db;
	struct panel *panel;
	struct slice secret;	/* HMAC key */
	const struct languages *languages;	/* NULL: the panel's spelling
						 * of a language is kept */
};

struct block {
	int64_t id;
	char decision[80];
	char account[PANEL_LOGIN_SIZE];
	bool is_active;
	int64_t decided_ms;	/* log time of the event that tipped it */
	int64_t blocked_ms;
	int64_t lifted_ms;	/* 0 while active */
	char lifted_by[96];
	char lift_reason[PANEL_FIELD_SIZE];
	char panel[64];
	char previous[PANEL_FIELD_SIZE];
	bool changed;		/* we turned the switch, so we turn it back */
	char fingerprint[CRYPTO_HEX_SIZE];	/* "" when no hash was known */
	char scheme[64];	/* of the hash: "$6$", "{BLF-CRYPT}$2y$" */
	char password_changed[64];
	char language[16];
	char contact[PANEL_LOGIN_SIZE];
	char reseller[PANEL_LOGIN_SIZE];	/* as the panel says, while
				 * it is made or lifted; not kept */
	bool is_repeat;		/* within lift.repeat_within of another */
	bool says_mine;		/* the owner pressed "it was me" */
	bool is_trusted;	/* and its places count as the owner's */
	char proof[128];	/* of the password, at the lift; see
				 * blocks_proven() */
	double probability, log_odds;
	struct text verdict;	/* the verdict's JSON, as printed */
	int64_t token_expires_ms;
};

/* Did a person decide it? The key of the decision says so. */
bool blocks_is_by_hand(const struct block *block);

#define BLOCK_INIT { .verdict = TEXT_INIT(65536) }
void block_release(struct block *block);

/* For the mail server, when an operator gave no reason. Owners are not told
 * it: the notice says the same in their language. */
#define BLOCKS_NO_REASON "stopped by the operator"

/* What leads to a block: from the judge, or from an operator. */
struct block_request {
	const char *decision;	/* unique key */
	struct slice account;
	int64_t decided_ms;
	double probability, log_odds;
	struct slice verdict;	/* JSON; empty for a block by hand */
	const char *actor;	/* "scan", "operator:root", "token:NAME" */
	const char *address;	/* of the client over HTTP, or NULL */
	const char *reason;	/* for people; also the mail server's words */
	bool silent;		/* no notice to the owner and reseller; the
				 * operator's copy goes all the same */
};

enum block_result {
	BLOCK_MADE,
	BLOCK_WAS_MADE,		/* by this decision, in an earlier run */
	BLOCK_WAS_ACTIVE,	/* by another decision; nothing changed */
	BLOCK_UNKNOWN_ACCOUNT,	/* the panel has no such mailbox */
	BLOCK_FAILED		/* *err says why; try again later */
};

/*
 * Make the block and queue its notices. `now_ms` is the wall clock. *id_out is
 * set by MADE, WAS_MADE and WAS_ACTIVE.
 *
 * Through our own table any login can be blocked, known to the panel or not;
 * a panel's own switch needs a mailbox that it knows.
 */
enum block_result blocks_make(struct blocks *blocks,
			      const struct block_request *request,
			      int64_t now_ms, int64_t *id_out,
			      struct err *err);

/*
 * The same for up to BLOCKS_MANY requests in one transaction, with the results
 * and the rows that blocks_make() would give for one after the other, in about
 * a dozen statements and those of the panel for each account. Killed anywhere,
 * either all of the blocks stand or none.
 *
 * One account that cannot be stopped must not keep the others from it: then -1,
 * and the caller makes them one by one. Nothing was made, but for a COMMIT
 * whose answer was lost twice, and blocks_make() finds that out. A panel whose
 * switch is one for several logins is asked about them all before the first is
 * turned; what does not fit then is -1 as well.
 *
 * The owner's token is of the block's id, so it is written when all have one,
 * by the UPDATE that also says whose switches were turned: links that were sent
 * before stay good.
 */
enum { BLOCKS_MANY = 250 };

int blocks_make_many(struct blocks *blocks,
		     const struct block_request *requests, size_t n,
		     int64_t now_ms, enum block_result *results_out,
		     int64_t *ids_out, struct err *err);

enum block_find { BLOCK_FOUND, BLOCK_NOT_FOUND, BLOCK_FIND_ERROR };

enum block_find blocks_get(struct blocks *blocks, int64_t id,
			   struct block *out, struct err *err);
enum block_find blocks_active_of(struct blocks *blocks, struct slice account,
				 struct block *out, struct err *err);
/* By the owner's token: unknown and expired tokens look alike. A lifted
 * block's token still finds it, so that the page can say "already open". */
enum block_find blocks_by_token(struct blocks *blocks, struct slice token,
				int64_t now_ms, struct block *out,
				struct err *err);

struct block_filter {
	const char *state;	/* "active", "lifted" or NULL */
	struct slice account;	/* empty for all */
	struct slice domain;
	int64_t seen_by;	/* only the domains of this reseller's token;
				 * 0 for all */
	struct slice search;	/* part of an account, or a block's
				 * number: "22", "#22" */
	int64_t since_ms;
	int64_t before_id;	/* cursor; 0 for the newest */
	int64_t limit;		/* 1 ... 201: a page, and is there another? */
};

/* Newest first. The callback returns nonzero to stop. A limit outside its
 * range is brought into it. */
int blocks_list(struct blocks *blocks, const struct block_filter *filter,
		int (*each)(void *context, const struct block *block),
		void *context, struct err *err);

/* Id and login of every active block made since then, the newest first, without
 * its texts. The callback returns nonzero to stop. */
int blocks_each_active(struct blocks *blocks, int64_t since_ms,
		       int (*each)(void *context, int64_t block_id,
				   struct slice account),
		       void *context, struct err *err);

enum password_state {
	PASSWORD_UNCHANGED,
	PASSWORD_CHANGED,
	PASSWORD_SAME,		/* another hash of the same password */
	PASSWORD_APP_PASSWORDS_LEFT,	/* changed, but see
					 * blocks_app_passwords() */
	PASSWORD_UNKNOWN,	/* no hash then or now, or it changed together
				 * with its scheme and the panel keeps no time
				 * of the change, or our secret is another one
				 * than then: nothing can be proven */
	PASSWORD_ERROR
};

/*
 * Where the panel keeps the time of the last change, that must have changed
 * too: a re-hash at login gives a new hash for the old password.
 */
enum password_state blocks_password(struct blocks *blocks,
				    const struct block *block,
				    struct err *err);

/* The same look at the panel also tells the owner's name, "" when there is
 * none. */
enum password_state blocks_password_and_name(struct blocks *blocks,
					     const struct block *block,
					     char name_out[PANEL_LOGIN_SIZE],
					     struct err *err);

/* Application passwords: a thief who made one, or read one, still has it when
 * the password is another. */
enum { BLOCKS_APP_NAMES = 20 };

struct blocks_app_passwords {
	int64_t left;		/* stood at the block, and still do */
	int64_t added;		/* made since, or their secret was */
	/* Of those that are left, the first: what the owner calls them, else
	 * "#" and their id. A stranger's words. */
	size_t n_names;
	char names[BLOCKS_APP_NAMES][PANEL_LOGIN_SIZE];
};

/*
 * While the block stands. At block time a fingerprint of each of the first 200
 * is kept. Had the account more, or were they not listed then, no one can tell
 * which are new: then every one counts as left, until none is there.
 */
int blocks_app_passwords(struct blocks *blocks, const struct block *block,
			 struct blocks_app_passwords *out, struct err *err);

/*
 * Is this the password that the account had when it was blocked? Compared with
 * the hash of that time, which is kept sealed while the block stands. Changes
 * nothing. MATCH_UNKNOWN when the panel had no hash or one that cannot be
 * computed here.
 */
int blocks_check_password(struct blocks *blocks, const struct block *block,
			  struct slice password, enum password_match *out,
			  struct err *err);

/* What was known of the password when the block was lifted. UNKNOWN while it
 * stands. */
enum password_state blocks_proven(const struct block *block);

/* What becomes of the account's messages that are held in the queue. */
enum held_fate {
	HELD_AS_SET,		/* queue.at_lift */
	HELD_KEEP,		/* they stay on hold */
	HELD_RELEASE,
	HELD_DELETE
};

/* "keep", "release", "delete", as support says it; false for anything else. */
bool held_fate_named(struct slice word, enum held_fate *fate_out);

/* Who asks for a lift, and how. */
struct lift_request {
	const char *actor;	/* "owner", "scan", "token:N", "operator:N" */
	const char *address;	/* or NULL */
	const char *reason;
	bool by_owner;		/* self-service: a repeat needs support */
	bool force;		/* without a proven password change */
	enum held_fate held;	/* where an owner lifts, always as set */
	struct slice password;	/* the new one in clear, from a panel's hook;
				 * ptr NULL when it is not known */
};

enum lift_result {
	LIFT_DONE,
	LIFT_WAS_LIFTED,
	LIFT_PASSWORD_UNCHANGED,
	LIFT_SAME_PASSWORD,	/* the old one was set again; written into the
				 * audit trail once */
	LIFT_APP_PASSWORDS_LEFT,
	LIFT_NEEDS_SUPPORT,	/* a repeat, self-service off, or unprovable;
				 * told to support: unprovable, so force it */
	LIFT_NOT_FOUND,
	LIFT_FAILED
};

/*
 * Lift block `id`, queue the "lifted" notice, write the audit trail.
 *
 * A lift needs a proof that the password has changed. A new hash is one. With
 * the new password in the request it is also shown to be another one: it must
 * fit the hash that is stored now and not the old one. Then a hash that changed
 * its scheme, or whose time of change did not move, is a proof as well; and a
 * password that fits the old one opens nothing, nor does its hash later.
 *
 * Only support can do without, with `force` and a reason: also where nothing
 * can be proven (PASSWORD_UNKNOWN), so that nobody opens a gate unaware. The
 * panel's switch is turned back only if we turned it, and only if it still
 * stands where we left it.
 */
enum lift_result blocks_lift(struct blocks *blocks, int64_t id,
			     const struct lift_request *request,
			     int64_t now_ms, struct err *err);

/* Try every active block whose owner may lift it: what scan does at the end.
 * *lifted_out counts, also when -1 tells that some could not be tried. */
int blocks_lift_changed(struct blocks *blocks, int64_t now_ms,
			int64_t *lifted_out, struct err *err);

/* Number of the newest line of the audit trail, 0 when there is none. It only
 * grows, unless the database was lost or an older one restored. */
int blocks_newest_audit(struct blocks *blocks, int64_t *id_out,
			struct err *err);

/* What the detector has to hear of: the end of a block, or a person's word. */
struct blocks_news {
	int64_t audit_id, at_ms;
	struct slice account;
	bool is_lift;		/* or a decision that was discarded at the
				 * brake; else `trust` holds */
	struct trust trust;
};

/*
 * News since `after_audit_id` of the audit trail, oldest first: how the
 * detector hears of what was done over HTTP or on a command line. Two
 * transactions may show their ids in the wrong order, so ask from a few ids
 * back, and make hearing of one thing twice harmless.
 */
int blocks_news_since(struct blocks *blocks, int64_t after_audit_id,
		      int (*each)(void *context,
				  const struct blocks_news *news),
		      void *context, struct err *err);

/* What the desk sees at a glance: blocks that stand; notices that wait, and
 * those of the last 30 days that could not be sent. `seen_by` as in
 * block_filter. */
struct blocks_counts {
	int64_t active, waiting, failed;
	int64_t held;		/* by the brake (brake.h); 0 for a reseller */
};

int blocks_counts(struct blocks *blocks, int64_t seen_by, int64_t now_ms,
		  struct blocks_counts *out, struct err *err);

/* The owner's token for a block: HMAC of its id and decision, so the outbox
 * needs no copy and a repeated run makes the same one. 256 bits. */
void blocks_token(struct blocks *blocks, const struct block *block,
		  char token_out[CRYPTO_TOKEN_SIZE]);

/* Who says that places are an account's own. */
struct trust_request {
	struct slice account;
	const struct trust *trust;
	const char *actor;	/* "token:N", "operator:N" */
	const char *address;	/* of the client over HTTP, or NULL */
	const char *reason;
	int64_t first_ms;	/* when it was first asked for, of one that is
				 * asked again because the answer is not
				 * known; else 0 */
};

/* Write it down, for the detector to hear of; once, also when asked again. */
int blocks_trust(struct blocks *blocks, const struct trust_request *request,
		 int64_t now_ms, struct err *err);

/* The places of a block's incident, for lift.trust from `now_ms` on. False
 * when its verdict names none, as after a block by hand, or more than one
 * person can be at. */
bool blocks_places(const struct block *block, int64_t now_ms,
		   struct trust *out);

/* The owner says "it was me". Written down once per block and address, and so
 * often at most that nobody fills a table; lifts nothing. */
int blocks_mine(struct blocks *blocks, const struct block *block,
		const char *address, int64_t now_ms, struct err *err);

/*
 * May the owner's own word make the places of this block trusted? Whoever
 * reads the mailbox has the link as well, so only when the block is over, its
 * password is another one or support made sure, and it is no repeat; else
 * support says it (blocks_trust()).
 */
bool blocks_may_trust(const struct block *block, enum password_state now);

/*
 * After blocks_mine(), from the same address: the block's places are the
 * owner's, once per block. blocks_lift() does the same for an owner who said
 * it before and lifts from the same public address.
 */
int blocks_trust_mine(struct blocks *blocks, const struct block *block,
		      const char *address, int64_t now_ms, struct err *err);

/* Audit lines of one block, the last 200, oldest first, as JSON objects {at,
 * actor, address, action, reason, detail}. */
int blocks_audit_of(struct blocks *blocks, int64_t block_id,
		    struct json *array, struct err *err);

/* The last 20 of one account, the newest first; such objects, with the number
 * of the `block` where there is one. */
int blocks_audit_of_account(struct blocks *blocks, struct slice account,
			    struct json *array, struct err *err);

/* Who gets notices of blocks that came back, besides the operator; "" for
 * nobody. */
const char *blocks_support(void);

/* What notice.domain_languages says of the account's domain: the whole name
 * before ".example", the longest ending first. Empty when nothing. */
struct slice blocks_domain_language(struct slice account);

/* Notices of one block as JSON objects {kind, recipient, language, state,
 * attempts, queued, tried, sent, last_error}. */
int blocks_notices_of(struct blocks *blocks, int64_t block_id,
		      struct json *array, struct err *err);

#endif
