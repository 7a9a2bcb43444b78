#include "tests/support/own_db.h"

#include "detector/panel/schema.h"
#include "tests/support/grants.h"

static struct db *opened(const struct mariadb *server, const char *user,
			 const char *password, const char *name)
{
	const struct db_settings how = {
		.kind = "mysql", .host = "127.0.0.1", .port = server->port,
		.socket = "", .user = user, .password = password,
		.name = name, .tls_ca = "", .timeout_s = 20,
	};
	struct db *db = NULL;
	struct err err;

	if (db_open(&how, &db, &err))
		fail_msg("%s", err.text);
	return db;
}

struct db *own_db_open(const struct mariadb *server)
{
	return opened(server, "comporta", "secret", "comporta");
}

struct db *own_db_root(const struct mariadb *server)
{
	return opened(server, "root", "", "comporta");
}

void own_db_run(struct db *db, const char *sql)
{
	struct err err;

	if (db_run_script(db, sql, &err) != DB_OK)
		fail_msg("%s: %s", sql, err.text);
}

void own_db_start(struct mariadb *server)
{
	struct db *root;
	struct err err;
	int applied;

	mariadb_start(server);
	root = opened(server, "root", "", "");
	own_db_run(root, "CREATE DATABASE comporta CHARACTER SET utf8mb4");
	db_close(&root);
	root = own_db_root(server);
	if (schema_migrate(root, "sql", &applied, &err))
		fail_msg("%s", err.text);
	grants_run(root, "sql/own/mysql/grants.sql", "comporta");
	db_close(&root);
}
