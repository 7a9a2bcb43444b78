#include "detector/commands/postman.h"

#include "detector/commands/spawn.h"

#include <sys/wait.h>

enum { PAUSE_MS = 30000 };

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

int postman_send(struct postman *postman, const struct invocation *invocation,
		 struct err *err)
{
	if (spawn_self("notify", NULL, -1, invocation, &postman->pid,
		       err) == 0)
		return 0;
	err_prefix(err, "notices are not sent: ");
	return -1;
}
