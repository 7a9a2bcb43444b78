/*
 * postfix_walk - how far a login gets in one service's restriction lists
 * before somebody asks about it.
 */
#ifndef DETECTOR_MAILSERVER_POSTFIX_WALK_H
#define DETECTOR_MAILSERVER_POSTFIX_WALK_H

#include "detector/mailserver/postfix_conf.h"

/* From bad to good. */
enum standing {
	STANDS_NOWHERE,
	STANDS_FOR_SENDER,	/* check_sender_access: what the client says */
	STANDS_EARLY,		/* before anybody can have logged in */
	STANDS_WARNING,		/* behind warn_if_reject */
	STANDS_BEHIND,		/* a permit ends the list before */
	STANDS_WELL
};

enum ours { OURS_NOT, OURS_MAYBE, OURS };

enum { SIGHT_WORD_SIZE = 100 };

struct sight {
	enum standing standing;
	enum ours ours;
	struct slice place;	/* "smtpd_sender_restrictions" */
	char map[MAILSERVER_NAME_SIZE];
	char permit[SIGHT_WORD_SIZE];	/* what it stands behind, or "" */
	char may_permit[SIGHT_WORD_SIZE];	/* a map or a policy server
						 * before it, or "" */
};

/* Is the map about our table? */
enum ours postfix_ours(const struct postfix_answers *answers,
		       struct slice map);

/* Would this answer of access(5) refuse? REJECT, DEFER, 4xx, 5xx. */
bool postfix_is_stop(struct slice answer);

/* The map's file: the value of one of its settings, empty when not there. */
struct slice postfix_map_setting(struct slice file, struct slice name);

/* Where our check stands best for `service`; for NULL, in main.cf. */
struct sight postfix_walk(const struct postfix_answers *answers,
			  const struct postfix_service *service);

/* Every map behind a check_sasl_access or check_sender_access. */
void postfix_walk_maps(const struct postfix_answers *answers,
		       const struct postfix_service *service,
		       void (*each)(void *context, struct slice map),
		       void *context);

#endif
