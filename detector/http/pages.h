/*
 * pages - owners' pages, for as long as a moment: whoever presses "reload", or
 * a link that a thousand scanners open, costs the database one look a second.
 *
 * A page is kept under the link's token and the language that the browser
 * would get if the block had none; with the block's row and what the panel
 * says that is all it is made of. So what another process changes (a lift by
 * scan, a new password) shows after PAGES_LIFE_MS at the latest, and what is
 * changed through this endpoint at once: every request that is no GET or HEAD
 * lets all of them be forgotten.
 *
 * Only whole pages are kept, never a refusal. They hold the link's token, so
 * pages_sweep() wipes what is too old; call it at least twice a second (more
 * often costs nothing).
 *
 * A fixed table. A page has PAGES_WAYS places; when all are taken, the oldest
 * makes room. Beyond PAGES_BYTES nothing more is kept until some have ended.
 * Places are chosen by a hash with a secret seed, and the whole token is
 * compared. `now_ms` is the wall clock; one that jumps back makes pages end.
 */
#ifndef DETECTOR_HTTP_PAGES_H
#define DETECTOR_HTTP_PAGES_H

#include "base/text.h"

enum {
	PAGES_LIFE_MS = 1000,
	PAGES_WAYS = 8,
	PAGES_MAX = 4096,
	PAGES_BYTES = 16 * 1024 * 1024
};

struct pages;

/* Ends the program when there is no memory for it: made once at start. */
struct pages *pages_new(uint64_t seed);
void pages_free(struct pages **pages);

/* Append the page and tell the language it is in; false when there is none. */
bool pages_find(struct pages *pages, struct slice token, const char *wish,
		int64_t now_ms, struct text *out, const char **language_out);

/* `wish` and `language` are borrowed and compared by their address: from
 * languages_choose(). */
void pages_keep(struct pages *pages, struct slice token, const char *wish,
		int64_t now_ms, struct slice page, const char *language);

void pages_forget(struct pages *pages);
void pages_sweep(struct pages *pages, int64_t now_ms);

#endif
