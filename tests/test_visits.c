/*
 * One walk over what an account remembers of the last days says what each
 * question by itself would.
 */
#include "detector/profile.h"
#include "tests/support/test.h"

#include <string.h>

enum { DAY_S = 86400, START_S = 1795305600 };

static const uint16_t countries[] = { 'P' << 8 | 'L', 'D' << 8 | 'E' };

/* Each question by itself, which profile_visits() answers in one walk. */
static void check_visits(const struct account *account,
			 const struct origin *origin, uint32_t at_s)
{
	struct visits all = profile_visits(account, origin, at_s), each;

	memset(&each, 0, sizeof(each));
	each.network = profile_recent_network(account, origin->network, at_s);
	for (size_t i = 0; i < ACCOUNT_RECENT; i++) {
		const struct account_recent *r = &account->recent[i];
		bool here = r->last_s && r->network == origin->network &&
			    r->country == origin->country;
		bool same = here && r->client == origin->client;
		bool lately = r->last_s && (r->last_s > at_s ||
					    at_s - r->last_s < 3 * DAY_S);
		bool reads = r->read_day == account_day(at_s) ||
			     r->read_day == account_day(at_s - DAY_S);

		each.country |= lately && r->country == origin->country;
		if (here && lately &&
		    (!each.place || r->last_s > each.place->last_s))
			each.place = r;
		each.reads |= here && reads;
		each.address_reads |= same && reads;
		each.address_read_today |=
			same && r->read_day == account_day(at_s);
		each.address_sent_today |=
			same && r->sent_day == account_day(at_s);
	}
	assert_ptr_equal(all.network, each.network);
	assert_ptr_equal(all.place, each.place);
	assert_int_equal(all.country, each.country);
	assert_int_equal(all.reads, each.reads);
	assert_int_equal(all.address_reads, each.address_reads);
	assert_int_equal(all.address_read_today, each.address_read_today);
	assert_int_equal(all.address_sent_today, each.address_sent_today);
}

static void test_visits(void **state)
{
	static const enum use uses[] = { USE_READ, USE_SEND, USE_READ,
					 USE_LOGIN };
	struct account account = { 0 };
	uint32_t at_s = START_S, draw = 1;

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		struct origin origin;

		draw = draw * 1664525 + 1013904223;
		origin = (struct origin){
			.country = countries[draw >> 8 & 1],
			.network = 10 + (draw >> 10) % 3,
			.client = (draw >> 13) % 3,
		};
		/* Now and then a line is late, or nothing comes for days. */
		at_s += draw >> 16 & 15 ? (draw >> 20) % 9000
					: (draw >> 20) % (5 * DAY_S);
		at_s -= draw >> 24 & 7 ? 0 : 4000;
		check_visits(&account, &origin, at_s);
		profile_seen(&account, &origin, at_s, uses[draw >> 30 & 3],
			     false, true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_visits),
	};

	return cmocka_run_group_tests_name("visits", tests, NULL, NULL);
}
