#include "detector/accounts.h"

#include "base/arena.h"
#include "base/fetch.h"
#include "base/hash.h"
#include "base/must.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	HUGE_PAGE = 2 << 20,	/* bytes */
	CHUNK_SIZE = 32 << 20,	/* bytes */
	CHUNK = CHUNK_SIZE / sizeof(struct account_entry),
	FIRST_SLOTS = 1024,
	EVICT_AGE_S = 7 * 86400
};

/* Open addressing over keys; entries live in chunks so that growing the
 * table moves no entry. Slot 0 means free, so indices start at 1. */
struct accounts {
	struct accounts_backing backing;
	bool is_backed;
	struct {
		uint64_t key;
		uint32_t index;
	} *slots;
	size_t n_slots;
	struct account_entry **chunks;
	size_t n_chunks, n;
	size_t n_touched;	/* entries behind these were never used and are
				 * all zero */
	struct arena logins;
};

enum { FOLDED_SIZE = ACCOUNT_LOGIN_MAX + 2 };

/* In lower case, into `room`. */
static struct slice fold(struct slice login, char room[FOLDED_SIZE])
{
	size_t len = login.len < FOLDED_SIZE ? login.len : FOLDED_SIZE - 1;

	slice_copy_lower(login, room, FOLDED_SIZE);
	return (struct slice){ room, len };
}

uint64_t account_key(struct slice login)
{
	char room[FOLDED_SIZE];

	return hash_bytes(fold(login, room), 0x636f6d706f727461);
}

uint64_t account_domain(struct slice login)
{
	struct slice domain = slice_domain(login);

	return domain.len ? hash_bytes(domain, 8) | 1 : 0;
}

struct accounts *accounts_new(const struct accounts_backing *backing)
{
	struct accounts *accounts = must(calloc(1, sizeof(*accounts)));

	if (backing) {
		accounts->backing = *backing;
		accounts->is_backed = true;
	}
	accounts->n_slots = FIRST_SLOTS;
	accounts->slots = must(calloc(FIRST_SLOTS, sizeof(*accounts->slots)));
	return accounts;
}

static void free_chunks(struct accounts *accounts)
{
	for (size_t i = 0; i < accounts->n_chunks; i++)
		free(accounts->chunks[i]);
	free(accounts->chunks);
	accounts->chunks = NULL;
	accounts->n_chunks = 0;
	accounts->n = accounts->n_touched = 0;
	arena_release(&accounts->logins);
}

void accounts_free(struct accounts **accounts)
{
	if (!*accounts)
		return;
	free_chunks(*accounts);
	free((*accounts)->slots);
	free(*accounts);
	*accounts = NULL;
}

static struct account_entry *entry_at(const struct accounts *accounts,
				      size_t index)
{
	return &accounts->chunks[(index - 1) / CHUNK][(index - 1) % CHUNK];
}

static size_t slot_of(const struct accounts *accounts, uint64_t key)
{
	size_t slot = key & (accounts->n_slots - 1);

	while (accounts->slots[slot].index &&
	       accounts->slots[slot].key != key)
		slot = (slot + 1) & (accounts->n_slots - 1);
	return slot;
}

static void rebuild(struct accounts *accounts, size_t n_slots)
{
	free(accounts->slots);
	accounts->n_slots = n_slots;
	accounts->slots = must(calloc(n_slots, sizeof(*accounts->slots)));
	for (size_t i = 1; i <= accounts->n; i++) {
		uint64_t key = entry_at(accounts, i)->key;
		size_t slot = slot_of(accounts, key);

		accounts->slots[slot].key = key;
		accounts->slots[slot].index = (uint32_t)i;
	}
}

static uint32_t newest(const struct accounts *accounts)
{
	uint32_t newest_s = 0;

	for (size_t i = 1; i <= accounts->n; i++) {
		uint32_t last_s = entry_at(accounts, i)->account.last_s;

		if (last_s > newest_s)
			newest_s = last_s;
	}
	return newest_s;
}

/* Keep what matters: suspicious, changed since the last commit, or seen in
 * the last week. Their logins move, so that those of the others end, too. */
static void evict(struct accounts *accounts)
{
	uint32_t newest_s = newest(accounts);
	struct arena logins = { .blocks = NULL };
	size_t kept = 0;

	for (size_t i = 1; i <= accounts->n; i++) {
		struct account_entry *entry = entry_at(accounts, i);
		bool matters =
			entry->account.standing != STANDING_CALM ||
			(accounts->is_backed && entry->is_dirty) ||
			newest_s < entry->account.last_s + EVICT_AGE_S;

		if (!matters)
			continue;
		entry->login = arena_copy(&logins, account_login(entry));
		*entry_at(accounts, ++kept) = *entry;
	}
	arena_release(&accounts->logins);
	accounts->logins = logins;
	accounts->n = kept;
	rebuild(accounts, accounts->n_slots);
}

/* Each event touches another account, and all over it: with pages of 4 KB the
 * processor would look up the page nearly every time. */
static struct account_entry *new_chunk(void)
{
	/* So large a piece comes from the kernel by itself, all zero, and is
	 * there only as far as it is touched. */
	char *chunk = must(calloc(1, CHUNK_SIZE));
	uintptr_t first = ((uintptr_t)chunk + HUGE_PAGE - 1) / HUGE_PAGE;
	uintptr_t end = ((uintptr_t)chunk + CHUNK_SIZE) / HUGE_PAGE;

	/* Where there are no huge pages it is only slower. */
	madvise((void *)(first * HUGE_PAGE), (end - first) * HUGE_PAGE,
		MADV_HUGEPAGE);
	return (struct account_entry *)(void *)chunk;
}

static struct account_entry *add_entry(struct accounts *accounts, uint64_t key)
{
	struct account_entry *entry;
	size_t slot;

	if (accounts->n == ACCOUNTS_MAX)
		return NULL;
	if (accounts->n == accounts->n_chunks * CHUNK) {
		accounts->chunks =
			must(realloc(accounts->chunks,
				     (accounts->n_chunks + 1) *
					     sizeof(*accounts->chunks)));
		accounts->chunks[accounts->n_chunks++] = new_chunk();
	}
	if ((accounts->n + 1) * 2 > accounts->n_slots)
		rebuild(accounts, accounts->n_slots * 2);
	entry = entry_at(accounts, ++accounts->n);
	if (accounts->n <= accounts->n_touched)
		memset(entry, 0, sizeof(*entry));
	else
		accounts->n_touched = accounts->n;
	entry->key = key;
	slot = slot_of(accounts, key);
	accounts->slots[slot].key = key;
	accounts->slots[slot].index = (uint32_t)accounts->n;
	return entry;
}

static struct account_entry *loaded(struct accounts *accounts, uint64_t key)
{
	struct account_entry found = { .key = key };
	struct account_entry *entry;

	if (!accounts->is_backed ||
	    accounts->backing.load(accounts->backing.context, key,
				   &found) != 1)
		return NULL;
	/* Never made anew: that would forget what is stored of it. */
	if (accounts->n == ACCOUNTS_MAX)
		evict(accounts);
	entry = add_entry(accounts, key);
	if (entry) {
		*entry = found;
		entry->login = arena_copy(&accounts->logins,
					  account_login(&found));
		entry->domain = account_domain(account_login(entry));
		entry->known_until_s = found.account.last_s;
		entry->is_dirty = false;
	}
	return entry;
}

/* Many accounts do not fit into the processor's caches, and what an event
 * touches of one is spread over it. Only so many lines can be on their way at
 * once, so those that it does not touch are left where they are. */
static void fetch_soon(const struct account_entry *entry,
		       enum account_part part)
{
	const struct account *account = &entry->account;

	switch (part) {
	case ACCOUNT_OF_LOGIN:
		fetch_range(entry, &account->incident.last_s);
		break;
	case ACCOUNT_OF_MAIL:
		fetch_range(entry, entry + 1);
		break;
	case ACCOUNT_OF_OUTCOME:
		fetch_range(entry, account->networks);
		fetch(&account->incident);
		fetch_range(&account->failures, entry + 1);
		break;
	}
}

void accounts_foresee_place(const struct accounts *accounts, uint64_t key)
{
	fetch(&accounts->slots[key & (accounts->n_slots - 1)]);
}

void accounts_foresee(const struct accounts *accounts, uint64_t key,
		      enum account_part part)
{
	size_t slot = slot_of(accounts, key);

	if (accounts->slots[slot].index)
		fetch_soon(entry_at(accounts, accounts->slots[slot].index),
			   part);
}

struct account_entry *accounts_find(struct accounts *accounts, uint64_t key)
{
	size_t slot = slot_of(accounts, key);

	if (!accounts->slots[slot].index)
		return loaded(accounts, key);
	return entry_at(accounts, accounts->slots[slot].index);
}

struct account_entry *accounts_get(struct accounts *accounts,
				   struct slice login)
{
	return accounts_get_by(accounts, 0, login);
}

struct account_entry *accounts_get_by(struct accounts *accounts, uint64_t key,
				      struct slice login)
{
	struct account_entry *entry;
	char room[FOLDED_SIZE];

	if (login.len == 0 || login.len > ACCOUNT_LOGIN_MAX)
		return NULL;
	if (!key)
		key = account_key(login);
	entry = accounts_find(accounts, key);
	if (!entry) {
		if (accounts->n == ACCOUNTS_MAX)
			evict(accounts);
		entry = add_entry(accounts, key);
		if (!entry)
			return NULL;
		entry->login = arena_copy(&accounts->logins,
					  fold(login, room));
		entry->login_len = (uint8_t)login.len;
		entry->domain = account_domain(account_login(entry));
	}
	entry->is_dirty = true;
	return entry;
}

int accounts_each(struct accounts *accounts,
		  int (*each)(void *context, struct account_entry *entry),
		  void *context)
{
	for (size_t i = 1; i <= accounts->n; i++) {
		int result = each(context, entry_at(accounts, i));

		if (result)
			return result;
	}
	return 0;
}

int accounts_each_dirty(struct accounts *accounts,
			int (*each)(void *context,
				    struct account_entry *entry),
			void *context)
{
	for (size_t i = 1; i <= accounts->n; i++) {
		struct account_entry *entry = entry_at(accounts, i);
		int result = entry->is_dirty ? each(context, entry) : 0;

		if (result)
			return result;
	}
	return 0;
}

void accounts_forget_clean(struct accounts *accounts, size_t keep)
{
	for (size_t i = 1; i <= accounts->n; i++)
		entry_at(accounts, i)->is_dirty = false;
	if (accounts->n <= keep)
		return;
	free_chunks(accounts);
	memset(accounts->slots, 0,
	       accounts->n_slots * sizeof(*accounts->slots));
}

size_t accounts_count(const struct accounts *accounts)
{
	return accounts->n;
}
