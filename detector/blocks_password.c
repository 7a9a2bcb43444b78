#include "detector/blocks_inside.h"

#include "base/stored_hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum stored_kind read_scheme(const char *hash, char *out, size_t size)
{
	struct stored_hash parts;
	enum stored_kind kind;

	stored_hash_read(hash, &parts);
	kind = parts.kind;
	slice_copy(slice_from(parts.scheme), out, size);
	explicit_bzero(&parts, sizeof(parts));
	return kind;
}

void blocks_scheme(const char *hash, char *out, size_t size)
{
	read_scheme(hash, out, size);
}

void blocks_fingerprint(const struct blocks *blocks, const char *account,
			const char *hash, char out[CRYPTO_HEX_SIZE])
{
	struct text message = TEXT_INIT(2048);
	char scheme[STORED_SCHEME_SIZE];

	out[0] = '\0';
	if (read_scheme(hash, scheme, sizeof(scheme)) == STORED_NONE)
		return;
	text_add(&message, (struct slice){ "fingerprint", 12 });
	text_add(&message, (struct slice){ account, strlen(account) + 1 });
	text_add_string(&message, hash);
	crypto_hmac_hex(blocks->secret, text_slice(&message), out);
	explicit_bzero(message.bytes, message.len);
	text_release(&message);
}

void blocks_token(struct blocks *blocks, const struct block *block,
		  char token_out[CRYPTO_TOKEN_SIZE])
{
	struct text message = TEXT_INIT(256);
	unsigned char mac[CRYPTO_DIGEST_SIZE];

	text_add(&message, (struct slice){ "token", 6 });
	text_addf(&message, "%lld ", (long long)block->id);
	text_add_string(&message, block->decision);
	crypto_hmac(blocks->secret, text_slice(&message), mac);
	crypto_token(mac, token_out);
	text_release(&message);
}

/* What the audit trail and a lifted row say, and what that means. */
enum proof_kind { NO_MAILBOX, NO_HASH, UNTOUCHED, SAME_AGAIN, REHASHED,
		  RENEWED, OTHER_HASH, OTHER_SCHEME, OTHER_SECRET,
		  OTHER_PASSWORD };

static const struct {
	const char *words;
	enum password_state state;
} proofs[] = {
	[NO_MAILBOX] = { "the panel does not know the mailbox",
			 PASSWORD_UNKNOWN },
	[NO_HASH] = { "no password hash to compare", PASSWORD_UNKNOWN },
	[UNTOUCHED] = { "hash unchanged", PASSWORD_UNCHANGED },
	[SAME_AGAIN] = { "the same password was set again", PASSWORD_SAME },
	[REHASHED] = { "hash changed, change time did not: re-hashed",
		       PASSWORD_UNCHANGED },
	[RENEWED] = { "hash and change time changed; whether the password did "
		      "was not shown", PASSWORD_CHANGED },
	[OTHER_HASH] = { "hash changed; whether the password did was not shown",
			 PASSWORD_CHANGED },
	/* Panels move old hashes to a new scheme when their owner signs in,
	 * with the same password. */
	[OTHER_SCHEME] = { "hash changed together with its scheme",
			   PASSWORD_UNKNOWN },
	/* A secret that was lost, or a second machine with its own. */
	[OTHER_SECRET] = { "the secret is another one than at the block",
			   PASSWORD_UNKNOWN },
	[OTHER_PASSWORD] = { "hash changed, and the new password is another "
			     "one", PASSWORD_CHANGED },
};

/* Behind the words of a proof, with the two numbers. */
static const struct slice app_words = SLICE("; application passwords: ");

enum password_state blocks_proven(const struct block *block)
{
	for (size_t i = 0; i < BLOCKS_N(proofs); i++) {
		struct slice rest = slice_from(block->proof);

		if (!slice_skip(&rest, slice_from(proofs[i].words)))
			continue;
		if (rest.len == 0)
			return proofs[i].state;
		if (slice_skip(&rest, app_words))
			return proofs[i].state == PASSWORD_CHANGED &&
			       strtoll(rest.ptr, NULL, 10) > 0
				? PASSWORD_APP_PASSWORDS_LEFT
				: proofs[i].state;
	}
	return PASSWORD_UNKNOWN;
}

/* One look at the panel. */
struct look {
	struct blocks *blocks;
	const struct block *block;
	struct panel_mailbox mailbox;	/* wiped at the end */
	char fingerprint[CRYPTO_HEX_SIZE];
	enum proof_kind kind;
};

/* The fingerprint tells only that the stored hash is another one. */
static enum proof_kind judge_difference(const struct look *look)
{
	const struct block *block = look->block;
	const char *changed = look->mailbox.password_changed;
	char scheme[sizeof(block->scheme)];

	if (block->password_changed[0] && changed[0])
		return strcmp(block->password_changed, changed) == 0
			? REHASHED : RENEWED;
	blocks_scheme(look->mailbox.password_hash, scheme, sizeof(scheme));
	return strcmp(block->scheme, scheme) == 0 ? OTHER_HASH : OTHER_SCHEME;
}

static int compare_hashes(struct look *look, bool is_known, struct err *err)
{
	const struct block *block = look->block;
	bool is_same = false, are_ours = true;

	blocks_fingerprint(look->blocks, block->account,
			   look->mailbox.password_hash, look->fingerprint);
	look->kind = is_known ? NO_HASH : NO_MAILBOX;
	if (!is_known || !look->fingerprint[0] || !block->fingerprint[0])
		return 0;
	look->kind = UNTOUCHED;
	if (crypto_equal(slice_from(look->fingerprint),
			 slice_from(block->fingerprint)))
		return 0;
	if (blocks_credentials_are_ours(look->blocks, block, &are_ours, err) ||
	    blocks_credentials_is_same(look->blocks, block->id,
				       look->fingerprint, &is_same, err))
		return -1;
	if (!are_ours)
		look->kind = OTHER_SECRET;
	else
		look->kind = is_same ? SAME_AGAIN : judge_difference(look);
	return 0;
}

/* What the password itself shows. It counts as the new one only if it fits
 * what is stored now. */
static int compare_password(struct look *look, struct slice password,
			    bool *is_same_out, struct err *err)
{
	enum password_match old = MATCH_UNKNOWN, now;

	if (blocks_check_password(look->blocks, look->block, password, &old,
				  err))
		return -1;
	if (old == MATCH_UNKNOWN)
		return 0;
	now = password_matches(look->mailbox.password_hash, password);
	if (old == MATCH_YES && now != MATCH_NO) {
		*is_same_out = true;
		look->kind = SAME_AGAIN;
	} else if (old == MATCH_NO && now == MATCH_YES &&
		   look->kind != SAME_AGAIN) {
		look->kind = OTHER_PASSWORD;
	}
	return 0;
}

static int count_app_passwords(struct blocks *blocks,
			       const struct block *block,
			       struct blocks_proof *proof, struct err *err)
{
	struct blocks_app_passwords app;
	size_t used = strlen(proof->words);

	if (!proof->is_known || !panel_has_app_passwords(blocks->panel) ||
	    proof->state == PASSWORD_UNCHANGED || proof->state == PASSWORD_SAME)
		return 0;
	if (blocks_app_passwords(blocks, block, &app, err))
		return -1;
	snprintf(proof->words + used, sizeof(proof->words) - used,
		 "%s%" PRId64 " left, %" PRId64 " new", app_words.ptr,
		 app.left, app.added);
	if (app.left > 0 && proof->state == PASSWORD_CHANGED)
		proof->state = PASSWORD_APP_PASSWORDS_LEFT;
	return 0;
}

static int look_at(struct look *look, struct slice password,
		   struct blocks_proof *proof, struct err *err)
{
	enum panel_found found = panel_find(look->blocks->panel,
					    look->blocks->db,
					    slice_from(look->block->account),
					    &look->mailbox, err);

	if (found == PANEL_ERROR)
		return -1;
	proof->is_known = found == PANEL_FOUND;
	memcpy(proof->reseller, look->mailbox.reseller,
	       sizeof(proof->reseller));
	if (compare_hashes(look, proof->is_known, err) ||
	    (password.ptr && compare_password(look, password,
					      &proof->is_same_shown, err)))
		return -1;
	proof->state = proofs[look->kind].state;
	proof->is_other_shown = look->kind == OTHER_PASSWORD;
	slice_copy(slice_from(proofs[look->kind].words), proof->words,
		   sizeof(proof->words));
	slice_copy(slice_from(look->fingerprint), proof->fingerprint,
		   sizeof(proof->fingerprint));
	slice_copy(slice_from(look->mailbox.name), proof->name,
		   sizeof(proof->name));
	return count_app_passwords(look->blocks, look->block, proof, err);
}

int blocks_prove(struct blocks *blocks, const struct block *block,
		 struct slice password, struct blocks_proof *out,
		 struct err *err)
{
	struct look look = { .blocks = blocks, .block = block };
	struct blocks_proof proof = { .state = PASSWORD_UNKNOWN };
	int result = look_at(&look, password, &proof, err);

	explicit_bzero(&look, sizeof(look));
	if (result == 0)
		*out = proof;
	return result;
}

enum password_state blocks_password_and_name(struct blocks *blocks,
					     const struct block *block,
					     char name_out[PANEL_LOGIN_SIZE],
					     struct err *err)
{
	struct slice none = { NULL, 0 };
	struct blocks_proof proof;

	if (blocks_prove(blocks, block, none, &proof, err))
		return PASSWORD_ERROR;
	slice_copy(slice_from(proof.name), name_out, PANEL_LOGIN_SIZE);
	return proof.state;
}

enum password_state blocks_password(struct blocks *blocks,
				    const struct block *block,
				    struct err *err)
{
	char name[PANEL_LOGIN_SIZE];

	return blocks_password_and_name(blocks, block, name, err);
}
