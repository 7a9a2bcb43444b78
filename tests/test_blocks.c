/*
 * Blocks on SQLite, with our own table as the switch and with a panel that has
 * a column for it.
 */
#include "base/files.h"
#include "detector/blocks.h"
#include "detector/panel/schema.h"
#include "detector/settings.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };
static const int64_t DAY = 24 * (int64_t)HOUR;
static const int64_t NOW = 1795334400000;	/* 2026-11-22 */

static char folder[] = "/tmp/comporta-blocks-XXXXXX";

/* A panel whose switch is a column, and which keeps the time of the last
 * change of the password. */
static const struct {
	const char *name, *text;
} shop_files[] = {
	{ "find.sql",
	  "SELECT login AS account, may_send AS sending,"
	  " may_send AS can_send, hash AS password_hash,"
	  " hash_time AS password_changed, lang AS language,"
	  " other AS contact, 'Ala' AS name"
	  " FROM shop_user WHERE login = :account;\n" },
	{ "block.sql",
	  "-- rows: 1\nUPDATE shop_user SET may_send = 0"
	  " WHERE login = :account AND may_send = 1;\n" },
	{ "unblock.sql",
	  "-- rows: 1\nUPDATE shop_user SET may_send = :previous"
	  " WHERE login = :account AND may_send = 0;\n" },
	{ "grants.sql", "-- none\n" },
	{ "fixture.sql", "-- in the test\n" },
	{ "README.md", "A test.\n" },
};

static const char tables[] =
	"CREATE TABLE shop_user (login TEXT PRIMARY KEY, hash TEXT,"
	" hash_time TEXT, may_send INTEGER, lang TEXT, other TEXT);"
	"INSERT INTO shop_user VALUES ('ala@firma.example', '$6$a$x', 't1',"
	" 1, 'pl', 'ala@home.example');"
	"INSERT INTO shop_user VALUES ('ola@firma.example', '$6$o$x', 't1',"
	" 0, 'pl', NULL);"
	"INSERT INTO comporta_mailbox VALUES ('anna@firma.example',"
	" '$6$s$x', NULL, 'pl', 'anna@home.example', 'Anna');"
	"INSERT INTO comporta_mailbox VALUES ('joao@loja.example',"
	" '{BLF-CRYPT}$2y$05$x', NULL, 'pt', 'joao@loja.example', NULL);"
	"INSERT INTO comporta_mailbox VALUES ('nohash@firma.example',"
	" NULL, NULL, NULL, NULL, NULL);";

struct desk {
	struct db *db;
	struct panel *own, *shop;
	struct blocks blocks;
	char file[80];
	int n;
};

static struct desk desk;

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void make_shop(void)
{
	char path[200];
	struct err err;

	snprintf(path, sizeof(path), "%s/panels/shop", folder);
	assert_int_equal(files_make_dir(path, &err), 0);
	for (size_t i = 0; i < N_ELEMENTS(shop_files); i++) {
		snprintf(path, sizeof(path), "%s/panels/shop/%s", folder,
			 shop_files[i].name);
		write_file(path, shop_files[i].text);
	}
}

static void open_db(void)
{
	const struct db_settings how = { .kind = "sqlite", .file = desk.file,
					 .timeout_s = 5 };
	struct err err;

	if (db_open(&how, &desk.db, &err))
		fail_msg("%s", err.text);
	desk.blocks.db = desk.db;
}

static int group_setup(void **state)
{
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	make_shop();
	if (panel_load("sql", "own", "", &desk.own, &err) ||
	    panel_load(folder, "shop", "", &desk.shop, &err))
		fail_msg("%s", err.text);
	return 0;
}

static void forget_files(void)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	char path[100];

	for (size_t i = 0; i < N_ELEMENTS(ends); i++) {
		snprintf(path, sizeof(path), "%s%s", desk.file, ends[i]);
		unlink(path);
	}
}

static int group_teardown(void **state)
{
	char path[200];

	(void)state;
	panel_free(&desk.own);
	panel_free(&desk.shop);
	for (size_t i = 0; i < N_ELEMENTS(shop_files); i++) {
		snprintf(path, sizeof(path), "%s/panels/shop/%s", folder,
			 shop_files[i].name);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/panels/shop", folder);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/panels", folder);
	rmdir(path);
	return rmdir(folder);
}

static int setup(void **state)
{
	static char en[] = "en", boss[] = "boss@provider.example";
	struct err err;

	(void)state;
	settings.notice.default_language = en;
	settings.notice.operator_address = boss;
	settings.notice.to_contact = settings.notice.to_mailbox = true;
	settings.notice.repeat_after_ms = DAY;
	settings.lift.self_service = true;
	settings.lift.repeat_within_ms = 30 * DAY;
	settings.lift.token_ms = 14 * DAY;
	desk.blocks = (struct blocks){ .panel = desk.own,
				       .secret = S("0123456789abcdef"
						   "0123456789abcdef") };
	snprintf(desk.file, sizeof(desk.file), "%s/%d.db", folder, desk.n++);
	open_db();
	if (schema_migrate(desk.db, "sql", &(int){ 0 }, &err) ||
	    db_run_script(desk.db, tables, &err) != DB_OK)
		fail_msg("%s", err.text);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db_close(&desk.db);
	forget_files();
	return 0;
}

static void run(const char *sql)
{
	struct err err;

	if (db_run_script(desk.db, sql, &err) != DB_OK)
		fail_msg("%s: %s", sql, err.text);
}

static int take_number(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", -1);
	return 1;
}

static int64_t number(const char *sql)
{
	int64_t n = -1;
	struct err err;

	if (db_run(desk.db, sql, NULL, 0, take_number, &n, NULL,
		   &err) != DB_OK)
		fail_msg("%s: %s", sql, err.text);
	return n;
}

static int64_t rows(const char *table)
{
	char sql[100];

	snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM %s", table);
	return number(sql);
}

static enum block_result make(const char *decision, const char *account,
			      int64_t now_ms, int64_t *id)
{
	struct block_request request = {
		.decision = decision,
		.account = slice_from(account),
		.decided_ms = now_ms - MINUTE,
		.probability = 0.99,
		.verdict = S("{\"window\":{\"messages\":3}}"),
		.actor = "scan",
		.reason = "7 countries",
	};
	struct err err;
	enum block_result result = blocks_make(&desk.blocks, &request,
					       now_ms, id, &err);

	if (result == BLOCK_FAILED)
		print_message("%s\n", err.text);
	return result;
}

static enum lift_result lift(int64_t id, bool by_owner, bool force,
			     int64_t now_ms)
{
	struct lift_request request = {
		.actor = by_owner ? "owner" : "token:desk",
		.address = "192.0.2.1",
		.reason = "asked",
		.by_owner = by_owner,
		.force = force,
	};
	struct err err;
	enum lift_result result = blocks_lift(&desk.blocks, id, &request,
					      now_ms, &err);

	if (result == LIFT_FAILED)
		print_message("%s\n", err.text);
	return result;
}

static void test_a_block_is_made_once(void **state)
{
	int64_t id = 0, again = 0, other = 0;

	(void)state;
	assert_int_equal(make("d1", "Anna@Firma.Example", NOW, &id),
			 BLOCK_MADE);
	assert_int_equal(rows("comporta_send_block"), 1);
	assert_int_equal(rows("comporta_notice"), 3);
	assert_int_equal(rows("comporta_audit"), 1);
	assert_int_equal(make("d1", "anna@firma.example", NOW + 1, &again),
			 BLOCK_WAS_MADE);
	assert_int_equal(make("d2", "anna@firma.example", NOW + 1, &other),
			 BLOCK_WAS_ACTIVE);
	assert_int_equal(again, id);
	assert_int_equal(other, id);
	assert_int_equal(rows("comporta_notice"), 3);
	assert_int_equal(rows("comporta_block"), 1);
}

static void test_nobody_hears_twice(void **state)
{
	int64_t id;

	(void)state;
	/* The contact is the mailbox itself. */
	assert_int_equal(make("d1", "joao@loja.example", NOW, &id),
			 BLOCK_MADE);
	assert_int_equal(rows("comporta_notice"), 2);
}

static void test_what_the_block_keeps(void **state)
{
	struct block block = BLOCK_INIT;
	struct err err;
	int64_t id;

	(void)state;
	make("d1", "anna@firma.example", NOW, &id);
	assert_int_equal(blocks_get(&desk.blocks, id, &block, &err),
			 BLOCK_FOUND);
	assert_string_equal(block.account, "anna@firma.example");
	assert_string_equal(block.language, "pl");
	assert_string_equal(block.contact, "anna@home.example");
	assert_string_equal(block.scheme, "$6$");
	assert_int_equal(strlen(block.fingerprint), 64);
	assert_true(block.is_active && block.changed && !block.is_repeat);
	assert_int_equal(block.token_expires_ms, NOW + 14 * DAY);
	assert_string_equal(text_string(&block.verdict),
			    "{\"window\":{\"messages\":3}}");
	block_release(&block);
}

static void test_strange_and_unknown_accounts(void **state)
{
	static const struct {
		const char *why, *account;
		bool in_shop;
		enum block_result want;
	} cases[] = {
		{ "our own table takes any login", "who@firma.example", false,
		  BLOCK_MADE },
		{ "no address either", "root", false, BLOCK_MADE },
		{ "nobody", "", false, BLOCK_UNKNOWN_ACCOUNT },
		{ "control characters", "a\nb@c.example", false,
		  BLOCK_UNKNOWN_ACCOUNT },
		{ "no UTF-8", "a\xff@c.example", false,
		  BLOCK_UNKNOWN_ACCOUNT },
		{ "SQL is a name as any other", "x'; DROP TABLE a; --", false,
		  BLOCK_MADE },
		{ "the panel knows better", "she@firma.example", true,
		  BLOCK_UNKNOWN_ACCOUNT },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char decision[8];
		enum block_result got;
		int64_t id = 0;

		snprintf(decision, sizeof(decision), "d%zu", i);
		desk.blocks.panel = cases[i].in_shop ? desk.shop : desk.own;
		got = make(decision, cases[i].account, NOW, &id);
		assert_case(cases[i].why, cases[i].want, got);
	}
}

static void test_nothing_stands_when_a_part_fails(void **state)
{
	int64_t id = 0;

	(void)state;
	run("ALTER TABLE comporta_notice RENAME TO hidden");
	assert_int_equal(make("d1", "anna@firma.example", NOW, &id),
			 BLOCK_FAILED);
	assert_int_equal(rows("comporta_block"), 0);
	assert_int_equal(rows("comporta_send_block"), 0);
	assert_int_equal(rows("comporta_audit"), 0);
	run("ALTER TABLE hidden RENAME TO comporta_notice");
	assert_int_equal(make("d1", "anna@firma.example", NOW, &id),
			 BLOCK_MADE);
}

static void test_a_killed_run_leaves_nothing(void **state)
{
	struct err err;
	int64_t id = 0;

	(void)state;
	assert_int_equal(db_begin(desk.db, &err), DB_OK);
	run("INSERT INTO comporta_send_block VALUES"
	    " ('anna@firma.example', 'half', 1, 1)");
	db_close(&desk.db);
	open_db();
	assert_int_equal(rows("comporta_send_block"), 0);
	assert_int_equal(make("d1", "anna@firma.example", NOW, &id),
			 BLOCK_MADE);
	db_close(&desk.db);
	open_db();
	assert_int_equal(make("d1", "anna@firma.example", NOW, &id),
			 BLOCK_WAS_MADE);
	assert_int_equal(rows("comporta_notice"), 3);
}

/* What is stored now, after a block at "$6$..." or without any hash. */
static void test_password_state(void **state)
{
	static const struct {
		const char *why, *account, *change;
		bool in_shop;
		enum password_state want;
	} cases[] = {
		{ "same", "anna@firma.example", NULL, false,
		  PASSWORD_UNCHANGED },
		{ "another", "anna@firma.example",
		  "UPDATE comporta_mailbox SET password_hash = '$6$s$y'",
		  false, PASSWORD_CHANGED },
		{ "another scheme, no time", "anna@firma.example",
		  "UPDATE comporta_mailbox SET password_hash = '$y$j9T$s$y'",
		  false, PASSWORD_UNKNOWN },
		{ "dearer bcrypt", "joao@loja.example",
		  "UPDATE comporta_mailbox SET password_hash ="
		  " '{BLF-CRYPT}$2y$12$y'", false, PASSWORD_UNKNOWN },
		{ "taken away", "anna@firma.example",
		  "UPDATE comporta_mailbox SET password_hash = NULL", false,
		  PASSWORD_UNKNOWN },
		{ "never there", "nohash@firma.example",
		  "UPDATE comporta_mailbox SET password_hash = '$6$s$y'",
		  false, PASSWORD_UNKNOWN },
		{ "mailbox deleted", "anna@firma.example",
		  "DELETE FROM comporta_mailbox", false, PASSWORD_UNKNOWN },
		{ "re-hashed at login", "ala@firma.example",
		  "UPDATE shop_user SET hash = '$y$j9T$a$y'", true,
		  PASSWORD_UNCHANGED },
		{ "changed, and its time", "ala@firma.example",
		  "UPDATE shop_user SET hash = '$y$j9T$a$y',"
		  " hash_time = 't2'", true, PASSWORD_CHANGED },
		{ "only the time", "ala@firma.example",
		  "UPDATE shop_user SET hash_time = 't2'", true,
		  PASSWORD_UNCHANGED },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct block block = BLOCK_INIT;
		enum password_state got;
		struct err err;
		int64_t id = 0;

		if (i > 0) {
			teardown(state);
			setup(state);
		}
		desk.blocks.panel = cases[i].in_shop ? desk.shop : desk.own;
		assert_int_equal(make("d", cases[i].account, NOW, &id),
				 BLOCK_MADE);
		if (cases[i].change)
			run(cases[i].change);
		assert_int_equal(blocks_get(&desk.blocks, id, &block, &err),
				 BLOCK_FOUND);
		got = blocks_password(&desk.blocks, &block, &err);
		assert_case(cases[i].why, cases[i].want, got);
		block_release(&block);
	}
}

static const char *const new_password =
	"UPDATE comporta_mailbox SET password_hash = '$6$n$z'";

static void test_lift_after_a_new_password(void **state)
{
	int64_t id;

	(void)state;
	make("d1", "anna@firma.example", NOW, &id);
	assert_int_equal(lift(id, true, false, NOW + 1),
			 LIFT_PASSWORD_UNCHANGED);
	assert_int_equal(rows("comporta_send_block"), 1);
	assert_int_equal(rows("comporta_audit"), 1);
	run(new_password);
	assert_int_equal(lift(id, true, false, NOW + 2), LIFT_DONE);
	assert_int_equal(rows("comporta_send_block"), 0);
	assert_int_equal(rows("comporta_audit"), 2);
	assert_int_equal(rows("comporta_notice"), 6);
	assert_int_equal(lift(id, true, false, NOW + 3), LIFT_WAS_LIFTED);
	assert_int_equal(rows("comporta_notice"), 6);
	assert_int_equal(lift(id + 7, true, false, NOW), LIFT_NOT_FOUND);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_block"
				" WHERE active_account IS NULL AND"
				" state = 'lifted' AND lifted_by = 'owner'"
				" AND proof = 'hash changed'"), 1);
}

static void test_who_may_lift(void **state)
{
	static const struct {
		const char *why, *account, *change;
		bool is_repeat, self_service, by_owner, force;
		enum lift_result want;
	} cases[] = {
		{ "owner, the first time", "anna@firma.example",
		  "password_hash = '$6$n$z'", false, true, true, false,
		  LIFT_DONE },
		{ "owner, again within 30 days", "anna@firma.example",
		  "password_hash = '$6$n$z'", true, true, true, false,
		  LIFT_NEEDS_SUPPORT },
		{ "support, again within 30 days", "anna@firma.example",
		  "password_hash = '$6$n$z'", true, true, false, false,
		  LIFT_DONE },
		{ "owner, self-service off", "anna@firma.example",
		  "password_hash = '$6$n$z'", false, false, true, false,
		  LIFT_NEEDS_SUPPORT },
		{ "support, nothing changed", "anna@firma.example", NULL,
		  false, true, false, false, LIFT_PASSWORD_UNCHANGED },
		{ "support, by force", "anna@firma.example", NULL, false,
		  true, false, true, LIFT_DONE },
		{ "owner, no proof possible", "nohash@firma.example", NULL,
		  false, true, true, false, LIFT_NEEDS_SUPPORT },
		{ "support, no proof possible", "nohash@firma.example", NULL,
		  false, true, false, false, LIFT_DONE },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		enum lift_result got;
		char sql[200];
		int64_t id = 0;

		if (i > 0) {
			teardown(state);
			setup(state);
		}
		if (cases[i].is_repeat) {
			make("d0", cases[i].account, NOW - 20 * DAY, &id);
			assert_int_equal(lift(id, false, true, NOW - 19 * DAY),
					 LIFT_DONE);
		}
		assert_int_equal(make("d1", cases[i].account, NOW, &id),
				 BLOCK_MADE);
		if (cases[i].change) {
			snprintf(sql, sizeof(sql),
				 "UPDATE comporta_mailbox SET %s",
				 cases[i].change);
			run(sql);
		}
		settings.lift.self_service = cases[i].self_service;
		got = lift(id, cases[i].by_owner, cases[i].force, NOW + HOUR);
		assert_case(cases[i].why, cases[i].want, got);
	}
}

static void test_a_block_that_comes_back_says_so(void **state)
{
	int64_t id;

	(void)state;
	settings.lift.repeat_within_ms = HOUR;
	make("d1", "anna@firma.example", NOW, &id);
	lift(id, false, true, NOW + HOUR);
	make("d2", "anna@firma.example", NOW + 3 * (int64_t)HOUR, &id);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_notice"
				" WHERE kind = 'blocked_again'"), 3);
	assert_int_equal(number("SELECT SUM(is_repeat) AS n"
				" FROM comporta_block"), 0);
	lift(id, false, true, NOW + 4 * (int64_t)HOUR);
	make("d3", "anna@firma.example", NOW + 3 * DAY, &id);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_notice"
				" WHERE kind = 'blocked'"), 6);
}

static void test_only_our_own_switch_is_turned_back(void **state)
{
	int64_t id;

	(void)state;
	desk.blocks.panel = desk.shop;
	assert_int_equal(make("d1", "ola@firma.example", NOW, &id),
			 BLOCK_MADE);
	assert_int_equal(lift(id, false, true, NOW + 1), LIFT_DONE);
	assert_int_equal(number("SELECT may_send AS n FROM shop_user"
				" WHERE login = 'ola@firma.example'"), 0);
	assert_int_equal(make("d2", "ala@firma.example", NOW, &id),
			 BLOCK_MADE);
	assert_int_equal(number("SELECT may_send AS n FROM shop_user"
				" WHERE login = 'ala@firma.example'"), 0);
	assert_int_equal(lift(id, false, true, NOW + 1), LIFT_DONE);
	assert_int_equal(number("SELECT may_send AS n FROM shop_user"
				" WHERE login = 'ala@firma.example'"), 1);
	/* An administrator opened it by hand, or the mailbox is gone. */
	assert_int_equal(make("d3", "ala@firma.example", NOW + 2, &id),
			 BLOCK_MADE);
	run("UPDATE shop_user SET may_send = 1");
	assert_int_equal(lift(id, false, true, NOW + 3), LIFT_DONE);
	assert_int_equal(make("d4", "ala@firma.example", NOW + 4, &id),
			 BLOCK_MADE);
	run("DELETE FROM shop_user");
	assert_int_equal(lift(id, false, false, NOW + 5), LIFT_DONE);
}

static void test_another_panel_is_not_touched(void **state)
{
	int64_t id;

	(void)state;
	make("d1", "anna@firma.example", NOW, &id);
	desk.blocks.panel = desk.shop;
	assert_int_equal(lift(id, false, false, NOW + 1), LIFT_FAILED);
	assert_int_equal(lift(id, false, true, NOW + 1), LIFT_DONE);
	assert_int_equal(rows("comporta_send_block"), 1);
}

static void test_scan_lifts_what_it_may(void **state)
{
	struct err err;
	int64_t id, lifted = 7;

	(void)state;
	make("d0", "joao@loja.example", NOW - DAY, &id);
	lift(id, false, true, NOW - DAY + 1);
	make("d1", "joao@loja.example", NOW, &id);
	make("d2", "anna@firma.example", NOW, &id);
	make("d3", "nohash@firma.example", NOW, &id);
	assert_int_equal(blocks_lift_changed(&desk.blocks, NOW + 1, &lifted,
					     &err), 0);
	assert_int_equal(lifted, 0);
	run("UPDATE comporta_mailbox SET password_hash = '$6$n$z'"
	    " WHERE account <> 'joao@loja.example'");
	run("UPDATE comporta_mailbox SET password_hash ="
	    " '{BLF-CRYPT}$2y$05$z' WHERE account = 'joao@loja.example'");
	assert_int_equal(blocks_lift_changed(&desk.blocks, NOW + 2, &lifted,
					     &err), 0);
	assert_int_equal(lifted, 1);
	assert_int_equal(rows("comporta_send_block"), 2);
	assert_int_equal(blocks_lift_changed(&desk.blocks, NOW + 3, &lifted,
					     &err), 0);
	assert_int_equal(lifted, 0);
}

static void test_token(void **state)
{
	struct block block = BLOCK_INIT;
	char token[CRYPTO_TOKEN_SIZE];
	struct err err;
	int64_t id;

	(void)state;
	make("d1", "anna@firma.example", NOW, &id);
	blocks_get(&desk.blocks, id, &block, &err);
	blocks_token(&desk.blocks, &block, token);
	assert_int_equal(strlen(token), 43);

	const struct {
		const char *why;
		struct slice token;
		int64_t at_ms;
		enum block_find want;
	} cases[] = {
		{ "right", slice_from(token), NOW, BLOCK_FOUND },
		{ "to the last moment", slice_from(token),
		  NOW + 14 * DAY - 1, BLOCK_FOUND },
		{ "expired", slice_from(token), NOW + 14 * DAY,
		  BLOCK_NOT_FOUND },
		{ "one byte short", slice_sub(slice_from(token), 0, 42), NOW,
		  BLOCK_NOT_FOUND },
		{ "one byte off",
		  S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), NOW,
		  BLOCK_NOT_FOUND },
		{ "none", S(""), NOW, BLOCK_NOT_FOUND },
	};
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_case(cases[i].why, cases[i].want,
			    blocks_by_token(&desk.blocks, cases[i].token,
					    cases[i].at_ms, &block, &err));
	lift(id, false, true, NOW + 1);
	assert_int_equal(blocks_by_token(&desk.blocks, slice_from(token),
					 NOW + 2, &block, &err), BLOCK_FOUND);
	assert_false(block.is_active);
	/* The table does not help to make one. */
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_block"
				" WHERE length(token_hash) = 64"), 1);
	block_release(&block);
}

static int count_block(void *context, const struct block *block)
{
	int64_t *seen = context;

	seen[0]++;
	seen[1] = block->id;
	return 0;
}

static void test_list(void **state)
{
	static const struct {
		const char *why;
		struct block_filter filter;
		int64_t want;
	} cases[] = {
		{ "all", { .limit = 100 }, 5 },
		{ "a page", { .limit = 2 }, 2 },
		{ "no limit is one", { .limit = 0 }, 1 },
		{ "behind the cursor", { .limit = 100, .before_id = 3 }, 2 },
		{ "active", { .limit = 100, .state = "active" }, 4 },
		{ "lifted", { .limit = 100, .state = "lifted" }, 1 },
		{ "account, any case", { .limit = 100,
		  .account = SLICE("JOAO@loja.example") }, 1 },
		{ "domain", { .limit = 100,
		  .domain = SLICE("firma.example") }, 4 },
		{ "since", { .limit = 100, .since_ms = 1795334400003 }, 2 },
		{ "all of it", { .limit = 100, .state = "active",
		  .domain = SLICE("firma.example"), .before_id = 4 }, 2 },
	};
	static const char *const accounts[] = {
		"a@firma.example", "anna@firma.example", "joao@loja.example",
		"b@firma.example", "c@firma.example",
	};
	struct err err;
	int64_t id, count = 0;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(accounts); i++)
		assert_int_equal(make(accounts[i], accounts[i],
				      NOW + (int64_t)i, &id), BLOCK_MADE);
	lift(5, false, true, NOW + 10);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		int64_t seen[2] = { 0, 0 };

		assert_int_equal(blocks_list(&desk.blocks, &cases[i].filter,
					     count_block, seen, &err), 0);
		assert_case(cases[i].why, cases[i].want, seen[0]);
	}
	assert_int_equal(blocks_count_since(&desk.blocks, NOW + 2, &count,
					    &err), 0);
	assert_int_equal(count, 3);
}

static int note_lift(void *context, int64_t audit_id, struct slice account,
		     int64_t at_ms)
{
	int64_t *seen = context;

	assert_true(slice_eq(account, S("anna@firma.example")));
	assert_int_equal(at_ms, NOW + 5);
	seen[0]++;
	seen[1] = audit_id;
	return 0;
}

static void test_the_detector_hears_of_lifts(void **state)
{
	int64_t id, seen[2] = { 0, 0 };
	struct err err;

	(void)state;
	make("d1", "anna@firma.example", NOW, &id);
	lift(id, false, true, NOW + 5);
	make("d2", "anna@firma.example", NOW + 6, &id);
	assert_int_equal(blocks_lifted_since(&desk.blocks, 0, note_lift, seen,
					     &err), 0);
	assert_int_equal(seen[0], 1);
	assert_int_equal(blocks_lifted_since(&desk.blocks, seen[1], note_lift,
					     seen, &err), 0);
	assert_int_equal(seen[0], 1);
}

static void test_the_trail_is_readable(void **state)
{
	struct json *array = json_new_array();
	struct block block = BLOCK_INIT;
	struct lift_request request = {
		.actor = "token:desk", .address = "192.0.2.1",
		.reason = "line\nbreak \x1b[2J", .force = true,
	};
	struct err err;
	int64_t id;

	(void)state;
	make("d1", "anna@firma.example", NOW, &id);
	assert_int_equal(blocks_lift(&desk.blocks, id, &request, NOW + 1,
				     &err), LIFT_DONE);
	blocks_get(&desk.blocks, id, &block, &err);
	for (int i = 0; i < 3; i++)
		assert_int_equal(blocks_mine(&desk.blocks, &block,
					     "192.0.2.2", NOW + 2, &err), 0);
	assert_int_equal(blocks_audit_of(&desk.blocks, id, array, &err), 0);
	assert_int_equal(json_length(array), 3);
	assert_true(slice_eq(json_get_text(json_at(array, 1), "reason"),
			     S("line\\x0abreak \\x1b[2J")));
	assert_true(slice_eq(json_get_text(json_at(array, 1), "detail"),
			     S("hash unchanged; lifted by force")));
	assert_true(slice_eq(json_get_text(json_at(array, 2), "action"),
			     S("mine")));
	json_free(&array);
	block_release(&block);
}

static void test_a_silent_block_tells_only_the_operator(void **state)
{
	struct block_request request = {
		.decision = "d1", .account = SLICE("anna@firma.example"),
		.decided_ms = NOW, .actor = "operator:root",
		.reason = "a test", .silent = true,
	};
	struct err err;
	int64_t id;

	(void)state;
	assert_int_equal(blocks_make(&desk.blocks, &request, NOW, &id, &err),
			 BLOCK_MADE);
	assert_int_equal(rows("comporta_notice"), 1);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DESK_TEST(test_a_block_is_made_once),
		DESK_TEST(test_nobody_hears_twice),
		DESK_TEST(test_what_the_block_keeps),
		DESK_TEST(test_strange_and_unknown_accounts),
		DESK_TEST(test_nothing_stands_when_a_part_fails),
		DESK_TEST(test_a_killed_run_leaves_nothing),
		DESK_TEST(test_password_state),
		DESK_TEST(test_lift_after_a_new_password),
		DESK_TEST(test_who_may_lift),
		DESK_TEST(test_a_block_that_comes_back_says_so),
		DESK_TEST(test_only_our_own_switch_is_turned_back),
		DESK_TEST(test_another_panel_is_not_touched),
		DESK_TEST(test_scan_lifts_what_it_may),
		DESK_TEST(test_token),
		DESK_TEST(test_list),
		DESK_TEST(test_the_detector_hears_of_lifts),
		DESK_TEST(test_the_trail_is_readable),
		DESK_TEST(test_a_silent_block_tells_only_the_operator),
	};

	return cmocka_run_group_tests_name("blocks", tests, group_setup,
					   group_teardown);
}
