/*
 * From a block's row to what its owner reads, with the languages we ship.
 */
#include "detector/describe.h"
#include "detector/panel/schema.h"
#include "detector/settings.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static const int64_t NOW = 1795334400000;	/* 2026-11-22 */

struct desk {
	struct db *db;
	struct panel *panel;
	struct languages *languages;
	struct blocks blocks;
	struct describe describe;
};

static struct desk desk;

static int group_setup(void **state)
{
	struct err err;

	(void)state;
	if (panel_load("sql", "own", "", &desk.panel, &err) ||
	    languages_load("templates", &desk.languages, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	panel_free(&desk.panel);
	languages_free(&desk.languages);
	return 0;
}

static int setup(void **state)
{
	static char en[] = "en", none[] = "", provider[] = "Example Host",
		    url[] = "https://mail.example/comporta/",
		    support[] = "help@provider.example";
	const struct db_settings how = { .kind = "sqlite",
					 .file = ":memory:", .timeout_s = 5 };
	struct err err;
	int applied;

	(void)state;
	settings.notice.default_language = en;
	settings.notice.operator_address = none;
	settings.notice.provider_name = provider;
	settings.notice.support_contact = support;
	settings.notice.to_contact = settings.notice.to_mailbox = true;
	settings.lift.self_service = true;
	settings.lift.repeat_within_ms = 1000000;
	settings.lift.token_ms = 1000000;
	settings.serve.public_url = url;
	if (db_open(&how, &desk.db, &err) ||
	    schema_migrate(desk.db, "sql", &applied, &err) ||
	    db_run_script(desk.db, "INSERT INTO comporta_mailbox VALUES"
			  " ('anna@firma.example', '$6$s$x', NULL, 'pl',"
			  " 'anna@home.example', 'Anna'),"
			  " ('zoe@firma.example', NULL, NULL, 'PT', NULL,"
			  " NULL)", &err) != DB_OK)
		fail_msg("%s", err.text);
	desk.blocks = (struct blocks){ desk.db, desk.panel,
				       S("0123456789abcdef0123456789abcdef"),
				       desk.languages };
	desk.describe = (struct describe){
		.blocks = &desk.blocks, .languages = desk.languages };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db_close(&desk.db);
	return 0;
}

static int64_t make(const char *account, struct slice verdict)
{
	const struct block_request request = {
		.decision = account, .account = slice_from(account),
		.decided_ms = NOW, .actor = "scan", .reason = "x",
		.verdict = verdict,
	};
	struct err err;
	int64_t id = 0;

	if (blocks_make(&desk.blocks, &request, NOW, &id, &err) != BLOCK_MADE)
		fail_msg("%s", err.text);
	return id;
}

static const char *value(const struct letter *letter, enum letter_field field)
{
	return text_string(&letter->values[field]);
}

static void test_all_of_it(void **state)
{
	struct letter letter;
	struct err err;
	int64_t id = make("anna@firma.example", S(
		"{\"time\":\"2026-11-15T08:01:02.123Z\","
		"\"first_seen\":\"2026-11-15T04:58:40Z\","
		"\"window\":{\"messages\":12,\"recipients\":340,"
		"\"unknown_recipients\":0,\"countries\":[\"VN\",\"BR\"],"
		"\"sample_ips\":[\"183.88.x.x\",\"203.0.113.9\"],"
		"\"sample_domains\":[\"a.example\"]},\"evidence\":["
		"{\"signal\":\"origin_diversity\",\"nats\":9.0},"
		"{\"signal\":\"volume\",\"nats\":-1.0},"
		"{\"signal\":\"no_such_signal\",\"nats\":2.0}]}"));

	(void)state;
	letter_init(&letter);
	assert_int_equal(describe_notice(&desk.describe, id, NOTICE_BLOCKED,
					 S("anna@home.example"), &letter,
					 &err), 0);
	assert_string_equal(letter.language, "pl");
	assert_string_equal(value(&letter, LETTER_ACCOUNT),
			    "anna@firma.example");
	assert_string_equal(value(&letter, LETTER_NAME), "Anna");
	assert_string_equal(value(&letter, LETTER_MESSAGES), "12");
	assert_string_equal(value(&letter, LETTER_RECIPIENTS), "340");
	assert_string_equal(value(&letter, LETTER_UNKNOWN_RECIPIENTS), "");
	assert_string_equal(value(&letter, LETTER_WINDOW), "4 h");
	assert_non_null(strstr(value(&letter, LETTER_COUNTRIES), "Wietnam"));
	assert_null(strstr(value(&letter, LETTER_ADDRESSES), "113.9"));
	assert_non_null(strstr(value(&letter, LETTER_ADDRESSES), "203.0.x"));
	assert_non_null(strstr(value(&letter, LETTER_REASONS), "kraj"));
	assert_null(strchr(value(&letter, LETTER_REASONS), '\n'));
	assert_null(strstr(value(&letter, LETTER_REASONS), "no_such"));
	assert_non_null(strstr(value(&letter, LETTER_SINCE), "2026"));
	assert_non_null(strstr(value(&letter, LETTER_LINK),
			       "https://mail.example/comporta/b/"));
	assert_null(strstr(value(&letter, LETTER_LINK), "//b/"));
	assert_string_equal(value(&letter, LETTER_NEEDS_SUPPORT), "");
	letter_release(&letter);
}

/* A verdict is ours, but the row may have been touched. */
static void test_strange_verdicts(void **state)
{
	static const struct {
		const char *why;
		struct slice verdict;
	} cases[] = {
		{ "no JSON", SLICE("{\"window\":") },
		{ "an array", SLICE("[1,2]") },
		{ "wrong types", SLICE("{\"window\":{\"messages\":\"many\","
		  "\"countries\":\"VN\",\"sample_ips\":[1,null,{}]},"
		  "\"evidence\":{\"signal\":1}}") },
		{ "negative", SLICE("{\"window\":{\"messages\":-5,"
		  "\"recipients\":-1}}") },
		{ "numbers among the evidence", SLICE("{\"evidence\":[1,"
		  "\"x\",{\"signal\":7,\"nats\":\"9\"}]}") },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct letter letter;
		struct err err;
		int64_t id;
		int got;

		if (i > 0) {
			teardown(state);
			setup(state);
		}
		id = make("anna@firma.example", cases[i].verdict);
		letter_init(&letter);
		got = describe_notice(&desk.describe, id, NOTICE_BLOCKED,
				      S("x@y.example"), &letter, &err);
		assert_case(cases[i].why, 0, got);
		assert_case(cases[i].why, 0,
			    strcmp(value(&letter, LETTER_MESSAGES), ""));
		assert_case(cases[i].why, 0,
			    strcmp(value(&letter, LETTER_COUNTRIES), ""));
		assert_case(cases[i].why, 0,
			    strcmp(value(&letter, LETTER_REASONS), ""));
		letter_release(&letter);
	}
}

static void test_who_has_to_ask(void **state)
{
	struct letter letter;
	struct err err;
	int64_t id = make("zoe@firma.example", S("{}"));

	(void)state;
	letter_init(&letter);
	/* Without a stored hash nothing can be proven. */
	assert_int_equal(describe_notice(&desk.describe, id, NOTICE_BLOCKED,
					 S("x@y.example"), &letter, &err), 0);
	assert_string_equal(letter.language, "pt");
	assert_string_equal(value(&letter, LETTER_NEEDS_SUPPORT), "1");
	letter_release(&letter);
}

static void test_a_block_by_hand_says_so(void **state)
{
	struct letter letter;
	struct err err;
	int64_t id = make("anna@firma.example", S(""));

	(void)state;
	letter_init(&letter);
	assert_int_equal(describe_notice(&desk.describe, id, NOTICE_BLOCKED,
					 S("x@y.example"), &letter, &err), 0);
	assert_string_equal(value(&letter, LETTER_REASONS),
			    languages_word(desk.languages, "pl",
					   "reason.manual", "none"));
	letter_release(&letter);
}

/* The command line gives a whole verdict, with nothing in it. */
static void test_an_operators_reason(void **state)
{
	static const struct {
		const char *why, *reason, *want;
	} cases[] = {
		{ "given", "called <us>", "called <us>" },
		{ "none", BLOCKS_NO_REASON, "" },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct block_request request = {
			.decision = "hand", .decided_ms = NOW,
			.account = SLICE("anna@firma.example"),
			.actor = "operator:root", .reason = cases[i].reason,
			.verdict = SLICE("{\"time\":\"2026-11-15T08:01:02Z\","
					 "\"first_seen\":"
					 "\"2026-11-15T08:01:02Z\","
					 "\"evidence\":[],\"window\":{}}"),
		};
		struct letter letter;
		struct err err;
		int64_t id = 0;

		if (i > 0) {
			teardown(state);
			setup(state);
		}
		assert_int_equal(blocks_make(&desk.blocks, &request, NOW, &id,
					     &err), BLOCK_MADE);
		letter_init(&letter);
		assert_int_equal(describe_notice(&desk.describe, id,
						 NOTICE_BLOCKED,
						 S("x@y.example"), &letter,
						 &err), 0);
		assert_case(cases[i].why, 0,
			    strcmp(value(&letter, LETTER_BY_HAND), "1"));
		assert_case(cases[i].why, 0,
			    strcmp(value(&letter, LETTER_HAND_REASON),
				   cases[i].want));
		assert_case(cases[i].why, 0,
			    strcmp(value(&letter, LETTER_WINDOW), ""));
		letter_release(&letter);
	}
}

/* What the evidence does not carry is not told. */
static void test_which_reasons(void **state)
{
	static const struct {
		const char *why;
		struct slice verdict;
		const char *word;	/* of language.conf, or "" for none */
	} cases[] = {
		{ "one country is not many",
		  SLICE("{\"window\":{\"countries\":[\"VN\"]},\"evidence\":"
			"[{\"signal\":\"origin_diversity\",\"nats\":4}]}"),
		  "" },
		{ "weak", SLICE("{\"evidence\":[{\"signal\":\"volume\","
				"\"nats\":0.9}]}"), "" },
		{ "strong enough", SLICE("{\"evidence\":[{\"signal\":"
				"\"volume\",\"nats\":1}]}"),
		  "reason.volume" },
		{ "a limit", SLICE("{\"evidence\":[{\"signal\":"
				"\"hard_countries\",\"nats\":0.1}]}"),
		  "reason.hard_countries" },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const char *want = "";
		struct letter letter;
		struct err err;
		int64_t id;

		if (i > 0) {
			teardown(state);
			setup(state);
		}
		id = make("anna@firma.example", cases[i].verdict);
		if (cases[i].word[0])
			want = languages_word(desk.languages, "pl",
					      cases[i].word, "none");
		letter_init(&letter);
		assert_int_equal(describe_notice(&desk.describe, id,
						 NOTICE_BLOCKED,
						 S("x@y.example"), &letter,
						 &err), 0);
		assert_case(cases[i].why, 0,
			    strcmp(value(&letter, LETTER_REASONS), want));
		assert_case(cases[i].why, 0,
			    strcmp(value(&letter, LETTER_BY_HAND), ""));
		letter_release(&letter);
	}
}

/* Nobody is thanked for a new password that nobody saw. */
static void test_lifted_says_what_was_proven(void **state)
{
	static const struct {
		const char *why, *account, *change, *changed, *unchanged;
	} cases[] = {
		{ "new", "anna@firma.example",
		  "UPDATE comporta_mailbox SET password_hash = '$6$n$z'", "1",
		  "" },
		{ "old", "anna@firma.example", NULL, "", "1" },
		{ "unknown", "zoe@firma.example", NULL, "", "" },
	};
	const struct lift_request lift = { .actor = "operator:root",
					   .reason = "x", .force = true };

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct letter letter;
		struct err err;
		int64_t id;

		if (i > 0) {
			teardown(state);
			setup(state);
		}
		id = make(cases[i].account, S("{}"));
		if (cases[i].change)
			assert_int_equal(db_run_script(desk.db,
						cases[i].change, &err),
					 DB_OK);
		assert_int_equal(blocks_lift(&desk.blocks, id, &lift, NOW + 1,
					     &err), LIFT_DONE);
		letter_init(&letter);
		assert_int_equal(describe_notice(&desk.describe, id,
						 NOTICE_LIFTED,
						 S("x@y.example"), &letter,
						 &err), 0);
		assert_case(cases[i].why, 0,
			    strcmp(value(&letter, LETTER_CHANGED),
				   cases[i].changed));
		assert_case(cases[i].why, 0,
			    strcmp(value(&letter, LETTER_UNCHANGED),
				   cases[i].unchanged));
		letter_release(&letter);
	}
}

/* What the row of a lifted block says is what its owner is told. */
static void test_lifted_words(void **state)
{
	static const struct {
		const char *proof, *changed, *unchanged, *left;
	} cases[] = {
		{ "hash changed, and the new password is another one", "1", "",
		  "" },
		{ "hash changed; whether the password did was not shown; "
		  "application passwords: 0 left, 3 new", "1", "", "" },
		{ "hash and change time changed; whether the password did was "
		  "not shown; application passwords: 2 left, 0 new", "1", "",
		  "1" },
		{ "the same password was set again", "", "1", "" },
		{ "no password hash to compare; application passwords: 1 left, "
		  "0 new", "", "", "" },
		{ "hash unchanged", "", "1", "" },
		{ "hash unchanged, who knows", "", "", "" },
		{ "words of another time", "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct block block = {
			.account = "anna@firma.example", .language = "pl",
			.verdict = TEXT_INIT(10),
		};
		struct letter letter;

		slice_copy(slice_from(cases[i].proof), block.proof,
			   sizeof(block.proof));
		letter_init(&letter);
		describe_block(&desk.describe, &block, &letter);
		assert_case(cases[i].proof, 0,
			    strcmp(value(&letter, LETTER_CHANGED),
				   cases[i].changed));
		assert_case(cases[i].proof, 0,
			    strcmp(value(&letter, LETTER_UNCHANGED),
				   cases[i].unchanged));
		assert_case(cases[i].proof, 0,
			    strcmp(value(&letter, LETTER_APP_PASSWORDS_LEFT),
				   cases[i].left));
		assert_string_equal(value(&letter, LETTER_APP_PASSWORDS), "");
		letter_release(&letter);
	}
}

static void test_lifted_has_no_link(void **state)
{
	const struct lift_request lift = { .actor = "operator:root",
					   .reason = "x", .force = true };
	struct letter letter;
	struct err err;
	int64_t id = make("anna@firma.example", S("{}"));

	(void)state;
	assert_int_equal(blocks_lift(&desk.blocks, id, &lift, NOW + 1, &err),
			 LIFT_DONE);
	letter_init(&letter);
	assert_int_equal(describe_notice(&desk.describe, id, NOTICE_LIFTED,
					 S("x@y.example"), &letter, &err), 0);
	assert_string_equal(value(&letter, LETTER_LINK), "");
	letter_release(&letter);
	letter_init(&letter);
	assert_int_equal(describe_notice(&desk.describe, 99, NOTICE_LIFTED,
					 S("x@y.example"), &letter, &err), 1);
	letter_release(&letter);
	assert_int_equal(db_run_script(desk.db, "DROP TABLE comporta_block",
				       &err), DB_OK);
	letter_init(&letter);
	assert_int_equal(describe_notice(&desk.describe, id, NOTICE_LIFTED,
					 S("x@y.example"), &letter, &err),
			 -1);
	letter_release(&letter);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DESK_TEST(test_all_of_it),
		DESK_TEST(test_strange_verdicts),
		DESK_TEST(test_who_has_to_ask),
		DESK_TEST(test_a_block_by_hand_says_so),
		DESK_TEST(test_an_operators_reason),
		DESK_TEST(test_which_reasons),
		DESK_TEST(test_lifted_says_what_was_proven),
		DESK_TEST(test_lifted_words),
		DESK_TEST(test_lifted_has_no_link),
	};

	return cmocka_run_group_tests_name("describe", tests, group_setup,
					   group_teardown);
}
