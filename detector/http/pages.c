#include "detector/http/pages.h"

#include "base/crypto.h"
#include "base/hash.h"
#include "base/must.h"

#include <string.h>

enum { SWEEP_MS = 200 };

struct page {
	char token[CRYPTO_TOKEN_SIZE];
	const char *wish, *language;
	int64_t made_ms;
	uint64_t age;		/* pages.age at that time */
	char *bytes;		/* NULL: free place */
	size_t len;
};

struct pages {
	uint64_t seed;
	size_t bytes, n;	/* in all */
	uint64_t age;		/* goes on with pages_forget() */
	int64_t swept_ms;
	struct page list[PAGES_MAX];
};

struct pages *pages_new(uint64_t seed)
{
	struct pages *pages = must(calloc(1, sizeof(*pages)));

	pages->seed = seed;
	return pages;
}

static void forget(struct pages *pages, struct page *page)
{
	if (!page->bytes)
		return;
	pages->bytes -= page->len;
	pages->n--;
	explicit_bzero(page->bytes, page->len);
	free(page->bytes);
	explicit_bzero(page, sizeof(*page));
}

/* Those who only ask to have them forgotten must not cost more than others;
 * pages_sweep() wipes them. */
void pages_forget(struct pages *pages)
{
	pages->age++;
}

void pages_free(struct pages **pages)
{
	if (!*pages)
		return;
	for (size_t i = 0; i < PAGES_MAX; i++)
		forget(*pages, &(*pages)->list[i]);
	free(*pages);
	*pages = NULL;
}

static bool is_old(const struct pages *pages, const struct page *page,
		   int64_t now_ms)
{
	return page->age != pages->age || now_ms < page->made_ms ||
	       now_ms - page->made_ms >= PAGES_LIFE_MS;
}

void pages_sweep(struct pages *pages, int64_t now_ms)
{
	if (now_ms >= pages->swept_ms &&
	    now_ms - pages->swept_ms < SWEEP_MS)
		return;
	pages->swept_ms = now_ms;
	for (size_t i = 0; pages->n > 0 && i < PAGES_MAX; i++)
		if (is_old(pages, &pages->list[i], now_ms))
			forget(pages, &pages->list[i]);
}

static struct page *ways_of(struct pages *pages, struct slice token)
{
	return &pages->list[hash_bytes(token, pages->seed) %
			    (PAGES_MAX / PAGES_WAYS) * PAGES_WAYS];
}

static bool is_for(const struct page *page, struct slice token,
		   const char *wish)
{
	return page->bytes && page->wish == wish &&
	       slice_eq(slice_from(page->token), token);
}

bool pages_find(struct pages *pages, struct slice token, const char *wish,
		int64_t now_ms, struct text *out, const char **language_out)
{
	struct page *ways = ways_of(pages, token);

	for (size_t i = 0; i < PAGES_WAYS; i++) {
		if (!is_for(&ways[i], token, wish) ||
		    is_old(pages, &ways[i], now_ms))
			continue;
		text_add(out, (struct slice){ ways[i].bytes, ways[i].len });
		*language_out = ways[i].language;
		return true;
	}
	return false;
}

/* The page's own place, else a free one, else the oldest page's. */
static struct page *make_place(struct pages *pages, struct slice token,
			       const char *wish)
{
	struct page *ways = ways_of(pages, token), *best = &ways[0];

	for (size_t i = 0; i < PAGES_WAYS; i++) {
		if (is_for(&ways[i], token, wish)) {
			best = &ways[i];
			break;
		}
		if (best->bytes && (!ways[i].bytes ||
				    ways[i].made_ms < best->made_ms))
			best = &ways[i];
	}
	forget(pages, best);
	return best;
}

void pages_keep(struct pages *pages, struct slice token, const char *wish,
		int64_t now_ms, struct slice page, const char *language)
{
	struct page *place;

	if (token.len >= CRYPTO_TOKEN_SIZE || page.len == 0)
		return;
	place = make_place(pages, token, wish);
	if (pages->bytes + page.len > PAGES_BYTES)
		return;
	*place = (struct page){ .wish = wish, .language = language,
				.made_ms = now_ms, .age = pages->age,
				.len = page.len,
				.bytes = must(malloc(page.len)) };
	slice_copy(token, place->token, sizeof(place->token));
	memcpy(place->bytes, page.ptr, page.len);
	pages->bytes += page.len;
	pages->n++;
}
