/*
 * notify - send the notices and webhooks that wait.
 */
#include "base/clock.h"
#include "base/log.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/stop.h"
#include "detector/commands/watched.h"

#include <string.h>

/* Between webhooks and notices, in turns until both are through: neither keeps
 * the other waiting for long, whoever is slow. A mail server that is away is
 * asked again after a while only, as each asking is an attempt. */
enum { NOTICES_MS = 20000, WEBHOOKS_MS = 2000, AWAY_MS = 30000 };

struct turns {
	struct desk *desk;
	struct outbox_report notices;
	struct webhook_report webhooks;
	int64_t mail_ms;	/* monotonic: no notice before */
	bool is_hooked;		/* webhooks can be sent */
};

/* How many were tried; -1 when they cannot be. */
static int64_t send_webhooks(struct turns *turns, struct err *err)
{
	struct webhook_report one = { 0 }, *all = &turns->webhooks;
	int result = desk_send_webhooks(turns->desk, clock_now_ms(),
					WEBHOOKS_MS, &stop_asked, &one, err);

	all->sent += one.sent;
	all->later += one.later;
	all->failed += one.failed;
	if (one.last_error[0])
		memcpy(all->last_error, one.last_error,
		       sizeof(one.last_error));
	return result < 0 ? -1 : one.sent + one.later + one.failed;
}

static int64_t send_notices(struct turns *turns, struct err *err)
{
	struct outbox_report one = { 0 }, *all = &turns->notices;
	int result;

	if (clock_monotonic_ms() < turns->mail_ms)
		return 0;
	result = desk_send(turns->desk, clock_now_ms(), &one, err);
	all->sent += one.sent;
	all->later += one.later;
	all->failed += one.failed;
	if (one.last_error[0])
		memcpy(all->last_error, one.last_error,
		       sizeof(one.last_error));
	if (one.sent == 0 && one.later > 0)
		turns->mail_ms = clock_monotonic_ms() + AWAY_MS;
	return result < 0 ? -1 : one.sent;
}

/* What came meanwhile and is urgent goes before what is not. */
static int send_in_turns(struct turns *turns, struct err *err)
{
	struct err unhooked = { 0 };
	int64_t hooks, notices;

	do {
		hooks = turns->is_hooked ? send_webhooks(turns, &unhooked) : 0;
		turns->is_hooked &= hooks >= 0;
		notices = send_notices(turns, err);
		if (notices < 0)
			return -1;
	} while (!stop_asked && (hooks > 0 || notices > 0));
	if (!turns->is_hooked)
		*err = unhooked;
	return turns->is_hooked ? 0 : -1;
}

static int send_all(struct desk *desk, struct outbox_report *report,
		    struct err *err)
{
	struct turns turns = { .desk = desk, .is_hooked = true };
	int result;

	desk->describe.watched = watched_on_disk;
	desk->stop = &stop_asked;
	desk->send_budget_ms = NOTICES_MS;
	desk->is_patient = true;
	result = send_in_turns(&turns, err);
	desk_tell_webhooks(&turns.webhooks);
	*report = turns.notices;
	return result;
}

static int run(struct invocation *invocation)
{
	struct outbox_report report = { 0 };
	struct desk desk;
	struct err err;
	int result;

	(void)invocation;
	if (!desk_is_wanted()) {
		log_info("there is no database yet, so nothing waits");
		return EXIT_FINE;
	}
	if (desk_open(&desk, &err) < 0)
		return command_fail(&err);
	stop_catch();
	result = send_all(&desk, &report, &err);
	desk_close(&desk);
	if (result < 0)
		return command_fail(&err);
	log_info("%lld notices sent, %lld wait, %lld were refused",
		 (long long)report.sent, (long long)report.later,
		 (long long)report.failed);
	if (report.later || report.failed) {
		log_error("the mail server said: %s", report.last_error);
		return report.later ? EXIT_AGAIN : EXIT_SERVICE;
	}
	return EXIT_FINE;
}

const struct command command_notify = {
	.name = "notify",
	.usage = "",
	.about = "send the notices and webhooks that wait",
	.help = "Sends what is due in the outbox, and the webhooks; scan and "
		"watch do it as\nwell. A receiver of webhooks that does not "
		"answer is told, but is no failure.",
	.run = run,
};
