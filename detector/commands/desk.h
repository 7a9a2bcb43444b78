/*
 * desk - what commands that touch the hosting database work with: the
 * connection, the panel, the secret, the languages, the mail servers.
 */
#ifndef DETECTOR_COMMANDS_DESK_H
#define DETECTOR_COMMANDS_DESK_H

#include "detector/blocks.h"
#include "detector/commands/routes.h"
#include "detector/describe.h"
#include "notifier/outbox.h"
#include "notifier/webhook.h"

#include <signal.h>

struct desk {
	struct blocks blocks;
	struct text secret, password, file;
	struct languages *languages;
	struct describe describe;
	struct routes routes;
	int64_t send_budget_ms;	/* desk_send() begins nothing after so long,
				 * 20 s at first; 0: as long as it takes */
	bool is_patient;	/* nobody waits for desk_send() */
	const volatile sig_atomic_t *stop;	/* ... nor once it is set;
						 * may be NULL */
};

/* Connects, checks our tables (SQLite's are made), loads the panel and the
 * templates. On failure nothing stays open. */
int desk_open(struct desk *desk, struct err *err);

/* As desk_open, for serve: as its own user of the database, and without the
 * mail servers' passwords. What it makes can send no notice. */
int desk_open_serving(struct desk *desk, struct err *err);

/* As desk_open, and makes or updates our tables in any database. */
int desk_open_and_migrate(struct desk *desk, int *applied_out,
			  struct err *err);
void desk_close(struct desk *desk);

/* Others than those it has, which end; they are the desk's from now on, and
 * *languages is NULL. */
void desk_use_languages(struct desk *desk, struct languages **languages);

/* Is there a database to look at? In mode observe without one that was ever
 * made, there is not. */
bool desk_is_wanted(void);

/* Would opening it make no new one? A command that only looks asks first. */
bool desk_is_made(void);

/* Send what is due in the outbox. A mail server that is away is no failure
 * here: *report_out counts it. */
int desk_send(struct desk *desk, int64_t now_ms,
	      struct outbox_report *report_out, struct err *err);

/* Send the webhooks that are due, and begin none after `budget_ms` (0: as long
 * as it takes) or once *stop is set (may be NULL). A receiver that is away is
 * no failure here: *report_out counts it. -1 is for the database, and for a
 * key that cannot be read: then they wait. */
int desk_send_webhooks(struct desk *desk, int64_t now_ms, int64_t budget_ms,
		       const volatile sig_atomic_t *stop,
		       struct webhook_report *report_out, struct err *err);
void desk_tell_webhooks(const struct webhook_report *sent);

/* Carry out the actions that are due (followup.h). One that fails is told and
 * waits for the next scan. */
void desk_follow_up(struct desk *desk, int64_t now_ms);

/* Tells what went; -1 when the mail server left notices waiting or refused
 * some. */
int desk_judge_sent(const struct outbox_report *sent, struct err *err);

/* A typing mistake must not become a decision that everybody believes in: an
 * error, ending in `remedy`, unless the panel knows the account or a log ever
 * did. */
int desk_check_known(struct desk *desk, const char *account,
		     const char *remedy, struct err *err);

/* "operator:NAME" of the person at the terminal. */
void desk_operator(char *out, size_t size);

#endif
