/*
 * The quick walks over the words of an Exim line are the plain one: the same
 * words, rests and doubts for every case of the format, and for what becomes
 * of them when characters that mean something are strewn in.
 */
#include "detector/formats/exim.h"
#include "tests/support/cases.h"

#include <string.h>

enum { LINE_MAX_LEN = 2048, CHANGED = 300 };

/* Of the three ways to walk, two are quick. */
enum way { BY_STEPS, BY_MARKS };

static uint32_t random_state = 20261128;

/* Numerical Recipes' linear congruence: the same in every run. */
static unsigned draw(unsigned below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 16) % below;
}

static void assert_same_state(const struct exim_words *a,
			      const struct exim_words *b)
{
	assert_ptr_equal(a->rest.ptr, b->rest.ptr);
	assert_int_equal(a->rest.len, b->rest.len);
	assert_int_equal(a->is_odd, b->is_odd);
	assert_int_equal(a->is_torn, b->is_torn);
	assert_int_equal(a->no_quote, b->no_quote);
}

static void assert_same_walk(struct slice line, enum way way, bool is_part,
			     bool plain)
{
	struct exim_words quick = exim_words_of(line), careful = quick;
	struct slice word, wanted;
	struct exim_marks marks;
	bool is_word, is_found;

	exim_mark(line, &marks);
	quick.is_part = careful.is_part = is_part;
	do {
		is_word = exim_next_word_plainly(&careful, plain, &wanted);
		is_found = way == BY_STEPS
				   ? exim_next_word(&quick, plain, &word)
				   : exim_next_marked_word(&marks, &quick,
							   plain, &word);
		assert_int_equal(is_found, is_word);
		assert_same_state(&quick, &careful);
		if (is_word) {
			assert_ptr_equal(word.ptr, wanted.ptr);
			assert_int_equal(word.len, wanted.len);
		}
	} while (is_word);
}

/* At the end of a page, so that no step reads on. */
static void check(struct slice line)
{
	struct slice copy = guarded_copy(line);

	for (int how = 0; how < 8; how++)
		assert_same_walk(copy, how & 4 ? BY_MARKS : BY_STEPS, how & 1,
				 how & 2);
	guarded_free(copy);
}

static void test_case(void **state)
{
	static const char marks[] = " \"\\ \"  =H";
	const struct text_case *c = *state;
	struct slice line = { c->input, c->input_len };
	char text[LINE_MAX_LEN];

	check(line);
	if (!line.len || line.len > sizeof(text))
		return;
	for (int i = 0; i < CHANGED; i++) {
		memcpy(text, line.ptr, line.len);
		for (unsigned n = draw(6); n > 0; n--)
			text[draw((unsigned)line.len)] =
				marks[draw(sizeof(marks) - 1)];
		check((struct slice){ text, 1 + draw((unsigned)line.len) });
	}
}

int main(void)
{
	cases_load("detector/formats/exim.cases", NULL);
	return cases_run("exim_words", test_case);
}
