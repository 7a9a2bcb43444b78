/*
 * What is about to be asked for, asked for early: an event costs some hundred
 * nanoseconds, and a look into memory that is in no cache one hundred. A dozen
 * events ahead, all those looks overlap.
 */
#include "detector/detector_inside.h"

static void foresee_places(struct detector *detector, struct mail_event *event)
{
	tracker_foresee(detector->tracker, event);
	if (event->account.len) {
		event->account_key = account_key(event->account);
		accounts_foresee_place(detector->accounts, event->account_key);
	}
	if (event->has_client && event->account.len)
		geo_foresee(detector->geo, &event->client);
}

/* Who is named is brought; of whom only the message tells, its place. */
static void foresee_account(struct detector *detector,
			    struct mail_event *event)
{
	if (event->account_key) {
		accounts_foresee(detector->accounts, event->account_key,
				 event->kind == MAIL_LOGIN ? ACCOUNT_OF_LOGIN
							   : ACCOUNT_OF_MAIL);
	} else if (event->message_key) {
		event->owner_key = tracker_foresee_account(
			detector->tracker, event->message_key);
		if (event->owner_key)
			accounts_foresee_place(detector->accounts,
					       event->owner_key);
	}
}

void detector_foresee(struct detector *detector, struct mail_event *event,
		      enum foresight stage)
{
	switch (stage) {
	case FORESEE_PLACES:
		foresee_places(detector, event);
		break;
	case FORESEE_ACCOUNT:
		foresee_account(detector, event);
		break;
	case FORESEE_OWNER:
		if (event->owner_key)
			accounts_foresee(detector->accounts, event->owner_key,
					 event->kind == MAIL_QUEUED
						 ? ACCOUNT_OF_MAIL
						 : ACCOUNT_OF_OUTCOME);
		break;
	default:
		break;
	}
}
