#include "detector/commands/spawn.h"

#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 2 * INVOCATION_SETS_MAX + 9 };

/* What is handed on stands still at 3: dup2() of a descriptor onto itself
 * would leave it closed on exec, but posix_spawn() sees to that. */
static int start(char *const *arguments, int fd, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	int problem;

	posix_spawn_file_actions_init(&files);
	if (fd >= 0)
		posix_spawn_file_actions_adddup2(&files, fd, 3);
	posix_spawn_file_actions_addclosefrom_np(&files, fd >= 0 ? 4 : 3);
	problem = posix_spawn(pid, "/proc/self/exe", &files, NULL, arguments,
			      environ);
	posix_spawn_file_actions_destroy(&files);
	return problem;
}

int spawn_self(const char *command, const char *option, int fd,
	       const struct invocation *invocation, pid_t *pid_out,
	       struct err *err)
{
	static char name[] = "comporta", quiet[] = "-q", verbose[] = "-v",
		    config[] = "-c", set[] = "--set";
	char *arguments[ARGUMENTS_MAX] = { name, (char *)(uintptr_t)command };
	size_t n = 2;
	int problem;

	if (option)
		arguments[n++] = (char *)(uintptr_t)option;
	if (invocation->quiet || invocation->verbose)
		arguments[n++] = invocation->quiet ? quiet : verbose;
	if (invocation->config) {
		arguments[n++] = config;
		arguments[n++] = (char *)(uintptr_t)invocation->config;
	}
	for (size_t i = 0; i < invocation->n_sets; i++) {
		arguments[n++] = set;
		arguments[n++] = (char *)(uintptr_t)invocation->sets[i];
	}
	problem = start(arguments, fd, pid_out);
	if (problem == 0)
		return 0;
	*pid_out = 0;
	return err_errno(err, EXIT_SYSTEM, problem, "cannot start \"comporta "
			 "%s\"", command);
}
