/*
 * command - one subcommand of the program.
 *
 * To add one: <name>.c here defining `const struct command command_<name>` and
 * its line in commands.def. Which options it takes is said by flags; what
 * they mean and how they are written stands in one table (invocation.c), from
 * which --help is printed as well.
 */
#ifndef DETECTOR_COMMANDS_COMMAND_H
#define DETECTOR_COMMANDS_COMMAND_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum takes {
	TAKES_JSON = 1 << 0,
	TAKES_ORIGIN = 1 << 1,	/* --home --country-db --asn-db */
	TAKES_FORMAT = 1 << 2,
	TAKES_DRY_RUN = 1 << 3,
	TAKES_LISTEN = 1 << 4,
	TAKES_REASON = 1 << 5,
	TAKES_FORCE = 1 << 6,
	TAKES_ROLE = 1 << 7,
	TAKES_TABLES = 1 << 8,	/* --create-tables */
	TAKES_LIST = 1 << 9,	/* --options */
	TAKES_LOGS = 1 << 10,	/* arguments are log files */
	TAKES_DAYS = 1 << 11,
	TAKES_REHEARSAL = 1 << 12,	/* --report, --scores, --learn-until */
	TAKES_LEARN = 1 << 13,	/* --learn */
	TAKES_PLACE = 1 << 14,	/* --network --country --client */
	TAKES_QUEUE = 1 << 15,		/* --queue */
	TAKES_DETECT = 1 << 16,		/* --detect-panel */
	TAKES_ACCOUNT = 1 << 17,	/* --account */
	TAKES_DOMAIN = 1 << 18,		/* --domain, often */
	TAKES_EXPIRES = 1 << 19,	/* --expires */
	TAKES_ALL = 1 << 20,		/* --all */
	TAKES_KIND = 1 << 21,		/* --blocks --lifts */
	TAKES_INHERITED = 1 << 22	/* --inherited */
};

enum { INVOCATION_SETS_MAX = 64, INVOCATION_DOMAINS_MAX = 256 };

struct invocation {
	const struct command *command;
	const char *config;	/* NULL: the default, if it is there */
	const char *sets[INVOCATION_SETS_MAX];
	size_t n_sets;
	bool json, verbose, quiet, help;
	bool dry_run, force, create_tables, list_options, progress, learn;
	bool detect_panel, all, blocks, lifts, inherited;
	const char *reason, *role, *days, *until, *scores, *page;
	const char *network, *country, *client, *queue, *account;
	const char *expires;
	const char *domains[INVOCATION_DOMAINS_MAX];
	size_t n_domains;
	char **args;
	int n_args;
};

struct command {
	const char *name;
	const char *usage;	/* behind the name: "[LOG...]" */
	const char *about;	/* one line */
	const char *help;	/* paragraphs for --help */
	unsigned takes;
	int min_args, max_args;	/* -1: any number */
	/* Exit code (err.h). Settings are loaded. */
	int (*run)(struct invocation *invocation);
};

const struct command *command_find(const char *name);
const struct command *command_at(size_t i);

/* Parse what stands behind the command's name. */
int invocation_parse(struct invocation *invocation, int argc, char **argv,
		     struct err *err);

/* How an option is written and what it does, for --help and the manual. */
struct command_option {
	const char *name;	/* "--state-dir" */
	const char *value;	/* its placeholder, NULL when it has none */
	const char *help;
};

/* The i-th option that `command` takes; false when there are fewer. */
bool invocation_option(const struct command *command, size_t i,
		       struct command_option *option_out);

/* --help of one command, to standard output. */
void invocation_help(const struct command *command);

/* Print the error and give its exit code, for `return command_fail(...)`. */
int command_fail(const struct err *err);

#endif
