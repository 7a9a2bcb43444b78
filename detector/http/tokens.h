/*
 * tokens - bearer tokens of the API.
 *
 * Only the SHA-256 of a token is kept, so nobody who reads the table can use
 * one. A token is shown once, when it is made. Revoked tokens stay in the
 * table: the audit trail names them.
 */
#ifndef DETECTOR_HTTP_TOKENS_H
#define DETECTOR_HTTP_TOKENS_H

#include "base/crypto.h"
#include "base/err.h"
#include "detector/panel/db.h"

enum token_role {
	TOKEN_SUPPORT = 1,	/* read, lift, block by hand */
	TOKEN_PANEL = 2,	/* password hook, block by hand, standing */
	TOKEN_METRICS = 4,	/* /metrics and nothing else */
	TOKEN_RESELLER = 8	/* as support, for accounts of its domains;
				 * what needs trust in him is left to support:
				 * see route.h */
};

enum {
	TOKEN_NAME_SIZE = 64,
	TOKEN_DOMAIN_SIZE = 254
};

struct token {
	int64_t id;
	char name[TOKEN_NAME_SIZE];
	enum token_role role;
	int64_t created_ms;
	int64_t expires_ms;	/* 0 for never */
	int64_t revoked_ms;	/* 0 while it holds */
};

/* "support", "panel", "metrics", "reseller" and back; false, *role_out
 * untouched, for any other word. */
const char *token_role_name(enum token_role role);
bool token_role_parse(const char *word, enum token_role *role_out);

/* Make a token of these 32 random bytes. The name may hold letters, digits,
 * '.', '_' and '-', and is taken for good, also after token_revoke(). */
int token_add(struct db *db, const char *name, enum token_role role,
	      const unsigned char random[CRYPTO_DIGEST_SIZE],
	      int64_t expires_ms, int64_t now_ms,
	      char token_out[CRYPTO_TOKEN_SIZE], struct err *err);

/*
 * The domains of a reseller's token, as the logins spell them, without their
 * subdomains. Without any it sees nothing. Twice is no error, nor is taking
 * back what is not there. EXIT_DATA when there is no such token or it is of
 * another role. Either all of them or none is changed when the caller has a
 * transaction open.
 */
int token_allow(struct db *db, const char *name, const char *const *domains,
		size_t n, struct err *err);
int token_disallow(struct db *db, const char *name,
		   const char *const *domains, size_t n, struct err *err);

/* May the token see this account? Any but a reseller's sees all of them. A
 * login without a domain is no reseller's. */
int token_sees(struct db *db, const struct token *token, struct slice account,
	       bool *sees_out, struct err *err);

/* All of them, oldest first; a reseller's once for each of its domains, in
 * alphabetical order, and any other with an empty domain. The callback returns
 * nonzero to stop. */
int token_list(struct db *db,
	       int (*each)(void *context, const struct token *token,
			   struct slice domain),
	       void *context, struct err *err);

/* EXIT_DATA when there is no such token. Twice is no error, and the first
 * time stays. */
int token_revoke(struct db *db, const char *name, int64_t now_ms,
		 struct err *err);

enum token_check { TOKEN_VALID, TOKEN_INVALID, TOKEN_UNCHECKED };

/* Unknown, revoked and expired tokens are all TOKEN_INVALID. TOKEN_UNCHECKED
 * when the database cannot be asked. */
enum token_check token_find(struct db *db, struct slice bearer, int64_t now_ms,
			    struct token *token_out, struct err *err);

/* The same by its number: does the token of a session still hold? */
enum token_check token_by_id(struct db *db, int64_t id, int64_t now_ms,
			     struct token *token_out, struct err *err);

#endif
