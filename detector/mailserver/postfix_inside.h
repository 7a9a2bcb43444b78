/*
 * postfix_inside - for postfix.c and postfix_map.c.
 */
#ifndef DETECTOR_MAILSERVER_POSTFIX_INSIDE_H
#define DETECTOR_MAILSERVER_POSTFIX_INSIDE_H

#include "detector/mailserver/postfix_walk.h"

/* Can this service's smtpd reach the maps it asks about logins? */
void postfix_judge_service_maps(const struct postfix_answers *answers,
				const struct postfix_service *service,
				struct mailserver_findings *findings);

/* What a map is, and what it answered. Nothing when it is not ours. */
void postfix_judge_map(const struct postfix_answers *answers,
		       const struct postfix_map *map,
		       struct mailserver_findings *findings);

#endif
