/*
 * scan - the quick answers are those of the plain twins, for every byte in
 * every place, and the searches of slice.c are those of the C library.
 */
#include "base/bits.h"
#include "base/scan.h"
#include "base/slice.h"
#include "tests/support/test.h"

#include <string.h>

static uint32_t random_state = 20261127;

/* Numerical Recipes' linear congruence: the same in every run. */
static unsigned draw(unsigned below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 16) % below;
}

static void assert_any_is_same(const char *bytes, char c)
{
	char a = bytes[5], b = bytes[9];

	assert_int_equal(scan_equal_any(bytes, a, b, c),
			 scan_equal_any_plain(bytes, a, b, c));
	assert_int_equal(scan_equal_any(bytes, c, 'x', b),
			 scan_equal_any_plain(bytes, c, 'x', b));
}

static void test_twins(void **state)
{
	char bytes[SCAN_STEP];

	(void)state;
	for (int c = 0; c < 256; c++) {
		for (int i = 0; i < SCAN_STEP; i++) {
			memset(bytes, '-', sizeof(bytes));
			bytes[i] = (char)c;
			assert_int_equal(scan_alnum(bytes),
					 scan_alnum_plain(bytes));
			assert_int_equal(scan_equal(bytes, (char)c),
					 scan_equal_plain(bytes, (char)c));
			assert_any_is_same(bytes, (char)c);
		}
	}
	for (int round = 0; round < 10000; round++) {
		for (int i = 0; i < SCAN_STEP; i++)
			bytes[i] = (char)draw(256);
		assert_int_equal(scan_alnum(bytes), scan_alnum_plain(bytes));
		assert_int_equal(scan_equal(bytes, bytes[3]),
				 scan_equal_plain(bytes, bytes[3]));
		assert_any_is_same(bytes, bytes[3]);
	}
}

static void test_bits(void **state)
{
	uint64_t x = 1;

	(void)state;
	assert_int_equal(bits_count(0), 0);
	assert_int_equal(bits_count(UINT64_MAX), 64);
	for (int i = 0; i < 10000; i++, x = x * 6364136223846793005u + i)
		assert_int_equal(bits_count(x), __builtin_popcountll(x));
}

static ptrdiff_t plain_find(struct slice text, struct slice needle)
{
	for (size_t i = 0; i + needle.len <= text.len; i++)
		if (needle.len && !memcmp(text.ptr + i, needle.ptr,
					  needle.len))
			return (ptrdiff_t)i;
	return -1;
}

static ptrdiff_t plain_find_last(struct slice text, struct slice needle)
{
	ptrdiff_t last = -1;

	for (size_t i = 0; i + needle.len <= text.len; i++)
		if (needle.len && !memcmp(text.ptr + i, needle.ptr,
					  needle.len))
			last = (ptrdiff_t)i;
	return last;
}

/* Few different letters, so that half a needle is found everywhere; at the end
 * of a page, so that no step reads on. */
static void test_searches(void **state)
{
	char text[100], needle[8];

	(void)state;
	for (int round = 0; round < 60000; round++) {
		struct slice in = { text, draw(sizeof(text)) }, guarded;
		struct slice what = { needle, draw(sizeof(needle)) };
		unsigned letters = 1 + draw(4);

		for (size_t i = 0; i < in.len; i++)
			text[i] = (char)('a' + draw(letters));
		for (size_t i = 0; i < what.len; i++)
			needle[i] = (char)('a' + draw(letters));
		guarded = guarded_copy(in);
		assert_int_equal(slice_find(guarded, what),
				 plain_find(in, what));
		assert_int_equal(slice_find_last(guarded, what),
				 plain_find_last(in, what));
		what.len = 1;
		assert_int_equal(slice_find_char(guarded, needle[0]),
				 plain_find(in, what));
		assert_int_equal(slice_find_last_char(guarded, needle[0]),
				 plain_find_last(in, what));
		guarded_free(guarded);
	}
}

/* Half of the needle everywhere: still linear, as memmem is. */
static void test_hostile(void **state)
{
	static char text[1 << 20], needle[1 << 12];
	struct slice in = { text, sizeof(text) };
	struct slice what = { needle, sizeof(needle) };

	(void)state;
	memset(text, 'a', sizeof(text));
	memset(needle, 'a', sizeof(needle));
	needle[sizeof(needle) - 1] = 'b';
	assert_int_equal(slice_find(in, what), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_searches),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
