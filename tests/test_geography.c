/*
 * How far countries are from each other: right, and the same however many
 * other pairs were asked for in between.
 */
#include "detector/geography.h"
#include "detector/origin.h"
#include "tests/support/test.h"

#include <math.h>

static const char *const codes[] = {
	"PL", "DE", "CZ", "LT", "UA", "PT", "ES", "FR", "GB", "US", "BR", "NG",
	"VN", "IN", "CN", "JP", "AU", "RU", "TR", "ZA", "XX",
};

enum { N_CODES = sizeof(codes) / sizeof(codes[0]) };

static double km(const char *a, const char *b)
{
	return geography_distance_km(country_code(slice_from(a)),
				     country_code(slice_from(b)));
}

static void test_distances(void **state)
{
	(void)state;
	/* Warsaw to Berlin, Lisbon to Madrid. */
	assert_true(fabs(km("PL", "DE") - 520) < 20);
	assert_true(fabs(km("PT", "ES") - 500) < 100);
	assert_true(km("PL", "VN") > 6000);
	assert_true(km("PL", "PL") == 0);
	assert_true(km("PL", "XX") == 0 && km("XX", "PL") == 0);
	assert_true(geography_is_near(country_code(S("PL")),
				      country_code(S("LT"))));
	assert_false(geography_is_near(country_code(S("PL")),
				       country_code(S("PL"))));
	assert_false(geography_is_near(country_code(S("PL")),
				       country_code(S("BR"))));
}

/* More pairs than are remembered, three times over, in two orders. */
static void test_again(void **state)
{
	double first[N_CODES][N_CODES];

	(void)state;
	for (size_t i = 0; i < N_CODES; i++)
		for (size_t j = 0; j < N_CODES; j++)
			first[i][j] = km(codes[i], codes[j]);
	for (size_t i = 0; i < N_CODES; i++)
		for (size_t j = 0; j < N_CODES; j++) {
			assert_true(km(codes[j], codes[i]) == first[j][i]);
			assert_true(km(codes[i], codes[j]) == first[i][j]);
			assert_true(fabs(first[i][j] - first[j][i]) < 1e-6);
			assert_true((first[i][j] == 0) ==
				    (i == j || i == N_CODES - 1 ||
				     j == N_CODES - 1));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distances),
		cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests_name("geography", tests, NULL, NULL);
}
