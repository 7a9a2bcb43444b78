/*
 * token - bearer tokens for the HTTP API.
 */
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/http/tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As an option of the configuration, so that it is written and refused as all
 * of these are. */
struct expiry {
	int64_t ms;
};

static const struct conf_option expiry_options[] = {
	{ "--expires", CONF_DURATION, offsetof(struct expiry, ms), "365d",
	  STAMP_HOUR_MS, 3650 * (double)STAMP_DAY_MS, NULL, NULL, NULL },
	CONF_END
};

static int read_days(const char *text, int64_t *ms_out, struct err *err)
{
	uint32_t days;

	if (!slice_number(slice_from(text), &days) || days < 1 || days > 3650)
		return err_set(err, EXIT_USAGE, "--days is \"%.40s\", allowed "
			       "is 1 to 3650", text);
	*ms_out = days * (int64_t)STAMP_DAY_MS;
	return 0;
}

static int read_expiry(const struct invocation *invocation, int64_t *ms_out,
		       struct err *err)
{
	struct expiry expiry;
	const struct conf_section section = { "", expiry_options, &expiry };

	if (invocation->days && invocation->expires)
		return err_set(err, EXIT_USAGE, "--days and --expires say the "
			       "same; give one of them");
	if (invocation->days)
		return read_days(invocation->days, ms_out, err);
	conf_presets(&section);
	if (invocation->expires &&
	    conf_set(&section, 1, "--expires", invocation->expires, "token",
		     err)) {
		err->code = EXIT_USAGE;
		return -1;
	}
	*ms_out = expiry.ms;
	return 0;
}

static int read_role(const struct invocation *invocation,
		     enum token_role *role_out, struct err *err)
{
	const char *word = invocation->role ? invocation->role : "support";

	if (!token_role_parse(word, role_out))
		return err_set(err, EXIT_USAGE, "--role is \"%.40s\", allowed "
			       "are support, panel, metrics and reseller",
			       word);
	if (*role_out == TOKEN_RESELLER && invocation->n_domains == 0)
		return err_set(err, EXIT_USAGE, "a reseller's token needs "
			       "--domain NAME for each domain that it may "
			       "see");
	if (*role_out != TOKEN_RESELLER && invocation->n_domains > 0)
		return err_set(err, EXIT_USAGE, "only a token of the role "
			       "reseller has domains");
	return 0;
}

static int allow(struct db *db, const struct invocation *invocation,
		 struct err *err)
{
	return token_allow(db, invocation->args[1], invocation->domains,
			   invocation->n_domains, err);
}

static int disallow(struct db *db, const struct invocation *invocation,
		    struct err *err)
{
	return token_disallow(db, invocation->args[1], invocation->domains,
			      invocation->n_domains, err);
}

/* All of it or nothing. */
static int commit_if(struct db *db, int result, struct err *err)
{
	if (result == 0 && db_commit(db, err) != DB_OK)
		result = -1;
	if (result < 0)
		db_rollback(db);
	return result;
}

static int add(struct desk *desk, const struct invocation *invocation,
	       struct err *err)
{
	struct db *db = desk->blocks.db;
	unsigned char random[CRYPTO_DIGEST_SIZE];
	char token[CRYPTO_TOKEN_SIZE], ends[STAMP_TEXT_SIZE];
	int64_t now_ms = clock_now_ms(), lasts_ms = 0;
	enum token_role role;
	int result;

	if (read_role(invocation, &role, err) < 0 ||
	    read_expiry(invocation, &lasts_ms, err) < 0 ||
	    clock_random(random, sizeof(random), err) < 0 ||
	    db_begin(db, err) != DB_OK)
		return -1;
	result = token_add(db, invocation->args[1], role, random,
			   now_ms + lasts_ms, now_ms, token, err);
	if (result == 0 && invocation->n_domains > 0)
		result = allow(db, invocation, err);
	if (commit_if(db, result, err) < 0)
		return -1;
	stamp_short(now_ms + lasts_ms, ends);
	printf("%s\n", token);
	log_info("this is shown once; it holds until %s as %s", ends,
		 token_role_name(role));
	return 0;
}

static int change_domains(struct desk *desk,
			  const struct invocation *invocation,
			  int (*change)(struct db *db,
					const struct invocation *invocation,
					struct err *err),
			  struct err *err)
{
	struct db *db = desk->blocks.db;

	if (invocation->n_domains == 0)
		return err_set(err, EXIT_USAGE, "say which: --domain NAME, as "
			       "often as needed");
	if (db_begin(db, err) != DB_OK)
		return -1;
	return commit_if(db, change(db, invocation, err), err);
}

struct listing {
	int64_t id;		/* printed last */
};

static int print_token(void *context, const struct token *token,
		       struct slice domain)
{
	struct listing *listing = context;
	char made[STAMP_TEXT_SIZE], ends[STAMP_TEXT_SIZE] = "never";

	stamp_short(token->created_ms, made);
	if (token->expires_ms)
		stamp_short(token->expires_ms, ends);
	if (token->id != listing->id)
		printf("%-24s %-8s made %s  ends %s%s\n", token->name,
		       token_role_name(token->role), made, ends,
		       token->revoked_ms ? "  revoked" : "");
	if (domain.len > 0)
		printf("    %.*s\n", (int)domain.len, domain.ptr);
	else if (token->role == TOKEN_RESELLER)
		printf("    no domain: sees nothing\n");
	listing->id = token->id;
	return 0;
}

static int list(struct desk *desk, struct err *err)
{
	struct listing listing = { .id = -1 };

	return token_list(desk->blocks.db, print_token, &listing, err);
}

static int act(struct desk *desk, const struct invocation *invocation,
	       struct err *err)
{
	const char *verb = invocation->args[0];

	if (strcmp(verb, "list") == 0 && invocation->n_args == 1)
		return list(desk, err);
	if (strcmp(verb, "add") == 0 && invocation->n_args == 2)
		return add(desk, invocation, err);
	if (strcmp(verb, "allow") == 0 && invocation->n_args == 2)
		return change_domains(desk, invocation, allow, err);
	if (strcmp(verb, "disallow") == 0 && invocation->n_args == 2)
		return change_domains(desk, invocation, disallow, err);
	if (strcmp(verb, "revoke") == 0 && invocation->n_args == 2)
		return token_revoke(desk->blocks.db, invocation->args[1],
				    clock_now_ms(), err);
	return err_set(err, EXIT_USAGE, "usage: comporta token add NAME | "
		       "list | allow NAME | disallow NAME | revoke NAME");
}

static int run(struct invocation *invocation)
{
	struct desk desk;
	struct err err;
	int result;

	if (desk_open(&desk, &err) < 0)
		return command_fail(&err);
	result = act(&desk, invocation, &err);
	desk_close(&desk);
	return result < 0 ? command_fail(&err) : EXIT_FINE;
}

const struct command command_token = {
	.name = "token",
	.usage = "add|allow|disallow|revoke NAME | list",
	.about = "bearer tokens for the HTTP API",
	.help = "add prints a new token once; only its hash is kept. Roles: "
		"support may read,\nlift and stop; panel may call the hook and "
		"stop; metrics may read /metrics;\nreseller may do what "
		"support may, without force, for accounts of its domains:\n\n"
		"    comporta token add firma --role reseller "
		"--domain firma.example\n\n"
		"allow and disallow change the domains of a reseller's token.",
	.takes = TAKES_ROLE | TAKES_DAYS | TAKES_DOMAIN | TAKES_EXPIRES,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
