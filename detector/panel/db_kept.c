#include "detector/panel/db_kept.h"

#include "base/hash.h"

#include <string.h>

struct db_kept *db_kept_find(struct db_kept_all *all, struct slice source)
{
	uint64_t hash = hash_bytes(source, 0);

	for (size_t i = 0; i < DB_KEPT; i++) {
		struct db_kept *kept = &all->list[i];

		if (!kept->statement || kept->hash != hash ||
		    !slice_eq(text_slice(&kept->marks.source), source))
			continue;
		kept->used = ++all->clock;
		return kept;
	}
	return NULL;
}

void db_kept_forget(struct db_kept *kept, const struct db_driver *driver)
{
	if (!kept->statement)
		return;
	driver->finish(kept->statement);
	db_marks_release(&kept->marks);
	*kept = (struct db_kept){ .statement = NULL };
}

void db_kept_forget_all(struct db_kept_all *all,
			const struct db_driver *driver)
{
	for (size_t i = 0; i < DB_KEPT; i++)
		db_kept_forget(&all->list[i], driver);
}

static struct db_kept *make_place(struct db_kept_all *all,
				  const struct db_driver *driver)
{
	struct db_kept *oldest = &all->list[0];

	for (size_t i = 1; i < DB_KEPT && oldest->statement; i++)
		if (!all->list[i].statement ||
		    all->list[i].used < oldest->used)
			oldest = &all->list[i];
	db_kept_forget(oldest, driver);
	return oldest;
}

bool db_kept_add(struct db_kept_all *all, const struct db_driver *driver,
		 void *statement, struct db_marks *marks)
{
	struct db_kept *kept;

	if (marks->source.len > DB_KEPT_BYTES ||
	    marks->n > DB_KEPT_PARAMETERS)
		return false;
	kept = make_place(all, driver);
	*kept = (struct db_kept){
		.statement = statement,
		.hash = hash_bytes(text_slice(&marks->source), 0),
		.used = ++all->clock,
		.marks = *marks,
	};
	*marks = (struct db_marks)DB_MARKS_INIT;
	return true;
}
