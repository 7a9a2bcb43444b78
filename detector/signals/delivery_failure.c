/*
 * delivery_failure - recipients that do not exist: bought lists are full of
 * them, address books are not.
 *
 * A sequential test on hard failures (RFC 3463 codes 5.1.x: the mailbox or
 * its domain does not exist; 5.4.4: no route, which Postfix gives for a domain
 * without MX and address), one observation per message and recipient domain.
 * p0 is the account's own rate from its decayed history, at least 0.01; p1 is
 * max(0.12, min(0.9, 3 p0)). Refusals for policy (5.7.x, and 421 of
 * receivers that slow us down) add 1 each, at most 3 in all; nothing while
 * other accounts' mail is refused as well, since then the host is on a list.
 *
 * The same recipient again, among the last four that failed, is somebody who
 * does not believe a bounce, and no new observation.
 *
 * Source: delivery lines, tied to the account by queue id.
 *
 * Whom it would wrong: a newsletter that finally cleans an old list, and
 * everybody on the day a large receiver is broken; so alone it only watches,
 * but for the week after a lift.
 */
#include "base/hash.h"
#include "detector/signals/signal.h"

#include <math.h>
#include <string.h>

static struct failure {
	struct signal_limits limits;
	double intruder_rate, policy_step, policy_cap;
	double cap_at_home, cap_of_machine;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(struct failure, "9", "0.5", "72h"),
	{ "intruder_rate", CONF_REAL,
	  offsetof(struct failure, intruder_rate), "0.12", 0.02, 0.9, NULL,
	  "How many recipients of a thief's list are dead, at least.", NULL },
	{ "policy_step", CONF_REAL, offsetof(struct failure, policy_step),
	  "1", 0, 5, "nats", "For a refusal by policy.", NULL },
	{ "policy_cap", CONF_REAL, offsetof(struct failure, policy_cap), "3",
	  0, 9, "nats", "The most that refusals by policy add.", NULL },
	{ "cap_at_home", CONF_REAL, offsetof(struct failure, cap_at_home),
	  "5", 0, 50, "nats", "The most it adds from a place the account is at "
	  "home at.", NULL },
	{ "cap_of_machine", CONF_REAL, offsetof(struct failure, cap_of_machine),
	  "2.5", 0, 50, "nats", "The same where it never reads.", NULL },
	CONF_END
};

enum { SLOT = 2 };

static double by_policy(struct account *account)
{
	double sum = account->groups[SLOT].nats;
	double room, step;

	/* The judge has let the sum decay before asking; no more of it can
	 * be ours. Else it would be charged once in a life. */
	if (account->policy_nats > sum)
		account->policy_nats = (float)(sum > 0 ? sum : 0);
	room = settings.policy_cap - account->policy_nats;
	step = room < settings.policy_step ? room : settings.policy_step;

	if (step <= 0)
		return 0;
	account->policy_nats = (float)(account->policy_nats + step);
	return step;
}

enum { N_MARKS = sizeof(((struct account *)0)->failed_marks) /
		 sizeof(((struct account *)0)->failed_marks[0]) };

static bool failed_before(struct account *account, struct slice recipient)
{
	uint32_t mark = (uint32_t)hash_bytes(recipient, 5) | 1;
	uint32_t *marks = account->failed_marks;

	if (recipient.len == 0)
		return false;
	for (size_t i = 0; i < N_MARKS; i++)
		if (marks[i] == mark)
			return true;
	memmove(marks + 1, marks, (N_MARKS - 1) * sizeof(*marks));
	marks[0] = mark;
	return false;
}

static double observe(const struct signal_input *input)
{
	struct account *account = input->account;
	double p0, p1;

	if (input->refused_by_policy)
		return input->is_host_refused ? 0 : by_policy(account);
	if (!input->failed && !input->arrived)
		return 0;
	if (input->failed && failed_before(account, input->event->recipient))
		return 0;
	p0 = (0.6 + account->failures) / (40 + account->outcomes);
	if (p0 < 0.01)
		p0 = 0.01;
	if (p0 > 0.9)
		p0 = 0.9;
	p1 = 3 * p0;
	p1 = fmax(settings.intruder_rate, fmin(p1, 0.9));
	if (p1 <= p0)
		return 0;
	if (!input->failed)
		return log((1 - p1) / (1 - p0));
	return signal_up_to(log(p1 / p0), account->groups[SLOT].nats,
			    signal_limit(input, settings.cap_of_machine,
					 settings.cap_at_home,
					 settings.limits.cap));
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	unsigned unknown = account->incident.unknown_recipients;

	(void)now_s;
	if (unknown)
		text_addf(out, "recipients that do not exist: %u", unknown);
	else
		text_add_string(out, "deliveries failed for good lately");
}

const struct signal signal_delivery_failure = {
	.name = "delivery_failure",
	.about = "recipients that do not exist",
	.slot = SLOT,
	.looks_at = SIGNAL_OUTCOME,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
