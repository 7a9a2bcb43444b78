#include "detector/panel/db_driver.h"

#include "base/text.h"

enum db_result db_explain(const struct db_meaning *meanings, size_t n,
			  const char *place, int number, const char *words,
			  struct err *err)
{
	struct db_meaning meaning = { number, DB_FAILED, EXIT_BUG, NULL };
	struct text visible = TEXT_INIT(240);

	for (size_t i = 0; i < n; i++)
		if (meanings[i].number == number)
			meaning = meanings[i];
	/* Databases quote values in their words, and values are strangers'. */
	text_add_visible(&visible, slice_sub(slice_from(words), 0, 200));
	err_set(err, meaning.exit_code, "%s: %s (error %d)%s%s", place,
		text_string(&visible), number, meaning.remedy ? "; " : "",
		meaning.remedy ? meaning.remedy : "");
	text_release(&visible);
	return meaning.result;
}
