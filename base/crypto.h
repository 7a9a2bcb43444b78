/*
 * crypto - digests and the text forms of random bytes.
 *
 * The adapter of GnuTLS. SHA-256 is FIPS 180-4, HMAC RFC 2104, base64url RFC
 * 4648 section 5 without padding.
 */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include "base/err.h"
#include "base/slice.h"

enum {
	CRYPTO_DIGEST_SIZE = 32,
	CRYPTO_HEX_SIZE = 2 * CRYPTO_DIGEST_SIZE + 1,	/* with NUL */
	CRYPTO_TOKEN_SIZE = 44	/* 256 bits as base64url, with NUL */
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

/* Takes the same time wherever the two differ; lengths may leak. */
bool crypto_equal(struct slice a, struct slice b);

#endif
