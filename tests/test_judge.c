/*
 * From evidence to a verdict, and what a verdict says.
 */
#include "base/json.h"
#include "base/stamp.h"
#include "detector/judge.h"
#include "detector/settings.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

enum { NOW_S = 1795305600, DAY_S = 86400 };

/* Evidence of the first signals, in nats. */
static struct account suspect(double first, double second)
{
	struct account account = { .first_s = NOW_S - 100 * DAY_S,
				   .last_s = NOW_S, .logins = 100,
				   .login_days = 90 };

	account.groups[signal_at(0)->slot].nats = (float)first;
	account.groups[signal_at(0)->slot].at_s = NOW_S;
	account.groups[signal_at(1)->slot].nats = (float)second;
	account.groups[signal_at(1)->slot].at_s = NOW_S;
	return account;
}

static void test_probability(void **state)
{
	struct account account = suspect(0, 0);
	double log_odds;

	(void)state;
	assert_true(fabs(judge_probability(&account, NOW_S, &log_odds) -
			 0.00015) < 1e-6);
	assert_true(fabs(log_odds - log(0.00015)) < 1e-9);
	account = suspect(-log(0.00015), 0);
	assert_true(fabs(judge_probability(&account, NOW_S, NULL) - 0.5) <
		    1e-4);
	/* The past decays, the future does not grow. */
	assert_true(judge_probability(&account, NOW_S + 7 * DAY_S, NULL) <
		    0.05);
	assert_true(fabs(judge_probability(&account, NOW_S - DAY_S, NULL) -
			 0.5) < 1e-4);
	/* Watched more closely: ten times as likely. */
	account = suspect(0, 0);
	account.closer_until_s = NOW_S + 1;
	assert_true(fabs(judge_probability(&account, NOW_S, NULL) - 0.0015) <
		    1e-5);
	assert_true(judge_probability(&account, NOW_S + 1, NULL) < 0.0002);
}

/* A step: so much evidence at that time; the verdict that must come. */
struct step {
	int32_t later_s;
	double nats;
	bool enforce;
	int action;		/* -1: none */
	enum standing standing;
};

static void play(const char *why, const struct step *steps, size_t n)
{
	struct account account = suspect(0, 0);

	for (size_t i = 0; i < n; i++) {
		enum verdict_action action = VERDICT_LIFT;
		uint32_t now_s = NOW_S + (uint32_t)steps[i].later_s;
		bool told;

		account.groups[signal_at(0)->slot].nats = (float)steps[i].nats;
		account.groups[signal_at(0)->slot].at_s = now_s;
		told = judge_decide(&account, now_s, true, steps[i].enforce,
				    &action);
		if (told != (steps[i].action >= 0) ||
		    (told && (int)action != steps[i].action) ||
		    account.standing != steps[i].standing)
			fail_msg("%s, step %zu: told %d, action %d, standing "
				 "%d", why, i, told, (int)action,
				 account.standing);
	}
}

#define PLAY(why, ...)							\
	do {								\
		const struct step steps[] = { __VA_ARGS__ };		\
		play(why, steps, N_ELEMENTS(steps));			\
	} while (0)

static void test_decide(void **state)
{
	(void)state;
	PLAY("calm", { 0, 5, true, -1, STANDING_CALM });
	PLAY("watched once",
	     { 0, 9, true, VERDICT_WATCH, STANDING_WATCHED },
	     { 60, 9.5, true, -1, STANDING_WATCHED },
	     /* Not calm at once, or it would flicker. */
	     { 120, 8.5, true, -1, STANDING_WATCHED },
	     { 180, 9, true, -1, STANDING_WATCHED },
	     { 240, 5, true, -1, STANDING_CALM },
	     { 300, 9, true, VERDICT_WATCH, STANDING_WATCHED });
	PLAY("blocked once, for good",
	     { 0, 9, true, VERDICT_WATCH, STANDING_WATCHED },
	     { 60, 20, true, VERDICT_SUSPEND, STANDING_BLOCKED },
	     { 120, 20, true, -1, STANDING_BLOCKED },
	     { 90 * DAY_S, 20, true, -1, STANDING_BLOCKED },
	     { 90 * DAY_S, 0, true, -1, STANDING_BLOCKED });
	PLAY("on paper, once a day",
	     { 0, 20, false, VERDICT_SUSPEND, STANDING_BLOCKED },
	     { 60, 20, false, -1, STANDING_BLOCKED },
	     { 3600, 9, false, -1, STANDING_BLOCKED },
	     { 3700, 0, false, -1, STANDING_BLOCKED },
	     { DAY_S - 1, 20, false, -1, STANDING_BLOCKED },
	     { DAY_S, 20, false, VERDICT_SUSPEND, STANDING_BLOCKED },
	     { 2 * DAY_S, 0, false, -1, STANDING_CALM });
	PLAY("from paper to earnest",
	     { 0, 20, false, VERDICT_SUSPEND, STANDING_BLOCKED },
	     { 60, 20, true, VERDICT_SUSPEND, STANDING_BLOCKED },
	     { 120, 20, true, -1, STANDING_BLOCKED });
}

static void test_decide_late_line(void **state)
{
	(void)state;
	PLAY("a late line is no new day",
	     { 0, 20, false, VERDICT_SUSPEND, STANDING_BLOCKED },
	     { -1, 20, false, -1, STANDING_BLOCKED },
	     { -3600, 0, false, -1, STANDING_BLOCKED });
}

static void test_lifted(void **state)
{
	struct account account = suspect(20, 3);
	enum verdict_action action;

	(void)state;
	assert_true(judge_decide(&account, NOW_S, true, true, &action));
	account.incident.messages = 7;
	account.hour = NOW_S / 3600;
	account.counted[RECIPIENTS_HOUR] = 500;
	account.counted[RECIPIENTS_DAY] = 500;
	judge_lifted(&account, NOW_S + 60);
	assert_int_equal(account.standing, STANDING_CALM);
	assert_int_equal(account.incident.messages, 0);
	assert_int_equal(account.episode_s, NOW_S + 60);
	assert_true(judge_probability(&account, NOW_S + 60, NULL) < 0.002);
	assert_false(judge_decide(&account, NOW_S + 61, true, true,
				  &action));
	/* What was learnt of the owner stays. */
	assert_int_equal(account.logins, 100);
}

static void test_explain(void **state)
{
	struct account account = suspect(2, 7);
	struct text out = TEXT_INIT(1 << 16);
	struct verdict verdict;
	const struct json *list;
	struct json *json;
	struct err err;
	char key[80];

	(void)state;
	judge_explain(&account, "ann\x1b\"\xff@x.example",
		      NOW_S * INT64_C(1000) + 123, &verdict);
	verdict.action = VERDICT_WATCH;
	assert_int_equal(verdict.n_evidence, 2);
	assert_true(verdict.evidence[0].nats > verdict.evidence[1].nats);
	verdict_print_json(&verdict, &out);
	json = json_parse(text_slice(&out), &err);
	assert_non_null(json);
	assert_true(slice_eq(json_get_text(json, "type"), S("verdict")));
	assert_true(slice_eq(json_get_text(json, "action"), S("watch")));
	assert_true(slice_eq(json_get_text(json, "time"),
			     S("2026-11-22T00:00:00.123Z")));
	assert_true(slice_eq(json_get_text(json, "first_seen"),
			     S("2026-11-22T00:00:00.123Z")));
	list = json_get(json, "evidence");
	assert_int_equal(json_length(list), 2);
	assert_true(slice_eq(json_get_text(json_at(list, 0), "signal"),
			     slice_from(signal_at(1)->name)));
	assert_non_null(json_get(json, "window"));
	json_free(&json);
	/* One line for people; nothing in it moves the cursor. */
	text_clear(&out);
	verdict_print_line(&verdict, &out);
	assert_int_equal(slice_find_char(text_slice(&out), '\x1b'), -1);
	assert_int_equal(slice_find_char(text_slice(&out), '\n'),
			 out.len - 1);
	verdict_key(&verdict, key);
	assert_memory_equal(key, "watch-2026-11-22T00:00:00.123Z-", 31);
	assert_true(strlen(key) < 80);
	text_release(&out);
}

/* One more than the last of them is none. */
#define SIGNAL(id) +1
enum { N_SIGNALS = 0
#include "detector/signals/signals.def"
};
#undef SIGNAL

/* Every signal can speak of an account that it knows nothing of. */
static void test_explain_empty(void **state)
{
	struct account account = { 0 };
	struct verdict verdict;

	(void)state;
	for (size_t i = 0; signal_at(i); i++) {
		account.groups[signal_at(i)->slot].nats = 1;
		account.groups[signal_at(i)->slot].at_s = NOW_S;
	}
	judge_explain(&account, "", NOW_S * INT64_C(1000), &verdict);
	for (size_t i = 0; i < verdict.n_evidence; i++)
		assert_true(strlen(verdict.evidence[i].text) > 0 ||
			    verdict.evidence[i].signal);
	assert_int_equal(verdict.n_evidence, N_SIGNALS);
}

/* The messages whose recipients bounce may have left before it began. */
static void test_explain_bounces_first(void **state)
{
	struct account account = suspect(3, 0);
	struct verdict verdict;

	(void)state;
	account.incident.unknown_recipients = 14;
	judge_explain(&account, "", NOW_S * INT64_C(1000), &verdict);
	assert_int_equal(verdict.window.unknown_recipients, 14);
	assert_int_equal(verdict.window.recipients, 14);
	assert_int_equal(verdict.window.messages, 1);
}

static int set_up(void **state)
{
	struct err err;

	(void)state;
	return settings_load(NULL, false, MODEL_NONE, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probability),
		cmocka_unit_test(test_decide),
		cmocka_unit_test(test_decide_late_line),
		cmocka_unit_test(test_lifted),
		cmocka_unit_test(test_explain),
		cmocka_unit_test(test_explain_empty),
		cmocka_unit_test(test_explain_bounces_first),
	};

	return cmocka_run_group_tests_name("judge", tests, set_up, NULL);
}
