#include "detector/commands/command.h"

#include <stdio.h>
#include <string.h>

/* One row per option: how it is written, who takes it, and what it does:
 * `set` names a configuration option that gets the value, `flag` and `text`
 * are fields of the invocation. Only --domain may come often. */
struct option_row {
	const char *name;
	const char *value;	/* its placeholder, NULL when it has none */
	unsigned takes;		/* 0: every command */
	const char *set;
	size_t flag, text;	/* offsets + 1; 0 for none */
	const char *help;
};

#define AT(field) (offsetof(struct invocation, field) + 1)

static const struct option_row rows[] = {
	{ "-c", "FILE", 0, NULL, 0, AT(config),
	  "configuration (/etc/comporta/comporta.conf, if there)" },
	{ "--state-dir", "DIR", 0, "state_dir", 0, 0,
	  "where comporta remembers (/var/lib/comporta)" },
	{ "--set", "NAME=VALUE", 0, "", 0, 0,
	  "any option of the configuration" },
	{ "--home", "PL,PT", TAKES_ORIGIN, "home", 0, 0,
	  "countries where your customers live" },
	{ "--country-db", "FILE", TAKES_ORIGIN, "country_db", 0, 0,
	  "MMDB file with countries" },
	{ "--asn-db", "FILE", TAKES_ORIGIN, "asn_db", 0, 0,
	  "MMDB file with AS numbers" },
	{ "--format", "NAME", TAKES_FORMAT, "format", 0, 0,
	  "log format; auto finds it by looking (auto)" },
	{ "--listen", "ADDRESS:PORT", TAKES_LISTEN, "serve.listen", 0, 0,
	  "where to listen (127.0.0.1:8025)" },
	{ "--scores", "FILE", TAKES_REHEARSAL, NULL, 0, AT(scores),
	  "also write what every signal said, for bench/fit" },
	{ "--report", "FILE", TAKES_REHEARSAL, NULL, 0, AT(page),
	  "also write a page with drawings, for a browser" },
	{ "--learn-until", "DATE", TAKES_REHEARSAL, NULL, 0, AT(until),
	  "lines before it teach what is normal, unjudged" },
	{ "--learn", NULL, TAKES_LEARN, NULL, AT(learn), 0,
	  "learn what is normal from these logs, judge nobody" },
	{ "--dry-run", NULL, TAKES_DRY_RUN, NULL, AT(dry_run), 0,
	  "decide and remember, block nobody" },
	{ "--reason", "TEXT", TAKES_REASON, NULL, 0, AT(reason),
	  "why, for the audit trail" },
	{ "--force", NULL, TAKES_FORCE, NULL, AT(force), 0,
	  "where it would refuse (no proof, no such mailbox)" },
	{ "--all", NULL, TAKES_ALL, NULL, AT(all), 0,
	  "every block that stands, instead of one account's" },
	{ "--queue", "FATE", TAKES_QUEUE, NULL, 0, AT(queue),
	  "held messages: keep, release or delete (as configured)" },
	{ "--blocks", NULL, TAKES_KIND, NULL, AT(blocks), 0,
	  "only the decisions to block" },
	{ "--lifts", NULL, TAKES_KIND, NULL, AT(lifts), 0,
	  "only the lifts by a changed password" },
	{ "--role", "ROLE", TAKES_ROLE, NULL, 0, AT(role),
	  "support, panel, metrics or reseller (support)" },
	{ "--domain", "NAME", TAKES_DOMAIN, NULL, 0, 0,
	  "of a reseller; once for each of them" },
	{ "--expires", "90d", TAKES_EXPIRES, NULL, 0, AT(expires),
	  "how long it holds (365d)" },
	{ "--days", "N", TAKES_DAYS, NULL, 0, AT(days),
	  "so many days (token: 365; trust: 90, 0 takes it back)" },
	{ "--network", "AS5617", TAKES_PLACE, NULL, 0, AT(network),
	  "the network, by its AS number" },
	{ "--country", "PL", TAKES_PLACE, NULL, 0, AT(country),
	  "the country" },
	{ "--client", "ADDRESS", TAKES_PLACE, NULL, 0, AT(client),
	  "network and country of this IP address" },
	{ "--account", "LOGIN", TAKES_ACCOUNT, NULL, 0, AT(account),
	  "whom to look up in the mail server" },
	{ "--create-tables", NULL, TAKES_TABLES, NULL, AT(create_tables), 0,
	  "make or update our tables; needs the right to" },
	{ "--detect-panel", NULL, TAKES_DETECT, NULL, AT(detect_panel), 0,
	  "find the hosting panel by its tables, say what to set" },
	{ "--inherited", NULL, TAKES_INHERITED, NULL, AT(inherited), 0,
	  "work for whoever started this, at descriptor 3" },
	{ "--options", NULL, TAKES_LIST, NULL, AT(list_options), 0,
	  "list every option of the configuration" },
	{ "--json", NULL, TAKES_JSON, NULL, AT(json), 0,
	  "one JSON object per line" },
	{ "--progress", NULL, TAKES_LOGS, NULL, AT(progress), 0,
	  "show progress without a terminal too, after two seconds" },
	{ "-v", NULL, 0, NULL, AT(verbose), 0, "say more" },
	{ "-q", NULL, 0, NULL, AT(quiet), 0,
	  "say only what must be mended" },
	{ "--help", NULL, 0, NULL, AT(help), 0, "this text" },
};

enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

static bool is_taken(const struct option_row *row,
		     const struct command *command)
{
	return !row->takes || (row->takes & command->takes);
}

static const struct option_row *find_row(const struct command *command,
					 const char *name, size_t len)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (strlen(rows[i].name) == len &&
		    strncmp(rows[i].name, name, len) == 0 &&
		    is_taken(&rows[i], command))
			return &rows[i];
	return NULL;
}

static int keep_set(struct invocation *invocation, const char *name,
		    char *value, struct err *err)
{
	/* Written behind each other they need storage that stays. */
	static char texts[INVOCATION_SETS_MAX][1200];
	char *text;

	if (invocation->n_sets == INVOCATION_SETS_MAX)
		return err_set(err, EXIT_USAGE, "more than %d options",
			       INVOCATION_SETS_MAX);
	text = texts[invocation->n_sets];
	if (*name && (size_t)snprintf(text, sizeof(texts[0]), "%s=%s", name,
				      value) >= sizeof(texts[0]))
		return err_set(err, EXIT_USAGE, "the value of %s is too long",
			       name);
	invocation->sets[invocation->n_sets++] = *name ? text : value;
	return 0;
}

static int keep_domain(struct invocation *invocation, const char *value,
		       struct err *err)
{
	if (invocation->n_domains == INVOCATION_DOMAINS_MAX)
		return err_set(err, EXIT_USAGE, "more than %d domains at a "
			       "time", INVOCATION_DOMAINS_MAX);
	invocation->domains[invocation->n_domains++] = value;
	return 0;
}

static int apply(struct invocation *invocation, const struct option_row *row,
		 char *value, struct err *err)
{
	char *base = (char *)invocation;

	if (row->flag)
		*(bool *)(base + row->flag - 1) = true;
	if (row->text)
		*(const char **)(base + row->text - 1) = value;
	if (row->takes == TAKES_DOMAIN)
		return keep_domain(invocation, value, err);
	return row->set ? keep_set(invocation, row->set, value, err) : 0;
}

/* "--name value", "--name=value", "-c value". */
static int parse_option(struct invocation *invocation, char **argv, int argc,
			int *i, struct err *err)
{
	char *arg = argv[*i];
	char *equals = arg[1] == '-' ? strchr(arg, '=') : NULL;
	size_t len = equals ? (size_t)(equals - arg) : strlen(arg);
	const struct option_row *row =
		find_row(invocation->command, arg, len);
	char *value = equals ? equals + 1 : NULL;

	if (!row)
		return err_set(err, EXIT_USAGE,
			       "%s does not know the option %.60s; see "
			       "`comporta %s --help`",
			       invocation->command->name, arg,
			       invocation->command->name);
	if (!row->value && value)
		return err_set(err, EXIT_USAGE, "%s takes no value",
			       row->name);
	if (row->value && !value) {
		if (*i + 1 >= argc)
			return err_set(err, EXIT_USAGE, "%s needs a value: %s",
				       row->name, row->value);
		value = argv[++*i];
	}
	return apply(invocation, row, value, err);
}

static int check_args(const struct invocation *invocation, struct err *err)
{
	const struct command *command = invocation->command;

	if (invocation->n_args < command->min_args ||
	    (command->max_args >= 0 &&
	     invocation->n_args > command->max_args))
		return err_set(err, EXIT_USAGE,
			       "usage: comporta %s [OPTION]...%s%s",
			       command->name, *command->usage ? " " : "",
			       command->usage);
	return 0;
}

int invocation_parse(struct invocation *invocation, int argc, char **argv,
		     struct err *err)
{
	bool only_args = false;

	invocation->args = argv;
	for (int i = 0; i < argc; i++) {
		if (!only_args && strcmp(argv[i], "--") == 0) {
			only_args = true;
			continue;
		}
		/* A single "-" is standard input. */
		if (only_args || argv[i][0] != '-' || !argv[i][1]) {
			argv[invocation->n_args++] = argv[i];
			continue;
		}
		if (parse_option(invocation, argv, argc, &i, err) < 0)
			return -1;
	}
	return invocation->help ? 0 : check_args(invocation, err);
}

bool invocation_option(const struct command *command, size_t i,
		       struct command_option *option_out)
{
	for (size_t row = 0; row < N_ROWS; row++) {
		if (!is_taken(&rows[row], command) || i-- > 0)
			continue;
		*option_out = (struct command_option){ rows[row].name,
						       rows[row].value,
						       rows[row].help };
		return true;
	}
	return false;
}

void invocation_help(const struct command *command)
{
	struct command_option option;

	printf("usage: comporta %s [OPTION]...%s%s\n\n%s\n", command->name,
	       *command->usage ? " " : "", command->usage, command->help);
	printf("\nOptions\n");
	for (size_t i = 0; invocation_option(command, i, &option); i++) {
		char name[40];

		snprintf(name, sizeof(name), "%s%s%s", option.name,
			 option.value ? " " : "",
			 option.value ? option.value : "");
		printf("  %-22s %s\n", name, option.help);
	}
}
