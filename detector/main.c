/*
 * comporta - finds mail accounts whose password was stolen, stops their
 * sending, tells their owners, and opens the gate again.
 */
#include "base/log.h"
#include "base/paths.h"
#include "detector/commands/command.h"
#include "detector/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int print_help(void)
{
	const struct command *command;

	printf("usage: comporta COMMAND [OPTION]... [ARGUMENT]...\n\n"
	       "Finds mail accounts whose password was stolen, stops what they "
	       "send, tells\ntheir owners, and opens the gate again once the "
	       "password has changed.\n\n");
	for (size_t i = 0; (command = command_at(i)); i++)
		printf("  %-9s %s\n", command->name, command->about);
	printf("\n`comporta COMMAND --help` explains one of them. First steps: "
	       "`comporta events\n/var/log/mail.log` shows what is understood, "
	       "`comporta replay /var/log/mail.log`\nwho would have been "
	       "stopped.\n");
	return EXIT_FINE;
}

/* What a full disk did not take is said, whichever command it was. */
static int finish_output(int code)
{
	bool is_lost = ferror(stdout);

	errno = 0;
	is_lost |= fflush(stdout) != 0;
	if (!is_lost || code != EXIT_FINE)
		return code;
	if (errno)
		log_error("cannot write: %s", strerror(errno));
	else
		log_error("cannot write everything to standard output");
	return EXIT_FILE;
}

static int run(struct invocation *invocation)
{
	struct err err;
	int code;

	log_init(invocation->quiet   ? LOG_QUIET
		 : invocation->verbose ? LOG_VERBOSE
				       : LOG_NORMAL);
	if (settings_load(invocation->config ? invocation->config
					     : paths_config,
			  invocation->config != NULL, invocation->sets,
			  invocation->n_sets, &err) < 0) {
		settings_release();
		return command_fail(&err);
	}
	code = finish_output(invocation->command->run(invocation));
	settings_release();
	return code;
}

/* Closed by whoever started us, their numbers would be those of files and
 * sockets of ours, and what is printed go there. */
static bool keep_standard_open(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int main(int argc, char **argv)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	struct invocation invocation = { 0 };
	struct err err;

	if (!keep_standard_open())
		return EXIT_SYSTEM;
	tzset();
	/* Ignored by whoever started us, it would hide how programs end. */
	sigaction(SIGCHLD, &usual, NULL);
	/* Reports are one line each, also into a pipe. */
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc < 2 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_help();
		return finish_output(argc < 2 ? EXIT_USAGE : EXIT_FINE);
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("comporta " COMPORTA_VERSION "\n");
		return EXIT_FINE;
	}
	invocation.command = command_find(argv[1]);
	if (!invocation.command) {
		log_error("there is no command \"%.40s\"; `comporta --help` "
			  "lists them", argv[1]);
		return EXIT_USAGE;
	}
	if (invocation_parse(&invocation, argc - 2, argv + 2, &err) < 0)
		return command_fail(&err);
	if (invocation.help) {
		invocation_help(invocation.command);
		return finish_output(EXIT_FINE);
	}
	return run(&invocation);
}
