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

void crypto_derive(struct slice secret, const char *label,
		   unsigned char key_out[CRYPTO_DIGEST_SIZE])
{
	crypto_hmac(secret, slice_from(label), key_out);
}

enum { TAG_SIZE = CRYPTO_SEAL_SIZE - CRYPTO_NONCE_SIZE };

static gnutls_aead_cipher_hd_t cipher_of(
	const unsigned char key[CRYPTO_DIGEST_SIZE])
{
	gnutls_aead_cipher_hd_t cipher;
	gnutls_datum_t datum = { (unsigned char *)(uintptr_t)key,
				 CRYPTO_DIGEST_SIZE };

	if (gnutls_aead_cipher_init(&cipher, GNUTLS_CIPHER_AES_256_GCM,
				    &datum) < 0)
		abort();
	return cipher;
}

void crypto_seal(const unsigned char key[CRYPTO_DIGEST_SIZE],
		 const unsigned char nonce[CRYPTO_NONCE_SIZE],
		 struct slice bound, struct slice plain, unsigned char *out)
{
	gnutls_aead_cipher_hd_t cipher = cipher_of(key);
	size_t len = plain.len + TAG_SIZE;

	memcpy(out, nonce, CRYPTO_NONCE_SIZE);
	if (gnutls_aead_cipher_encrypt(cipher, nonce, CRYPTO_NONCE_SIZE,
				       bound.ptr, bound.len, TAG_SIZE,
				       plain.ptr, plain.len,
				       out + CRYPTO_NONCE_SIZE, &len) < 0)
		abort();
	gnutls_aead_cipher_deinit(cipher);
}

bool crypto_open(const unsigned char key[CRYPTO_DIGEST_SIZE],
		 struct slice bound, struct slice sealed, unsigned char *out)
{
	struct slice rest = slice_after(sealed, CRYPTO_NONCE_SIZE);
	gnutls_aead_cipher_hd_t cipher;
	size_t len;
	bool opened;

	if (sealed.len < CRYPTO_SEAL_SIZE)
		return false;
	cipher = cipher_of(key);
	len = rest.len - TAG_SIZE;
	opened = gnutls_aead_cipher_decrypt(cipher, sealed.ptr,
					    CRYPTO_NONCE_SIZE, bound.ptr,
					    bound.len, TAG_SIZE, rest.ptr,
					    rest.len, out, &len) >= 0;
	gnutls_aead_cipher_deinit(cipher);
	return opened;
}

static const struct {
	gnutls_digest_algorithm_t digest;
	gnutls_mac_algorithm_t mac;
	size_t size;
} hashes[] = {
	[CRYPTO_MD5] = { GNUTLS_DIG_MD5, GNUTLS_MAC_MD5, 16 },
	[CRYPTO_SHA1] = { GNUTLS_DIG_SHA1, GNUTLS_MAC_SHA1, 20 },
	[CRYPTO_SHA256] = { GNUTLS_DIG_SHA256, GNUTLS_MAC_SHA256, 32 },
	[CRYPTO_SHA512] = { GNUTLS_DIG_SHA512, GNUTLS_MAC_SHA512, 64 },
};

size_t crypto_hash_size(enum crypto_hash hash)
{
	return hashes[hash].size;
}

bool crypto_hash(enum crypto_hash hash, struct slice first,
		 struct slice second, unsigned char out[CRYPTO_HASH_SIZE])
{
	gnutls_hash_hd_t handle;
	bool done;

	if (gnutls_hash_init(&handle, hashes[hash].digest) < 0)
		return false;
	done = gnutls_hash(handle, first.ptr, first.len) >= 0 &&
	       gnutls_hash(handle, second.ptr, second.len) >= 0;
	gnutls_hash_deinit(handle, out);
	return done;
}

bool crypto_pbkdf2(enum crypto_hash hash, struct slice password,
		   struct slice salt, unsigned rounds, unsigned char *out,
		   size_t size)
{
	gnutls_datum_t key = { (unsigned char *)(uintptr_t)password.ptr,
			       (unsigned)password.len };
	gnutls_datum_t with = { (unsigned char *)(uintptr_t)salt.ptr,
				(unsigned)salt.len };

	return gnutls_pbkdf2(hashes[hash].mac, &key, &with, rounds, out,
			     size) >= 0;
}

bool crypto_equal(struct slice a, struct slice b)
{
	return a.len == b.len && gnutls_memcmp(a.ptr, b.ptr, a.len) == 0;
}
