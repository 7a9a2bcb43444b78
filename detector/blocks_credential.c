/*
 * What is kept of an account's passwords while its block stands: rows of
 * comporta_credential.
 *
 *   kind          item       fingerprint           sealed
 *   password      ''         of the stored hash    that hash
 *   same          ''         of a hash that was shown to be of the same
 *                            password
 *   app_password  1 ... 200  of one of them
 *   app_password  all        how many there were
 */
#include "base/clock.h"
#include "base/encoding.h"
#include "base/log.h"
#include "detector/blocks_inside.h"

#include <string.h>

enum { SEALED_SIZE = PANEL_FIELD_SIZE + CRYPTO_SEAL_SIZE };

enum db_result blocks_credential_row(struct db_rows *rows, int64_t block_id,
				     const char *kind, const char *item,
				     const char *fingerprint,
				     const char *sealed, struct err *err)
{
	const struct db_value values[] = {
		db_integer(block_id),
		db_string(kind),
		db_string(item),
		db_string(fingerprint),
		blocks_or_null(sealed),
	};

	return db_rows_add(rows, values, BLOCKS_N(values), err);
}

/* Sealed for one block of one account: copied to another it does not open. */
static void bind(const struct block *block, struct text *out)
{
	text_addf(out, "%lld ", (long long)block->id);
	text_add_string(out, block->account);
}

static void seal(struct blocks *blocks, const struct block *block,
		 const char *hash, struct text *out)
{
	unsigned char key[CRYPTO_DIGEST_SIZE], nonce[CRYPTO_NONCE_SIZE];
	unsigned char sealed[SEALED_SIZE];
	struct slice plain = slice_from(hash);
	struct text bound = TEXT_INIT(400);
	struct err problem;

	/* Without it the block stands all the same; the same password again is
	 * then not known as one. */
	if (clock_random(nonce, sizeof(nonce), &problem)) {
		log_warning("%s", problem.text);
		return;
	}
	crypto_derive(blocks->secret, "sealed password hash", key);
	bind(block, &bound);
	crypto_seal(key, nonce, text_slice(&bound), plain, sealed);
	encoding_hex((struct slice){ (const char *)sealed,
				     plain.len + CRYPTO_SEAL_SIZE }, out);
	explicit_bzero(key, sizeof(key));
	text_release(&bound);
}

static bool open_seal(struct blocks *blocks, const struct block *block,
		      struct slice hex, char out[PANEL_FIELD_SIZE])
{
	unsigned char key[CRYPTO_DIGEST_SIZE], sealed[SEALED_SIZE];
	struct text bound = TEXT_INIT(400);
	size_t len = 0;
	bool opened;

	if (!encoding_hex_read(hex, sealed, sizeof(sealed), &len) ||
	    len < CRYPTO_SEAL_SIZE ||
	    len - CRYPTO_SEAL_SIZE >= PANEL_FIELD_SIZE)
		return false;
	crypto_derive(blocks->secret, "sealed password hash", key);
	bind(block, &bound);
	memset(out, 0, PANEL_FIELD_SIZE);
	opened = crypto_open(key, text_slice(&bound),
			     (struct slice){ (const char *)sealed, len },
			     (unsigned char *)out);
	explicit_bzero(key, sizeof(key));
	text_release(&bound);
	return opened;
}

static enum db_result keep_hash(struct blocks *blocks, struct db_rows *rows,
				const struct block *block, const char *hash,
				struct err *err)
{
	struct text sealed = TEXT_INIT(2 * SEALED_SIZE);
	enum db_result done;

	seal(blocks, block, hash, &sealed);
	done = blocks_credential_row(rows, block->id, "password", "",
				     block->fingerprint,
				     text_string(&sealed), err);
	text_release(&sealed);
	return done;
}

enum db_result blocks_credentials_keep(struct blocks *blocks,
				       struct db_rows *rows,
				       const struct block *block,
				       const char *hash, struct err *err)
{
	enum db_result done = DB_OK;

	/* No hash, nothing to compare. */
	if (block->fingerprint[0])
		done = keep_hash(blocks, rows, block, hash, err);
	if (done != DB_OK)
		return done;
	return blocks_app_passwords_keep(blocks, rows, block, err);
}

enum db_result blocks_credentials_forget(struct blocks *blocks,
					 int64_t block_id, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block_id)),
	};

	return db_run(blocks->db,
		      "DELETE FROM comporta_credential WHERE block_id = :id",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL,
		      err);
}

struct found {
	struct text value;
	bool is_there;
};

static int take_value(void *context, const struct db_row *row)
{
	struct found *found = context;

	found->is_there = true;
	text_add(&found->value, db_column(row, "value"));
	return 1;
}

/* A column of the one row of this kind. */
static enum db_result find_value(struct blocks *blocks, int64_t block_id,
				 const char *sql, struct found *found,
				 struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block_id)),
	};

	found->is_there = false;
	found->value = (struct text)TEXT_INIT(4 * SEALED_SIZE);
	return db_run(blocks->db, sql, parameters, BLOCKS_N(parameters),
		      take_value, found, NULL, err);
}

int blocks_credentials_is_same(struct blocks *blocks, int64_t block_id,
			       const char *fingerprint, bool *is_out,
			       struct err *err)
{
	struct found found;
	enum db_result done = find_value(
		blocks, block_id,
		"SELECT fingerprint AS value FROM comporta_credential"
		" WHERE block_id = :id AND kind = 'same'", &found, err);

	*is_out = found.is_there && fingerprint[0] &&
		  crypto_equal(text_slice(&found.value),
			       slice_from(fingerprint));
	text_release(&found.value);
	return done == DB_OK ? 0 : -1;
}

enum db_result blocks_credentials_same(struct blocks *blocks,
				       int64_t block_id,
				       const char *fingerprint,
				       bool *is_new_out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block_id)),
	};
	struct db_rows rows = BLOCKS_CREDENTIAL_ROWS(blocks->db);
	enum db_result done;
	bool is_known;

	*is_new_out = false;
	if (blocks_credentials_is_same(blocks, block_id, fingerprint,
				       &is_known, err))
		return DB_FAILED;
	if (is_known)
		return DB_OK;
	/* The last one is enough: what is set again has a new salt. */
	done = db_run(blocks->db,
		      "DELETE FROM comporta_credential"
		      " WHERE block_id = :id AND kind = 'same'",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL,
		      err);
	if (done == DB_OK)
		done = blocks_credential_row(&rows, block_id, "same", "",
					     fingerprint, "", err);
	done = db_rows_end(&rows, done, err);
	*is_new_out = done == DB_OK;
	return done;
}

static enum db_result find_sealed(struct blocks *blocks, int64_t block_id,
				  struct found *found, struct err *err)
{
	return find_value(blocks, block_id,
			  "SELECT sealed AS value FROM comporta_credential"
			  " WHERE block_id = :id AND kind = 'password'",
			  found, err);
}

int blocks_credentials_are_ours(struct blocks *blocks,
				const struct block *block, bool *are_out,
				struct err *err)
{
	char hash[PANEL_FIELD_SIZE];
	struct found found;
	enum db_result done = find_sealed(blocks, block->id, &found, err);

	*are_out = !text_slice(&found.value).len ||
		   open_seal(blocks, block, text_slice(&found.value), hash);
	explicit_bzero(hash, sizeof(hash));
	text_release(&found.value);
	return done == DB_OK ? 0 : -1;
}

int blocks_check_password(struct blocks *blocks, const struct block *block,
			  struct slice password, enum password_match *out,
			  struct err *err)
{
	char hash[PANEL_FIELD_SIZE];
	struct found found;
	enum db_result done = find_sealed(blocks, block->id, &found, err);

	*out = MATCH_UNKNOWN;
	if (done == DB_OK &&
	    open_seal(blocks, block, text_slice(&found.value), hash))
		*out = password_matches(hash, password);
	explicit_bzero(hash, sizeof(hash));
	text_release(&found.value);
	return done == DB_OK ? 0 : -1;
}
