/*
 * password - does a password belong to a stored hash? The adapter of libcrypt.
 *
 * For all of stored_hash.h but STORED_UNKNOWN: crypt(5) (with yescrypt and
 * bcrypt), LDAP's and Dovecot's digests, PBKDF2, Argon2, passlib's
 * bcrypt-sha256, and in clear.
 *
 * A hash whose cost is absurd is not computed, so that nobody can make this
 * burn the machine: one call takes about a second at most, 128 MiB at most.
 */
#ifndef BASE_PASSWORD_H
#define BASE_PASSWORD_H

#include "base/slice.h"

enum {
	PASSWORD_MAX = 1024,	/* bytes; longer ones are not looked at */

	/* The dearest that is computed. */
	PASSWORD_BCRYPT_COST = 14,
	PASSWORD_CRYPT_ROUNDS = 1000000,	/* of SHA-256 and SHA-512 */
	PASSWORD_SHA1_ROUNDS = 500000,
	PASSWORD_MD5_ROUNDS = 200000,		/* Sun's */
	PASSWORD_PBKDF2_ROUNDS = 1500000,	/* Django 5 has 870000 */
	PASSWORD_ARGON_KIB = 128 * 1024,
	PASSWORD_ARGON_WORK = 1024 * 1024	/* KiB times passes */
};

enum password_match {
	MATCH_NO,
	MATCH_YES,
	MATCH_UNKNOWN		/* no hash, not a known one, or too dear */
};

/* `password` holds no NUL. Neither is kept, and what is computed on the way is
 * wiped. */
enum password_match password_matches(const char *stored,
				     struct slice password);

#endif
