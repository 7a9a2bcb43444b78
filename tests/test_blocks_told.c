/*
 * Who is told of a block, in which language, and how often.
 */
#include "notifier/letter.h"
#include "tests/support/blocks_desk.h"

#include <stdio.h>
#include <string.h>

static struct languages *languages;

static int group_setup(void **state)
{
	struct err err;

	if (languages_load("templates", &languages, &err))
		fail_msg("%s", err.text);
	return desk_group_setup(state);
}

static int group_teardown(void **state)
{
	languages_free(&languages);
	return desk_group_teardown(state);
}

static int setup(void **state)
{
	static char none[] = "";

	desk_setup(state);
	desk.blocks.languages = languages;
	settings.notice.support_address = none;
	settings.notice.support_contact = none;
	settings.notice.to_reseller = false;
	settings.notice.domain_languages = (struct conf_list){ 0 };
	return 0;
}

static int teardown(void **state)
{
	settings.notice.domain_languages = (struct conf_list){ 0 };
	return desk_teardown(state);
}

#define TOLD_TEST(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

static void test_the_language(void **state)
{
	static const char *const lists[] = {
		"firma.example en", ".example pt", ".firma.example fr",
		"czech.example cs"
	};
	static const struct {
		const char *why, *panel, *account, *preset, *want;
		size_t n_lists;
	} cases[] = {
		{ "the panel's", "pt_BR", "a@firma.pl", "en", "pt", 0 },
		{ "the panel's before the domain's", "pl", "a@firma.example",
		  "pt", "pl", 4 },
		{ "one we lack: the domain's", "xx", "a@firma.example", "pl",
		  "en", 4 },
		{ "the domain's", NULL, "a@firma.example", "pl", "en", 1 },
		{ "a domain below one", NULL, "a@sklep.example", "pl", "pt",
		  2 },
		{ "the longest that fits, which we lack", NULL,
		  "a@x.firma.example", "pl", "pl", 3 },
		{ "of the domain's that we lack: the country's", NULL,
		  "a@czech.example", "pl", "pl", 4 },
		{ "the country's", NULL, "a@loja.com.br", "en", "pt", 4 },
		{ "capital letters", NULL, "A@FIRMA.PL", "en", "pl", 0 },
		{ "no country of ours", NULL, "a@firma.org", "pl", "pl", 0 },
		{ "no domain", NULL, "anna", "pt", "pt", 4 },
		{ "no preset we have", NULL, "a@firma.org", "xx", "en", 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct block block = BLOCK_INIT;
		char sql[300];
		int64_t id = 0;
		struct err err;

		settings.notice.default_language = (char *)cases[i].preset;
		settings.notice.domain_languages.n = cases[i].n_lists;
		for (size_t k = 0; k < cases[i].n_lists; k++)
			settings.notice.domain_languages.items[k] =
				(char *)lists[k];
		snprintf(sql, sizeof(sql), "INSERT INTO comporta_mailbox"
			 " (account, language) VALUES (lower('%s'), %s%s%s)",
			 cases[i].account, cases[i].panel ? "'" : "",
			 cases[i].panel ? cases[i].panel : "NULL",
			 cases[i].panel ? "'" : "");
		desk_run("DELETE FROM comporta_mailbox");
		desk_run("DELETE FROM comporta_block");
		desk_run(sql);
		assert_int_equal(desk_make("d", cases[i].account, NOW, &id),
				 BLOCK_MADE);
		assert_int_equal(blocks_get(&desk.blocks, id, &block, &err),
				 BLOCK_FOUND);
		if (strcmp(block.language, cases[i].want) != 0)
			fail_msg("%s: %s instead of %s", cases[i].why,
				 block.language, cases[i].want);
		block_release(&block);
	}
}

/* To the owner, not to the operator. */
#define OF_OWNER(kinds) desk_number("SELECT COUNT(*) AS n FROM "	\
	"comporta_notice WHERE recipient LIKE 'anna@%' AND kind IN (" kinds ")")
#define OF_BOSS(kinds) desk_number("SELECT COUNT(*) AS n FROM "		\
	"comporta_notice WHERE recipient LIKE 'boss@%' AND kind IN (" kinds ")")

/* A second block of the account, `later_ms` after the first was made and an
 * hour after it was lifted; what it says was seen `seen_ms` after the first. */
static void test_once_for_one_cause(void **state)
{
	static const struct {
		const char *why;
		int64_t later_ms, seen_ms;
		bool silent_before;
		int64_t owner, owner_again, boss_again;
	} cases[] = {
		{ "new evidence after the lift: news", 3 * HOUR,
		  3 * HOUR - MINUTE, false, 2, 2, 1 },
		{ "what was seen before the lift: the same story",
		  3 * HOUR, HOUR, false, 2, 0, 1 },
		{ "the same, after a day", DAY + HOUR, HOUR, false, 2, 2, 1 },
		{ "nobody was told of the first", 3 * HOUR, HOUR, true, 0, 2,
		  1 },
		{ "the next month: no repeat", 40 * DAY, 40 * DAY - MINUTE,
		  false, 4, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct block_request request = {
			.decision = "first", .account = S("anna@firma.example"),
			.decided_ms = NOW - MINUTE, .actor = "scan",
			.reason = "x", .silent = cases[i].silent_before,
			.verdict = S("{}"),
		};
		int64_t id = 0;
		struct err err;

		desk_run("DELETE FROM comporta_block");
		desk_run("DELETE FROM comporta_notice");
		desk_run("DELETE FROM comporta_send_block");
		assert_int_equal(blocks_make(&desk.blocks, &request, NOW, &id,
					     &err), BLOCK_MADE);
		assert_int_equal(desk_lift(id, false, true, NOW + 2 * HOUR),
				 LIFT_DONE);
		request.decision = "second";
		request.silent = false;
		request.decided_ms = NOW + cases[i].seen_ms;
		assert_int_equal(blocks_make(&desk.blocks, &request,
					     NOW + cases[i].later_ms, &id,
					     &err), BLOCK_MADE);
		assert_case(cases[i].why, cases[i].owner,
			    OF_OWNER("'blocked'"));
		assert_case(cases[i].why, cases[i].owner_again,
			    OF_OWNER("'blocked_again'"));
		assert_case(cases[i].why, cases[i].boss_again,
			    OF_BOSS("'blocked_again'"));
	}
}

/* A notice that was refused told nobody. */
static void test_a_refused_notice_told_nobody(void **state)
{
	int64_t id = 0;

	(void)state;
	desk_make("first", "anna@firma.example", NOW, &id);
	desk_run("UPDATE comporta_notice SET state = 'failed'");
	desk_lift(id, false, true, NOW + 2 * HOUR);
	desk_make("second", "anna@firma.example", NOW + MINUTE, &id);
	assert_int_equal(OF_OWNER("'blocked_again'"), 2);
}

static void comes_back(int64_t *id)
{
	desk_run("DELETE FROM comporta_block");
	desk_run("DELETE FROM comporta_notice");
	desk_run("DELETE FROM comporta_send_block");
	desk_make("first", "anna@firma.example", NOW, id);
	desk_lift(*id, false, true, NOW + HOUR);
	desk_make("second", "anna@firma.example", NOW + 2 * HOUR, id);
}

static void test_what_comes_back_goes_to_support(void **state)
{
	static const struct {
		const char *why, *address, *contact, *operator;
		int64_t first, again;
	} cases[] = {
		{ "nobody", "", "+48 22 000", "", 2, 2 },
		{ "an address of its own", "desk@p.example", "x@p.example",
		  "boss@p.example", 3, 4 },
		{ "whom owners may ask", "", "help@p.example", "", 2, 3 },
		{ "support and operator are one", "boss@p.example", "",
		  "boss@p.example", 3, 3 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		int64_t id = 0;

		settings.notice.support_address = (char *)cases[i].address;
		settings.notice.support_contact = (char *)cases[i].contact;
		settings.notice.operator_address = (char *)cases[i].operator;
		comes_back(&id);
		assert_case(cases[i].why, cases[i].first,
			    desk_number("SELECT COUNT(*) AS n FROM"
					" comporta_notice WHERE kind ="
					" 'blocked'"));
		assert_case(cases[i].why, cases[i].again,
			    desk_number("SELECT COUNT(*) AS n FROM"
					" comporta_notice WHERE kind ="
					" 'blocked_again'"));
	}
}

/* The panel "sold" of blocks_desk tells who sells the domain. */
static void test_the_reseller(void **state)
{
	static const struct {
		const char *why;
		bool wanted, silent;
		int64_t notices;	/* to the reseller: block and lift */
	} cases[] = {
		{ "not wanted", false, false, 0 },
		{ "wanted", true, false, 2 },
		{ "silent: of the lift alone", true, true, 1 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct block_request request = {
			.decision = "d", .account = S("ala@firma.example"),
			.decided_ms = NOW, .actor = "scan", .reason = "x",
			.silent = cases[i].silent,
		};
		int64_t id = 0;
		struct err err;

		settings.notice.to_reseller = cases[i].wanted;
		desk.blocks.panel = desk.sold;
		desk_run("DELETE FROM comporta_block");
		desk_run("DELETE FROM comporta_notice");
		assert_int_equal(blocks_make(&desk.blocks, &request, NOW, &id,
					     &err), BLOCK_MADE);
		assert_int_equal(desk_lift(id, false, true, NOW + HOUR),
				 LIFT_DONE);
		assert_case(cases[i].why, cases[i].notices,
			    desk_number("SELECT COUNT(*) AS n FROM"
					" comporta_notice WHERE recipient ="
					" 'seller@r.example'"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TOLD_TEST(test_the_language),
		TOLD_TEST(test_once_for_one_cause),
		TOLD_TEST(test_a_refused_notice_told_nobody),
		TOLD_TEST(test_what_comes_back_goes_to_support),
		TOLD_TEST(test_the_reseller),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
