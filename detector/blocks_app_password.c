/*
 * Application passwords of a blocked account, then and now.
 */
#include "base/log.h"
#include "base/stored_hash.h"
#include "detector/blocks_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A thief may have made thousands; what counts for more than these says
 * blocks.h. */
enum { KEPT_MAX = 200 };

struct kept {
	char fingerprints[KEPT_MAX][CRYPTO_HEX_SIZE];
	size_t n;
	int64_t all;		/* -1: not known */
};

/* "" for one that nobody can log in with. */
static void fingerprint_of(const struct blocks *blocks, const char *account,
			   const struct panel_app_password *password,
			   char out[CRYPTO_HEX_SIZE])
{
	struct text message = TEXT_INIT(2048);
	struct stored_hash parts;

	out[0] = '\0';
	stored_hash_read(password->hash, &parts);
	if (parts.kind != STORED_NONE) {
		text_add_string(&message, "app password");
		text_add(&message, (struct slice){ "", 1 });
		text_add(&message, (struct slice){ account,
						   strlen(account) + 1 });
		text_add(&message, (struct slice){ password->id,
						   strlen(password->id) + 1 });
		text_add_string(&message, password->hash);
		crypto_hmac_hex(blocks->secret, text_slice(&message), out);
		explicit_bzero(message.bytes, message.len);
	}
	explicit_bzero(&parts, sizeof(parts));
	text_release(&message);
}

struct keeping {
	const struct blocks *blocks;
	const struct block *block;
	struct kept kept;
};

static int take_one(void *context, const struct panel_app_password *password)
{
	struct keeping *keeping = context;
	char fingerprint[CRYPTO_HEX_SIZE];

	fingerprint_of(keeping->blocks, keeping->block->account, password,
		       fingerprint);
	if (!fingerprint[0])
		return 0;
	if (keeping->kept.n < KEPT_MAX)
		memcpy(keeping->kept.fingerprints[keeping->kept.n++],
		       fingerprint, sizeof(fingerprint));
	keeping->kept.all++;
	return 0;
}

static enum db_result write_kept(struct db_rows *rows, int64_t block_id,
				 const struct kept *kept, struct err *err)
{
	enum db_result done = DB_OK;
	char item[24];

	for (size_t i = 0; i < kept->n && done == DB_OK; i++) {
		snprintf(item, sizeof(item), "%zu", i + 1);
		done = blocks_credential_row(rows, block_id, "app_password",
					     item, kept->fingerprints[i], "",
					     err);
	}
	snprintf(item, sizeof(item), "%" PRId64, kept->all);
	if (done == DB_OK)
		done = blocks_credential_row(rows, block_id, "app_password",
					     "all", item, "", err);
	return done;
}

enum db_result blocks_app_passwords_keep(struct blocks *blocks,
					 struct db_rows *rows,
					 const struct block *block,
					 struct err *err)
{
	struct keeping keeping = { .blocks = blocks, .block = block };
	struct err problem;

	if (!panel_has_app_passwords(blocks->panel))
		return DB_OK;
	/* A list that cannot be read must not keep the account sending. A
	 * database that is away says so to the next statement. */
	if (panel_app_passwords(blocks->panel, blocks->db,
				slice_from(block->account), take_one,
				&keeping, &problem)) {
		log_warning("the application passwords of the account were "
			    "not noted, so they all have to go before it is "
			    "lifted: %s", problem.text);
		return DB_OK;
	}
	return write_kept(rows, block->id, &keeping.kept, err);
}

static int take_kept(void *context, const struct db_row *row)
{
	struct kept *kept = context;
	struct slice fingerprint = db_column(row, "fingerprint");

	if (slice_eq(db_column(row, "item"), S("all")))
		kept->all = db_column_integer(row, "fingerprint", -1);
	else if (kept->n < KEPT_MAX)
		slice_copy(fingerprint, kept->fingerprints[kept->n++],
			   CRYPTO_HEX_SIZE);
	return 0;
}

static enum db_result read_kept(struct blocks *blocks, int64_t block_id,
				struct kept *out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block_id)),
	};

	out->n = 0;
	out->all = -1;
	return db_run(blocks->db,
		      "SELECT item, fingerprint FROM comporta_credential"
		      " WHERE block_id = :id AND kind = 'app_password'",
		      parameters, BLOCKS_N(parameters), take_kept, out, NULL,
		      err);
}

struct counting {
	struct keeping then;
	struct blocks_app_passwords *out;
};

static bool stood_then(const struct kept *kept, const char *fingerprint)
{
	/* Nobody knows of the ones that were not kept. */
	if (kept->all != (int64_t)kept->n)
		return true;
	for (size_t i = 0; i < kept->n; i++)
		if (crypto_equal(slice_from(kept->fingerprints[i]),
				 slice_from(fingerprint)))
			return true;
	return false;
}

static void add_name(struct blocks_app_passwords *out,
		     const struct panel_app_password *password)
{
	char *name;

	if (out->n_names == BLOCKS_APP_NAMES)
		return;
	name = out->names[out->n_names++];
	if (password->name[0])
		slice_copy(slice_from(password->name), name,
			   PANEL_LOGIN_SIZE);
	else
		snprintf(name, PANEL_LOGIN_SIZE, "#%.*s",
			 PANEL_LOGIN_SIZE - 2, password->id);
}

static int count_one(void *context, const struct panel_app_password *password)
{
	struct counting *counting = context;
	char fingerprint[CRYPTO_HEX_SIZE];

	fingerprint_of(counting->then.blocks, counting->then.block->account,
		       password, fingerprint);
	if (!fingerprint[0])
		return 0;
	if (!stood_then(&counting->then.kept, fingerprint)) {
		counting->out->added++;
		return 0;
	}
	counting->out->left++;
	add_name(counting->out, password);
	return 0;
}

int blocks_app_passwords(struct blocks *blocks, const struct block *block,
			 struct blocks_app_passwords *out, struct err *err)
{
	struct counting counting = {
		.then = { .blocks = blocks, .block = block }, .out = out,
	};

	memset(out, 0, sizeof(*out));
	if (!block->is_active || !panel_has_app_passwords(blocks->panel))
		return 0;
	if (read_kept(blocks, block->id, &counting.then.kept, err) != DB_OK)
		return -1;
	return panel_app_passwords(blocks->panel, blocks->db,
				   slice_from(block->account), count_one,
				   &counting, err);
}
