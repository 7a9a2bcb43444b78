#include "detector/commands/postman.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAUSE_MS = 30000, ARGUMENTS_MAX = 2 * INVOCATION_SETS_MAX + 8 };

bool postman_is_out(struct postman *postman, int64_t now_ms)
{
	int status = 0;
	pid_t ended;

	if (postman->pid == 0)
		return now_ms < postman->next_ms;
	ended = waitpid(postman->pid, &status, WNOHANG);
	if (ended == 0)
		return true;
	postman->pid = 0;
	if (ended < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		postman->next_ms = now_ms + PAUSE_MS;
	return now_ms < postman->next_ms;
}

/* Nothing of ours but the standard three: neither the lock of the state nor
 * a connection lives on in it. */
static int spawn(char *const *arguments, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	int problem;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addclosefrom_np(&files, 3);
	problem = posix_spawn(pid, "/proc/self/exe", &files, NULL, arguments,
			      environ);
	posix_spawn_file_actions_destroy(&files);
	return problem;
}

int postman_send(struct postman *postman, const struct invocation *invocation,
		 struct err *err)
{
	static char name[] = "comporta", command[] = "notify", quiet[] = "-q",
		    verbose[] = "-v", config[] = "-c", set[] = "--set";
	char *arguments[ARGUMENTS_MAX] = { name, command };
	size_t n = 2;
	int problem;

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
	problem = spawn(arguments, &postman->pid);
	if (problem == 0)
		return 0;
	postman->pid = 0;
	return err_errno(err, EXIT_SYSTEM, problem,
			 "cannot start the sending of notices");
}
