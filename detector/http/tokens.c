#include "detector/http/tokens.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

#define P(name_, value_) { .name = (name_), .value = (value_) }
#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	enum token_role role;
	const char *name;
} roles[] = {
	{ TOKEN_SUPPORT, "support" },
	{ TOKEN_PANEL, "panel" },
	{ TOKEN_METRICS, "metrics" },
	{ TOKEN_RESELLER, "reseller" },
};

const char *token_role_name(enum token_role role)
{
	for (size_t i = 0; i < N_OF(roles); i++)
		if (roles[i].role == role)
			return roles[i].name;
	return "none";
}

bool token_role_parse(const char *word, enum token_role *role_out)
{
	for (size_t i = 0; i < N_OF(roles); i++) {
		if (strcmp(roles[i].name, word) == 0) {
			*role_out = roles[i].role;
			return true;
		}
	}
	return false;
}

static bool is_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t len = strlen(name);

	return len > 0 && len < TOKEN_NAME_SIZE &&
		strspn(name, allowed) == len;
}

int token_add(struct db *db, const char *name, enum token_role role,
	      const unsigned char random[CRYPTO_DIGEST_SIZE],
	      int64_t expires_ms, int64_t now_ms,
	      char token_out[CRYPTO_TOKEN_SIZE], struct err *err)
{
	struct db_value never = { .type = DB_NULL };
	char token[CRYPTO_TOKEN_SIZE], hash[CRYPTO_HEX_SIZE];
	enum db_result done;

	if (!is_name(name))
		return err_set(err, EXIT_USAGE, "a token's name is 1 to %d "
			       "letters, digits, '.', '_' and '-'",
			       TOKEN_NAME_SIZE - 1);
	crypto_token(random, token);
	crypto_sha256_hex(slice_from(token), hash);

	const struct db_parameter parameters[] = {
		P("name", db_string(name)),
		P("hash", db_string(hash)),
		P("role", db_string(token_role_name(role))),
		P("created", db_integer(now_ms)),
		P("expires", expires_ms ? db_integer(expires_ms) : never),
	};
	done = db_run(db, "INSERT INTO comporta_token (name, token_hash, role,"
		      " created_ms, expires_ms) VALUES (:name, :hash, :role,"
		      " :created, :expires)",
		      parameters, N_OF(parameters), NULL, NULL, NULL, err);
	if (done == DB_DUPLICATE)
		return err_set(err, EXIT_USAGE, "there is a token %s already; "
			       "choose another name", name);
	if (done != DB_OK)
		return -1;
	memcpy(token_out, token, sizeof(token));
	return 0;
}

static void read_token(const struct db_row *row, struct token *out)
{
	struct slice role = db_column(row, "role");

	memset(out, 0, sizeof(*out));
	out->id = db_column_integer(row, "id", 0);
	slice_copy(db_column(row, "name"), out->name, sizeof(out->name));
	for (size_t i = 0; i < N_OF(roles); i++)
		if (slice_eq(role, slice_from(roles[i].name)))
			out->role = roles[i].role;
	out->created_ms = db_column_integer(row, "created_ms", 0);
	out->expires_ms = db_column_integer(row, "expires_ms", 0);
	out->revoked_ms = db_column_integer(row, "revoked_ms", 0);
}

struct listing {
	int (*each)(void *context, const struct token *token,
		    struct slice domain);
	void *context;
};

static int list_row(void *context, const struct db_row *row)
{
	struct listing *listing = context;
	struct token token;

	read_token(row, &token);
	return listing->each(listing->context, &token,
			     db_column(row, "domain"));
}

int token_list(struct db *db,
	       int (*each)(void *context, const struct token *token,
			   struct slice domain),
	       void *context, struct err *err)
{
	struct listing listing = { each, context };

	return db_run(db, "SELECT id, name, role, created_ms, expires_ms,"
		      " revoked_ms, domain FROM comporta_token"
		      " LEFT JOIN comporta_token_domain ON token_id = id"
		      " ORDER BY id, domain",
		      NULL, 0, list_row, &listing, NULL, err) == DB_OK
		? 0 : -1;
}

struct reseller {
	int64_t id;
	bool is_there, is_one;
};

static int take_reseller(void *context, const struct db_row *row)
{
	struct reseller *reseller = context;
	struct token token;

	read_token(row, &token);
	reseller->is_there = true;
	reseller->is_one = token.role == TOKEN_RESELLER;
	reseller->id = token.id;
	return 1;
}

static int find_reseller(struct db *db, const char *name, int64_t *id_out,
			 struct err *err)
{
	struct reseller found = { .is_there = false };
	const struct db_parameter parameters[] = {
		P("name", db_string(name)),
	};

	if (is_name(name) &&
	    db_run(db, "SELECT id, name, role FROM comporta_token"
		   " WHERE name = :name", parameters, N_OF(parameters),
		   take_reseller, &found, NULL, err) != DB_OK)
		return -1;
	if (!found.is_there)
		return err_set(err, EXIT_DATA, "there is no such token; see "
			       "`comporta token list`");
	if (!found.is_one)
		return err_set(err, EXIT_DATA, "only a token of the role "
			       "reseller has domains; %s sees all or nothing",
			       name);
	*id_out = found.id;
	return 0;
}

/* As slice_domain() gives it of a login: lower case, whatever the alphabet. */
static bool read_domain(const char *text, char out[TOKEN_DOMAIN_SIZE])
{
	struct slice rest = slice_from(text);

	while (rest.len > 0) {
		size_t n = utf8_character(rest);

		if (n == 0 || (n == 1 && !(isalnum((unsigned char)*rest.ptr) ||
					   strchr("-._", *rest.ptr))))
			return false;
		rest = slice_after(rest, n);
	}
	return text[0] && slice_copy_lower(slice_from(text), out,
					   TOKEN_DOMAIN_SIZE);
}

/* One statement for each of the domains, with :token and :domain. */
static int for_domains(struct db *db, const char *const *statements,
		       const char *name, const char *const *domains, size_t n,
		       struct err *err)
{
	int64_t id = 0;
	char domain[TOKEN_DOMAIN_SIZE];

	if (find_reseller(db, name, &id, err))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!read_domain(domains[i], domain))
			return err_set(err, EXIT_USAGE, "\"%.80s\" is no "
				       "domain; write it as in the logins, "
				       "without the @", domains[i]);
		const struct db_parameter parameters[] = {
			P("token", db_integer(id)),
			P("domain", db_string(domain)),
		};
		for (const char *const *sql = statements; *sql; sql++)
			if (db_run(db, *sql, parameters, N_OF(parameters),
				   NULL, NULL, NULL, err) != DB_OK)
				return -1;
	}
	return 0;
}

#define FORGET_DOMAIN "DELETE FROM comporta_token_domain"		\
		      " WHERE token_id = :token AND domain = :domain"

int token_allow(struct db *db, const char *name, const char *const *domains,
		size_t n, struct err *err)
{
	static const char *const statements[] = {
		FORGET_DOMAIN,
		"INSERT INTO comporta_token_domain (token_id, domain)"
		" VALUES (:token, :domain)",
		NULL
	};

	return for_domains(db, statements, name, domains, n, err);
}

int token_disallow(struct db *db, const char *name,
		   const char *const *domains, size_t n, struct err *err)
{
	static const char *const statements[] = { FORGET_DOMAIN, NULL };

	return for_domains(db, statements, name, domains, n, err);
}

int token_sees(struct db *db, const struct token *token, struct slice account,
	       bool *sees_out, struct err *err)
{
	char domain[TOKEN_DOMAIN_SIZE];
	bool sees = false;

	if (token->role != TOKEN_RESELLER) {
		*sees_out = true;
		return 0;
	}
	if (slice_copy_lower(slice_domain(account), domain, sizeof(domain)) &&
	    domain[0]) {
		const struct db_parameter parameters[] = {
			P("token", db_integer(token->id)),
			P("domain", db_string(domain)),
		};
		if (db_run(db, "SELECT 1 AS one FROM comporta_token_domain"
			   " WHERE token_id = :token AND domain = :domain",
			   parameters, N_OF(parameters), db_note_row, &sees,
			   NULL, err) != DB_OK)
			return -1;
	}
	*sees_out = sees;
	return 0;
}

int token_revoke(struct db *db, const char *name, int64_t now_ms,
		 struct err *err)
{
	const struct db_parameter parameters[] = {
		P("name", db_string(name)),
		P("now", db_integer(now_ms)),
	};
	bool is_there = false;

	if (!is_name(name))
		return err_set(err, EXIT_DATA, "there is no such token");
	if (db_run(db, "SELECT 1 AS one FROM comporta_token"
		   " WHERE name = :name", parameters, N_OF(parameters),
		   db_note_row, &is_there, NULL, err) != DB_OK)
		return -1;
	if (!is_there)
		return err_set(err, EXIT_DATA, "there is no token %s; see "
			       "`comporta token list`", name);
	return db_run(db, "UPDATE comporta_token SET revoked_ms = :now"
		      " WHERE name = :name AND revoked_ms IS NULL",
		      parameters, N_OF(parameters), NULL, NULL, NULL,
		      err) == DB_OK ? 0 : -1;
}

struct finding {
	struct token token;
	char hash[CRYPTO_HEX_SIZE];
	bool is_found;
};

static int take_token(void *context, const struct db_row *row)
{
	struct finding *finding = context;

	read_token(row, &finding->token);
	slice_copy(db_column(row, "token_hash"), finding->hash,
		   sizeof(finding->hash));
	finding->is_found = true;
	return 1;
}

static bool holds(const struct token *token, int64_t now_ms)
{
	return token->revoked_ms == 0 &&
	       (token->expires_ms == 0 || token->expires_ms > now_ms);
}

#define COLUMNS "id, name, token_hash, role, created_ms, expires_ms, revoked_ms"

/* The lookup is by hash: how long it takes says nothing about the token, and
 * the last word is a comparison in constant time. */
enum token_check token_find(struct db *db, struct slice bearer, int64_t now_ms,
			    struct token *token_out, struct err *err)
{
	struct finding finding = { .is_found = false };
	char hash[CRYPTO_HEX_SIZE];

	if (bearer.len != CRYPTO_TOKEN_SIZE - 1)
		return TOKEN_INVALID;
	crypto_sha256_hex(bearer, hash);

	const struct db_parameter parameters[] = {
		P("hash", db_string(hash)),
	};
	if (db_run(db, "SELECT " COLUMNS " FROM comporta_token"
		   " WHERE token_hash = :hash", parameters, N_OF(parameters),
		   take_token, &finding, NULL, err) != DB_OK)
		return TOKEN_UNCHECKED;
	if (!finding.is_found ||
	    !crypto_equal(slice_from(hash), slice_from(finding.hash)) ||
	    !holds(&finding.token, now_ms))
		return TOKEN_INVALID;
	*token_out = finding.token;
	return TOKEN_VALID;
}

enum token_check token_by_id(struct db *db, int64_t id, int64_t now_ms,
			     struct token *token_out, struct err *err)
{
	struct finding finding = { .is_found = false };
	const struct db_parameter parameters[] = {
		P("id", db_integer(id)),
	};

	if (db_run(db, "SELECT " COLUMNS " FROM comporta_token WHERE id = :id",
		   parameters, N_OF(parameters), take_token, &finding, NULL,
		   err) != DB_OK)
		return TOKEN_UNCHECKED;
	if (!finding.is_found || !holds(&finding.token, now_ms))
		return TOKEN_INVALID;
	*token_out = finding.token;
	return TOKEN_VALID;
}
