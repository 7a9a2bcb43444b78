#include "detector/panel/db_mysql_errors.h"

#define STARTED "check that the server runs and that host, port or socket in \
the configuration are right"
#define GRANTS "apply the grants.sql of sql/own/mysql and of the panel, and \
check user and password in the configuration"
#define REPLICA "the server takes no changes; is it a replica?"

static const struct db_meaning meanings[] = {
	{ 2002, DB_AWAY, EXIT_SERVICE, STARTED },
	{ 2003, DB_AWAY, EXIT_SERVICE, STARTED },
	{ 2005, DB_AWAY, EXIT_SERVICE, "check the host in the configuration" },
	{ 2006, DB_AWAY, EXIT_SERVICE, NULL },	/* server has gone away */
	{ 2013, DB_AWAY, EXIT_SERVICE, NULL },	/* lost during the query */
	{ 2026, DB_AWAY, EXIT_SERVICE,
	  "check tls_ca and the server's certificate" },
	{ 2055, DB_AWAY, EXIT_SERVICE, NULL },	/* lost, with details */
	{ 1040, DB_AWAY, EXIT_SERVICE, "raise max_connections" },
	{ 1053, DB_AWAY, EXIT_SERVICE, NULL },	/* shutting down */
	{ 1203, DB_AWAY, EXIT_SERVICE, "raise max_user_connections" },
	{ 1226, DB_AWAY, EXIT_SERVICE, "raise the user's limits" },
	{ 1290, DB_AWAY, EXIT_SERVICE, REPLICA },	/* --read-only */
	{ 1836, DB_AWAY, EXIT_SERVICE, REPLICA },
	{ 1927, DB_AWAY, EXIT_SERVICE, NULL },	/* killed by an operator */
	{ 1044, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1045, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1130, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1142, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1143, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1227, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1698, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1062, DB_DUPLICATE, EXIT_DATA, NULL },
	{ 1586, DB_DUPLICATE, EXIT_DATA, NULL },
	{ 1020, DB_BUSY, EXIT_AGAIN, "it will be tried again" },
	{ 1205, DB_BUSY, EXIT_AGAIN, "it will be tried again" },
	{ 1213, DB_BUSY, EXIT_AGAIN, "it will be tried again" },
	{ 1049, DB_FAILED, EXIT_CONFIG,
	  "create the database, or check its name in the configuration" },
	{ 1366, DB_FAILED, EXIT_DATA, NULL },	/* value of a wrong type */
	{ 1406, DB_FAILED, EXIT_DATA, NULL },	/* value too long */
};

enum db_result db_mysql_explain(const char *place, unsigned int number,
				const char *words, struct err *err)
{
	return db_explain(meanings, sizeof(meanings) / sizeof(meanings[0]),
			  place, (int)number, words, err);
}
