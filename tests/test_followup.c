/*
 * What is done outside the database: programs of the machine take the places
 * of doveadm and postsuper and write down what they were given.
 */
#include "base/files.h"
#include "base/program.h"
#include "detector/followup.h"
#include "tests/support/blocks_desk.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANNA "anna@firma.example"

static char tool[80], trace[80], go[80], nothing[] = "";
static struct followup_report report;
static struct err err;

/* A program that writes its arguments and its input into the trace and then
 * does what `end` says. */
static void make_tool(const char *end)
{
	FILE *file = fopen(tool, "w");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n{ echo \"$*\"; cat; } >>%s\n%s\n", trace,
		end);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(tool, 0755), 0);
}

static const char *traced(void)
{
	static struct text text = TEXT_INIT(1 << 20);

	text_clear(&text);
	if (files_read(trace, &text, &err) != 0)
		return "";
	unlink(trace);
	return text_string(&text);
}

static int setup(void **state)
{
	static char flush[200], kick[200], hold[200], release[200], drop[200],
		lifted[200];

	snprintf(tool, sizeof(tool), "/tmp/comporta-tool-%d", (int)getpid());
	snprintf(trace, sizeof(trace), "/tmp/comporta-trace-%d",
		 (int)getpid());
	snprintf(go, sizeof(go), "/tmp/comporta-go-%d", (int)getpid());
	unlink(trace);
	make_tool("echo; echo said this");
	snprintf(flush, sizeof(flush), "%s flush {account}", tool);
	snprintf(kick, sizeof(kick), "ok=68 %s kick {local} {domain}", tool);
	snprintf(lifted, sizeof(lifted), "%s welcome {account}", tool);
	snprintf(hold, sizeof(hold), "%s -h -", tool);
	snprintf(release, sizeof(release), "%s -Mt {ids}", tool);
	snprintf(drop, sizeof(drop), "%s -d -", tool);
	settings.actions.on_block =
		(struct conf_list){ .items = { flush, kick }, .n = 2 };
	settings.actions.on_lift =
		(struct conf_list){ .items = { lifted }, .n = 1 };
	settings.actions.timeout_ms = 10000;
	settings.actions.max_attempts = 3;
	settings.queue.hold = hold;
	settings.queue.release = release;
	settings.queue.delete = drop;
	settings.queue.at_lift = 0;
	return desk_setup(state);
}

static int teardown(void **state)
{
	unlink(tool);
	unlink(trace);
	memset(&settings.actions, 0, sizeof(settings.actions));
	memset(&settings.queue, 0, sizeof(settings.queue));
	return desk_teardown(state);
}

static void run(int64_t now_ms)
{
	if (followup_run(&desk.blocks, now_ms, &report, &err) != 0)
		fail_msg("%s", err.text);
}

static int64_t made(const char *account)
{
	int64_t id = 0;

	assert_int_equal(desk_make(account, account, NOW, &id), BLOCK_MADE);
	return id;
}

static size_t found(int64_t id, const char *const *ids, size_t n)
{
	size_t n_new = 0;

	if (followup_found(&desk.blocks, id, ids, n, NOW, &n_new, &err) != 0)
		fail_msg("%s", err.text);
	return n_new;
}

static int64_t in_state(const char *table, const char *state)
{
	char sql[120];

	snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM %s WHERE "
		 "state = '%s'", table, state);
	return desk_number(sql);
}

static void test_after_a_block(void **state)
{
	static const char *const ids[] = { "4XyZ2", "4XyZ1", "4XyZ3" };
	int64_t id = made(ANNA);

	(void)state;
	assert_int_equal(found(id, ids, 2), 2);
	run(NOW);
	assert_int_equal(report.done, 3);
	assert_string_equal(traced(), "flush " ANNA "\n"
				      "kick anna firma.example\n"
				      "-h -\n4XyZ1\n4XyZ2\n");
	assert_int_equal(in_state("comporta_held", "held"), 2);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM "
				     "comporta_action WHERE said = "
				     "'2 queue ids; said this'"), 1);
	/* Once is enough. */
	run(NOW + DAY);
	assert_int_equal(report.done, 0);
	assert_string_equal(traced(), "");
	/* One that the log showed later, and the two again. */
	assert_int_equal(found(id, ids, 3), 1);
	run(NOW + DAY);
	assert_string_equal(traced(), "-h -\n4XyZ3\n");
	assert_int_equal(found(id, ids, 3), 0);
	run(NOW + DAY);
	assert_string_equal(traced(), "");
}

static void test_after_a_lift(void **state)
{
	static const char *const ids[] = { "A1", "A2" };
	static const struct {
		enum held_fate fate;
		int64_t preset;
		const char *want, *state;
	} cases[] = {
		{ HELD_AS_SET, 0, "", "held" },
		{ HELD_KEEP, 2, "", "held" },
		{ HELD_RELEASE, 0, "-Mt A1 A2\n", "released" },
		{ HELD_AS_SET, 1, "-Mt A1 A2\n", "released" },
		{ HELD_DELETE, 0, "-d -\nA1\nA2\n", "deleted" },
		{ HELD_AS_SET, 2, "-d -\nA1\nA2\n", "deleted" },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct lift_request request = { .actor = "token:desk",
						.reason = "asked",
						.force = true,
						.held = cases[i].fate };
		char want[200];
		int64_t id;

		if (i > 0) {
			teardown(state);
			setup(state);
		}
		settings.queue.at_lift = cases[i].preset;
		id = made(ANNA);
		found(id, ids, 2);
		run(NOW);
		traced();
		assert_int_equal(blocks_lift(&desk.blocks, id, &request, NOW,
					     &err), LIFT_DONE);
		run(NOW);
		snprintf(want, sizeof(want), "welcome " ANNA "\n%s",
			 cases[i].want);
		if (strcmp(traced(), want) != 0)
			fail_msg("case %zu", i);
		assert_int_equal(in_state("comporta_held", cases[i].state),
				 2);
	}
}

/* An owner may not let the thief's mail go. */
static void test_an_owner_does_not_choose(void **state)
{
	const struct lift_request request = {
		.actor = "owner", .reason = "x", .by_owner = true,
		.held = HELD_RELEASE,
	};
	int64_t id = made(ANNA);

	(void)state;
	desk_run("UPDATE comporta_mailbox SET password_hash = '$6$s$y'");
	assert_int_equal(blocks_lift(&desk.blocks, id, &request, NOW, &err),
			 LIFT_DONE);
	run(NOW);
	assert_string_equal(traced(), "welcome " ANNA "\n");
	/* Nor is done after the lift what belongs to the block. */
	assert_int_equal(in_state("comporta_action", "dropped"), 3);
}

static void test_tries_again_and_gives_up(void **state)
{
	int64_t id = made(ANNA), at_ms = NOW;

	(void)state;
	(void)id;
	make_tool("echo no such thing >&2; exit 75");
	for (int i = 0; i < 3; i++) {
		run(at_ms);
		assert_int_equal(report.later, i < 2 ? 2 : 0);
		assert_int_equal(report.failed, i < 2 ? 0 : 2);
		assert_non_null(strstr(report.last_error,
				       "ended with 75: no such thing"));
		/* Not before its time. */
		traced();
		run(at_ms + 1);
		assert_string_equal(traced(), "");
		at_ms += HOUR;
	}
	run(at_ms);
	assert_string_equal(traced(), "");
	assert_int_equal(in_state("comporta_action", "failed"), 2);
}

static void test_statuses_that_are_good(void **state)
{
	made(ANNA);
	(void)state;
	make_tool("exit 68");
	run(NOW);
	assert_int_equal(report.later, 1);
	assert_int_equal(report.done, 2);
}

/* One that hangs costs its time once, and the next account is not held up. */
static void test_one_that_hangs(void **state)
{
	(void)state;
	made(ANNA);
	made("joao@loja.example");
	settings.actions.timeout_ms = 300;
	make_tool("case $1 in flush) exec sleep 60 ;; esac");
	run(NOW);
	assert_int_equal(report.later, 1);
	assert_int_equal(report.done, 4);
	assert_string_equal(traced(), "flush " ANNA "\n"
				      "kick anna firma.example\n"
				      "kick joao loja.example\n");
}

/* Programs that are slow and do not hang must not keep watch from its logs:
 * the rest is for the next round. */
static void test_slow_ones(void **state)
{
	(void)state;
	made(ANNA);
	made("joao@loja.example");
	made("nohash@firma.example");
	/* Far above the program's time: a busy machine is no failure. */
	settings.actions.timeout_ms = 1000;
	make_tool("sleep 0.5");
	run(NOW);
	assert_int_equal(report.later, 0);
	assert_in_range(report.done, 1, 8);
	for (int i = 0; i < 8; i++)
		run(NOW);
	assert_int_equal(in_state("comporta_action", "done"), 9);
}

/* Killed while the program ran: it runs once more, not before the claim has
 * ended, and nobody else takes it meanwhile. */
static void test_a_claim(void **state)
{
	(void)state;
	made(ANNA);
	desk_run("UPDATE comporta_action SET attempts = 1, next_ms = next_ms "
		 "+ 70000");
	run(NOW);
	assert_string_equal(traced(), "");
	run(NOW + 2 * MINUTE);
	assert_int_equal(report.done, 3);
}

/* Claimed, or put off, by a clock that was a year ahead. */
static void test_a_clock_that_is_set_back(void **state)
{
	(void)state;
	made(ANNA);
	desk_run("UPDATE comporta_action SET attempts = 1, next_ms = next_ms "
		 "+ 31536000000");
	run(NOW + MINUTE);
	assert_int_equal(report.done, 3);
}

/* Logins that would be options or masks are not handed over. */
static void test_hostile_logins(void **state)
{
	static const char *const logins[] = { "-A@x.example", "*@x.example",
					      "a b@x.example" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(logins); i++) {
		made(logins[i]);
		run(NOW);
		if (strstr(traced(), "flush"))
			fail_msg("%s", logins[i]);
		assert_true(report.failed >= 1);
	}
}

static void test_many_ids(void **state)
{
	static char room[1000][8];
	static const char *ids[1000];
	int64_t id = made(ANNA);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(room[i], sizeof(room[i]), "Q%d", i);
		ids[i] = room[i];
	}
	assert_int_equal(found(id, ids, 1000), 1000);
	run(NOW);
	assert_int_equal(in_state("comporta_held", "held"), 1000);
}

static void test_what_an_incident_shows(void **state)
{
	static const char *const ids[] = { "A1", "A2" };
	struct json *actions = json_new_array(), *held = json_new_object();
	struct followup_counts counts;
	struct text out = TEXT_INIT(4096);
	int64_t id = made(ANNA);

	(void)state;
	found(id, ids, 2);
	make_tool("case $1 in flush) exit 1 ;; esac");
	run(NOW);
	assert_int_equal(followup_actions_of(&desk.blocks, id, actions, &err),
			 0);
	assert_int_equal(json_length(actions), 3);
	assert_int_equal(followup_held_of(&desk.blocks, id, held, &err), 0);
	json_print(held, &out);
	assert_string_equal(text_string(&out),
			    "{\"held\":2,\"ids\":[\"A1\",\"A2\"]}");
	assert_int_equal(followup_count(&desk.blocks, NOW, &counts, &err), 0);
	assert_int_equal(counts.waiting, 1);
	assert_int_equal(counts.failed, 0);
	assert_non_null(strstr(counts.last_error, "ended with 1"));
	json_free(&actions);
	json_free(&held);
	text_release(&out);
}

/* Our table as well as the panel's command, or the command alone, of mailboxes
 * that are in no database; `row` is one that an operator put there by hand. */
static enum block_result made_by_command(enum panel_gate gate, const char *row)
{
	struct panel *cpanel;
	enum block_result result;
	int64_t id = 0;

	if (panel_load_with("sql", "cpanel", "", gate, &cpanel, &err) != 0)
		fail_msg("%s", err.text);
	desk.blocks.panel = cpanel;
	desk_run(row);
	result = desk_make("zoe", "zoe@firma.example", NOW, &id);
	desk.blocks.panel = desk.own;
	panel_free(&cpanel);
	return result;
}

static void test_a_command_and_an_operators_row(void **state)
{
	(void)state;
	assert_int_equal(made_by_command(PANEL_GATE_BOTH,
			 "INSERT INTO comporta_send_block VALUES "
			 "('zoe@firma.example', 'by hand', 0, 1)"),
			 BLOCK_MADE);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM "
				     "comporta_action WHERE name = 'panel'"),
			 1);
}

/* cPanel's and HestiaCP's READMEs promise that. */
static void test_a_command_for_a_mailbox_in_no_table(void **state)
{
	(void)state;
	assert_int_equal(made_by_command(PANEL_GATE_AUTO, "SELECT 1"),
			 BLOCK_MADE);
}

/* panel.gate was changed while the block stood: what turned it turns it back. */
static void test_a_command_after_another_gate(void **state)
{
	struct panel *table;
	int64_t id = 0;

	(void)state;
	assert_int_equal(made_by_command(PANEL_GATE_AUTO, "SELECT 1"),
			 BLOCK_MADE);
	if (panel_load_with("sql", "cpanel", "", PANEL_GATE_TABLE, &table,
			    &err) != 0)
		fail_msg("%s", err.text);
	desk.blocks.panel = table;
	id = desk_number("SELECT MAX(id) AS n FROM comporta_block");
	assert_int_equal(desk_lift(id, false, true, NOW + 1), LIFT_DONE);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM "
				     "comporta_action WHERE name = 'panel' "
				     "AND moment = 'lift'"), 1);
	desk.blocks.panel = desk.own;
	panel_free(&table);
}

static void run_shell(const char *line)
{
	const char *const words[] = { "sh", "-c", line, NULL };
	const struct program program = { words, S(""), 5000 };
	struct text said = TEXT_INIT(400);
	int status = -1;

	assert_int_equal(program_run(&program, &said, &status, &err),
			 PROGRAM_ENDED);
	assert_int_equal(status, 0);
	text_release(&said);
}

/* A panel whose switch is our tool, in a folder of its own. */
static void use_tool_panel(struct panel **panel)
{
	char folder[80], path[600], own[PATH_MAX];

	snprintf(folder, sizeof(folder), "/tmp/comporta-panels-%d",
		 (int)getpid());
	snprintf(path, sizeof(path), "mkdir -p %s/panels/tool && cd %s/panels "
		 "&& echo %s off >tool/block.command && "
		 "echo %s on >tool/unblock.command", folder, folder, tool,
		 tool);
	run_shell(path);
	assert_non_null(realpath("sql/panels/own", own));
	snprintf(path, sizeof(path), "%s/panels/own", folder);
	assert_int_equal(symlink(own, path), 0);
	if (panel_load_with(folder, "tool", "", PANEL_GATE_SWITCH, panel,
			    &err) != 0)
		fail_msg("%s", err.text);
	snprintf(path, sizeof(path), "rm -r %s", folder);
	run_shell(path);
	desk.blocks.panel = *panel;
}

/* Another process, while the program of the block runs: the lift's rows. */
static void lift_meanwhile(const char *lift_is)
{
	const struct db_settings how = { .kind = "sqlite", .file = desk.file,
					 .timeout_s = 5 };
	char sql[500];

	while (access(trace, F_OK) != 0)
		usleep(10000);
	snprintf(sql, sizeof(sql), "UPDATE comporta_action SET state = "
		 "'dropped'; INSERT INTO comporta_action (block_id, moment, "
		 "name, state, attempts, next_ms, queued_ms) VALUES (1, "
		 "'lift', 'panel', %s, 0);", lift_is);
	if (db_open(&how, &desk.db, &err) != 0 ||
	    db_run_script(desk.db, sql, &err) != DB_OK)
		_exit(1);
	_exit(fclose(fopen(go, "w")) == 0 ? 0 : 1);
}

/*
 * `comporta lift` while watch runs the panel's command, which ends last: what
 * the lift has turned on, or is turning on, must be turned on once more.
 */
static void lift_beside_the_command(const char *lift_is)
{
	struct panel *panel;
	char end[200];
	int status = -1;
	pid_t pid;

	settings.actions.on_block.n = settings.actions.on_lift.n = 0;
	settings.queue.hold = nothing;
	use_tool_panel(&panel);
	made(ANNA);
	unlink(go);
	snprintf(end, sizeof(end), "until [ -e %s ]; do sleep 0.02; done", go);
	make_tool(end);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		lift_meanwhile(lift_is);
	run(NOW);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_string_equal(traced(), "off\n");
	run(NOW + 1);
	assert_string_equal(traced(), "on\n");
	unlink(go);
	desk.blocks.panel = desk.own;
	panel_free(&panel);
}

static void test_a_lift_is_done(void **state)
{
	(void)state;
	lift_beside_the_command("'done', 1, 0");
}

static void test_a_lift_is_under_way(void **state)
{
	(void)state;
	lift_beside_the_command("'waiting', 1, 9999999999999");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_after_a_block),
		TEST(test_after_a_lift),
		TEST(test_an_owner_does_not_choose),
		TEST(test_tries_again_and_gives_up),
		TEST(test_statuses_that_are_good),
		TEST(test_one_that_hangs),
		TEST(test_slow_ones),
		TEST(test_a_claim),
		TEST(test_a_clock_that_is_set_back),
		TEST(test_hostile_logins),
		TEST(test_many_ids),
		TEST(test_what_an_incident_shows),
		TEST(test_a_lift_is_done),
		TEST(test_a_lift_is_under_way),
		TEST(test_a_command_and_an_operators_row),
		TEST(test_a_command_for_a_mailbox_in_no_table),
		TEST(test_a_command_after_another_gate),
	};

	return cmocka_run_group_tests_name("followup", tests, desk_group_setup,
					   desk_group_teardown);
}
