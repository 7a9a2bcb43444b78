/*
 * mail_file - a route that puts messages into a folder instead of sending
 * them: for a rehearsal, and for mail systems that pick files up.
 *
 * smtp.url = "file:///some/folder". Each message becomes N.eml there, written
 * under another name first, so that whoever picks up sees whole files only.
 */
#ifndef NOTIFIER_MAIL_FILE_H
#define NOTIFIER_MAIL_FILE_H

#include "notifier/mail.h"

struct mail_folder {
	const char *path;	/* borrowed */
	unsigned next;
};

/* Does the URL mean a folder? Then *folder_out is ready. */
bool mail_folder_init(const char *url, struct mail_folder *folder_out);

struct mail_route mail_folder_route(struct mail_folder *folder);

#endif
