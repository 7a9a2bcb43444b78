#include "detector/commands/check_act.h"

#include "detector/commands/door.h"
#include "detector/link/frame.h"
#include "detector/settings.h"

#include <stdio.h>
#include <unistd.h>

/* One that has much in hand answers later. */
enum { ANSWER_MS = 5000 };

static int greet(int fd, struct link_room *room, struct err *err)
{
	struct link_message message;

	link_hello(&message);
	if (link_send(fd, &message, ANSWER_MS, err) < 0)
		return -1;
	if (link_receive(fd, room, ANSWER_MS, &message) != LINK_GOT ||
	    message.type != LINK_DONE)
		return err_set(err, EXIT_SERVICE, "%s: nobody answers there",
			       settings.act.socket);
	if (message.done.code == EXIT_FINE)
		return 0;
	return err_set(err, (int)message.done.code, "%s: %s",
		       settings.act.socket, message.done.words);
}

void check_act(struct findings *findings)
{
	struct link_room room = { NULL };
	char words[400];
	struct err err;
	int fd = -1, result;

	if (!*settings.act.socket)
		return;
	snprintf(words, sizeof(words), "%.300s: the acting process answers",
		 settings.act.socket);
	result = door_knock(settings.act.socket, &fd, &err);
	if (result == 0)
		result = greet(fd, &room, &err);
	/* It has its reader. */
	if (result == 0 || err.code == EXIT_AGAIN)
		findings_good("act", words);
	else
		findings_bad(findings, "act", &err);
	if (fd >= 0)
		close(fd);
	link_forget(&room);
}
