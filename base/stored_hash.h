/*
 * stored_hash - what a panel keeps in place of a password, taken apart.
 *
 * Known are the "{SCHEME}" prefixes of Dovecot and LDAP (in any case, with
 * ".b64", ".base64" or ".hex" behind the name), the ids of crypt(5), those of
 * Python's passlib ("$pbkdf2-sha256$") and Django's ("pbkdf2_sha256$"). What
 * is none of these may be a password in clear, so nothing of it is kept.
 */
#ifndef BASE_STORED_HASH_H
#define BASE_STORED_HASH_H

#include "base/slice.h"

enum {
	STORED_SCHEME_SIZE = 64,
	STORED_HASH_SIZE = 512	/* a longer one is STORED_UNKNOWN */
};

enum stored_kind {
	STORED_NONE,		/* nobody can log in: empty, locked by a '!'
				 * or '*' in front, "_no_" of i-MSCP */
	STORED_UNKNOWN,		/* of a making that cannot be computed here */
	STORED_PLAIN,
	STORED_CRYPT,		/* for crypt(3) */
	STORED_DIGEST,		/* of the password, or of it and a salt */
	STORED_PBKDF2,
	STORED_ARGON2,
	STORED_BCRYPT_SHA256	/* passlib's: bcrypt of a digest */
};

enum stored_encoding { STORED_AS_USUAL, STORED_BASE64, STORED_HEX };

struct stored_hash {
	enum stored_kind kind;
	char prefix[24];	/* in capitals, without braces: "SSHA512" */
	enum stored_encoding encoding;	/* of a digest */
	char method[16];	/* "2y", "argon2id", "pbkdf2_sha256" */
	/*
	 * "{BLF-CRYPT}$2y$10$": how it was made and at what cost, with
	 * nothing of its salt. Two hashes made alike have the same. "" when
	 * there is no such part.
	 */
	char scheme[STORED_SCHEME_SIZE];
	char body[STORED_HASH_SIZE];	/* behind the prefix; of what is for
					 * crypt(3) decoded; wipe after use */
};

void stored_hash_read(const char *stored, struct stored_hash *out);

#endif
