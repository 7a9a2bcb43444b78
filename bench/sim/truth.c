#include "sim.h"

#include <stdlib.h>

struct truth {
	FILE *out;
	struct entry *entries;
	size_t count;
	size_t room;
};

struct entry {
	struct truth_row row;
	uint64_t order;		/* of coming, among rows of one time */
};

struct truth *truth_new(FILE *events)
{
	struct truth *truth = calloc(1, sizeof(*truth));

	if (!truth)
		gen_die(71, "out of memory");
	truth->out = events;
	if (events)
		fputs("at_ms\taccount\tkind\tclient\tcountry\tas\trecipients\t"
		      "spam\n", events);
	return truth;
}

void truth_free(struct truth *truth)
{
	free(truth->entries);
	free(truth);
}

void truth_add(struct truth *truth, const struct truth_row *row)
{
	if (!truth->out)
		return;
	if (truth->count == truth->room) {
		truth->room = truth->room ? truth->room * 2 : 65536;
		truth->entries = realloc(truth->entries, truth->room *
					 sizeof(*truth->entries));
		if (!truth->entries)
			gen_die(71, "out of memory");
	}
	truth->entries[truth->count] = (struct entry){ *row, truth->count };
	truth->count++;
}

static int compare(const void *left, const void *right)
{
	const struct entry *a = left;
	const struct entry *b = right;

	if (a->row.at_ms != b->row.at_ms)
		return a->row.at_ms < b->row.at_ms ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static void print_row(FILE *out, const struct truth_row *row)
{
	static const char *const kinds[] = {
		[TRUTH_LOGIN] = "login", [TRUTH_SEND] = "send",
		[TRUTH_UNKNOWN] = "unknown",
	};
	char client[ORIGIN_TEXT];

	origin_print(client, &row->origin);
	fprintf(out, "%lld\t%s\t%s\t%s\t%s\t%u\t%u\t%d\n",
		(long long)row->at_ms, row->person->address, kinds[row->kind],
		client, origin_country(&row->origin), origin_as(&row->origin),
		row->recipients, row->spam);
}

void truth_flush(struct truth *truth, int64_t until_us)
{
	int64_t until_ms = until_us / 1000;
	size_t done = 0;

	if (!truth->count)
		return;
	qsort(truth->entries, truth->count, sizeof(*truth->entries), compare);
	while (done < truth->count && truth->entries[done].row.at_ms < until_ms)
		print_row(truth->out, &truth->entries[done++].row);
	for (size_t i = done; i < truth->count; i++) {
		truth->entries[i - done] = truth->entries[i];
		truth->entries[i - done].order = i - done;
	}
	truth->count -= done;
}

void truth_people(FILE *out, const struct simulation *sim)
{
	fputs("account\tclass\tattack\tstart_ms\tend_ms\n", out);
	for (uint32_t i = 0; i < sim->accounts; i++) {
		const struct person *person = &sim->people[i];
		bool robbed = person->attack && person->start_ms;

		fprintf(out, "%s\t%s\t%s\t%lld\t%lld\n", person->address,
			benign_classes[person->class].name,
			robbed ? person->attack : "-",
			robbed ? (long long)person->start_ms : 0,
			robbed ? (long long)person->end_ms : 0);
	}
}
