/*
 * accounts - all accounts in memory, found by their key.
 *
 * With a state file behind it (accounts_backed) an unknown key is looked up
 * there first, and what changed is handed back at every commit, so memory
 * follows the accounts that appear in new lines, not all there are. Without
 * one (replay) the table is all there is.
 *
 * Limit: ACCOUNTS_MAX in memory. A full table gives up the calm accounts seen
 * longest ago; with a state file behind it nothing is lost by that.
 *
 * Pointers stay valid until the next accounts_forget_clean().
 */
#ifndef DETECTOR_ACCOUNTS_H
#define DETECTOR_ACCOUNTS_H

#include "detector/account.h"

enum { ACCOUNTS_MAX = 4000000 };

struct account_entry {
	uint64_t key;
	const char *login;	/* in lower case; the table's */
	uint64_t domain;	/* account_domain() of it */
	uint32_t known_until_s;	/* account.last_s as it was loaded; 0 new */
	uint8_t login_len;	/* at most ACCOUNT_LOGIN_MAX */
	bool is_dirty;
	struct account account;
};

static inline struct slice account_login(const struct account_entry *entry)
{
	return (struct slice){ entry->login, entry->login_len };
}

/* Where accounts come from and what they are called there. Returns 1 found,
 * 0 not there, -1 failed. The login that it gives out lives until the next
 * call. */
struct accounts_backing {
	void *context;
	int (*load)(void *context, uint64_t key, struct account_entry *entry);
};

struct accounts;

struct accounts *accounts_new(const struct accounts_backing *backing);
void accounts_free(struct accounts **accounts);

/* The account of this login, made when new. NULL for a login that is empty or
 * too long to be one, and when the table is full of accounts that matter.
 * Marks it as changed. */
struct account_entry *accounts_get(struct accounts *accounts,
				   struct slice login);

/* The same for who has its account_key() already; 0: not. */
struct account_entry *accounts_get_by(struct accounts *accounts, uint64_t key,
				      struct slice login);

/* What an event will look at. */
enum account_part {
	ACCOUNT_OF_LOGIN,	/* places */
	ACCOUNT_OF_MAIL,	/* everything: mail that is handed in */
	ACCOUNT_OF_OUTCOME	/* deliveries and recipients */
};

/* Soon accounts_get() or _find() will be asked for this key: have the place in
 * the table brought from memory, and then, which needs the first, the account
 * itself. Neither waits, makes or loads anything. */
void accounts_foresee_place(const struct accounts *accounts, uint64_t key);
void accounts_foresee(const struct accounts *accounts, uint64_t key,
		      enum account_part part);

/* By key, never made. NULL when it is not known. */
struct account_entry *accounts_find(struct accounts *accounts, uint64_t key);

/* All that changed since the last accounts_forget_clean(); return nonzero to
 * stop, which is handed on. */
int accounts_each_dirty(struct accounts *accounts,
			int (*each)(void *context,
				    struct account_entry *entry),
			void *context);

/* All of them, in no order. */
int accounts_each(struct accounts *accounts,
		  int (*each)(void *context, struct account_entry *entry),
		  void *context);

/* After a commit: nothing is dirty any more; beyond `keep` entries the table
 * starts anew. Pointers die. */
void accounts_forget_clean(struct accounts *accounts, size_t keep);

size_t accounts_count(const struct accounts *accounts);

#endif
