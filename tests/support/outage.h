/*
 * outage - blocks in a private MariaDB behind a wire that can be cut, for the
 * tests of what fails in the middle.
 *
 * The panel is PostfixAdmin with both gates, so that one block touches the
 * panel's table as well as ours; comporta has the rights of the grants.sql
 * files and no more. Mailboxes: anna, bob and cyd @firma.example.
 */
#ifndef TESTS_SUPPORT_OUTAGE_H
#define TESTS_SUPPORT_OUTAGE_H

#include "detector/blocks.h"
#include "tests/support/mariadb.h"
#include "tests/support/proxy.h"

#define NOW INT64_C(1795334400000)	/* 2026-11-22 */

enum { OUTAGE_TIMEOUT_S = 1 };	/* a lock is waited for that long too */

struct outage {
	struct mariadb server;
	struct proxy wire;
	struct panel *panel;
	struct blocks blocks;	/* through the wire */
	struct db *root;	/* beside it */
	struct err err;		/* of the last make or lift that failed */
};

extern struct outage outage;

int outage_group_setup(void **state);
int outage_group_teardown(void **state);
/* All tables empty, the mailboxes as they were, every right given. */
int outage_setup(void **state);
int outage_teardown(void **state);

#define OUTAGE_TEST(test)						\
	cmocka_unit_test_setup_teardown(test, outage_setup, outage_teardown)

struct db *outage_open(int port, const char *user, const char *password);
/* Statements as the administrator. */
void outage_root(const char *sql);
/* Another connection as the administrator, for locks that somebody holds. */
struct db *outage_somebody(void);
/* The whole of sql/.../grants.sql once more. */
void outage_grant(void);

/* Block NAME@firma.example. */
enum block_result outage_make(const char *decision, const char *name);
/* Give anna another password and lift her block. */
enum lift_result outage_lift(void);

/* Statements that are prepared already go over the wire without their words;
 * after this they are prepared anew. */
void outage_forget_prepared(void);

/* Of what there is: active blocks, rows for the mail server, switches turned,
 * lines of the audit trail, notices. */
const char *outage_sum(void);
#define SUM_NOTHING	"0 0 0 0 0"
#define SUM_BLOCKED	"1 1 1 1 3"
#define SUM_LIFTED	"0 0 0 2 6"

/* What the last failure said holds these words; its exit code. */
void outage_said(const char *why, int code, const char *words);

#endif
