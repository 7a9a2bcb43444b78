/*
 * Which incidents are drawn: the stopped ones, the largest first if there are
 * too many, then some that came closest. Each group in the order of time.
 */
#include "detector/album/page.h"

static bool is_before(const struct picture *a, const struct picture *b,
		      bool of_size)
{
	if (!of_size)
		return a->start_s < b->start_s;
	return a->stopped_s ? a->recipients > b->recipients
			    : a->highest > b->highest;
}

static void sort(const struct picture **all, size_t n, bool of_size)
{
	for (size_t i = 1; i < n; i++) {
		const struct picture *one = all[i];
		size_t at = i;

		while (at > 0 && is_before(one, all[at - 1], of_size)) {
			all[at] = all[at - 1];
			at--;
		}
		all[at] = one;
	}
}

/* Keeps the `max` that matter most; their number. */
static size_t choose(const struct pictures *pictures, double least_odds,
		     bool stopped, const struct picture **out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < pictures->n; i++) {
		const struct picture *one = pictures->all[i];

		if (!one->is_used || (one->stopped_s != 0) != stopped ||
		    (!stopped && one->highest < least_odds))
			continue;
		if (n == max) {
			if (max == 0 || !is_before(one, out[n - 1], true))
				continue;
			n--;
		}
		out[n++] = one;
		sort(out, n, true);
	}
	sort(out, n, false);
	return n;
}

void gallery_choose(const struct pictures *pictures, double least_odds,
		    struct gallery *gallery_out)
{
	struct gallery gallery = { .n = 0 };
	size_t room;

	gallery.n_stopped = choose(pictures, least_odds, true, gallery.shown,
				   DRAWINGS_MAX);
	room = DRAWINGS_MAX - gallery.n_stopped;
	gallery.n = gallery.n_stopped +
		    choose(pictures, least_odds, false,
			   gallery.shown + gallery.n_stopped,
			   room < CLOSE_DRAWINGS_MAX ? room
						     : CLOSE_DRAWINGS_MAX);
	*gallery_out = gallery;
}

size_t gallery_find(const struct gallery *gallery, uint64_t key)
{
	for (size_t i = 0; i < gallery->n_stopped; i++)
		if (gallery->shown[i]->key == key)
			return i + 1;
	return 0;
}
