#include "base/crypto.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

void crypto_sha256(struct slice bytes, unsigned char out[CRYPTO_DIGEST_SIZE])
{
	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes.ptr, bytes.len, out) < 0)
		abort();
}

void crypto_hmac(struct slice key, struct slice bytes,
		 unsigned char out[CRYPTO_DIGEST_SIZE])
{
	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key.ptr, key.len, bytes.ptr,
			     bytes.len, out) < 0)
		abort();
}

static void hex(const unsigned char bytes[CRYPTO_DIGEST_SIZE],
		char out[CRYPTO_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < CRYPTO_DIGEST_SIZE; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[CRYPTO_HEX_SIZE - 1] = '\0';
}

void crypto_sha256_hex(struct slice bytes, char out[CRYPTO_HEX_SIZE])
{
	unsigned char digest[CRYPTO_DIGEST_SIZE];

	crypto_sha256(bytes, digest);
	hex(digest, out);
}

void crypto_hmac_hex(struct slice key, struct slice bytes,
		     char out[CRYPTO_HEX_SIZE])
{
	unsigned char digest[CRYPTO_DIGEST_SIZE];

	crypto_hmac(key, bytes, digest);
	hex(digest, out);
}

void crypto_token(const unsigned char bytes[CRYPTO_DIGEST_SIZE],
		  char out[CRYPTO_TOKEN_SIZE])
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_";
	unsigned bits = 0, count = 0;
	char *to = out;

	for (size_t i = 0; i < CRYPTO_DIGEST_SIZE; i++) {
		bits = (bits << 8 | bytes[i]) & 0xffff;
		for (count += 8; count >= 6; count -= 6)
			*to++ = alphabet[bits >> (count - 6) & 63];
	}
	*to++ = alphabet[bits << (6 - count) & 63];
	*to = '\0';
}

bool crypto_equal(struct slice a, struct slice b)
{
	return a.len == b.len && gnutls_memcmp(a.ptr, b.ptr, a.len) == 0;
}
