#include "detector/event.h"

void mail_event_init(struct mail_event *event, enum mail_event_kind kind,
		     struct slice queue_id)
{
	*event = (struct mail_event){
		.kind = kind,
		.queue_id = queue_id,
		.recipients = MAIL_UNKNOWN,
		.size_bytes = MAIL_UNKNOWN,
	};
}

const char *const mail_event_kind_names[MAIL_EVENT_KINDS] = {
	[MAIL_SUBMISSION] = "submission",
	[MAIL_RECEIVED] = "received",
	[MAIL_QUEUED] = "queued",
	[MAIL_DELIVERY] = "delivery",
	[MAIL_LOGIN] = "login",
	[MAIL_AUTH_FAILURE] = "auth_failure",
	[MAIL_REJECT] = "reject",
	[MAIL_CLOSED] = "closed",
};

const char *const mail_status_names[] = {
	[MAIL_STATUS_NONE] = NULL,
	[MAIL_SENT] = "sent",
	[MAIL_DEFERRED] = "deferred",
	[MAIL_BOUNCED] = "bounced",
	[MAIL_EXPIRED] = "expired",
};
