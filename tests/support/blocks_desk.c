#include "tests/support/blocks_desk.h"

#include "base/files.h"
#include "detector/panel/schema.h"
#include "detector/settings.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/comporta-blocks-XXXXXX";

/* A panel whose switch is a column, and which keeps the time of the last
 * change of the password. */
static const struct {
	const char *name, *text;
} shop_files[] = {
	{ "find.sql",
	  "SELECT login AS account, may_send AS sending,"
	  " max(may_send, phone) AS can_send, hash AS password_hash,"
	  " hash_time AS password_changed, lang AS language,"
	  " other AS contact, 'Ala' AS name"
	  " FROM shop_user WHERE login = :account;\n" },
	{ "block.sql",
	  "-- rows: 1\nUPDATE shop_user SET may_send = 0"
	  " WHERE login = :account AND may_send = 1;\n" },
	{ "unblock.sql",
	  "-- rows: 0-1\nUPDATE shop_user SET may_send = :previous"
	  " WHERE login = :account AND may_send = 0;\n" },
	{ "verify.sql",
	  "SELECT login AS account, max(may_send, phone) AS can_send,"
	  " 1 AS can_read"
	  " FROM shop_user WHERE login = :account;\n" },
	{ "app_passwords.sql",
	  "SELECT login AS account, id, hash, name FROM shop_app"
	  " WHERE login = :account ORDER BY id;\n" },
	{ "grants.sql", "-- none\n" },
	{ "fixture.sql", "-- in the test\n" },
	{ "README.md", "A test.\n" },
};

static const char tables[] =
	"CREATE TABLE shop_user (login TEXT PRIMARY KEY, hash TEXT,"
	" hash_time TEXT, may_send INTEGER, lang TEXT, other TEXT,"
	" phone INTEGER NOT NULL);"
	"INSERT INTO shop_user VALUES ('ala@firma.example', '$6$a$x', 't1',"
	" 1, 'pl', 'ala@home.example', 0);"
	"INSERT INTO shop_user VALUES ('ola@firma.example', '$6$o$x', 't1',"
	" 0, 'pl', NULL, 0);"
	"CREATE TABLE shop_app (login TEXT, id INTEGER PRIMARY KEY,"
	" hash TEXT, name TEXT);"
	"INSERT INTO comporta_mailbox VALUES ('anna@firma.example',"
	" '$6$s$x', NULL, 'pl', 'anna@home.example', 'Anna');"
	"INSERT INTO comporta_mailbox VALUES ('joao@loja.example',"
	" '{BLF-CRYPT}$2y$05$x', NULL, 'pt', 'joao@loja.example', NULL);"
	"INSERT INTO comporta_mailbox VALUES ('nohash@firma.example',"
	" NULL, NULL, NULL, NULL, NULL);";

struct blocks_desk desk;

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

struct panel *desk_shop(enum panel_gate gate)
{
	struct panel *panel;
	struct err err;

	if (panel_load_with(folder, "shop", "", gate, &panel, &err))
		fail_msg("%s", err.text);
	return panel;
}

/* Our block table's statements are the shipped ones. */
static void link_own(void)
{
	char path[200], own[PATH_MAX];

	snprintf(path, sizeof(path), "%s/panels/own", folder);
	assert_non_null(realpath("sql/panels/own", own));
	assert_int_equal(symlink(own, path), 0);
}

static const char sold_find[] =
	"SELECT login AS account, may_send AS sending,"
	" may_send AS can_send, hash AS password_hash,"
	" NULL AS password_changed, lang AS language, other AS contact,"
	" 'Ala' AS name, 'seller@r.example' AS reseller"
	" FROM shop_user WHERE login = :account;\n";

static void make_panel(const char *name, const char *find)
{
	char path[200];
	struct err err;

	snprintf(path, sizeof(path), "%s/panels/%s", folder, name);
	assert_int_equal(files_make_dir(path, &err), 0);
	for (size_t i = 0; i < N_ELEMENTS(shop_files); i++) {
		bool is_find = strcmp(shop_files[i].name, "find.sql") == 0;

		snprintf(path, sizeof(path), "%s/panels/%s/%s", folder, name,
			 shop_files[i].name);
		write_file(path, find && is_find ? find : shop_files[i].text);
	}
}

void desk_open_db(void)
{
	const struct db_settings how = { .kind = "sqlite", .file = desk.file,
					 .timeout_s = 5 };
	struct err err;

	if (db_open(&how, &desk.db, &err))
		fail_msg("%s", err.text);
	desk.blocks.db = desk.db;
}

int desk_group_setup(void **state)
{
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	make_panel("shop", NULL);
	make_panel("sold", sold_find);
	link_own();
	if (panel_load("sql", "own", "", &desk.own, &err) ||
	    panel_load(folder, "shop", "", &desk.shop, &err) ||
	    panel_load(folder, "sold", "", &desk.sold, &err))
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

static void forget_panel(const char *name)
{
	char path[200];

	for (size_t i = 0; i < N_ELEMENTS(shop_files); i++) {
		snprintf(path, sizeof(path), "%s/panels/%s/%s", folder, name,
			 shop_files[i].name);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/panels/%s", folder, name);
	rmdir(path);
}

int desk_group_teardown(void **state)
{
	char path[200];

	(void)state;
	panel_free(&desk.own);
	panel_free(&desk.shop);
	panel_free(&desk.sold);
	forget_panel("shop");
	forget_panel("sold");
	snprintf(path, sizeof(path), "%s/panels/own", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/panels", folder);
	rmdir(path);
	return rmdir(folder);
}

int desk_setup(void **state)
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
	desk_open_db();
	if (schema_migrate(desk.db, "sql", &(int){ 0 }, &err) ||
	    db_run_script(desk.db, tables, &err) != DB_OK)
		fail_msg("%s", err.text);
	return 0;
}

int desk_teardown(void **state)
{
	(void)state;
	db_close(&desk.db);
	forget_files();
	return 0;
}

void desk_run(const char *sql)
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

int64_t desk_number(const char *sql)
{
	int64_t n = -1;
	struct err err;

	if (db_run(desk.db, sql, NULL, 0, take_number, &n, NULL,
		   &err) != DB_OK)
		fail_msg("%s: %s", sql, err.text);
	return n;
}

int64_t desk_rows(const char *table)
{
	char sql[100];

	snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM %s", table);
	return desk_number(sql);
}

enum block_result desk_make(const char *decision, const char *account,
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

enum lift_result desk_lift(int64_t id, bool by_owner, bool force,
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
