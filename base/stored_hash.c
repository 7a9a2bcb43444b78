#include "base/stored_hash.h"

#include "base/encoding.h"

#include <stdio.h>
#include <strings.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Behind "{": whatever is not here is a scheme that we cannot compute. */
static const struct {
	const char *name;
	enum stored_kind kind;
} prefixes[] = {
	{ "CRYPT", STORED_CRYPT }, { "DES-CRYPT", STORED_CRYPT },
	{ "MD5-CRYPT", STORED_CRYPT }, { "BLF-CRYPT", STORED_CRYPT },
	{ "SHA256-CRYPT", STORED_CRYPT }, { "SHA512-CRYPT", STORED_CRYPT },
	{ "PLAIN", STORED_PLAIN }, { "CLEAR", STORED_PLAIN },
	{ "CLEARTEXT", STORED_PLAIN }, { "ARGON2", STORED_ARGON2 },
	{ "ARGON2I", STORED_ARGON2 }, { "ARGON2ID", STORED_ARGON2 },
	{ "PBKDF2", STORED_PBKDF2 }, { "MD5", STORED_DIGEST },
	{ "PLAIN-MD5", STORED_DIGEST }, { "LDAP-MD5", STORED_DIGEST },
	{ "SMD5", STORED_DIGEST }, { "SHA", STORED_DIGEST },
	{ "SHA1", STORED_DIGEST }, { "SSHA", STORED_DIGEST },
	{ "SHA256", STORED_DIGEST }, { "SSHA256", STORED_DIGEST },
	{ "SHA512", STORED_DIGEST }, { "SSHA512", STORED_DIGEST },
};

/* Between "$" and "$", and how many parts behind it are its cost whatever
 * they look like; parts with a '=' always are. */
static const struct {
	const char *name;
	enum stored_kind kind;
	int n_costs;
} methods[] = {
	{ "1", STORED_CRYPT, 0 }, { "2", STORED_CRYPT, 1 },
	{ "2a", STORED_CRYPT, 1 }, { "2b", STORED_CRYPT, 1 },
	{ "2x", STORED_CRYPT, 1 }, { "2y", STORED_CRYPT, 1 },
	{ "3", STORED_CRYPT, 0 }, { "5", STORED_CRYPT, 0 },
	{ "6", STORED_CRYPT, 0 }, { "7", STORED_CRYPT, 0 },
	{ "y", STORED_CRYPT, 1 }, { "gy", STORED_CRYPT, 1 },
	{ "md5", STORED_CRYPT, 0 }, { "sha1", STORED_CRYPT, 1 },
	{ "apr1", STORED_UNKNOWN, 0 }, { "scrypt", STORED_UNKNOWN, 0 },
	{ "argon2i", STORED_ARGON2, 0 }, { "argon2d", STORED_ARGON2, 0 },
	{ "argon2id", STORED_ARGON2, 0 }, { "pbkdf2", STORED_PBKDF2, 1 },
	{ "pbkdf2-sha256", STORED_PBKDF2, 1 },
	{ "pbkdf2-sha512", STORED_PBKDF2, 1 },
	{ "bcrypt-sha256", STORED_BCRYPT_SHA256, 1 },
};

/* Django's, in front of the first "$". */
static const struct {
	const char *name;
	enum stored_kind kind;
	int n_costs;
} djangos[] = {
	{ "pbkdf2_sha256", STORED_PBKDF2, 1 },
	{ "pbkdf2_sha1", STORED_PBKDF2, 1 },
	{ "bcrypt_sha256", STORED_UNKNOWN, 0 },
	{ "scrypt", STORED_UNKNOWN, 0 }, { "md5", STORED_UNKNOWN, 0 },
	{ "sha1", STORED_UNKNOWN, 0 },
};

/* Of these the hash in crypt's own form follows, which says the rest. */
static const struct slice django_fronts[] = {
	SLICE("argon2$argon2"), SLICE("bcrypt$$2"),
};

/* Written into `scheme` piece by piece; what does not fit is left out of both
 * hashes that are compared. */
static void add_scheme(struct stored_hash *out, struct slice piece)
{
	size_t used = strlen(out->scheme);

	slice_copy(piece, out->scheme + used, sizeof(out->scheme) - used);
}

/* "5000", "05", "j9T", "m=65536,t=3,p=1", "2b,12". */
static bool is_cost(struct slice part)
{
	if (part.len == 0 || part.len > 40)
		return false;
	for (size_t i = 0; i < part.len; i++)
		if (!is_letter(part.ptr[i]) && !is_digit(part.ptr[i]) &&
		    !strchr(".,=/-", part.ptr[i]))
			return false;
	return true;
}

/* The costs at the front of `rest`, with a "$" behind each. */
static void add_costs(struct stored_hash *out, struct slice rest, int n_costs)
{
	for (;;) {
		struct slice part = slice_cut(&rest, '$');

		if (rest.len == 0 || !is_cost(part) ||
		    (n_costs <= 0 && slice_find_char(part, '=') < 0))
			return;
		n_costs--;
		add_scheme(out, part);
		add_scheme(out, S("$"));
	}
}

/* The eleven characters of "$7$" that are no salt yet. */
enum { SCRYPT_COST_LEN = 11 };

static bool read_method(struct stored_hash *out)
{
	struct slice rest = slice_from(out->body), part, name;

	if (!slice_skip(&rest, S("$")))
		return false;
	part = slice_cut(&rest, '$');
	/* Sun's "$md5,rounds=5000$". */
	name = slice_cut(&part, ',');
	for (size_t i = 0; i < N_OF(methods) && rest.len > 0; i++) {
		if (!slice_eq(name, slice_from(methods[i].name)))
			continue;
		slice_copy(name, out->method, sizeof(out->method));
		out->kind = methods[i].kind;
		add_scheme(out, slice_sub(slice_from(out->body), 0,
					  (size_t)(rest.ptr - out->body)));
		if (slice_eq(name, S("7")))
			add_scheme(out, slice_sub(rest, 0, SCRYPT_COST_LEN));
		else
			add_costs(out, rest, methods[i].n_costs);
		return true;
	}
	return false;
}

static void read_django(struct stored_hash *out)
{
	struct slice rest = slice_from(out->body), name;

	for (size_t i = 0; i < N_OF(django_fronts); i++) {
		if (!slice_starts(rest, django_fronts[i]))
			continue;
		slice_cut(&rest, '$');
		/* "argon2" is written once more without its "$". */
		if (i == 0)
			rest = (struct slice){ rest.ptr - 1, rest.len + 1 };
		memmove(out->body, rest.ptr, rest.len + 1);
		add_scheme(out, i == 0 ? S("argon2") : S("bcrypt$"));
		read_method(out);
		return;
	}
	name = slice_cut(&rest, '$');
	for (size_t i = 0; i < N_OF(djangos) && rest.len > 0; i++) {
		if (!slice_eq(name, slice_from(djangos[i].name)))
			continue;
		slice_copy(name, out->method, sizeof(out->method));
		out->kind = djangos[i].kind;
		add_scheme(out, name);
		add_scheme(out, S("$"));
		add_costs(out, rest, djangos[i].n_costs);
		return;
	}
}

/* Dovecot's "{PBKDF2}$1$salt$rounds$hash" has its cost behind its salt. */
static void add_pbkdf2_cost(struct stored_hash *out)
{
	struct slice rest = slice_from(out->body);

	for (int i = 0; i < 3; i++)
		slice_cut(&rest, '$');
	add_costs(out, rest, 1);
}

static void read_prefixed(struct stored_hash *out)
{
	for (size_t i = 0; i < N_OF(prefixes); i++)
		if (strcmp(out->prefix, prefixes[i].name) == 0)
			out->kind = prefixes[i].kind;
	/* {MD5} is crypt's where it looks like it. */
	if (strcmp(out->prefix, "MD5") == 0 &&
	    slice_starts(slice_from(out->body), S("$1$")))
		out->kind = STORED_CRYPT;
	if (out->kind == STORED_PBKDF2)
		add_pbkdf2_cost(out);
	if (out->kind != STORED_CRYPT && out->kind != STORED_ARGON2)
		return;
	if (out->encoding != STORED_AS_USUAL) {
		unsigned char bytes[STORED_HASH_SIZE - 1];
		struct slice body = slice_from(out->body);
		size_t len = 0;

		if (out->encoding == STORED_HEX
		    ? !encoding_hex_read(body, bytes, sizeof(bytes), &len)
		    : !encoding_base64_read(body, bytes, sizeof(bytes), &len))
			out->kind = STORED_UNKNOWN;
		slice_copy((struct slice){ (const char *)bytes, len },
			   out->body, sizeof(out->body));
		explicit_bzero(bytes, sizeof(bytes));
	}
	read_method(out);
}

/* "{SHA512.hex}" off the front. False when there is none. */
static bool cut_prefix(struct slice *rest, struct stored_hash *out)
{
	static const struct {
		struct slice end;
		enum stored_encoding encoding;
	} ends[] = {
		{ SLICE(".B64"), STORED_BASE64 },
		{ SLICE(".BASE64"), STORED_BASE64 },
		{ SLICE(".HEX"), STORED_HEX },
	};
	ptrdiff_t brace = slice_find_char(*rest, '}');
	struct slice name;

	if (!slice_starts(*rest, S("{")) || brace < 2 ||
	    !slice_copy(slice_sub(*rest, 1, (size_t)brace), out->prefix,
			sizeof(out->prefix)))
		return false;
	for (char *c = out->prefix; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	name = slice_from(out->prefix);
	add_scheme(out, S("{"));
	add_scheme(out, name);
	add_scheme(out, S("}"));
	for (size_t i = 0; i < N_OF(ends); i++) {
		if (!slice_ends(name, ends[i].end))
			continue;
		out->prefix[name.len - ends[i].end.len] = '\0';
		out->encoding = ends[i].encoding;
		break;
	}
	*rest = slice_after(*rest, (size_t)brace + 1);
	return true;
}

/* As panels write that there is no password. */
static bool is_none(struct slice text)
{
	static const struct slice words[] = {
		SLICE(""), SLICE("x"), SLICE("_no_"), SLICE("SUSPENDED"),
	};

	for (size_t i = 0; i < N_OF(words); i++)
		if (slice_eq(text, words[i]))
			return true;
	return text.ptr[0] == '!' || text.ptr[0] == '*';
}

static bool is_clear_word(const char *prefix)
{
	return strcmp(prefix, "PLAIN") == 0 ||
	       strncmp(prefix, "CLEAR", 5) == 0;
}

void stored_hash_read(const char *stored, struct stored_hash *out)
{
	struct slice rest = slice_from(stored);
	bool has_prefix;

	memset(out, 0, sizeof(*out));
	has_prefix = cut_prefix(&rest, out);
	if (rest.len == 0 ||
	    (is_none(rest) && !(has_prefix && is_clear_word(out->prefix)))) {
		memset(out, 0, sizeof(*out));
		return;
	}
	out->kind = STORED_UNKNOWN;
	if (!slice_copy(rest, out->body, sizeof(out->body)))
		return;
	if (has_prefix)
		read_prefixed(out);
	else if (!read_method(out))
		read_django(out);
}
