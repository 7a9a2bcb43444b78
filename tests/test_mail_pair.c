/*
 * mail_pair.c: a table of what two mail servers say and what becomes of the
 * mail, with servers that are functions; then with real ones.
 */
#include "notifier/mail_pair.h"
#include "tests/support/mail_sink.h"

#include <stdio.h>
#include <string.h>

enum { NOT_ASKED = -1, MINUTE_MS = 60 * 1000 };

static int64_t now;

static int64_t clock_of_test(void)
{
	return now;
}

/* A server that always says the same. */
struct fake {
	enum mail_result says;
	int asked;
};

static enum mail_result answer(void *context, struct slice recipient,
			       struct slice message, struct err *err)
{
	struct fake *fake = context;

	(void)recipient;
	(void)message;
	fake->asked++;
	if (fake->says != MAIL_ACCEPTED)
		err_set(err, EXIT_SERVICE, "says %d", (int)fake->says);
	return fake->says;
}

static struct mail_pair pair_of(struct fake *first, struct fake *second)
{
	struct mail_pair pair = {
		.ways = { { .route = { first, answer }, .name = "first" },
			  { .route = { second, answer }, .name = "second" } },
		.clock = clock_of_test,
	};

	return pair;
}

static enum mail_result send_by(struct mail_pair *pair, struct err *err)
{
	struct mail_route route = mail_pair_route(pair);

	return route.send(route.context, S("a@home.example"), S("Subject: x"),
			  err);
}

static void test_fates(void **state)
{
	static const struct {
		const char *why;
		enum mail_result first, second, want;
		int asked_second;
	} cases[] = {
		{ "taken", MAIL_ACCEPTED, MAIL_ACCEPTED, MAIL_ACCEPTED, 0 },
		{ "refused", MAIL_REFUSED, MAIL_ACCEPTED, MAIL_REFUSED, 0 },
		{ "away", MAIL_AWAY, MAIL_ACCEPTED, MAIL_ACCEPTED, 1 },
		{ "queue full", MAIL_LATER, MAIL_ACCEPTED, MAIL_ACCEPTED, 1 },
		/* It may have it: never two at once. */
		{ "answer lost", MAIL_UNCERTAIN, MAIL_ACCEPTED, MAIL_LATER,
		  0 },
		/* The second's refusal ends nothing. */
		{ "away, refused", MAIL_AWAY, MAIL_REFUSED, MAIL_LATER, 1 },
		{ "full, refused", MAIL_LATER, MAIL_REFUSED, MAIL_LATER, 1 },
		{ "both away", MAIL_AWAY, MAIL_AWAY, MAIL_AWAY, 1 },
		{ "full, away", MAIL_LATER, MAIL_AWAY, MAIL_LATER, 1 },
		{ "away, full", MAIL_AWAY, MAIL_LATER, MAIL_LATER, 1 },
		{ "away, answer lost", MAIL_AWAY, MAIL_UNCERTAIN,
		  MAIL_UNCERTAIN, 1 },
		{ "full, answer lost", MAIL_LATER, MAIL_UNCERTAIN, MAIL_LATER,
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct fake first = { .says = cases[i].first };
		struct fake second = { .says = cases[i].second };
		struct mail_pair pair = pair_of(&first, &second);
		struct err err = { 0 };

		assert_case(cases[i].why, cases[i].want,
			    send_by(&pair, &err));
		assert_case(cases[i].why, 1, first.asked);
		assert_case(cases[i].why, cases[i].asked_second,
			    second.asked);
		assert_case(cases[i].why, cases[i].want != MAIL_ACCEPTED,
			    err.text[0] != '\0');
	}
}

/* Without a second everything is as the one says. */
static void test_alone(void **state)
{
	(void)state;
	for (enum mail_result says = MAIL_ACCEPTED; says <= MAIL_REFUSED;
	     says++) {
		struct fake first = { .says = says };
		struct mail_pair pair = pair_of(&first, NULL);
		struct err err;

		pair.ways[1].route.send = NULL;
		for (int i = 1; i <= 3; i++) {
			assert_int_equal(send_by(&pair, &err), says);
			assert_int_equal(first.asked, i);
		}
	}
}

/* A first one that is away is asked once for many notices. */
static void test_rest(void **state)
{
	static const struct {
		int64_t at_ms;
		int asked;	/* so often until then */
	} steps[] = {
		{ 0, 1 }, { 1000, 1 }, { MINUTE_MS - 1, 1 }, { MINUTE_MS, 2 },
		{ 2 * MINUTE_MS, 2 }, { 3 * MINUTE_MS, 3 },
		{ 7 * MINUTE_MS, 4 }, { 15 * MINUTE_MS, 5 },
		{ 29 * MINUTE_MS, 5 }, { 30 * MINUTE_MS, 6 },
		/* No longer than a quarter of an hour. */
		{ 45 * MINUTE_MS, 7 },
	};
	struct fake first = { .says = MAIL_AWAY };
	struct fake second = { .says = MAIL_ACCEPTED };
	struct mail_pair pair = pair_of(&first, &second);
	struct err err;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(steps); i++) {
		now = steps[i].at_ms;
		assert_int_equal(send_by(&pair, &err), MAIL_ACCEPTED);
		assert_case("asked", steps[i].asked, first.asked);
	}
	assert_int_equal(pair.by_second, N_ELEMENTS(steps));
	/* Back again, it is the first that is asked. */
	now += 20 * MINUTE_MS;
	first.says = MAIL_ACCEPTED;
	for (int i = 0; i < 3; i++)
		assert_int_equal(send_by(&pair, &err), MAIL_ACCEPTED);
	assert_int_equal(first.asked, 10);
	assert_int_equal(second.asked, N_ELEMENTS(steps));
	now = 0;
}

/* After a lost answer the others go through the second. */
static void test_uncertain_rests(void **state)
{
	struct fake first = { .says = MAIL_UNCERTAIN };
	struct fake second = { .says = MAIL_ACCEPTED };
	struct mail_pair pair = pair_of(&first, &second);
	struct err err;

	(void)state;
	assert_int_equal(send_by(&pair, &err), MAIL_LATER);
	assert_int_equal(send_by(&pair, &err), MAIL_ACCEPTED);
	assert_int_equal(first.asked, 1);
	assert_int_equal(second.asked, 1);
	/* With no second to go on through, the run ends. */
	first.asked = second.asked = 0;
	second.says = MAIL_AWAY;
	pair = pair_of(&first, &second);
	pair.ways[1].rest_ms = pair.ways[1].until_ms = MINUTE_MS;
	assert_int_equal(send_by(&pair, &err), MAIL_UNCERTAIN);
	assert_int_equal(second.asked, 0);
}

/* A refusal that only the second would hear of: both servers are said. */
static void test_words(void **state)
{
	struct fake first = { .says = MAIL_AWAY };
	struct fake second = { .says = MAIL_LATER };
	struct mail_pair pair = pair_of(&first, &second);
	char want[80];
	struct err err;

	(void)state;
	send_by(&pair, &err);
	snprintf(want, sizeof(want), "says %d; the second: says %d",
		 MAIL_AWAY, MAIL_LATER);
	assert_string_equal(err.text, want);
}

/* The same with real servers and the real client. */
struct real {
	struct sink sinks[2];
	struct mail_client *clients[2];
	char urls[2][64];
	struct mail_pair pair;
};

static void real_open(struct real *real, const struct answers *first,
		      const struct answers *second)
{
	const struct answers *answers[] = { first, second };

	*real = (struct real){ .pair.clock = clock_of_test };
	for (size_t i = 0; i < 2; i++) {
		struct mail_settings settings = {
			.user = "", .password = "", .ca_file = "",
			.from = "help@hoster.example", .helo = "h.example",
			.verify = true,
			.timeout_ms = getenv("VALGRIND") ? 5000 : 500,
		};
		struct err err;

		sink_open(&real->sinks[i], answers[i]);
		snprintf(real->urls[i], sizeof(real->urls[i]),
			 "smtp://127.0.0.1:%d", real->sinks[i].port);
		settings.url = real->urls[i];
		if (mail_client_open(&settings, &real->clients[i], &err))
			fail_msg("%s", err.text);
		real->pair.ways[i].route = mail_client_route(real->clients[i]);
		real->pair.ways[i].name = real->urls[i];
	}
}

static void real_close(struct real *real)
{
	for (size_t i = 0; i < 2; i++) {
		mail_client_close(&real->clients[i]);
		sink_close(&real->sinks[i]);
	}
}

static void test_real_servers(void **state)
{
	static const struct answers usual;
	static const struct {
		const char *why;
		struct answers first;
		int mails;
		enum mail_result want;
		int connections, by_first, by_second;
	} cases[] = {
		{ "all well", { NULL }, 3, MAIL_ACCEPTED, 1, 3, 0 },
		{ "queue full", { .mail = "452 4.3.1 queue full" }, 3,
		  MAIL_ACCEPTED, 1, 0, 3 },
		{ "full after the message", { .end = "452 4.3.1 full" }, 1,
		  MAIL_ACCEPTED, 1, 1, 1 },
		{ "busy", { .greeting = "421 busy" }, 3, MAIL_ACCEPTED, 1, 0,
		  3 },
		/* Its time limit is waited for once. */
		{ "silent", { .greeting = SILENT }, 5, MAIL_ACCEPTED, 1, 0,
		  5 },
		{ "recipient refused", { .rcpt = "550 5.1.1 no" }, 1,
		  MAIL_REFUSED, 1, 0, 0 },
		{ "answer lost", { .end = CLOSE }, 1, MAIL_LATER, 1, 1, 0 },
		{ "answer late", { .end = SILENT }, 1, MAIL_LATER, 1, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		enum mail_result got = MAIL_AWAY;
		struct real real;
		struct err err;

		real_open(&real, &cases[i].first, &usual);
		for (int j = 0; j < cases[i].mails; j++)
			got = send_by(&real.pair, &err);
		assert_case(cases[i].why, cases[i].want, got);
		if (cases[i].mails > 1 && !cases[i].first.mail)
			assert_case(cases[i].why, cases[i].connections,
				    real.sinks[0].heard->connections);
		assert_case(cases[i].why, cases[i].by_first,
			    real.sinks[0].heard->messages);
		assert_case(cases[i].why, cases[i].by_second,
			    real.sinks[1].heard->messages);
		real_close(&real);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fates),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_uncertain_rests),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_real_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
