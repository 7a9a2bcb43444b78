/*
 * "It was me": from a person's word in the audit trail to a place that the
 * detector trusts.
 */
#include "base/stamp.h"
#include "detector/commands/hear.h"
#include "detector/judge.h"
#include "detector/profile.h"
#include "tests/support/blocks_desk.h"

#include <stdio.h>
#include <string.h>

enum { VN = 'V' << 8 | 'N', VNPT = 45899 };

static void test_words(void **state)
{
	static const struct {
		const char *text;
		const char *printed;	/* NULL: refused */
	} cases[] = {
		{ "AS45899 until 2027-02-26", "AS45899 until 2027-02-26" },
		{ "VN until 2027-02-26", "VN until 2027-02-26" },
		{ "vn as45899 45900 until 2027-02-26",
		  "AS45899 AS45900 VN until 2027-02-26" },
		{ "VN VN VN AS7 AS7 taken back", "AS7 VN taken back" },
		{ "#2163081216 taken back", "#2163081216 taken back" },
		{ "AS1 AS2 AS3 AS4 VN PL DE until 2149-06-05",
		  "AS1 AS2 AS3 AS4 VN PL DE until 2149-06-05" },
		{ "AS1 AS2 AS3 AS4 AS5 until 2027-02-26", NULL },
		{ "VN PL DE FR BR until 2027-02-26", NULL },
		{ "until 2027-02-26", NULL },
		{ "taken back", NULL },
		{ "VN", NULL },
		{ "VN until", NULL },
		{ "VN until tomorrow!", NULL },
		{ "VN until 2027-02-30", NULL },
		{ "VN until 2027-02-26x", NULL },
		{ "VN until 1969-12-31", NULL },
		{ "VN until 2149-06-08", NULL },
		{ "VN  taken back", NULL },
		{ "AS0 taken back", NULL },
		{ "AS-1 taken back", NULL },
		{ "AS2163081216 taken back", NULL },
		{ "#45899 taken back", NULL },
		{ "AS99999999999 taken back", NULL },
		{ "VNM taken back", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice text = guarded_copy(slice_from(cases[i].text));
		struct trust trust;
		char printed[TRUST_TEXT_SIZE];

		assert_case(cases[i].text, cases[i].printed != NULL,
			    trust_parse(text, &trust));
		guarded_free(text);
		if (!cases[i].printed)
			continue;
		trust_print(&trust, printed);
		assert_string_equal(printed, cases[i].printed);
	}
}

static void test_days(void **state)
{
	struct trust trust;
	char until[16];

	(void)state;
	trust_for(&trust, NOW, 1);
	trust_until(&trust, until);
	assert_string_equal(until, "2026-11-23");
	trust_for(&trust, NOW, 0);
	trust_until(&trust, until);
	assert_string_equal(until, "");
	trust_for(&trust, INT64_C(4102444800000), TRUST_DAYS_MAX);
	assert_true(trust.until_day > 47482);
}

/* What a run works with. */
static struct detector detector;
static struct hear hear;
static int64_t cursor;
static bool is_changed;

static void new_run(void)
{
	static const struct conf_list home = { .n = 0 };
	struct err err;

	detector_release(&detector);
	assert_int_equal(detector_init(&detector, NULL, &home, NULL, &err),
			 0);
	memset(&hear, 0, sizeof(hear));
	cursor = 0;
}

static void say(const char *word, int64_t at_ms)
{
	struct trust trust;
	struct trust_request request = {
		.account = S("Anna@firma.example"), .trust = &trust,
		.actor = "operator:root", .reason = "she called",
	};
	struct err err;

	assert_true(trust_parse(slice_from(word), &trust));
	assert_int_equal(blocks_trust(&desk.blocks, &request, at_ms, &err),
			 0);
}

static int take_news(void *context, const struct blocks_news *news)
{
	(void)context;
	hear_one(&hear, &detector, news, &cursor, &is_changed);
	return 0;
}

static bool is_news(void)
{
	struct err err;

	is_changed = false;
	assert_int_equal(blocks_news_since(&desk.blocks, cursor - HEAR_AGAIN,
					   take_news, NULL, &err), 0);
	return is_changed;
}

static struct account *anna(void)
{
	return &accounts_get(detector.accounts,
			     S("anna@firma.example"))->account;
}

static bool trusts(uint32_t network, uint16_t country)
{
	const struct account_place *n = profile_network(anna(), network);
	const struct account_place *c = profile_country(anna(), country);
	uint32_t now_s = (uint32_t)(NOW / STAMP_SECOND_MS);

	return n && profile_is_trusted(n, now_s) && c &&
	       profile_is_trusted(c, now_s);
}

static void test_heard_once(void **state)
{
	(void)state;
	new_run();
	assert_false(is_news());
	say("AS45899 VN until 2100-01-01", NOW);
	assert_true(is_news());
	assert_true(trusts(VNPT, VN));
	assert_false(is_news());
	say("AS45899 VN taken back", NOW + 1);
	assert_true(is_news());
	assert_false(trusts(VNPT, VN));
	/* Read again each time, and no reason to write each time. */
	assert_false(is_news());
	/* A new process begins at the cursor and ends the same. */
	memset(&hear, 0, sizeof(hear));
	is_news();
	assert_false(trusts(VNPT, VN));
	assert_int_equal(cursor, desk_number("SELECT MAX(id) AS n FROM"
					     " comporta_audit"));
}

/* The state was lost, or the database is an older one: everything that still
 * holds is heard again. */
static void test_heard_again(void **state)
{
	(void)state;
	new_run();
	for (int i = 0; i < 300; i++)
		say("AS7 until 2100-01-01", NOW);
	say("AS45899 VN until 2100-01-01", NOW);
	say("AS8 until 2001-01-01", NOW);
	assert_true(is_news());
	new_run();
	assert_true(is_news());
	assert_true(trusts(VNPT, VN));
	assert_null(profile_network(anna(), 8));
	desk_run("DELETE FROM comporta_audit WHERE id > 5");
	assert_false(is_news());
	assert_true(trusts(VNPT, VN));
}

/* A line that nobody could have written is skipped, the others count. */
static void test_a_strange_line(void **state)
{
	(void)state;
	new_run();
	desk_run("INSERT INTO comporta_audit (at_ms, account, actor, action,"
		 " detail) VALUES (1, 'anna@firma.example', 'x', 'trust',"
		 " 'everything'), (1, 'anna@firma.example', 'x', 'trust',"
		 " NULL)");
	say("AS45899 VN until 2100-01-01", NOW);
	assert_true(is_news());
	assert_true(trusts(VNPT, VN));
}

/* What the places alone said is taken back when the word covers all of them,
 * and nothing that was said after it. */
static void test_evidence(void **state)
{
	static const struct {
		const char *why, *word;
		uint32_t later_s;
		bool forgotten;
	} cases[] = {
		{ "the network", "AS45899 until 2100-01-01", 0, true },
		{ "the country", "VN until 2100-01-01", 0, true },
		{ "another", "AS1 BR until 2100-01-01", 0, false },
		{ "what came later", "VN until 2100-01-01", 5, false },
		{ "taken back", "VN AS45899 taken back", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		uint32_t now_s = (uint32_t)(NOW / STAMP_SECOND_MS);
		struct origin origin = { .country = VN, .network = VNPT };
		double places, failures;
		struct trust trust;

		new_run();
		profile_seen(anna(), &origin, now_s - 60, USE_SEND, false,
			     false);
		if (i == 4)
			profile_trust(anna(), VNPT, VN, 60000, now_s);
		anna()->groups[0].nats = 2.3f;
		anna()->groups[0].at_s = now_s + cases[i].later_s;
		anna()->groups[2].nats = 4;
		anna()->groups[2].at_s = now_s;
		assert_true(trust_parse(slice_from(cases[i].word), &trust));
		assert_true(detector_trusted(&detector,
					     S("anna@firma.example"), NOW,
					     &trust));
		places = anna()->groups[0].nats;
		failures = anna()->groups[2].nats;
		assert_case(cases[i].why, cases[i].forgotten, places == 0);
		assert_true(failures == 4);
	}
}

/* The verdict names the networks, the latest first and none that is home. */
static void test_networks_of_a_verdict(void **state)
{
	uint32_t now_s = (uint32_t)(NOW / STAMP_SECOND_MS);
	struct verdict verdict;
	struct text json = TEXT_INIT(8192);

	(void)state;
	new_run();
	profile_trust(anna(), 5617, 0, 60000, now_s);
	anna()->incident.first_s = now_s - 3 * 86400;
	for (uint32_t i = 0; i < 4; i++) {
		const uint32_t networks[] = { 99, VNPT, 7552, 5617 };
		const uint32_t ago_s[] = { 4 * 86400, 2 * 86400, 60, 30 };
		struct origin origin = { .country = VN,
					 .network = networks[i] };

		profile_seen(anna(), &origin, now_s - ago_s[i], USE_SEND,
			     false, false);
	}
	judge_explain(anna(), "anna@firma.example", NOW, &verdict);
	verdict_print_json(&verdict, &json);
	if (slice_find(text_slice(&json),
		       S("\"networks\":[\"AS7552\",\"AS45899\"]")) < 0)
		fail_msg("%s", text_string(&json));
	text_release(&json);
}

static const char of_vietnam[] =
	"UPDATE comporta_block SET verdict = '{\"window\":{\"networks\":"
	"[\"AS45899\",\"AS7552\",7,\"x\"],\"countries\":[\"VN\"]}}'";

static void new_password(void)
{
	desk_run("UPDATE comporta_mailbox SET password_hash = '$6$s$new'"
		 " WHERE account = 'anna@firma.example'");
}

static void read_block(int64_t id, struct block *block)
{
	struct err err;

	assert_int_equal(blocks_get(&desk.blocks, id, block, &err),
			 BLOCK_FOUND);
}

static void press(const struct block *block, const char *address)
{
	struct err err;

	assert_int_equal(blocks_mine(&desk.blocks, block, address, NOW + 9,
				     &err), 0);
}

static int64_t n_trusts(void)
{
	return desk_number("SELECT COUNT(*) AS n FROM comporta_audit WHERE"
			   " action = 'trust'");
}

/* When the owner's own word is enough. */
static void test_may_trust(void **state)
{
	static const struct {
		const char *why;
		bool is_active, is_repeat;
		enum password_state password;
		const char *verdict;
		bool may;
	} cases[] = {
#define PLACES "{\"window\":{\"countries\":[\"VN\"]}}"
		{ "lifted, new", false, false, PASSWORD_CHANGED, PLACES, true },
		{ "by support", false, false, PASSWORD_UNKNOWN, PLACES, true },
		{ "blocked", true, false, PASSWORD_CHANGED, PLACES, false },
		{ "a repeat", false, true, PASSWORD_CHANGED, PLACES, false },
		{ "old password", false, false, PASSWORD_UNCHANGED, PLACES,
		  false },
		{ "who knows", false, false, PASSWORD_ERROR, PLACES, false },
		{ "four countries", false, false, PASSWORD_CHANGED,
		  "{\"window\":{\"countries\":[\"VN\",\"BR\",\"IN\",\"PL\"]}}",
		  true },
		{ "five countries", false, false, PASSWORD_CHANGED,
		  "{\"window\":{\"countries\":[\"VN\",\"BR\",\"IN\",\"PL\","
		  "\"DE\"]}}", false },
		{ "five networks", false, false, PASSWORD_CHANGED,
		  "{\"window\":{\"networks\":[\"AS1\",\"AS2\",\"AS3\",\"AS4\","
		  "\"AS5\"]}}", false },
		{ "by hand", false, false, PASSWORD_CHANGED,
		  "{\"window\":{}}", false },
		{ "no verdict", false, false, PASSWORD_CHANGED, "", false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct block block = BLOCK_INIT;

		block.is_active = cases[i].is_active;
		block.is_repeat = cases[i].is_repeat;
		block.blocked_ms = NOW;
		text_add_string(&block.verdict, cases[i].verdict);
		assert_case(cases[i].why, cases[i].may,
			    blocks_may_trust(&block, cases[i].password));
		block_release(&block);
	}
	settings.lift.trust_ms = 0;
	{
		struct block block = BLOCK_INIT;

		text_add_string(&block.verdict, PLACES);
		assert_false(blocks_may_trust(&block, PASSWORD_CHANGED));
		block_release(&block);
	}
}

static void test_said_after_the_lift(void **state)
{
	struct block block = BLOCK_INIT;
	struct err err;
	int64_t id;

	(void)state;
	new_run();
	desk_make("d1", "anna@firma.example", NOW, &id);
	desk_run(of_vietnam);
	new_password();
	assert_int_equal(desk_lift(id, true, false, NOW + 5), LIFT_DONE);
	read_block(id, &block);
	/* Without a word of the owner's from there, nothing. */
	assert_int_equal(blocks_trust_mine(&desk.blocks, &block, "192.0.2.9",
					   NOW + 9, &err), 0);
	assert_int_equal(n_trusts(), 0);
	press(&block, "192.0.2.9");
	for (int i = 0; i < 3; i++)
		assert_int_equal(blocks_trust_mine(&desk.blocks, &block,
						   "192.0.2.9", NOW + 9,
						   &err), 0);
	assert_int_equal(n_trusts(), 1);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_audit"
				     " WHERE action = 'trust' AND actor ="
				     " 'owner' AND address = '192.0.2.9' AND"
				     " detail = 'AS45899 AS7552 VN until"
				     " 2081-08-25'"), 1);
	read_block(id, &block);
	assert_true(block.is_trusted);
	assert_true(is_news());
	assert_true(trusts(VNPT, VN));
	block_release(&block);
}

/* Said before, it counts when the same person, by the address, opens with a
 * new password; a thief reads the mailbox and may have pressed it first. */
static void test_said_before_the_lift(void **state)
{
	static const struct {
		const char *why, *said_from, *lifted_from;
		bool by_owner, force;
		int64_t trusts;
	} cases[] = {
		{ "same", "203.0.113.9", "203.0.113.9", true, false, 1 },
		{ "another", "203.0.113.8", "203.0.113.9", true, false, 0 },
		{ "a proxy not named", "127.0.0.1", "127.0.0.1", true, false,
		  0 },
		{ "inside", "10.0.0.7", "10.0.0.7", true, false, 0 },
		{ "support", "203.0.113.9", "203.0.113.9", false, true, 0 },
		{ "by itself", "203.0.113.9", NULL, true, false, 0 },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct lift_request request = {
			.actor = "owner", .address = cases[i].lifted_from,
			.reason = "x", .by_owner = cases[i].by_owner,
			.force = cases[i].force,
		};
		struct block block = BLOCK_INIT;
		struct err err;
		int64_t id, n;

		if (i > 0) {
			desk_teardown(state);
			desk_setup(state);
		}
		settings.lift.trust_ms = 90 * DAY;
		desk_make("d1", "anna@firma.example", NOW, &id);
		desk_run(of_vietnam);
		read_block(id, &block);
		press(&block, "198.51.100.1");
		press(&block, cases[i].said_from);
		new_password();
		assert_int_equal(blocks_lift(&desk.blocks, id, &request,
					     NOW + 20, &err), LIFT_DONE);
		n = n_trusts();
		assert_case(cases[i].why, cases[i].trusts, n);
		block_release(&block);
	}
}

static void test_a_table_is_not_filled(void **state)
{
	struct block block = BLOCK_INIT;
	int64_t id;

	(void)state;
	desk_make("d1", "anna@firma.example", NOW, &id);
	read_block(id, &block);
	for (int i = 0; i < 60; i++) {
		char address[32];

		snprintf(address, sizeof(address), "192.0.2.%d", i / 2);
		press(&block, address);
	}
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_audit"
				     " WHERE action = 'mine'"), 20);
	assert_int_equal(desk_rows("comporta_send_block"), 1);
	block_release(&block);
}

static int group_setup(void **state)
{
	size_t n;
	const struct conf_section *sections = settings_sections(&n);

	/* Not those whose texts desk_setup() sets. */
	for (size_t i = 0; i < n; i++)
		if (slice_starts(slice_from(sections[i].name), S("signal.")) ||
		    strcmp(sections[i].name, "judge") == 0 ||
		    strcmp(sections[i].name, "profile") == 0)
			conf_presets(&sections[i]);
	return desk_group_setup(state);
}

static int setup(void **state)
{
	/* Longer than the machine's clock can be ahead of the story. */
	settings.lift.trust_ms = 20000 * DAY;
	return desk_setup(state);
}

static int teardown(void **state)
{
	detector_release(&detector);
	return desk_teardown(state);
}

#define TRUST_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_days),
		TRUST_TEST(test_heard_once),
		TRUST_TEST(test_heard_again),
		TRUST_TEST(test_a_strange_line),
		TRUST_TEST(test_evidence),
		TRUST_TEST(test_networks_of_a_verdict),
		TRUST_TEST(test_may_trust),
		TRUST_TEST(test_said_after_the_lift),
		TRUST_TEST(test_said_before_the_lift),
		TRUST_TEST(test_a_table_is_not_filled),
	};

	return cmocka_run_group_tests_name("trust", tests, group_setup,
					   desk_group_teardown);
}
