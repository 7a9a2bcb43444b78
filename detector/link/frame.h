/*
 * frame - messages over a socket of whole packets (AF_UNIX, SOCK_SEQPACKET):
 * one packet is one frame (message.h), so what is half written by a process
 * that dies never arrives.
 *
 * Nothing waits for ever: sending and receiving end after a limit.
 */
#ifndef DETECTOR_LINK_FRAME_H
#define DETECTOR_LINK_FRAME_H

#include "base/err.h"
#include "detector/link/message.h"

enum link_got {
	LINK_GOT,		/* a message; slices live until the next call */
	LINK_NOTHING,		/* in that time */
	LINK_ENDED,		/* the other side is gone */
	LINK_BROKEN		/* it said what is no message */
};

/* A place for one packet. All zero is ready; link_forget() gives it back. */
struct link_room {
	char *bytes;
};

void link_forget(struct link_room *room);

/* Within `limit_ms`, 0: without waiting. A signal counts as nothing. */
enum link_got link_receive(int fd, struct link_room *room, int64_t limit_ms,
			   struct link_message *out);

/* -1 when the other side is gone or takes nothing for so long, and when the
 * message is out of its bounds, which is EXIT_BUG. */
int link_send(int fd, const struct link_message *message, int64_t limit_ms,
	      struct err *err);

/* A message that has nothing but its type. */
int link_send_type(int fd, enum link_type type, int64_t limit_ms,
		   struct err *err);

/* Two ends; both are closed on exec. */
int link_pair(int ends_out[2], struct err *err);

#endif
