#include "detector/link/frame.h"

#include "base/must.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>

void link_forget(struct link_room *room)
{
	free(room->bytes);
	room->bytes = NULL;
}

/* What came of it: poll(2)'s, so 0 is that nothing happened in that time. */
static int wait_for(int fd, short what, int64_t limit_ms)
{
	struct pollfd one = { .fd = fd, .events = what };

	return poll(&one, 1, limit_ms > INT_MAX ? INT_MAX : (int)limit_ms);
}

enum link_got link_receive(int fd, struct link_room *room, int64_t limit_ms,
			   struct link_message *out)
{
	struct slice frame;
	ssize_t len;

	if (wait_for(fd, POLLIN, limit_ms) <= 0)
		return LINK_NOTHING;
	if (!room->bytes)
		room->bytes = must(malloc(LINK_FRAME_MAX));
	/* With MSG_TRUNC a longer one says how long it was. */
	len = recv(fd, room->bytes, LINK_FRAME_MAX, MSG_DONTWAIT | MSG_TRUNC);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return LINK_NOTHING;
	if (len <= 0)
		return LINK_ENDED;
	if (len > LINK_FRAME_MAX)
		return LINK_BROKEN;
	frame = (struct slice){ room->bytes, (size_t)len };
	return link_decode(frame, out) ? LINK_GOT : LINK_BROKEN;
}

static int send_frame(int fd, struct slice frame, int64_t limit_ms,
		      struct err *err)
{
	for (;;) {
		if (send(fd, frame.ptr, frame.len,
			 MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
			return 0;
		if (errno != EAGAIN && errno != EINTR)
			return err_errno(err, EXIT_SERVICE, errno,
					 "the other process is gone");
		if (wait_for(fd, POLLOUT, limit_ms) == 0)
			return err_set(err, EXIT_SERVICE, "the other process "
				       "takes nothing more; does it hang?");
	}
}

int link_send(int fd, const struct link_message *message, int64_t limit_ms,
	      struct err *err)
{
	struct text frame = TEXT_INIT(LINK_FRAME_MAX);
	int result;

	if (link_encode(message, &frame))
		result = send_frame(fd, text_slice(&frame), limit_ms, err);
	else
		result = err_set(err, EXIT_BUG, "\"%s\" does not fit into a "
				 "message", link_type_name(message->type));
	text_release(&frame);
	return result;
}

int link_send_type(int fd, enum link_type type, int64_t limit_ms,
		   struct err *err)
{
	const struct link_message message = { .type = type };

	return link_send(fd, &message, limit_ms, err);
}

int link_pair(int ends_out[2], struct err *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
		       ends_out) == 0)
		return 0;
	return err_errno(err, EXIT_SYSTEM, errno, "cannot make a socket");
}
