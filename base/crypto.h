/*
 * crypto - digests, sealing, and the text forms of random bytes.
 *
 * The adapter of GnuTLS. SHA-256 is FIPS 180-4, HMAC RFC 2104, base64url RFC
 * 4648 section 5 without padding, AES-256-GCM NIST SP 800-38D, PBKDF2 RFC
 * 8018.
 */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include "base/err.h"
#include "base/slice.h"

enum {
	CRYPTO_DIGEST_SIZE = 32,
	CRYPTO_HEX_SIZE = 2 * CRYPTO_DIGEST_SIZE + 1,	/* with NUL */
	CRYPTO_TOKEN_SIZE = 44,	/* 256 bits as base64url, with NUL */
	CRYPTO_NONCE_SIZE = 12,
	CRYPTO_SEAL_SIZE = CRYPTO_NONCE_SIZE + 16,	/* nonce and tag */
	CRYPTO_HASH_SIZE = 64	/* of the longest of enum crypto_hash */
};

void crypto_sha256(struct slice bytes, unsigned char out[CRYPTO_DIGEST_SIZE]);

/* Lower-case hexadecimal of the same. */
void crypto_sha256_hex(struct slice bytes, char out[CRYPTO_HEX_SIZE]);

void crypto_hmac(struct slice key, struct slice bytes,
		 unsigned char out[CRYPTO_DIGEST_SIZE]);
void crypto_hmac_hex(struct slice key, struct slice bytes,
		     char out[CRYPTO_HEX_SIZE]);

/* 32 bytes as 43 characters of base64url. */
void crypto_token(const unsigned char bytes[CRYPTO_DIGEST_SIZE],
		  char out[CRYPTO_TOKEN_SIZE]);

/* A key of its own for one purpose, from the secret. */
void crypto_derive(struct slice secret, const char *label,
		   unsigned char key_out[CRYPTO_DIGEST_SIZE]);

/*
 * Authenticated encryption (AES-256-GCM). `bound` is not in the result, but it
 * opens only beside the same: what was sealed for one row does not open in
 * another. The nonce must be random, and never the same twice for a key.
 *
 * `out` has room for plain.len + CRYPTO_SEAL_SIZE bytes, or for sealed.len -
 * CRYPTO_SEAL_SIZE. False from crypto_open(): not sealed by this key, or
 * changed since.
 */
void crypto_seal(const unsigned char key[CRYPTO_DIGEST_SIZE],
		 const unsigned char nonce[CRYPTO_NONCE_SIZE],
		 struct slice bound, struct slice plain, unsigned char *out);
bool crypto_open(const unsigned char key[CRYPTO_DIGEST_SIZE],
		 struct slice bound, struct slice sealed, unsigned char *out);

/* What stored passwords are made with; nothing of ours rests on the first
 * two. */
enum crypto_hash { CRYPTO_MD5, CRYPTO_SHA1, CRYPTO_SHA256, CRYPTO_SHA512 };

size_t crypto_hash_size(enum crypto_hash hash);

/* Of the bytes of `first` and then `second`. False where the library's policy
 * (FIPS) forbids this one. */
bool crypto_hash(enum crypto_hash hash, struct slice first,
		 struct slice second, unsigned char out[CRYPTO_HASH_SIZE]);
bool crypto_pbkdf2(enum crypto_hash hash, struct slice password,
		   struct slice salt, unsigned rounds, unsigned char *out,
		   size_t size);

/* Takes the same time wherever the two differ; lengths may leak. */
bool crypto_equal(struct slice a, struct slice b);

#endif
