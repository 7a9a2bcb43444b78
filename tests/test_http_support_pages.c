/*
 * What support sees and does: the list, one incident, one account.
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

static void test_list_and_filters(void **state)
{
	static const struct {
		const char *path;
		bool anna, joao;
	} cases[] = {
		{ "/support", true, true },
		{ "/support?q=anna", true, false },
		{ "/support?q=+LOJA.example+", false, true },
		{ "/support?q=%25", false, false },
		{ "/support?q=%231", true, false },
		{ "/support?q=nna%40fir", true, false },
		{ "/support?state=active", true, true },
		{ "/support?state=lifted", false, false },
		{ "/support?state=%3Cx", true, true },
		{ "/support?since=2026-11-22", true, false },
		{ "/support?since=2026-02-31", true, true },
		{ "/support?cursor=2", true, false },
		{ "/support?cursor=-1", true, true },
		{ "/support?q=%00", true, true },
		{ "/support?unknown=x&q=joao", false, true },
	};

	(void)state;
	site_block("joao@loja.example", "{}", NOW - 9 * DAY);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		bool anna = agent_sees(&agent, cases[i].path,
				       "/support/blocks/1\"");
		bool joao = agent_sees(&agent, cases[i].path,
				       "/support/blocks/2\"");

		assert_case(cases[i].path, cases[i].anna, anna);
		assert_case(cases[i].path, cases[i].joao, joao);
	}
}

static void test_pages_of_forty(void **state)
{
	(void)state;
	for (int i = 0; i < 41; i++) {
		char account[40];

		snprintf(account, sizeof(account), "x%d@many.example", i);
		site_block(account, "{}", NOW);
	}
	assert_true(agent_sees(&agent, "/support?q=many",
			       "?cursor=3&amp;q=many"));
	assert_false(agent_sees(&agent, "/support?q=many",
				"/support/blocks/2\""));
	assert_true(agent_sees(&agent, "/support?q=many&cursor=3",
			       "/support/blocks/2\""));
	assert_false(agent_sees(&agent, "/support?q=many&cursor=3",
				"?cursor="));
	assert_true(agent_sees(&agent, "/support", "<dd>42</dd>"));
}

/* Why an owner who has changed the password still cannot send. */
static void test_what_the_brake_holds(void **state)
{
	static const char held[] = "<dt>Held by the brake, for the operator to"
				   " decide</dt><dd>2</dd>";

	(void)state;
	assert_false(agent_sees(&agent, "/support", "Held by the brake"));
	site_run("INSERT INTO comporta_brake (decision, kind, account,"
		 " machine, state, decided_ms, held_ms) VALUES ('lift-1',"
		 " 'lift', 'a', 'm', 'waiting', 1, 1), ('s', 'block', 'b',"
		 " 'm', 'waiting', 1, 1), ('t', 'block', 'c', 'm', 'gone', 1,"
		 " 1)");
	assert_true(agent_sees(&agent, "/support", held));
}

static void test_never_blocked(void **state)
{
	(void)state;
	assert_true(agent_sees(&agent, "/support?q=CARLA@firma.example",
			       "/support/accounts/CARLA%40firma.example"));
	assert_true(agent_sees(&agent, "/support?q=nobody@x.example",
			       "The panel does not list this login"));
	assert_false(agent_sees(&agent, "/support?q=nobody",
				"/support/accounts/"));
	assert_true(agent_sees(&agent, CARLA, "never stopped"));
}

static void test_lift(void **state)
{
	static const struct {
		const char *fields, *word;
	} refused[] = {
		{ "reason=", "A reason is needed" },
		{ "reason=+", "A reason is needed" },
		{ "reason=a%0Ab", "could not be read" },
		{ "reason=called", "the password is still the old one" },
		{ "reason=x&queue=burn", "could not be read" },
		/* No program of that kind is set; the API says so too. */
		{ "reason=x&queue=delete", "could not be read" },
		{ "reason=x&force=1", "has changed meanwhile" },
		{ "reason=x&force=1&seen=unknown", "has changed meanwhile" },
	};
	int64_t before = site_rows();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(refused); i++)
		agent_does(&agent, BLOCK, "lift", refused[i].fields,
			   refused[i].word);
	assert_int_equal(site_rows(), before);
	/* What was typed stands there again. */
	agent_does(&agent, BLOCK, "lift", "reason=she+called",
		   "value=\"she called\"");
	agent_does(&agent, BLOCK, "lift",
		   "reason=she+called&force=1&seen=unchanged",
		   "Sending is open again. The owner gets a mail");
	assert_int_equal(site_number(
		"SELECT COUNT(*) AS n FROM comporta_audit WHERE block_id = 1"
		" AND action = 'lift' AND actor = 'token:support'"
		" AND address = '192.0.2.7' AND reason = 'she called'"), 1);
	assert_int_equal(site_number("SELECT COUNT(*) AS n"
				     " FROM comporta_send_block"), 0);
	assert_true(agent_sees(&agent, BLOCK, "lifted by force"));
	assert_false(agent_sees(&agent, BLOCK, "id=\"lift\""));
}

static void test_lift_after_a_change(void **state)
{
	(void)state;
	assert_true(agent_sees(&agent, BLOCK, "Not changed"));
	site_run("UPDATE comporta_mailbox SET password_hash = '$6$s$new'");
	assert_true(agent_sees(&agent, BLOCK, "Changed since the block"));
	assert_false(agent_sees(&agent, BLOCK, "name=\"force\""));
	agent_does(&agent, BLOCK, "lift", "reason=ok",
		   "Sending is open again. The owner gets a mail");
}

static void test_held_mail(void **state)
{
	static char program[] = "true", none[] = "";

	(void)state;
	assert_false(agent_sees(&agent, BLOCK, "name=\"queue\""));
	settings.queue.hold = settings.queue.release = program;
	settings.queue.delete = none;
	settings.queue.at_lift = 1;
	assert_true(agent_sees(&agent, BLOCK,
			       "<option value=\"release\" selected>"));
	assert_false(agent_sees(&agent, BLOCK, "value=\"delete\""));
	settings.queue.hold = settings.queue.release = none;
	settings.queue.at_lift = 0;
}

static void test_suspend(void **state)
{
	char unknown[] = "/support/accounts/nobody%40x.example";

	(void)state;
	agent_does(&agent, CARLA, "suspend", "reason=asked",
		   "Sending is stopped. The owner gets a mail");
	assert_int_equal(site_number(
		"SELECT COUNT(*) AS n FROM comporta_audit WHERE account ="
		" 'carla@firma.example' AND action = 'block' AND actor ="
		" 'token:support' AND reason = 'asked'"), 1);
	assert_false(agent_sees(&agent, CARLA, "id=\"suspend\""));
	assert_true(agent_sees(&agent, CARLA, "/support/blocks/2\""));
	/* A slip of the pen takes a cross. */
	agent_does(&agent, unknown, "suspend", "reason=x",
		   "does not list this login. Nothing was done");
	agent_does(&agent, unknown, "suspend", "reason=x&force=1",
		   "Sending is stopped. The owner gets a mail");
}

/* Seen in the log: it is no slip of the pen, as for the API. */
static bool saw_eva(void *context, struct slice account, struct json *object)
{
	(void)context;
	(void)object;
	return slice_eq(account, S("eva@firma.example"));
}

static void test_whom_only_the_log_knows(void **state)
{
	const char *eva = "/support/accounts/eva%40firma.example";

	(void)state;
	assert_true(agent_sees(&agent, eva, "does not list this login"));
	assert_false(agent_sees(&agent, eva, "id=\"trust\""));
	site.context.known = saw_eva;
	assert_false(agent_sees(&agent, eva, "does not list this login"));
	assert_true(agent_sees(&agent, eva, "id=\"trust\""));
	agent_does(&agent, eva, "suspend", "reason=x",
		   "Sending is stopped. The owner gets a mail");
}

static void test_trust(void **state)
{
	static const struct {
		const char *fields, *word;
	} refused[] = {
		{ "reason=x&days=9", "No place was chosen" },
		{ "reason=x&days=9&other_country=V1", "At most four" },
		{ "reason=x&days=9&network=VNPT", "At most four" },
		/* Another network than the one that was meant. */
		{ "reason=x&days=9&other_network=AS4589O", "At most four" },
		/* A place must not be left out in silence. */
		{ "reason=x&days=9&network=AS1&other_country=Wietnam+(centre)",
		  "At most four" },
		{ "reason=x&days=9&network=AS1&network=%ff&network=AS2",
		  "At most four" },
		{ "reason=x&days=9&country=PL&country=PT&country=BR&"
		  "country=VN&country=RU", "At most four" },
		{ "reason=x&days=3651&country=PL", "from 0 to 3650" },
		{ "reason=x&days=-1&country=PL", "from 0 to 3650" },
		{ "reason=x&country=PL", "from 0 to 3650" },
		{ "days=9&country=PL", "A reason is needed" },
	};
	int64_t before = site_rows();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(refused); i++)
		agent_does(&agent, BLOCK, "trust", refused[i].fields,
			   refused[i].word);
	assert_int_equal(site_rows(), before);
	agent_does(&agent, BLOCK, "trust",
		   "reason=she+was+there&days=30&network=AS45899&network=&"
		   "other_network=as7552&country=VN", "Written down");
	assert_int_equal(site_number(
		"SELECT COUNT(*) AS n FROM comporta_audit WHERE action ="
		" 'trust' AND actor = 'token:support' AND account ="
		" 'anna@firma.example' AND reason = 'she was there' AND"
		" detail = 'AS45899 AS7552 VN until 2026-12-22'"), 1);
	assert_true(agent_sees(&agent, BLOCK, "she was there"));
	agent_does(&agent, CARLA, "trust", "reason=x&days=0&other_country=VN",
		   "no longer trusted");
}

/* Nothing was done, so the same form does it once the database is back. */
static void test_again_after_an_outage(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	int64_t before = site_rows();
	char form[80], body[120];

	(void)state;
	agent_form(&agent, CARLA, "suspend", form);
	snprintf(body, sizeof(body), "form=%s&reason=asked", form);
	site_run("ALTER TABLE comporta_send_block RENAME TO gone");
	agent_ask(&agent, "POST", CARLA "/suspend", body, &response);
	assert_int_equal(response.status, 503);
	assert_true(slice_find(text_slice(&response.body),
			       S("not certain that anything was done")) >= 0);
	http_response_release(&response);
	site_run("ALTER TABLE gone RENAME TO comporta_send_block");
	assert_int_equal(site_rows(), before);
	for (int i = 0; i < 2; i++) {
		response = (struct http_response)HTTP_RESPONSE_INIT;
		agent_ask(&agent, "POST", CARLA "/suspend", body, &response);
		assert_int_equal(response.status, 303);
		http_response_release(&response);
	}
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM comporta_block"
				     " WHERE account = 'carla@firma.example'"),
			 1);
}

/* Killed behind the COMMIT, we do not know that the form was carried out: its
 * decision finds the block made, also when somebody lifted it since. */
static void test_a_form_that_was_forgotten(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	char first[80], body[120];
	int64_t after;

	(void)state;
	agent_form(&agent, CARLA, "suspend", first);
	snprintf(body, sizeof(body), "form=%s&reason=asked", first);
	agent_ask(&agent, "POST", CARLA "/suspend", body, &response);
	http_response_release(&response);
	for (int i = 0; i < 40; i++)
		agent_does(&agent, CARLA, "trust",
			   "reason=x&days=9&other_country=VN", "Written");
	site_run("UPDATE comporta_block SET state = 'lifted',"
		 " active_account = NULL WHERE id = 2");
	after = site_rows();
	response = (struct http_response)HTTP_RESPONSE_INIT;
	agent_ask(&agent, "POST", CARLA "/suspend", body, &response);
	assert_int_equal(response.status, 303);
	http_response_release(&response);
	assert_int_equal(site_rows(), after);
}

/* --- drawings --- */

#define EVIDENCE							\
	"\"evidence\":[{\"signal\":\"volume\",\"nats\":2.5,\"text\":"	\
	"\"a <b> c\"},{\"signal\":\"time_of_day\",\"nats\":-0.5,"	\
	"\"text\":\"x\"},{\"signal\":7,\"nats\":1},{\"signal\":\"new\","\
	"\"nats\":1e300,\"text\":\"x\"},{\"signal\":\"later\",\"nats\":"\
	"0.25,\"text\":null}],\"window\":{\"countries\":[\"VN\"],"	\
	"\"networks\":[\"AS45899\"],\"recipients\":31}"

static void test_drawings(void **state)
{
	static const char verdict[] = "{" EVIDENCE ",\"day\":["
		"{\"hour\":\"2026-11-22T07:00:00Z\",\"country\":\"PL\","
		"\"recipients\":3,\"messages\":2},"
		"{\"hour\":\"2026-11-22T08:00:00Z\",\"country\":\"VN\","
		"\"recipients\":31,\"messages\":10},"
		"{\"hour\":\"2026-11-22T08:00:00Z\",\"country\":\"other\","
		"\"recipients\":4,\"messages\":1},"
		"{\"hour\":\"2026-11-19T08:00:00Z\",\"country\":\"BR\","
		"\"recipients\":900,\"messages\":1},"
		"{\"hour\":7,\"country\":\"RU\",\"recipients\":5},"
		"{\"hour\":\"2026-11-22T08:00:00Z\",\"country\":\"VN\","
		"\"recipients\":-9,\"messages\":99999999999}]}";
	static const char *const words[] = {
		"<title id=\"day-name\">", "<desc id=\"day-words\">",
		"Vietnam: 31", "Poland: 3", "several or other countries: 4",
		"<title id=\"evidence-name\">", "+2.5", "-0.5",
		"many more recipients than usual", "a &lt;b&gt; c", "later",
		"value=\"AS45899\" checked", "value=\"VN\" checked"
	};
	static const char *const not_there[] = { "Brazil", "Russia",
						 "a <b>", "1e+" };

	(void)state;
	site_block("joao@loja.example", verdict, NOW);
	for (size_t i = 0; i < N_ELEMENTS(words); i++) {
		bool got = agent_sees(&agent, "/support/blocks/2", words[i]);

		assert_case(words[i], true, got);
	}
	for (size_t i = 0; i < N_ELEMENTS(not_there); i++) {
		bool got = agent_sees(&agent, "/support/blocks/2",
				      not_there[i]);

		assert_case(not_there[i], false, got);
	}
	assert_true(agent_sees(&agent, BLOCK, "There is no drawing"));
}

static void test_in_three_languages(void **state)
{
	static const struct {
		const char *wish, *word;
	} cases[] = {
		{ "pl-PL,pl;q=0.9", "Co można zrobić" },
		{ "pt-BR", "O que pode fazer" },
		{ "en", "What you can do" }, { "xx", "What you can do" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		bool got;

		site.headers[HTTP_ACCEPT_LANGUAGE] = cases[i].wish;
		got = agent_sees(&agent, BLOCK, cases[i].word);
		assert_case(cases[i].wish, true, got);
		/* A word that is missing shows its key. */
		got = agent_sees(&agent, BLOCK, "support.");
		assert_case(cases[i].wish, false, got);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PAGE_TEST(test_list_and_filters),
		PAGE_TEST(test_pages_of_forty),
		PAGE_TEST(test_what_the_brake_holds),
		PAGE_TEST(test_never_blocked),
		PAGE_TEST(test_lift),
		PAGE_TEST(test_lift_after_a_change),
		PAGE_TEST(test_held_mail),
		PAGE_TEST(test_suspend),
		PAGE_TEST(test_whom_only_the_log_knows),
		PAGE_TEST(test_trust),
		PAGE_TEST(test_again_after_an_outage),
		PAGE_TEST(test_a_form_that_was_forgotten),
		PAGE_TEST(test_drawings),
		PAGE_TEST(test_in_three_languages),
	};

	return cmocka_run_group_tests_name("http_support_pages", tests,
					   site_group_setup,
					   site_group_teardown);
}
