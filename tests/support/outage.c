#include "tests/support/outage.h"

#include "detector/panel/schema.h"
#include "detector/settings.h"
#include "tests/support/db_contract.h"
#include "tests/support/grants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a real server does: a COMMIT it has answered survives a kill, and
 * replicas are told of it. */
static const char *const durable[] = {
	"--innodb-flush-log-at-trx-commit=1", "--server-id=1",
	"--log-bin=binlog", NULL
};


struct outage outage;

struct db *outage_open(int port, const char *user, const char *password)
{
	const struct db_settings how = {
		.kind = "mysql", .host = "127.0.0.1", .port = port,
		.socket = "", .user = user, .password = password,
		.name = strcmp(user, "root") == 0 ? "" : "comporta",
		.tls_ca = "", .timeout_s = OUTAGE_TIMEOUT_S,
	};
	struct db *db = NULL;
	struct err err;

	if (db_open(&how, &db, &err))
		fail_msg("%s", err.text);
	return db;
}

static void run(struct db *db, const char *sql)
{
	struct err err;

	if (db_run_script(db, sql, &err) != DB_OK)
		fail_msg("%s: %s", sql, err.text);
}

struct db *outage_somebody(void)
{
	struct db *db = outage_open(outage.server.port, "root", "");

	run(db, "USE comporta; SET SESSION idle_transaction_timeout = 0");
	return db;
}

/* Its connection may have gone with the server or the last test. */
static void root_anew(void)
{
	db_close(&outage.root);
	outage.root = outage_somebody();
}

void outage_root(const char *sql)
{
	root_anew();
	run(outage.root, sql);
}

static void run_grants(const char *path)
{
	root_anew();
	grants_run(outage.root, path, "comporta");
}

void outage_grant(void)
{
	run_grants("sql/own/mysql/grants.sql");
	run_grants("sql/panels/postfixadmin4/grants.sql");
}

static void set_options(void)
{
	static char en[] = "en", boss[] = "boss@provider.example";

	settings.notice.default_language = en;
	settings.notice.operator_address = boss;
	settings.notice.to_contact = settings.notice.to_mailbox = true;
	settings.lift.self_service = true;
	settings.lift.token_ms = 1000000;
	settings.brake.per_hour = 100;
}

int outage_group_setup(void **state)
{
	struct err err;

	(void)state;
	set_options();
	mariadb_start_with(&outage.server, durable);
	proxy_start(&outage.wire, outage.server.port);
	outage.root = outage_open(outage.server.port, "root", "");
	run(outage.root, "CREATE DATABASE comporta CHARACTER SET utf8mb4");
	if (panel_load_with("sql", "postfixadmin4", "", PANEL_GATE_BOTH,
			    &outage.panel, &err))
		fail_msg("%s", err.text);
	return 0;
}

int outage_group_teardown(void **state)
{
	(void)state;
	db_close(&outage.root);
	panel_free(&outage.panel);
	proxy_stop(&outage.wire);
	mariadb_stop(&outage.server);
	return 0;
}

/* From nothing: a test may have left tables of another form. */
static void make_tables(void)
{
	int applied;
	struct err err;

	/* Silent wires first: their transactions hold the tables. */
	outage_root("CREATE USER IF NOT EXISTS 'comporta'@'127.0.0.1';"
		    "KILL USER 'comporta'@'127.0.0.1';"
		    "DROP DATABASE comporta;"
		    "CREATE DATABASE comporta CHARACTER SET utf8mb4;"
		    "DROP USER IF EXISTS 'comporta'@'127.0.0.1';"
		    "USE comporta");
	if (schema_migrate(outage.root, "sql", &applied, &err))
		fail_msg("%s", err.text);
	run_grants("sql/panels/postfixadmin4/fixture.sql");
	outage_root("DELETE FROM mailbox_app_password;"
		    "UPDATE mailbox SET smtp_active = 1,"
		    " email_other = 'home@example.net';"
		    "UPDATE mailbox SET username = 'bob@firma.example'"
		    " WHERE username LIKE 'rui%';"
		    "UPDATE mailbox SET username = 'cyd@firma.example'"
		    " WHERE username LIKE 'zoe%'");
	outage_grant();
}

int outage_setup(void **state)
{
	(void)state;
	make_tables();
	proxy_when(&outage.wire, "", PROXY_PASS);
	proxy_delay(&outage.wire, 0);
	outage.blocks = (struct blocks){
		.db = outage_open(outage.wire.port, "comporta", "secret"),
		.panel = outage.panel, .secret = S("0123456789abcdef"),
	};
	return 0;
}

int outage_teardown(void **state)
{
	(void)state;
	db_close(&outage.blocks.db);
	return 0;
}

enum block_result outage_make(const char *decision, const char *name)
{
	char account[80];
	int64_t id;

	snprintf(account, sizeof(account), "%s@firma.example", name);

	const struct block_request request = {
		.decision = decision, .account = slice_from(account),
		.decided_ms = NOW, .probability = 0.99,
		.actor = "scan", .reason = "unusual sending was found",
	};

	return blocks_make(&outage.blocks, &request, NOW, &id, &outage.err);
}

void outage_forget_prepared(void)
{
	run(outage.blocks.db, "DO 0");
}

enum lift_result outage_lift(void)
{
	const struct lift_request request = {
		.actor = "owner", .reason = "asked", .by_owner = true,
	};
	int64_t id = 0;

	outage_root("UPDATE mailbox SET password = '$6$salt$newhash',"
		    " password_expiry = '2028-01-01' WHERE username ="
		    " 'anna@firma.example'");
	id = strtoll(db_one(outage.root, "SELECT MAX(id) FROM comporta_block"),
		     NULL, 10);
	return blocks_lift(&outage.blocks, id, &request, NOW + 1, &outage.err);
}

const char *outage_sum(void)
{
	outage_root("SELECT 1");
	return db_one(outage.root, "SELECT CONCAT_WS(' ',"
		      " (SELECT COUNT(*) FROM comporta_block"
		      "  WHERE state = 'active'),"
		      " (SELECT COUNT(*) FROM comporta_send_block),"
		      " (SELECT COUNT(*) FROM mailbox"
		      "  WHERE smtp_active = 0),"
		      " (SELECT COUNT(*) FROM comporta_audit),"
		      " (SELECT COUNT(*) FROM comporta_notice))");
}

void outage_said(const char *why, int code, const char *words)
{
	assert_case(why, code, outage.err.code);
	if (!strstr(outage.err.text, words))
		fail_msg("%s: no \"%s\" in: %s", why, words, outage.err.text);
}
