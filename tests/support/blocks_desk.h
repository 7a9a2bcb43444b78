/*
 * blocks_desk - a database in SQLite with a few mailboxes, for the tests of
 * blocks: those of the panel "own", and those of "shop", whose switch is a
 * column, which keeps the time of the last change of a password, whose column
 * "phone" is a second way to send that a block leaves alone, and which has
 * application passwords in its table shop_app (login, id, hash, name), empty.
 *
 * own:  anna@firma.example (pl, "$6$", another contact), joao@loja.example
 *       (pt, bcrypt, contact is the mailbox), nohash@firma.example
 * shop: ala@firma.example (may send), ola@firma.example (may not)
 */
#ifndef TESTS_SUPPORT_BLOCKS_DESK_H
#define TESTS_SUPPORT_BLOCKS_DESK_H

#include "detector/blocks.h"
#include "detector/settings.h"
#include "tests/support/test.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };
#define DAY (24 * (int64_t)HOUR)
#define NOW INT64_C(1795334400000)	/* 2026-11-22 */

struct blocks_desk {
	struct db *db;
	struct panel *own, *shop;
	struct panel *sold;	/* shop with a reseller */
	struct blocks blocks;	/* with the panel "own" */
	char file[80];
	int n;
};

extern struct blocks_desk desk;

int desk_group_setup(void **state);
int desk_group_teardown(void **state);
int desk_setup(void **state);
int desk_teardown(void **state);

#define DESK_TEST(test)							\
	cmocka_unit_test_setup_teardown(test, desk_setup, desk_teardown)

/* The panel "shop" with that gate; panel_free() when done. */
struct panel *desk_shop(enum panel_gate gate);

/* Again after db_close(), as the next run of the program would. */
void desk_open_db(void);

/* Statements; the first row's column "n"; the number of rows. */
void desk_run(const char *sql);
int64_t desk_number(const char *sql);
int64_t desk_rows(const char *table);

enum block_result desk_make(const char *decision, const char *account,
			    int64_t now_ms, int64_t *id);
enum lift_result desk_lift(int64_t id, bool by_owner, bool force,
			   int64_t now_ms);

#endif
