#include "tests/support/panel_rig.h"

#include "base/files.h"
#include "base/text.h"
#include "detector/panel/schema.h"
#include "tests/support/db_contract.h"
#include "tests/support/grants.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct panel_rig rig;

static void load_text(const char *path, struct text *out)
{
	struct err err;

	if (files_read(path, out, &err) != 0)
		fail_msg("%s", err.text);
}

bool rig_is_own(const char *name)
{
	return strcmp(name, "own") == 0;
}

struct db *rig_connect(const char *user, const char *password,
		       const char *name)
{
	struct db_settings settings = {
		.kind = "mysql", .host = "127.0.0.1", .port = rig.server.port,
		.user = user, .password = password, .name = name,
		.timeout_s = 5,
	};
	struct db *connected;
	struct err err;

	if (db_open(&settings, &connected, &err) != 0)
		fail_msg("%s", err.text);
	return connected;
}

static void migrate(struct db *on)
{
	struct err err;
	int applied;

	if (schema_migrate(on, "sql", &applied, &err) != 0)
		fail_msg("%s", err.text);
}

void rig_prepare(const char *name)
{
	struct db *root = rig_connect("root", "", "");
	char path[160];
	struct err err;

	assert_int_equal(db_run_script(root,
		"DROP DATABASE IF EXISTS comporta;"
		"DROP DATABASE IF EXISTS hosting;"
		"DROP USER IF EXISTS 'comporta'@'127.0.0.1';"
		"DROP USER IF EXISTS 'comporta_serve'@'127.0.0.1';"
		"DROP USER IF EXISTS 'comporta_ro'@'127.0.0.1';"
		"CREATE DATABASE comporta CHARACTER SET utf8mb4;"
		"CREATE DATABASE hosting CHARACTER SET utf8mb4;"
		"USE comporta", &err), DB_OK);
	migrate(root);
	assert_int_equal(db_run_script(root, rig_is_own(name)
						     ? "USE comporta"
						     : "USE hosting", &err),
			 DB_OK);
	snprintf(path, sizeof(path), "sql/panels/%s/fixture.sql", name);
	grants_run(root, path, "hosting");
	grants_run(root, "sql/own/mysql/grants.sql", "hosting");
	snprintf(path, sizeof(path), "sql/panels/%s/grants.sql", name);
	grants_run(root, path, "hosting");
	db_close(&root);
}

void rig_use_mariadb_as(const char *user, const char *password,
			const char *name, enum panel_gate gate)
{
	struct err err;

	rig_prepare(name);
	rig.db = rig_connect(user, password, "comporta");
	if (panel_load_with("sql", name, rig_is_own(name) ? "" : "hosting",
			    gate, &rig.panel, &err) != 0)
		fail_msg("%s", err.text);
}

void rig_use_mariadb(const char *name, enum panel_gate gate)
{
	rig_use_mariadb_as("comporta", "secret", name, gate);
}

bool rig_use_sqlite(const char *name, enum panel_gate gate)
{
	static const struct db_settings settings = {
		.kind = "sqlite", .file = ":memory:", .timeout_s = 1,
	};
	struct text fixture = TEXT_INIT(65536);
	char path[160];
	struct err err;
	bool made;

	assert_int_equal(db_open(&settings, &rig.db, &err), 0);
	migrate(rig.db);
	snprintf(path, sizeof(path), "sql/panels/%s/fixture.sql", name);
	load_text(path, &fixture);
	made = db_run_script(rig.db, text_string(&fixture), &err) == DB_OK;
	text_release(&fixture);
	if (!made)
		db_close(&rig.db);
	else if (panel_load_with("sql", name, NULL, gate, &rig.panel,
				 &err) != 0)
		fail_msg("%s", err.text);
	return made;
}

void rig_done(void)
{
	panel_free(&rig.panel);
	db_close(&rig.db);
}

struct panel_mailbox rig_find(struct slice account)
{
	struct panel_mailbox mailbox;
	struct err err = { 0, "" };

	if (panel_find(rig.panel, rig.db, account, &mailbox, &err) !=
	    PANEL_FOUND)
		fail_msg("%.*s is not found: %s", (int)account.len,
			 account.ptr, err.text);
	return mailbox;
}

struct panel_standing rig_standing(struct slice account)
{
	struct panel_standing now;
	struct err err = { 0, "" };

	if (panel_verify(rig.panel, rig.db, account, &now, &err) !=
	    PANEL_FOUND)
		fail_msg("verify.sql knows nobody: %s", err.text);
	return now;
}

enum db_result rig_block(struct slice account, bool *changed_out)
{
	struct err err;
	enum db_result result;

	*changed_out = false;
	assert_int_equal(db_begin(rig.db, &err), DB_OK);
	result = panel_block(rig.panel, rig.db, account, S("case 7\nRCPT"),
			     RIG_BLOCK_ID, RIG_AT_MS, changed_out, &err);
	if (result == DB_OK)
		return db_commit(rig.db, &err);
	db_rollback(rig.db);
	return result;
}

bool rig_unblock(struct slice account, const char *previous, int64_t id)
{
	bool changed = false;
	struct err err;

	assert_int_equal(db_begin(rig.db, &err), DB_OK);
	if (panel_unblock(rig.panel, rig.db, account, slice_from(previous), id,
			  RIG_AT_MS, &changed, &err) != DB_OK)
		fail_msg("%s", err.text);
	assert_int_equal(db_commit(rig.db, &err), DB_OK);
	return changed;
}

bool rig_has_switch(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "sql/panels/%s/block.sql", name);
	return !rig_is_own(name) && access(path, F_OK) == 0;
}

void rig_admin(const char *sql)
{
	struct db *root = rig_connect("root", "", "hosting");
	struct err err;

	if (db_run_script(root, sql, &err) != DB_OK)
		fail_msg("%s: %s", sql, err.text);
	db_close(&root);
}

const char *rig_look(const char *sql)
{
	struct db *root = rig_connect("root", "", "hosting");
	const char *found = db_one(root, sql);

	db_close(&root);
	return found;
}
