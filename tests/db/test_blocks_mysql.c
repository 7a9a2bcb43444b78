/*
 * Blocks in MariaDB, as a user with the rights of sql/own/mysql/grants.sql:
 * every statement runs there too, two programs at once make one block, and a
 * server that dies in the middle leaves nothing half done.
 */
#include "base/files.h"
#include "base/stamp.h"
#include "detector/blocks.h"
#include "detector/http/tokens.h"
#include "detector/settings.h"
#include "tests/support/blocks_dump.h"
#include "tests/support/folder.h"
#include "tests/support/own_db.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RACERS = 6 };

static const int64_t NOW = 1795334400000;	/* 2026-11-22 */

static struct mariadb server;
static struct panel *panel;
static struct blocks blocks;

static void set_options(void)
{
	static char en[] = "en", boss[] = "boss@provider.example";

	settings.notice.default_language = en;
	settings.notice.operator_address = boss;
	settings.notice.to_contact = settings.notice.to_mailbox = true;
	settings.lift.self_service = true;
	settings.lift.repeat_within_ms = 1000;
	settings.lift.token_ms = 1000000;
	settings.lift.trust_ms = 90 * (int64_t)STAMP_DAY_MS;
}

static int group_setup(void **state)
{
	struct err err;

	(void)state;
	set_options();
	own_db_start(&server);
	if (panel_load("sql", "own", "", &panel, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	panel_free(&panel);
	mariadb_stop(&server);
	return 0;
}

/* The test server is quick to forget what was committed; a real one is not. */
static void be_durable(void)
{
	struct db *root = own_db_root(&server);

	own_db_run(root, "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
	db_close(&root);
}

static int setup(void **state)
{
	struct db *root = own_db_root(&server);

	(void)state;
	be_durable();
	own_db_run(root, "DELETE FROM comporta_send_block;"
		   "DELETE FROM comporta_mailbox;"
		   "DELETE FROM comporta_notice; DELETE FROM comporta_audit;"
		   "DELETE FROM comporta_credential;"
		   "DELETE FROM comporta_block; DELETE FROM comporta_token;"
		   "INSERT INTO comporta_mailbox VALUES"
		   " ('anna@firma.example', '$6$s$x', NULL, 'pl',"
		   " 'żółć@home.example', 'Anna Żółć')");
	db_close(&root);
	blocks = (struct blocks){
		.db = own_db_open(&server),
		.panel = panel, .secret = S("0123456789abcdef"),
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db_close(&blocks.db);
	return 0;
}

static int take_number(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", -1);
	return 1;
}

static int64_t rows(const char *table)
{
	char sql[300];
	int64_t n = -1;
	struct err err;

	snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM %s", table);
	assert_int_equal(db_run(blocks.db, sql, NULL, 0, take_number, &n,
				NULL, &err), DB_OK);
	return n;
}

static enum block_result make(const char *decision, int64_t now_ms,
			      int64_t *id)
{
	const struct block_request request = {
		.decision = decision,
		.account = SLICE("Anna@firma.example"),
		.decided_ms = now_ms, .probability = 0.5,
		.verdict = SLICE("{\"text\":\"żółć\"}"),
		.actor = "scan", .reason = "\xff not UTF-8, żółć",
	};
	struct err err;
	enum block_result result = blocks_make(&blocks, &request, now_ms, id,
					       &err);

	if (result == BLOCK_FAILED)
		print_message("%s\n", err.text);
	return result;
}

static int count(void *context, const struct block *block)
{
	assert_string_equal(block->account, "anna@firma.example");
	assert_string_equal(text_string(&block->verdict),
			    "{\"text\":\"żółć\"}");
	++*(int *)context;
	return 0;
}

static int count_news(void *context, const struct blocks_news *news)
{
	(void)news;
	++*(int *)context;
	return 0;
}

static void test_a_whole_life(void **state)
{
	const struct lift_request lift = { .actor = "owner", .reason = "x",
					   .by_owner = true };
	const struct block_filter filter = {
		.state = "active", .account = SLICE("anna@firma.example"),
		.domain = SLICE("firma.example"), .since_ms = 1,
		.before_id = INT64_MAX, .limit = 7 };
	struct block block = BLOCK_INIT;
	char token[CRYPTO_TOKEN_SIZE];
	struct json *array = json_new_array();
	struct db *root = own_db_root(&server);
	struct err err = { 0, "" };
	int64_t id = 0, again = 0, n = 0;
	int seen = 0;

	(void)state;
	assert_int_equal(make("d1", NOW, &id), BLOCK_MADE);
	assert_int_equal(make("d1", NOW, &again), BLOCK_WAS_MADE);
	assert_int_equal(make("d2", NOW, &again), BLOCK_WAS_ACTIVE);
	assert_int_equal(again, id);
	assert_int_equal(blocks_get(&blocks, id, &block, &err), BLOCK_FOUND);
	blocks_token(&blocks, &block, token);
	assert_int_equal(blocks_by_token(&blocks, slice_from(token), NOW,
					 &block, &err), BLOCK_FOUND);
	assert_int_equal(blocks_list(&blocks, &filter, count, &seen, &err),
			 0);
	assert_int_equal(seen, 1);
	assert_int_equal(blocks_lift(&blocks, id, &lift, NOW, &err),
			 LIFT_PASSWORD_UNCHANGED);
	own_db_run(root, "UPDATE comporta_mailbox"
		   " SET password_hash = '$6$s$y'");
	for (int i = 0; i < 2; i++)
		assert_int_equal(blocks_mine(&blocks, &block, "192.0.2.1",
					     NOW, &err), 0);
	assert_int_equal(blocks_lift_changed(&blocks, NOW + 1, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(rows("comporta_send_block"), 0);
	own_db_run(root, "UPDATE comporta_block SET verdict = '{\"window\":"
		   "{\"networks\":[\"AS45899\"],\"countries\":[\"VN\"]}}'");
	assert_int_equal(blocks_get(&blocks, id, &block, &err), BLOCK_FOUND);
	for (int i = 0; i < 2; i++)
		assert_int_equal(blocks_trust_mine(&blocks, &block,
						   "192.0.2.1", NOW + 2,
						   &err), 0);
	assert_int_equal(blocks_get(&blocks, id, &block, &err), BLOCK_FOUND);
	assert_true(block.says_mine && block.is_trusted);
	assert_int_equal(blocks_audit_of(&blocks, id, array, &err), 0);
	assert_int_equal(json_length(array), 4);
	assert_int_equal(blocks_notices_of(&blocks, id, array, &err), 0);
	assert_int_equal(json_length(array), 10);
	seen = 0;
	assert_int_equal(blocks_news_since(&blocks, 0, count_news, &seen,
					   &err), 0);
	assert_int_equal(seen, 2);
	db_close(&root);
	json_free(&array);
	block_release(&block);
}

/* "old" twice and "new", by MD5-crypt. */
#define OLD_A "$1$aaaa$.VH3ZBSQ3A9Iym5o/zXkC."
#define OLD_B "$1$bbbb$Q/XHCgXh.L5qWc7MsNWEF0"
#define NEW_A "$1$dddd$TR8GO7dgQU.LQwVnCVhS//"

/* A panel with application passwords, whose list is read with the rights of
 * one SELECT. */
static void make_app_panel(struct panel **out)
{
	static const char find[] =
		"SELECT account, '' AS sending, 1 AS can_send, password_hash,"
		" password_changed, language, contact, name FROM"
		" comporta_mailbox WHERE account = :account;\n";
	static const char apps[] =
		"SELECT login AS account, id, hash, name FROM app"
		" WHERE login = :account ORDER BY id;\n";
	char folder[FOLDER_SIZE], path[FOLDER_SIZE + 40], here[4096];
	char own[sizeof(here) + 20];
	struct err err;

	folder_make(folder, "apps");
	snprintf(path, sizeof(path), "%s/panels/apps", folder);
	assert_int_equal(files_make_dir(path, &err), 0);
	snprintf(path, sizeof(path), "%s/panels/apps/find.sql", folder);
	assert_int_equal(files_replace(path, slice_from(find), &err), 0);
	snprintf(path, sizeof(path), "%s/panels/apps/app_passwords.sql",
		 folder);
	assert_int_equal(files_replace(path, slice_from(apps), &err), 0);
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(own, sizeof(own), "%s/sql/panels/own", here);
	snprintf(path, sizeof(path), "%s/panels/own", folder);
	assert_int_equal(symlink(own, path), 0);
	if (panel_load(folder, "apps", "", out, &err))
		fail_msg("%s", err.text);
	folder_remove(folder);
}

static enum lift_result lift_with(int64_t id, const char *password)
{
	const struct lift_request lift = {
		.actor = "token:hook", .reason = "x", .by_owner = true,
		.password = slice_from(password),
	};
	struct err err = { 0, "" };
	enum lift_result result = blocks_lift(&blocks, id, &lift, NOW, &err);

	if (result == LIFT_FAILED)
		print_message("%s\n", err.text);
	return result;
}

static void test_what_is_kept_of_passwords(void **state)
{
	struct db *root = own_db_root(&server);
	struct panel *apps = NULL;
	int64_t id = 0;

	(void)state;
	make_app_panel(&apps);
	own_db_run(root, "CREATE TABLE app (login VARCHAR(255), id INT,"
		   " hash VARCHAR(255), name VARCHAR(255));"
		   "INSERT INTO app VALUES ('anna@firma.example', 1, '" OLD_A
		   "', 'Telefon Ż');"
		   "GRANT SELECT ON comporta.app TO 'comporta'@'127.0.0.1';"
		   "UPDATE comporta_mailbox SET password_hash = '" OLD_A "'");
	blocks.panel = apps;
	assert_int_equal(make("d1", NOW, &id), BLOCK_MADE);
	assert_int_equal(rows("comporta_credential"), 3);
	own_db_run(root, "UPDATE comporta_mailbox"
		   " SET password_hash = '" OLD_B "'");
	assert_int_equal(lift_with(id, "old"), LIFT_SAME_PASSWORD);
	assert_int_equal(lift_with(id, NULL), LIFT_SAME_PASSWORD);
	assert_int_equal(rows("comporta_credential"), 4);
	own_db_run(root, "UPDATE comporta_mailbox"
		   " SET password_hash = '" NEW_A "'");
	assert_int_equal(lift_with(id, "new"), LIFT_APP_PASSWORDS_LEFT);
	own_db_run(root, "UPDATE app SET hash = '" NEW_A "'");
	assert_int_equal(lift_with(id, "new"), LIFT_DONE);
	assert_int_equal(rows("comporta_credential"), 0);
	assert_int_equal(rows("comporta_audit WHERE detail = 'hash changed, "
			      "and the new password is another one; "
			      "application passwords: 0 left, 1 new'"), 1);
	own_db_run(root, "DROP TABLE app");
	panel_free(&apps);
	db_close(&root);
}

/* One racer in its own process; its exit code is what it was told. */
static pid_t race(int i)
{
	pid_t pid = fork();
	char decision[16];
	int64_t id = 0;

	if (pid != 0)
		return pid;
	blocks.db = own_db_open(&server);
	snprintf(decision, sizeof(decision), "race-%d", i);
	_exit((int)make(decision, NOW, &id));
}

static void test_two_at_once_make_one(void **state)
{
	pid_t pids[RACERS];
	int made = 0, active = 0;

	(void)state;
	/* A connection must not be shared with a child. */
	db_close(&blocks.db);
	for (int i = 0; i < RACERS; i++)
		pids[i] = race(i);
	for (int i = 0; i < RACERS; i++) {
		int status = -1;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		made += WEXITSTATUS(status) == BLOCK_MADE;
		active += WEXITSTATUS(status) == BLOCK_WAS_ACTIVE;
	}
	blocks.db = own_db_open(&server);
	assert_int_equal(made, 1);
	assert_int_equal(active, RACERS - 1);
	assert_int_equal(rows("comporta_block"), 1);
	assert_int_equal(rows("comporta_audit"), 1);
	assert_int_equal(rows("comporta_notice"), 3);
}

static void test_a_server_that_dies(void **state)
{
	int64_t id = 0;

	(void)state;
	mariadb_kill(&server);
	assert_int_equal(make("d1", NOW, &id), BLOCK_FAILED);
	mariadb_revive(&server);
	be_durable();
	assert_int_equal(make("d1", NOW, &id), BLOCK_MADE);
	mariadb_kill(&server);
	mariadb_revive(&server);
	assert_int_equal(make("d1", NOW, &id), BLOCK_WAS_MADE);
	assert_int_equal(rows("comporta_notice"), 3);
}

/* Each known by one name, or with its own mailbox; some twice, some odd. */
static void ask_for_many(struct block_request *requests, char (*logins)[40],
			 char (*decisions)[16])
{
	for (int i = 0; i < BLOCKS_MANY; i++) {
		snprintf(logins[i], 40, "u%d@firma.example", i % 240);
		snprintf(decisions[i], 16, "m%d", i % 245);
		requests[i] = (struct block_request){
			.decision = decisions[i],
			.account = slice_from(i % 50 ? logins[i]
						     : "anna@firma.example"),
			.decided_ms = NOW, .probability = 0.1 * i,
			.verdict = SLICE("{\"a\":\"\xff'\"}"),
			.actor = "scan", .reason = "\xff\x1b z", .silent = i % 3,
		};
	}
}

static void start_over(void **state)
{
	struct db *root = own_db_root(&server);

	teardown(state);
	own_db_run(root, "TRUNCATE comporta_block; TRUNCATE comporta_audit;"
		   "TRUNCATE comporta_notice; TRUNCATE comporta_action;"
		   "TRUNCATE comporta_credential; TRUNCATE comporta_send_block;"
		   "INSERT INTO comporta_send_block VALUES"
		   " ('u7@firma.example', 'by hand', 0, 1)");
	db_close(&root);
	blocks.db = own_db_open(&server);
}

static struct block_request asked[BLOCKS_MANY];
static char logins[BLOCKS_MANY][40], decisions[BLOCKS_MANY][16];
static enum block_result results[BLOCKS_MANY];
static int64_t ids[BLOCKS_MANY];

static void test_many_as_one_by_one(void **state)
{
	struct text wanted = TEXT_INIT(1 << 20);
	enum block_result one;
	int64_t id;
	struct err err;

	ask_for_many(asked, logins, decisions);
	start_over(state);
	for (size_t i = 0; i < BLOCKS_MANY; i++) {
		results[i] = blocks_make(&blocks, &asked[i], NOW, &ids[i],
					 &err);
		assert_int_not_equal(results[i], BLOCK_FAILED);
	}
	text_add_string(&wanted, blocks_dump(blocks.db));
	start_over(state);
	{
		enum block_result many[BLOCKS_MANY];
		int64_t many_ids[BLOCKS_MANY];

		if (blocks_make_many(&blocks, asked, BLOCKS_MANY, NOW, many,
				     many_ids, &err))
			fail_msg("%s", err.text);
		assert_memory_equal(many, results, sizeof(many));
		assert_memory_equal(many_ids, ids, sizeof(many_ids));
	}
	assert_string_equal(text_string(&wanted), blocks_dump(blocks.db));
	one = blocks_make(&blocks, &asked[1], NOW, &id, &err);
	assert_int_equal(one, BLOCK_WAS_MADE);
	text_release(&wanted);
}

/* Held up at one of its accounts when the server dies. */
static void test_many_and_a_server_that_dies(void **state)
{
	struct db *root;
	struct err err;
	int status = 0;
	int64_t waiting = 0;
	pid_t pid;

	ask_for_many(asked, logins, decisions);
	start_over(state);
	db_close(&blocks.db);
	root = own_db_root(&server);
	assert_int_equal(db_begin(root, &err), DB_OK);
	own_db_run(root, "INSERT INTO comporta_send_block VALUES"
		   " ('u101@firma.example', 'x', 0, 1)");
	pid = fork();
	if (pid == 0) {
		blocks.db = own_db_open(&server);
		_exit(blocks_make_many(&blocks, asked, BLOCKS_MANY, NOW,
				       results, ids, &err) == 0);
	}
	while (waiting == 0) {
		/* It has not come back without waiting. */
		assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
		assert_int_equal(db_run(root, "SELECT COUNT(*) AS n FROM"
					" information_schema.processlist WHERE"
					" user = 'comporta' AND command ="
					" 'Execute' AND time_ms > 300", NULL, 0,
					take_number, &waiting, NULL, &err),
				 DB_OK);
	}
	mariadb_kill(&server);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
	db_close(&root);
	mariadb_revive(&server);
	blocks.db = own_db_open(&server);
	assert_int_equal(rows("comporta_block"), 0);
	assert_int_equal(rows("comporta_send_block"), 1);
	assert_int_equal(rows("comporta_audit"), 0);
	if (blocks_make_many(&blocks, asked, BLOCKS_MANY, NOW, results, ids,
			     &err))
		fail_msg("%s", err.text);
	assert_int_equal(results[1], BLOCK_MADE);
}

static void test_tokens_there_too(void **state)
{
	const unsigned char random[CRYPTO_DIGEST_SIZE] = { 1 };
	char text[CRYPTO_TOKEN_SIZE];
	struct token token;
	struct err err;

	(void)state;
	assert_int_equal(token_add(blocks.db, "desk", TOKEN_SUPPORT, random,
				   NOW + 5, NOW, text, &err), 0);
	assert_int_equal(token_add(blocks.db, "desk", TOKEN_SUPPORT, random,
				   0, NOW, text, &err), -1);
	assert_int_equal(token_find(blocks.db, slice_from(text), NOW, &token,
				    &err), TOKEN_VALID);
	assert_string_equal(token.name, "desk");
	assert_int_equal(token_find(blocks.db, slice_from(text), NOW + 5,
				    &token, &err), TOKEN_INVALID);
	assert_int_equal(token_revoke(blocks.db, "desk", NOW, &err), 0);
	assert_int_equal(token_revoke(blocks.db, "desk", NOW, &err), 0);
	assert_int_equal(token_find(blocks.db, slice_from(text), NOW, &token,
				    &err), TOKEN_INVALID);
}

/* What the support page asks besides. */
static void test_what_the_desk_asks(void **state)
{
	static const struct {
		const char *search;
		int64_t seen_by;
		int want;
	} cases[] = {
		{ "NNA@f", 0, 1 }, { "firma.example", 0, 1 }, { "%", 0, 0 },
		{ "anna_firma", 0, 0 }, { "anna", 7, 1 }, { "anna", 8, 0 },
	};
	struct db *root = own_db_root(&server);
	struct blocks_counts counts;
	struct err err = { 0, "" };
	int64_t id = 0;

	(void)state;
	assert_int_equal(make("d1", NOW, &id), BLOCK_MADE);
	own_db_run(root, "INSERT INTO comporta_token_domain VALUES"
		   " (7, 'firma.example'), (8, 'loja.example')");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct block_filter filter = {
			.search = slice_from(cases[i].search), .limit = 7,
			.seen_by = cases[i].seen_by,
		};
		int seen = 0;

		assert_int_equal(blocks_list(&blocks, &filter, count, &seen,
					     &err), 0);
		assert_case(cases[i].search, cases[i].want, seen);
	}
	own_db_run(root, "UPDATE comporta_notice SET state = 'failed' LIMIT 1");
	assert_int_equal(blocks_counts(&blocks, 0, NOW, &counts, &err), 0);
	assert_int_equal(counts.active, 1);
	assert_int_equal(counts.failed, 1);
	assert_int_equal(counts.waiting, rows("comporta_notice") - 1);
	assert_int_equal(blocks_counts(&blocks, 7, NOW, &counts, &err), 0);
	assert_int_equal(counts.active, 1);
	assert_int_equal(counts.failed, 1);
	assert_int_equal(blocks_counts(&blocks, 8, NOW, &counts, &err), 0);
	assert_int_equal(counts.active + counts.waiting + counts.failed, 0);
	own_db_run(root, "DELETE FROM comporta_token_domain");
	db_close(&root);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DESK_TEST(test_a_whole_life),
		DESK_TEST(test_what_is_kept_of_passwords),
		DESK_TEST(test_two_at_once_make_one),
		DESK_TEST(test_many_as_one_by_one),
		DESK_TEST(test_many_and_a_server_that_dies),
		DESK_TEST(test_tokens_there_too),
		DESK_TEST(test_what_the_desk_asks),
		DESK_TEST(test_a_server_that_dies),
	};

	return cmocka_run_group_tests_name("blocks, MariaDB", tests,
					   group_setup, group_teardown);
}
