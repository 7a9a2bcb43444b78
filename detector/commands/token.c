/*
 * token - bearer tokens for the HTTP API.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/http/tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(struct desk *desk, const struct invocation *invocation,
	       struct err *err)
{
	const char *role_word = invocation->role ? invocation->role
						 : "support";
	unsigned char random[CRYPTO_DIGEST_SIZE];
	char token[CRYPTO_TOKEN_SIZE];
	uint32_t days = 365;
	enum token_role role;
	int64_t now_ms = clock_now_ms();

	if (invocation->n_args != 2)
		return err_set(err, EXIT_USAGE, "usage: comporta token add "
			       "NAME");
	if (!token_role_parse(role_word, &role))
		return err_set(err, EXIT_USAGE, "--role is \"%.40s\", allowed "
			       "are support and panel", role_word);
	if (invocation->days &&
	    (!slice_number(slice_from(invocation->days), &days) ||
	     days < 1 || days > 3650))
		return err_set(err, EXIT_USAGE, "--days is \"%.40s\", allowed "
			       "is 1 to 3650", invocation->days);
	if (clock_random(random, sizeof(random), err) < 0 ||
	    token_add(desk->blocks.db, invocation->args[1], role, random,
		      now_ms + days * (int64_t)STAMP_DAY_MS, now_ms, token,
		      err) < 0)
		return -1;
	printf("%s\n", token);
	log_info("this is shown once; it holds for %u days as %s", days,
		 role_word);
	return 0;
}

static int print_token(void *context, const struct token *token)
{
	char made[STAMP_TEXT_SIZE], ends[STAMP_TEXT_SIZE] = "never";

	(void)context;
	stamp_short(token->created_ms, made);
	if (token->expires_ms)
		stamp_short(token->expires_ms, ends);
	printf("%-24s %-8s made %s  ends %s%s\n", token->name,
	       token_role_name(token->role), made, ends,
	       token->revoked_ms ? "  revoked" : "");
	return 0;
}

static int act(struct desk *desk, const struct invocation *invocation,
	       struct err *err)
{
	const char *verb = invocation->args[0];

	if (strcmp(verb, "add") == 0)
		return add(desk, invocation, err);
	if (strcmp(verb, "list") == 0 && invocation->n_args == 1)
		return token_list(desk->blocks.db, print_token, NULL, err);
	if (strcmp(verb, "revoke") == 0 && invocation->n_args == 2)
		return token_revoke(desk->blocks.db, invocation->args[1],
				    clock_now_ms(), err);
	return err_set(err, EXIT_USAGE, "usage: comporta token add NAME | "
		       "list | revoke NAME");
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
	.usage = "add NAME | list | revoke NAME",
	.about = "bearer tokens for the HTTP API",
	.help = "add prints a new token once; only its hash is kept. Roles: "
		"support may read,\nlift and stop, panel may call the hook and "
		"stop.",
	.takes = TAKES_ROLE | TAKES_DAYS,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
