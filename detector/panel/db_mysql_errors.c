#include "detector/panel/db_mysql_errors.h"

#define STARTED "check that the server runs and that host, port or socket in \
the configuration are right"
#define GRANTS "apply the grants.sql of sql/own/mysql and of the panel, and \
check user and password in the configuration"
#define REPLICA "the server takes no changes; name the primary in \
database.host, not a replica, or set read_only = OFF there"
#define AGAIN "it will be tried again"
#define TOO_LONG "it will be tried again; raise max_statement_time or \
max_execution_time for our user if it stays so"
#define TABLES "the tables are not those that were expected: was the panel \
updated, or a table changed? Run comporta check and look at the README.md of \
the panel's folder"
#define VIEW "mend the view (sql/panels/own/README.md) or the rights of the \
user who made it"

static const struct db_meaning meanings[] = {
	{ 2002, DB_AWAY, EXIT_SERVICE, STARTED },
	{ 2003, DB_AWAY, EXIT_SERVICE, STARTED },
	{ 2005, DB_AWAY, EXIT_SERVICE, "check the host in the configuration" },
	{ 2006, DB_AWAY, EXIT_SERVICE, NULL },	/* server has gone away */
	{ 2013, DB_AWAY, EXIT_SERVICE, NULL },	/* lost during the query */
	{ 2026, DB_AWAY, EXIT_SERVICE,
	  "check tls_ca and the server's certificate" },
	{ 2055, DB_AWAY, EXIT_SERVICE, NULL },	/* lost, with details */
	{ 4031, DB_AWAY, EXIT_SERVICE, NULL },	/* it was idle */
	{ 1040, DB_AWAY, EXIT_SERVICE, "raise max_connections" },
	{ 1053, DB_AWAY, EXIT_SERVICE, NULL },	/* shutting down */
	{ 1129, DB_AWAY, EXIT_SERVICE,
	  "run mariadb-admin flush-hosts on the server" },
	{ 1158, DB_AWAY, EXIT_SERVICE, NULL },	/* net errors and time-outs */
	{ 1159, DB_AWAY, EXIT_SERVICE, NULL },
	{ 1160, DB_AWAY, EXIT_SERVICE, NULL },
	{ 1161, DB_AWAY, EXIT_SERVICE, NULL },
	{ 1203, DB_AWAY, EXIT_SERVICE, "raise max_user_connections" },
	{ 1226, DB_AWAY, EXIT_SERVICE, "raise the user's limits" },
	{ 1290, DB_AWAY, EXIT_SERVICE, REPLICA },	/* --read-only */
	{ 1792, DB_AWAY, EXIT_SERVICE, REPLICA },
	{ 1836, DB_AWAY, EXIT_SERVICE, REPLICA },
	{ 1927, DB_AWAY, EXIT_SERVICE, NULL },	/* killed by an operator */
	{ 3032, DB_AWAY, EXIT_SERVICE, NULL },	/* offline mode */
	{ 1044, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1045, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1130, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1142, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1143, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1227, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1698, DB_DENIED, EXIT_RIGHTS, GRANTS },
	{ 1820, DB_DENIED, EXIT_RIGHTS, "give the user a new password" },
	{ 1862, DB_DENIED, EXIT_RIGHTS, "give the user a new password" },
	{ 3118, DB_DENIED, EXIT_RIGHTS, "unlock the user" },
	{ 4151, DB_DENIED, EXIT_RIGHTS, "unlock the user" },
	{ 1062, DB_DUPLICATE, EXIT_DATA, NULL },
	{ 1586, DB_DUPLICATE, EXIT_DATA, NULL },
	{ 1020, DB_BUSY, EXIT_AGAIN, AGAIN },
	{ 1205, DB_BUSY, EXIT_AGAIN, AGAIN },
	{ 1213, DB_BUSY, EXIT_AGAIN, AGAIN },
	{ 1317, DB_BUSY, EXIT_AGAIN, AGAIN },	/* the query was killed */
	{ 1412, DB_BUSY, EXIT_AGAIN, AGAIN },	/* its table was changed */
	{ 1615, DB_BUSY, EXIT_AGAIN, AGAIN },
	{ 1969, DB_BUSY, EXIT_AGAIN, TOO_LONG },
	{ 3024, DB_BUSY, EXIT_AGAIN, TOO_LONG },
	{ 1048, DB_FAILED, EXIT_DATA, TABLES },	/* may not be NULL */
	{ 1054, DB_FAILED, EXIT_CONFIG, TABLES },	/* no such column */
	{ 1146, DB_FAILED, EXIT_CONFIG, TABLES },	/* no such table */
	{ 1265, DB_FAILED, EXIT_DATA, TABLES },	/* of another type */
	{ 1288, DB_FAILED, EXIT_CONFIG, TABLES },	/* a fixed view */
	{ 1347, DB_FAILED, EXIT_CONFIG, TABLES },
	{ 1348, DB_FAILED, EXIT_CONFIG, TABLES },
	{ 1364, DB_FAILED, EXIT_CONFIG, TABLES },	/* no preset */
	{ 1393, DB_FAILED, EXIT_CONFIG, TABLES },
	{ 1394, DB_FAILED, EXIT_CONFIG, TABLES },
	{ 1471, DB_FAILED, EXIT_CONFIG, TABLES },
	{ 1356, DB_FAILED, EXIT_CONFIG, VIEW },
	{ 1449, DB_FAILED, EXIT_CONFIG, VIEW },
	{ 1644, DB_FAILED, EXIT_DATA,
	  "a trigger of that table refuses it: ask whoever made it" },
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
