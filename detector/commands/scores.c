#include "detector/commands/scores.h"

#include "base/must.h"
#include "base/stamp.h"
#include "base/text.h"
#include "detector/judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 4096, SIGNALS_MAX = ACCOUNT_GROUPS };

static const double SCORES_STEP = 0.1;
/* Below this much in all nobody asks. */
static const double SCORES_FROM = 0.8;

struct seen {
	uint64_t key;		/* of the account; 0 free */
	uint32_t day;
	float highest[SIGNALS_MAX];	/* of what was written on that day */
};

struct scores {
	FILE *file;
	char *path;
	struct seen *slots;
	size_t n_slots, n;
};

int scores_open(const char *path, struct scores **scores_out, struct err *err)
{
	struct scores *scores;
	FILE *file = fopen(path, "we");

	if (!file)
		return err_errno(err, EXIT_FILE, errno, "cannot create %s",
				 path);
	scores = must(calloc(1, sizeof(*scores)));
	scores->file = file;
	scores->path = must(strdup(path));
	scores->n_slots = FIRST_SLOTS;
	scores->slots = must(calloc(FIRST_SLOTS, sizeof(*scores->slots)));
	fprintf(file, "at_ms\taccount\tkind\tprior");
	for (size_t i = 0; signal_at(i); i++)
		fprintf(file, "\t%s", signal_at(i)->name);
	fputc('\n', file);
	*scores_out = scores;
	return 0;
}

static struct seen *slot_of(struct scores *scores, uint64_t key)
{
	size_t slot = key & (scores->n_slots - 1);

	while (scores->slots[slot].key && scores->slots[slot].key != key)
		slot = (slot + 1) & (scores->n_slots - 1);
	return &scores->slots[slot];
}

static void grow(struct scores *scores)
{
	struct seen *old = scores->slots;
	size_t n_old = scores->n_slots;

	scores->n_slots *= 2;
	scores->slots = must(calloc(scores->n_slots, sizeof(*old)));
	for (size_t i = 0; i < n_old; i++)
		if (old[i].key)
			*slot_of(scores, old[i].key) = old[i];
	free(old);
}

static struct seen *seen_of(struct scores *scores, uint64_t key, uint32_t day)
{
	struct seen *seen = slot_of(scores, key);

	if (!seen->key && scores->n * 2 >= scores->n_slots) {
		grow(scores);
		seen = slot_of(scores, key);
	}
	if (!seen->key) {
		seen->key = key;
		scores->n++;
	}
	if (seen->day != day) {
		memset(seen->highest, 0, sizeof(seen->highest));
		seen->day = day;
	}
	return seen;
}

static bool rises(struct seen *seen, const double *sums, size_t n)
{
	bool is_higher = false;

	for (size_t i = 0; i < n; i++)
		is_higher |= sums[i] > seen->highest[i] + SCORES_STEP;
	for (size_t i = 0; is_higher && i < n; i++)
		if (sums[i] > seen->highest[i])
			seen->highest[i] = (float)sums[i];
	return is_higher;
}

static void print_row(struct scores *scores, const struct signal_input *input,
		      const struct account_entry *entry, const double *sums,
		      size_t n)
{
	struct text login = TEXT_INIT(4096);

	text_add_visible(&login, slice_from(entry->login));
	fprintf(scores->file, "%lld\t%s\t%s\t%.3f",
		(long long)input->event->at_ms, text_string(&login),
		mail_event_kind_names[input->event->kind],
		judge_prior(&entry->account, input->now_s));
	for (size_t i = 0; i < n; i++)
		fprintf(scores->file, "\t%.3f", sums[i]);
	fputc('\n', scores->file);
	text_release(&login);
}

void scores_note(struct scores *scores, const struct signal_input *input,
		 const struct account_entry *entry)
{
	double sums[SIGNALS_MAX], total = 0;
	size_t n = 0;

	/* Nobody is blocked for reading. */
	if (input->event->kind == MAIL_LOGIN)
		return;
	for (; signal_at(n); n++) {
		sums[n] = judge_sum(&entry->account, signal_at(n),
				    input->now_s);
		total += sums[n] > 0 ? sums[n] : 0;
	}
	if (total >= SCORES_FROM &&
	    rises(seen_of(scores, entry->key | 1,
			  input->now_s / (STAMP_DAY_MS / STAMP_SECOND_MS)),
		  sums, n))
		print_row(scores, input, entry, sums, n);
}

int scores_close(struct scores **scores, struct err *err)
{
	struct scores *s = *scores;
	int result = 0;

	if (!s)
		return 0;
	if (fclose(s->file) != 0)
		result = err_errno(err, EXIT_FILE, errno, "cannot write %s",
				   s->path);
	free(s->path);
	free(s->slots);
	free(s);
	*scores = NULL;
	return result;
}
