/*
 * routes - the ways out for notices, as `smtp` and `smtp_second` say: a mail
 * server, or a folder.
 */
#ifndef DETECTOR_COMMANDS_ROUTES_H
#define DETECTOR_COMMANDS_ROUTES_H

#include "base/text.h"
#include "notifier/mail_file.h"
#include "notifier/mail_pair.h"

struct routes {
	struct routes_way {
		struct mail_settings mail;
		struct text password, from;
		struct mail_folder folder;
		struct mail_client *client;	/* while it is open */
	} ways[2];
	size_t n;		/* 2 where there is a second */
	struct mail_pair pair;
};

/* Read the settings and the password files; nothing connects. Whatever comes
 * back, routes_release() follows. */
int routes_read(struct routes *routes, struct err *err);
void routes_release(struct routes *routes);

/* For one run; connections end with routes_close(). `is_patient` waits for the
 * answer to a whole message as answer_timeout says, else only as timeout. */
int routes_open(struct routes *routes, bool is_patient,
		struct mail_route *route_out, struct err *err);
void routes_close(struct routes *routes);

#endif
