/*
 * The support page and strangers: what they wrote stays text, and a reseller
 * sees his own world only.
 */
#include "detector/settings.h"
#include "tests/support/agent.h"

#include <stdio.h>
#include <string.h>

#define BLOCK "/support/blocks/1"
#define CARLA "/support/accounts/carla%40firma.example"

static struct agent agent;

static int sign_in(void **state)
{
	int failed = site_setup(state);

	if (!failed)
		agent_sign_in(&agent, "{SUPPORT}");
	return failed;
}

#define PAGE_TEST(test)							\
	cmocka_unit_test_setup_teardown(test, sign_in, site_teardown)

static void test_bent_verdicts(void **state)
{
	static const char *const verdicts[] = {
		"", "no JSON", "[]", "7", "{\"day\":7,\"evidence\":{}}",
		"{\"day\":[7,null,{}],\"evidence\":[7,null,{}]}",
		"{\"window\":7}", "{\"window\":{\"countries\":[7,null,\"\"],"
		"\"networks\":\"x\",\"recipients\":\"many\"}}",
		"{\"evidence\":[{\"signal\":\"a\",\"nats\":\"x\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(verdicts); i++) {
		char account[40], path[40];
		int got;

		snprintf(account, sizeof(account), "v%zu@x.example", i);
		snprintf(path, sizeof(path), "/support/blocks/%d",
			 (int)site_block(account, "{}", NOW));
		const struct db_parameter parameters[] = {
			{ .name = "verdict", .value = db_string(verdicts[i]) },
			{ .name = "account", .value = db_string(account) },
		};
		struct err err;

		assert_int_equal(db_run(site.db, "UPDATE comporta_block SET"
					" verdict = :verdict WHERE account ="
					" :account", parameters, 2, NULL,
					NULL, NULL, &err), DB_OK);
		got = agent_status(&agent, path);
		assert_case(verdicts[i], 200, got);
		got = agent_status(&agent, "/support");
		assert_case(verdicts[i], 200, got);
	}
}

#define EVIL "<img src=x onerror=y>\\u202e\\\"'&"
#define EVIL_SQL "<img src=x onerror=y>' || char(8238) || '\"'' &"

static void test_no_markup_from_outside(void **state)
{
	static const char *const changes[] = {
		"UPDATE comporta_block SET lift_reason = '" EVIL_SQL "',"
		" lifted_by = '" EVIL_SQL "', proof = '" EVIL_SQL "'",
		"UPDATE comporta_audit SET actor = '" EVIL_SQL "', reason = '"
		EVIL_SQL "', detail = '" EVIL_SQL "', address = '" EVIL_SQL
		"', action = '" EVIL_SQL "'",
		"UPDATE comporta_notice SET recipient = '" EVIL_SQL "' || id,"
		" kind = '" EVIL_SQL "', state = '" EVIL_SQL "', last_error ="
		" '" EVIL_SQL "'",
		"INSERT INTO comporta_held VALUES (1, '" EVIL_SQL "',"
		" '" EVIL_SQL "', 1)",
		"INSERT INTO comporta_action (block_id, moment, name, state,"
		" attempts, queued_ms, next_ms, said) VALUES (1, 'block', '"
		EVIL_SQL "', '" EVIL_SQL "', 1, 5, 5, '" EVIL_SQL "')",
		"UPDATE comporta_block SET verdict = '{\"window\":"
		"{\"countries\":[\"" EVIL "\"],\"networks\":[\"" EVIL "\"],"
		"\"sample_ips\":[\"" EVIL "\"],\"sample_domains\":[\"" EVIL
		"\"]},\"evidence\":[{\"signal\":\"" EVIL "\",\"nats\":1,"
		"\"text\":\"" EVIL "\"}],\"day\":[{\"hour\":"
		"\"2026-11-22T07:00:00Z\",\"country\":\"" EVIL "\","
		"\"recipients\":1,\"messages\":1}]}'",
		"UPDATE comporta_block SET account = '" EVIL_SQL
		"@firma.example'",
		"UPDATE comporta_block SET state = 'lifted'",
	};
	static const char *const pages[] = {
		BLOCK, "/support", "/support?q=%3Cimg+src=x%3E%22",
		"/support/accounts/%3Cimg%20src=x%20onerror=y%3E%22%27%40x",
		"/support/accounts/anna%40firma.example",
		"/support/sign-in?to=%22%3E%3Cimg%20src=x", "/support/%3Cimg"
	};

	(void)state;
	if (site_is_mariadb(__func__))
		return;
	for (size_t i = 0; i < N_ELEMENTS(changes); i++) {
		char sql[2000];
		size_t at = 0;

		/* In a verdict the quote of SQL stands twice. */
		for (const char *c = changes[i]; *c && at < 1990; c++) {
			if (i == 5 && *c == '\'' && c[1] == '&')
				sql[at++] = '\'';
			sql[at++] = *c;
		}
		sql[at] = '\0';
		site_run(sql);
		for (size_t j = 0; j < N_ELEMENTS(pages); j++) {
			struct http_response response = HTTP_RESPONSE_INIT;
			struct slice page;
			bool is_bad;

			agent_ask(&agent, "GET", pages[j], NULL, &response);
			page = text_slice(&response.body);
			is_bad = slice_find(page, S("<img")) >= 0 ||
				 slice_find(page, S("\xe2\x80\xae")) >= 0 ||
				 slice_find(page, S("x>\"")) >= 0;
			assert_case(pages[j], false, is_bad);
			is_bad = response.status >= 500;
			assert_case(pages[j], false, is_bad);
			http_response_release(&response);
		}
	}
	/* It is shown, not hidden. */
	assert_true(agent_sees(&agent, BLOCK, "&lt;img src=x onerror=y&gt;"
			       "\\xe2\\x80\\xae&quot;&#39;"));
}

static void test_no_secret_on_a_page(void **state)
{
	(void)state;
	assert_false(agent_sees(&agent, BLOCK, site.owner));
	assert_false(agent_sees(&agent, BLOCK, site.support));
	assert_false(agent_sees(&agent, BLOCK, "$6$"));
	assert_false(agent_sees(&agent, BLOCK, "<script"));
	assert_false(agent_sees(&agent, BLOCK, " style="));
}

/* --- a reseller --- */

#define LOJA "/support/accounts/joao%40loja.example"

static void test_a_reseller_sees_his_own(void **state)
{
	static const char *const others[] = {
		BLOCK, "/support/blocks/99", CARLA,
		"/support/accounts/anna%40firma.example",
		"/support/accounts/joao%40mail.loja.example",
		"/support/accounts/joao",
	};
	static const char *const posts[] = {
		BLOCK "/lift", BLOCK "/trust", CARLA "/suspend",
		CARLA "/trust",
	};
	struct http_response foreign = HTTP_RESPONSE_INIT;
	struct http_response absent = HTTP_RESPONSE_INIT;
	int64_t before;

	(void)state;
	site_block("joao@loja.example", "{}", NOW);
	agent_sign_in(&agent, "{RESELLER}");
	assert_true(agent_sees(&agent, "/support", "joao@loja.example"));
	assert_false(agent_sees(&agent, "/support", "anna@"));
	assert_false(agent_sees(&agent, "/support?q=anna@firma.example",
				"blocks/1\""));
	assert_false(agent_sees(&agent, "/support?q=carla@firma.example",
				"/support/accounts/"));
	/* His own figures: one block of two, no notice of anna's. */
	assert_true(agent_sees(&agent, "/support", "<dd>1</dd>"));
	assert_false(agent_sees(&agent, "/support", "<dd>3</dd>"));
	/* Nor an alarm's that has his block's number: it goes to others. */
	site_run("INSERT INTO comporta_notice (block_id, kind, recipient,"
		 " language, state, attempts, queued_ms, next_ms) VALUES"
		 " (2, 'alarm', 'noc@x.example', 'en', 'queued', 0, 0, 0),"
		 " (2, 'alarm_over', 'noc@x.example', 'en', 'queued', 0, 0,"
		 " 0)");
	assert_false(agent_sees(&agent, "/support", "<dd>3</dd>"));
	for (size_t i = 0; i < N_ELEMENTS(others); i++) {
		int got = agent_status(&agent, others[i]);

		assert_case(others[i], 404, got);
	}
	agent_ask(&agent, "GET", BLOCK, NULL, &foreign);
	agent_ask(&agent, "GET", "/support/blocks/99", NULL, &absent);
	assert_true(slice_eq(text_slice(&foreign.body),
			     text_slice(&absent.body)));
	http_response_release(&foreign);
	http_response_release(&absent);
	before = site_rows();
	for (size_t i = 0; i < N_ELEMENTS(posts); i++) {
		struct http_response response = HTTP_RESPONSE_INIT;

		agent_send(&agent, "/support", "sign-out", posts[i],
			   "reason=x&days=9&other_country=VN&force=1",
			   &response);
		assert_case(posts[i], 404, response.status);
		http_response_release(&response);
	}
	assert_int_equal(site_rows(), before);
}

static void test_what_a_reseller_may_not(void **state)
{
	static char program[] = "true", none[] = "";

	(void)state;
	site_block("joao@loja.example", "{}", NOW);
	settings.queue.hold = settings.queue.release = program;
	agent_sign_in(&agent, "{RESELLER}");
	assert_false(agent_sees(&agent, "/support/blocks/2",
				"name=\"force\""));
	assert_false(agent_sees(&agent, "/support/blocks/2",
				"value=\"release\""));
	agent_does(&agent, "/support/blocks/2", "lift",
		   "reason=x&force=1&seen=unchanged", "provider");
	site_run("UPDATE comporta_mailbox SET password_hash = '$6$s$new'");
	agent_does(&agent, "/support/blocks/2", "lift",
		   "reason=x&queue=release", "for the provider");
	agent_does(&agent, "/support/blocks/2", "lift", "reason=x&queue=keep",
		   "Sending is open again. The owner");
	agent_does(&agent, LOJA, "suspend", "reason=x",
		   "Sending is stopped. The owner");
	settings.queue.hold = settings.queue.release = none;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PAGE_TEST(test_bent_verdicts),
		PAGE_TEST(test_no_markup_from_outside),
		PAGE_TEST(test_no_secret_on_a_page),
		PAGE_TEST(test_a_reseller_sees_his_own),
		PAGE_TEST(test_what_a_reseller_may_not),
	};

	return cmocka_run_group_tests_name("http_support_strangers", tests,
					   site_group_setup,
					   site_group_teardown);
}
