/*
 * site - the endpoint without a network: requests into the router,
 * answers out, on a database in memory where anna@firma.example is blocked
 * (block 1) and five tokens are known. {RESELLER} sees loja.example, where
 * nobody is blocked, and Praia.example.
 *
 * With SITE_MARIADB in the environment, a port of 127.0.0.1, the database is that
 * MariaDB's "comporta", emptied first, and all is answered as comporta_serve, the
 * user of sql/own/mysql/grants.sql (tests/db/test_serve_rights.c).
 *
 * In paths and tokens of a call, {OWNER} {SUPPORT} {HOOK} {OLD} {RESELLER}
 * {METRICS} stand for what site holds.
 */
#ifndef TESTS_SUPPORT_SITE_H
#define TESTS_SUPPORT_SITE_H

#include "base/stamp.h"
#include "detector/http/http.h"
#include "tests/support/test.h"

#define NOW INT64_C(1795334400000)	/* 2026-11-22 */
#define DAY ((int64_t)STAMP_DAY_MS)

#define SITE_MARIADB "SITE_MARIADB_PORT"

struct site {
	struct db *db;		/* the administrator's */
	struct panel *panel;
	struct languages *languages;
	struct blocks blocks;
	struct http_context context;
	char support[CRYPTO_TOKEN_SIZE], hook[CRYPTO_TOKEN_SIZE];
	char old[CRYPTO_TOKEN_SIZE];
	char reseller[CRYPTO_TOKEN_SIZE], metrics[CRYPTO_TOKEN_SIZE];
	char owner[CRYPTO_TOKEN_SIZE];	/* the link's */
	int64_t block_id;
	/* How the requests come: TLS by ourselves, or from this address in
	 * place of 192.0.2.7. */
	bool is_tls;
	const char *from;
	const char *key;	/* Idempotency-Key, or NULL */
	int64_t now_ms;		/* NOW + 1000 */
	const char *forwarded_for;	/* what a proxy has added; or NULL */
	/* Headers of the requests, besides; NULL for none. */
	const char *headers[HTTP_HEADERS];
};

extern struct site site;

/* For the few tests that need statements of SQLite. Says that one was left
 * out. */
bool site_is_mariadb(const char *test);

int site_group_setup(void **state);
int site_group_teardown(void **state);
int site_setup(void **state);
int site_teardown(void **state);

#define SITE_TEST(test)							\
	cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

struct call {
	const char *method, *path;
	const char *token;	/* as in the header behind "Bearer ", or NULL */
	const char *type, *body;
};

#define API "/api/v1"
#define JSON_TYPE "application/json"
#define FORM_TYPE "application/x-www-form-urlencoded"
#define ZEROES "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* One call of a table and what it must come to. */
struct row {
	const char *why;
	struct call call;
	int status;
	const char *code;	/* of the JSON error, or NULL */
};

/* From 192.0.2.7. The caller releases the answer. */
void site_ask(const struct call *call, struct http_response *response);

/* Ask, and see that the answer is as the row says and has its fences. */
void site_check(const struct row *row);

/* A header of the answer, "" when it is not there; its JSON body. */
const char *site_field(const struct http_response *response,
		       const char *name);
struct json *site_body_of(const struct http_response *response);

/* A block of the detector's, made at `at_ms`, whose decision is the account's
 * name; its id. */
int64_t site_block(const char *account, const char *verdict, int64_t at_ms);

void site_run(const char *sql);
/* The first row's column "n". */
int64_t site_number(const char *sql);
/* A number that changes with everything that a request could change. */
int64_t site_rows(void);

#endif
