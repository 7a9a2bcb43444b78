#include "detector/blocks_inside.h"

#include <ctype.h>
#include <string.h>

/* Names of crypt(5) methods. Only these are kept: a plain-text password may
 * begin with '$' as well. */
static const char *const methods[] = {
	"1", "2", "2a", "2b", "2x", "2y", "5", "6", "7", "y", "gy", "md5",
	"sha1", "argon2i", "argon2d", "argon2id", "pbkdf2", "pbkdf2-sha256",
	"pbkdf2-sha512", "scrypt", "bcrypt-sha256",
};

static bool is_method(struct slice name)
{
	for (size_t i = 0; i < BLOCKS_N(methods); i++)
		if (slice_eq(name, slice_from(methods[i])))
			return true;
	return false;
}

/* "rounds=5000", "m=65536,t=3,p=4", bcrypt's two digits: the cost, not the
 * salt. */
static bool is_cost(struct slice part)
{
	if (slice_find_char(part, '=') >= 0)
		return part.len < 40;
	return part.len == 2 && isdigit((unsigned char)part.ptr[0]) &&
		isdigit((unsigned char)part.ptr[1]);
}

void blocks_scheme(const char *hash, char *out, size_t size)
{
	struct slice text = slice_from(hash), rest, part;
	size_t end = 0;

	if (slice_starts(text, S("{"))) {
		ptrdiff_t brace = slice_find_char(text, '}');

		if (brace > 0)
			end = (size_t)brace + 1;
	}
	rest = slice_after(text, end);
	if (slice_skip(&rest, S("$"))) {
		part = slice_cut(&rest, '$');
		if (is_method(part) && rest.len > 0) {
			end += part.len + 2;
			for (part = slice_cut(&rest, '$');
			     rest.len > 0 && is_cost(part);
			     part = slice_cut(&rest, '$'))
				end += part.len + 1;
		}
	}
	slice_copy(slice_sub(text, 0, end), out, size);
}

void blocks_fingerprint(const struct blocks *blocks, const char *account,
			const char *hash, char out[CRYPTO_HEX_SIZE])
{
	struct text message = TEXT_INIT(2048);

	out[0] = '\0';
	if (!hash[0])
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
enum proof_kind { NO_MAILBOX, NO_HASH, SAME, REHASHED, RENEWED, OTHER_HASH,
		  OTHER_SCHEME };

static const struct {
	const char *words;
	enum password_state state;
} proofs[] = {
	[NO_MAILBOX] = { "the panel does not know the mailbox",
			 PASSWORD_UNKNOWN },
	[NO_HASH] = { "no password hash to compare", PASSWORD_UNKNOWN },
	[SAME] = { "hash unchanged", PASSWORD_UNCHANGED },
	[REHASHED] = { "hash changed, change time did not: re-hashed",
		       PASSWORD_UNCHANGED },
	[RENEWED] = { "hash and change time changed", PASSWORD_CHANGED },
	[OTHER_HASH] = { "hash changed", PASSWORD_CHANGED },
	/* Panels move old hashes to a new scheme when their owner signs in,
	 * with the same password. */
	[OTHER_SCHEME] = { "hash changed together with its scheme",
			   PASSWORD_UNKNOWN },
};

enum password_state blocks_proven(const struct block *block)
{
	for (size_t i = 0; i < BLOCKS_N(proofs); i++)
		if (strcmp(proofs[i].words, block->proof) == 0)
			return proofs[i].state;
	return PASSWORD_UNKNOWN;
}

/* The fingerprint tells only that the stored hash is another one. */
static enum proof_kind judge_difference(const struct block *block,
					const char *scheme,
					const char *changed)
{
	if (block->password_changed[0] && changed[0])
		return strcmp(block->password_changed, changed) == 0
			? REHASHED : RENEWED;
	return strcmp(block->scheme, scheme) == 0 ? OTHER_HASH : OTHER_SCHEME;
}

int blocks_prove(struct blocks *blocks, const struct block *block,
		 struct blocks_proof *out, struct err *err)
{
	struct blocks_proof proof = { .state = PASSWORD_UNKNOWN };
	char fingerprint[CRYPTO_HEX_SIZE], scheme[sizeof(block->scheme)];
	struct panel_mailbox mailbox;
	enum panel_found found;
	enum proof_kind kind;

	memset(&mailbox, 0, sizeof(mailbox));
	found = panel_find(blocks->panel, blocks->db,
			   slice_from(block->account), &mailbox, err);
	if (found == PANEL_ERROR)
		return -1;
	proof.is_known = found == PANEL_FOUND;
	blocks_fingerprint(blocks, block->account, mailbox.password_hash,
			   fingerprint);
	blocks_scheme(mailbox.password_hash, scheme, sizeof(scheme));
	if (!proof.is_known)
		kind = NO_MAILBOX;
	else if (!fingerprint[0] || !block->fingerprint[0])
		kind = NO_HASH;
	else if (crypto_equal(slice_from(fingerprint),
			      slice_from(block->fingerprint)))
		kind = SAME;
	else
		kind = judge_difference(block, scheme,
					mailbox.password_changed);
	proof.state = proofs[kind].state;
	proof.words = proofs[kind].words;
	explicit_bzero(&mailbox, sizeof(mailbox));
	*out = proof;
	return 0;
}

enum password_state blocks_password(struct blocks *blocks,
				    const struct block *block,
				    struct err *err)
{
	struct blocks_proof proof;

	if (blocks_prove(blocks, block, &proof, err))
		return PASSWORD_ERROR;
	return proof.state;
}
