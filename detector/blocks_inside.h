/*
 * blocks_inside - what the files blocks*.c share, and nobody else uses.
 */
#ifndef DETECTOR_BLOCKS_INSIDE_H
#define DETECTOR_BLOCKS_INSIDE_H

#include "detector/blocks.h"
#include "detector/panel/db_statement.h"
#include "notifier/outbox.h"

enum {
	BLOCKS_TRIES = 3,	/* after a deadlock or a lost COMMIT */
	BLOCKS_REASON_SIZE = 241	/* fits every table, with NUL */
};

/* Every column that blocks_read_row() wants. */
#define BLOCKS_COLUMNS							\
	"id, decision, account, state, decided_ms, blocked_ms, "	\
	"lifted_ms, lifted_by, lift_reason, panel, previous, changed, "	\
	"fingerprint, scheme, password_changed, language, contact, "	\
	"is_repeat, probability, log_odds, verdict, token_expires_ms, "	\
	"proof, EXISTS (SELECT 1 FROM comporta_audit a "		\
	"WHERE a.block_id = comporta_block.id "				\
	"AND a.action = 'mine') AS says_mine, "				\
	"EXISTS (SELECT 1 FROM comporta_audit a "			\
	"WHERE a.block_id = comporta_block.id "				\
	"AND a.action = 'trust') AS is_trusted"

#define BLOCKS_P(name_, value_) { .name = (name_), .value = (value_) }
#define BLOCKS_N(array) (sizeof(array) / sizeof((array)[0]))

void blocks_read_row(const struct db_row *row, struct block *out);

/* The first row of `sql` into *out. */
enum block_find blocks_find_one(struct blocks *blocks, const char *sql,
				const struct db_parameter *parameters,
				size_t n_parameters, struct block *out,
				struct err *err);

/* SQL NULL for an empty text. */
struct db_value blocks_or_null(const char *text);

/* A stranger's words made visible and cut between two characters, so that any
 * table and any terminal takes them. NULL gives "". */
void blocks_visible(const char *text, char *out, size_t size);

/* The login in lower case. False for what no mail system would accept as one:
 * empty, too long, control characters or bytes that are not UTF-8. */
bool blocks_account(struct slice login, char out[PANEL_LOGIN_SIZE]);

/* Does it look enough like an address to send a notice there? */
bool blocks_is_address(const char *text);

void blocks_fingerprint(const struct blocks *blocks, const char *account,
			const char *hash, char out[CRYPTO_HEX_SIZE]);

/* The scheme of base/stored_hash.h. */
void blocks_scheme(const char *hash, char *out, size_t size);

/* What is known of the mailbox and its password now, beside the block. */
struct blocks_proof {
	enum password_state state;
	char words[128];	/* for the audit trail */
	/* By the password in the request. */
	bool is_same_shown, is_other_shown;
	char fingerprint[CRYPTO_HEX_SIZE];	/* of the hash as it is now */
	bool is_known;		/* the panel still has the mailbox */
	char reseller[PANEL_LOGIN_SIZE];	/* as the panel says now */
	char name[PANEL_LOGIN_SIZE];	/* its owner's, or "" */
};

/* -1 when the panel cannot be asked. `password` is lift_request's. */
int blocks_prove(struct blocks *blocks, const struct block *block,
		 struct slice password, struct blocks_proof *out,
		 struct err *err);

/* blocks_credential.c: inside the transaction of the block, for `rows` of
 * comporta_credential; of its lift; and of a refusal, when the hash of this
 * fingerprint was shown to be the old password's. *is_new_out is false the
 * second time. */
#define BLOCKS_CREDENTIAL_ROWS(db) DB_ROWS_INIT((db),			\
	"INSERT INTO comporta_credential"				\
	" (block_id, kind, item, fingerprint, sealed) VALUES ")
enum db_result blocks_credentials_keep(struct blocks *blocks,
				       struct db_rows *rows,
				       const struct block *block,
				       const char *hash, struct err *err);
enum db_result blocks_credentials_forget(struct blocks *blocks,
					 int64_t block_id, struct err *err);
enum db_result blocks_credentials_same(struct blocks *blocks,
				       int64_t block_id,
				       const char *fingerprint,
				       bool *is_new_out, struct err *err);
int blocks_credentials_is_same(struct blocks *blocks, int64_t block_id,
			       const char *fingerprint, bool *is_out,
			       struct err *err);
/* Kept under the secret that we have? With another one every fingerprint
 * differs, and nothing is proven by that. True where no hash was sealed: then
 * nobody can tell. */
int blocks_credentials_are_ours(struct blocks *blocks,
				const struct block *block, bool *are_out,
				struct err *err);

/* blocks_app_password.c: the same for application passwords. */
enum db_result blocks_app_passwords_keep(struct blocks *blocks,
					 struct db_rows *rows,
					 const struct block *block,
					 struct err *err);

/* One row of comporta_credential; `sealed` may be "". */
enum db_result blocks_credential_row(struct db_rows *rows, int64_t block_id,
				     const char *kind, const char *item,
				     const char *fingerprint,
				     const char *sealed, struct err *err);

/* blocks_language.c: the panel's wish, else the domain's, else its country's,
 * else the preset. */
void blocks_choose_language(const struct blocks *blocks, struct block *block,
			    const char *panel_wish);

struct blocks_audit_line {
	int64_t block_id;	/* 0 for none */
	const char *account, *actor, *address, *action, *reason, *detail;
	int64_t at_ms;
};

#define BLOCKS_AUDIT_ROWS(db) DB_ROWS_INIT((db),			\
	"INSERT INTO comporta_audit (at_ms, block_id, account, actor,"	\
	" address, action, reason, detail) VALUES ")
enum db_result blocks_audit_row(struct db_rows *rows,
				const struct blocks_audit_line *line,
				struct err *err);
enum db_result blocks_audit_add(struct blocks *blocks,
				const struct blocks_audit_line *line,
				struct err *err);

/* blocks_trust_mine(), unless many clients share that address: behind a proxy
 * that is not named in serve.proxies. */
enum db_result blocks_trust_same(struct blocks *blocks,
				 const struct block *block,
				 const char *address, int64_t now_ms,
				 struct err *err);

/* Queue notices of one kind to everybody that settings.notice names, each
 * address once. */
enum db_result blocks_queue(struct blocks *blocks, const struct block *block,
			    enum notice_kind kind, bool owner_too,
			    int64_t now_ms, struct err *err);

/* The same into OUTBOX_ROWS; DB_DUPLICATE when one is there already. */
enum db_result blocks_queue_rows(struct db_rows *rows,
				 const struct block *block,
				 enum notice_kind kind, bool owner_too,
				 int64_t now_ms, struct err *err);

#endif
