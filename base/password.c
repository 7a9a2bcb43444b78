#include "base/password.h"

#include "base/argon.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/stored_hash.h"

#include <crypt.h>
#include <stdio.h>
#include <string.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static enum password_match compare(struct slice a, struct slice b)
{
	return crypto_equal(a, b) ? MATCH_YES : MATCH_NO;
}

static struct slice of_bytes(const unsigned char *bytes, size_t len)
{
	return (struct slice){ (const char *)bytes, len };
}

/* A decimal number that is the whole of `text`, from 1 to `most`. */
static bool read_cost(struct slice text, uint32_t most, uint32_t *out)
{
	struct slice rest = text;

	slice_skip_digits(&rest);
	return text.len > 0 && rest.len == 0 && slice_number(text, out) &&
	       *out >= 1 && *out <= most;
}

/* Where `c` stands in crypt's alphabet; 64 when nowhere. */
static size_t crypt_digit(char c)
{
	static const char alphabet[] =
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz";
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (size_t)(at - alphabet) : 64;
}

/* "$2y$10$..." */
static bool is_bcrypt_payable(struct slice rest)
{
	uint32_t cost;

	return read_cost(slice_sub(rest, 0, 2), PASSWORD_BCRYPT_COST, &cost);
}

/* "rounds=5000$", or nothing for the default. */
static bool are_rounds_payable(struct slice rest, uint32_t most)
{
	uint32_t rounds;

	return !slice_skip(&rest, S("rounds=")) ||
	       read_cost(slice_cut(&rest, '$'), most, &rounds);
}

static bool is_sha_payable(struct slice rest)
{
	return are_rounds_payable(rest, PASSWORD_CRYPT_ROUNDS);
}

static bool is_sha1_payable(struct slice rest)
{
	uint32_t rounds;

	return read_cost(slice_cut(&rest, '$'), PASSWORD_SHA1_ROUNDS,
			 &rounds);
}

/* "$md5$" and "$md5,rounds=34000$"; `rest` begins behind "$md5" and one. */
static bool is_sun_payable(struct slice rest)
{
	return are_rounds_payable(rest, PASSWORD_MD5_ROUNDS);
}

/* yescrypt's "j9T$": 2^12 blocks of 4 KiB, the default. Twice and four times
 * that is computed. */
static bool is_yescrypt_payable(struct slice rest)
{
	struct slice cost = slice_cut(&rest, '$');

	return cost.len == 3 && cost.ptr[0] == 'j' &&
	       crypt_digit(cost.ptr[1]) <= crypt_digit('B') &&
	       crypt_digit(cost.ptr[2]) <= crypt_digit('T');
}

/* scrypt's "CU..../....": 2^14 blocks of 4 KiB, one lane. */
static bool is_scrypt_payable(struct slice rest)
{
	return rest.len > 11 &&
	       crypt_digit(rest.ptr[0]) <= crypt_digit('C') &&
	       crypt_digit(rest.ptr[1]) <= crypt_digit('U') &&
	       slice_starts(slice_after(rest, 2), S("..../...."));
}

static bool is_cheap(struct slice rest)
{
	(void)rest;
	return true;
}

static const struct {
	const char *method;
	bool (*is_payable)(struct slice rest);
} costs[] = {
	{ "1", is_cheap }, { "3", is_cheap }, { "2a", is_bcrypt_payable },
	{ "2b", is_bcrypt_payable }, { "2x", is_bcrypt_payable },
	{ "2y", is_bcrypt_payable }, { "5", is_sha_payable },
	{ "6", is_sha_payable }, { "7", is_scrypt_payable },
	{ "y", is_yescrypt_payable }, { "gy", is_yescrypt_payable },
	{ "md5", is_sun_payable }, { "sha1", is_sha1_payable },
};

enum { DES_LEN = 13 };

static bool is_payable(const struct stored_hash *hash)
{
	size_t len = strlen(hash->method);

	if (len == 0)
		return strlen(hash->body) == DES_LEN;
	for (size_t i = 0; i < N_OF(costs); i++)
		if (strcmp(costs[i].method, hash->method) == 0)
			return costs[i].is_payable(slice_from(
				hash->body + len + 2));
	return false;
}

static enum password_match match_setting(const char *setting,
					 const char *wanted,
					 const char *password)
{
	struct crypt_data data;
	enum password_match match = MATCH_UNKNOWN;
	const char *got;

	memset(&data, 0, sizeof(data));
	got = crypt_rn(password, setting, &data, sizeof(data));
	if (got)
		match = compare(slice_from(got), slice_from(wanted));
	explicit_bzero(&data, sizeof(data));
	return match;
}

static enum password_match match_crypt(const struct stored_hash *hash,
				       struct slice password)
{
	char phrase[PASSWORD_MAX + 1];
	enum password_match match = MATCH_UNKNOWN;

	if (is_payable(hash) && slice_copy(password, phrase, sizeof(phrase)))
		match = match_setting(hash->body, hash->body, phrase);
	explicit_bzero(phrase, sizeof(phrase));
	return match;
}

static enum password_match match_plain(const struct stored_hash *hash,
				       struct slice password)
{
	if (hash->encoding != STORED_AS_USUAL)
		return MATCH_UNKNOWN;
	return compare(slice_from(hash->body), password);
}

static const struct digest {
	const char *prefix;
	enum crypto_hash hash;
	bool has_salt;		/* behind the digest */
} digests[] = {
	{ "MD5", CRYPTO_MD5, false }, { "PLAIN-MD5", CRYPTO_MD5, false },
	{ "LDAP-MD5", CRYPTO_MD5, false }, { "SMD5", CRYPTO_MD5, true },
	{ "SHA", CRYPTO_SHA1, false }, { "SHA1", CRYPTO_SHA1, false },
	{ "SSHA", CRYPTO_SHA1, true }, { "SHA256", CRYPTO_SHA256, false },
	{ "SSHA256", CRYPTO_SHA256, true },
	{ "SHA512", CRYPTO_SHA512, false },
	{ "SSHA512", CRYPTO_SHA512, true },
};

/* Without a suffix that says so, a digest of just the right number of
 * hexadecimal digits is hexadecimal, as Dovecot reads it. */
static bool decode_digest(const struct stored_hash *hash,
			  const struct digest *digest, unsigned char *out,
			  size_t size, size_t *len_out)
{
	struct slice body = slice_from(hash->body);
	bool as_hex = hash->encoding == STORED_HEX ||
		(hash->encoding == STORED_AS_USUAL && !digest->has_salt &&
		 body.len == 2 * crypto_hash_size(digest->hash));

	return as_hex ? encoding_hex_read(body, out, size, len_out)
		      : encoding_base64_read(body, out, size, len_out);
}

static enum password_match match_with(const struct stored_hash *hash,
				      const struct digest *digest,
				      struct slice password)
{
	unsigned char bytes[STORED_HASH_SIZE], got[CRYPTO_HASH_SIZE];
	size_t size = crypto_hash_size(digest->hash), len;
	enum password_match match = MATCH_UNKNOWN;

	if (decode_digest(hash, digest, bytes, sizeof(bytes), &len) &&
	    (digest->has_salt ? len > size : len == size) &&
	    crypto_hash(digest->hash, password,
			of_bytes(bytes + size, len - size), got))
		match = compare(of_bytes(bytes, size), of_bytes(got, size));
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(got, sizeof(got));
	return match;
}

static enum password_match match_digest(const struct stored_hash *hash,
					struct slice password)
{
	for (size_t i = 0; i < N_OF(digests); i++)
		if (strcmp(digests[i].prefix, hash->prefix) == 0)
			return match_with(hash, &digests[i], password);
	return MATCH_UNKNOWN;
}

/* A PBKDF2 hash: its parts. */
struct pbkdf2 {
	enum crypto_hash hash;
	struct slice salt;
	uint32_t rounds;
	unsigned char room[STORED_HASH_SIZE], digest[CRYPTO_HASH_SIZE];
	size_t digest_len;
};

/* Dovecot's "$1$salt$rounds$hex". */
static bool read_dovecot(struct slice rest, struct pbkdf2 *out)
{
	if (!slice_skip(&rest, S("$1$")))
		return false;
	out->hash = CRYPTO_SHA1;
	out->salt = slice_cut(&rest, '$');
	return read_cost(slice_cut(&rest, '$'), PASSWORD_PBKDF2_ROUNDS,
			 &out->rounds) &&
	       encoding_hex_read(rest, out->digest, sizeof(out->digest),
				 &out->digest_len);
}

/* passlib's "$pbkdf2-sha256$rounds$salt$hash", where the salt is base64 as
 * well, and Django's "pbkdf2_sha256$rounds$salt$hash", where it is not. */
static const struct {
	const char *method;
	enum crypto_hash hash;
	bool is_salt_coded;
} pbkdf2_methods[] = {
	{ "pbkdf2", CRYPTO_SHA1, true },
	{ "pbkdf2-sha256", CRYPTO_SHA256, true },
	{ "pbkdf2-sha512", CRYPTO_SHA512, true },
	{ "pbkdf2_sha1", CRYPTO_SHA1, false },
	{ "pbkdf2_sha256", CRYPTO_SHA256, false },
};

static bool read_python(const struct stored_hash *hash, struct pbkdf2 *out)
{
	struct slice rest = slice_from(hash->body), cost;
	size_t i = 0, len;

	while (i < N_OF(pbkdf2_methods) &&
	       strcmp(pbkdf2_methods[i].method, hash->method) != 0)
		i++;
	if (i == N_OF(pbkdf2_methods))
		return false;
	slice_skip(&rest, S("$"));
	slice_cut(&rest, '$');
	cost = slice_cut(&rest, '$');
	out->hash = pbkdf2_methods[i].hash;
	out->salt = slice_cut(&rest, '$');
	if (pbkdf2_methods[i].is_salt_coded) {
		if (!encoding_base64_read(out->salt, out->room,
					  sizeof(out->room), &len))
			return false;
		out->salt = of_bytes(out->room, len);
	}
	return read_cost(cost, PASSWORD_PBKDF2_ROUNDS, &out->rounds) &&
	       encoding_base64_read(rest, out->digest, sizeof(out->digest),
				    &out->digest_len);
}

static enum password_match match_pbkdf2(const struct stored_hash *hash,
					struct slice password)
{
	struct pbkdf2 parts;
	unsigned char got[CRYPTO_HASH_SIZE];
	enum password_match match = MATCH_UNKNOWN;
	bool is_read = hash->method[0]
		? read_python(hash, &parts)
		: read_dovecot(slice_from(hash->body), &parts);

	if (is_read && parts.digest_len >= 16 &&
	    crypto_pbkdf2(parts.hash, password, parts.salt, parts.rounds, got,
			  parts.digest_len))
		match = compare(of_bytes(parts.digest, parts.digest_len),
				of_bytes(got, parts.digest_len));
	explicit_bzero(&parts, sizeof(parts));
	explicit_bzero(got, sizeof(got));
	return match;
}

/* "m=65536,t=3,p=1" */
static bool read_argon_cost(struct slice part, struct argon *out)
{
	struct slice m = slice_cut(&part, ','), t = slice_cut(&part, ',');

	return slice_skip(&m, S("m=")) && slice_skip(&t, S("t=")) &&
	       slice_skip(&part, S("p=")) &&
	       read_cost(m, PASSWORD_ARGON_KIB, &out->memory_kib) &&
	       read_cost(t, PASSWORD_ARGON_WORK / out->memory_kib,
			 &out->passes) &&
	       read_cost(part, 64, &out->lanes);
}

static bool read_argon_type(const char *method, struct argon *out)
{
	static const struct {
		const char *method;
		enum argon_type type;
	} types[] = {
		{ "argon2d", ARGON_D }, { "argon2i", ARGON_I },
		{ "argon2id", ARGON_ID },
	};

	for (size_t i = 0; i < N_OF(types); i++) {
		if (strcmp(types[i].method, method) != 0)
			continue;
		out->type = types[i].type;
		return true;
	}
	return false;
}

static enum password_match match_argon(const struct stored_hash *hash,
				       struct slice password)
{
	struct slice rest = slice_after(slice_from(hash->body),
					strlen(hash->method) + 2), salt;
	unsigned char salt_bytes[64], digest[CRYPTO_HASH_SIZE],
		      got[CRYPTO_HASH_SIZE];
	struct argon how = { .version = 16 };
	size_t salt_len, len;

	if (slice_skip(&rest, S("v=")) &&
	    !read_cost(slice_cut(&rest, '$'), 19, &how.version))
		return MATCH_UNKNOWN;
	if (!read_argon_type(hash->method, &how) ||
	    !read_argon_cost(slice_cut(&rest, '$'), &how))
		return MATCH_UNKNOWN;
	salt = slice_cut(&rest, '$');
	if (!encoding_base64_read(salt, salt_bytes, sizeof(salt_bytes),
				  &salt_len) ||
	    !encoding_base64_read(rest, digest, sizeof(digest), &len))
		return MATCH_UNKNOWN;
	how.salt = of_bytes(salt_bytes, salt_len);
	if (!argon_hash(&how, password, got, len))
		return MATCH_UNKNOWN;
	return compare(of_bytes(digest, len), of_bytes(got, len));
}

/* What passlib gives to bcrypt: the digest of the password, in version 2 keyed
 * with the salt; as base64. */
static void digest_for_bcrypt(bool is_version_2, struct slice salt,
			      struct slice password, struct text *out)
{
	unsigned char digest[CRYPTO_DIGEST_SIZE];

	if (is_version_2)
		crypto_hmac(salt, password, digest);
	else
		crypto_sha256(password, digest);
	encoding_base64(of_bytes(digest, sizeof(digest)), out);
	explicit_bzero(digest, sizeof(digest));
}

/* "$bcrypt-sha256$v=2,t=2b,r=12$salt$hash", or before that "2b,12". */
static enum password_match match_bcrypt_sha256(const struct stored_hash *hash,
					       struct slice password)
{
	struct slice rest = slice_after(slice_from(hash->body),
					strlen("$bcrypt-sha256$"));
	struct slice cost = slice_cut(&rest, '$');
	struct slice salt = slice_cut(&rest, '$'), type;
	struct text digest = TEXT_INIT(64);
	bool is_version_2 = slice_skip(&cost, S("v=2,t="));
	enum password_match match;
	uint32_t rounds;
	char wanted[80];

	type = slice_cut(&cost, ',');
	if (is_version_2)
		slice_skip(&cost, S("r="));
	if (!read_cost(cost, PASSWORD_BCRYPT_COST, &rounds) || type.len != 2 ||
	    salt.len != 22 || rest.len != 31)
		return MATCH_UNKNOWN;
	snprintf(wanted, sizeof(wanted), "$%.2s$%02u$%.22s%.31s", type.ptr,
		 (unsigned)rounds, salt.ptr, rest.ptr);
	digest_for_bcrypt(is_version_2, salt, password, &digest);
	match = match_setting(wanted, wanted, text_string(&digest));
	explicit_bzero(digest.bytes, digest.len);
	text_release(&digest);
	return match;
}

enum password_match password_matches(const char *stored,
				     struct slice password)
{
	static enum password_match (*const ways[])(
		const struct stored_hash *hash, struct slice password) = {
		[STORED_NONE] = NULL, [STORED_UNKNOWN] = NULL,
		[STORED_PLAIN] = match_plain, [STORED_CRYPT] = match_crypt,
		[STORED_DIGEST] = match_digest,
		[STORED_PBKDF2] = match_pbkdf2, [STORED_ARGON2] = match_argon,
		[STORED_BCRYPT_SHA256] = match_bcrypt_sha256,
	};
	struct stored_hash hash;
	enum password_match match = MATCH_UNKNOWN;

	stored_hash_read(stored, &hash);
	if (ways[hash.kind] && password.len <= PASSWORD_MAX)
		match = ways[hash.kind](&hash, password);
	explicit_bzero(&hash, sizeof(hash));
	return match;
}
