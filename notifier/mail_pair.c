#include "notifier/mail_pair.h"

#include "base/clock.h"
#include "base/log.h"

static int64_t now_ms(const struct mail_pair *pair)
{
	return pair->clock ? pair->clock() : clock_monotonic_ms();
}

static bool may_ask(const struct mail_pair *pair, const struct mail_way *way)
{
	return way->route.send &&
	       (way->rest_ms == 0 || now_ms(pair) >= way->until_ms);
}

static void note(const struct mail_pair *pair, struct mail_way *way,
		 enum mail_result result)
{
	if (result != MAIL_AWAY && result != MAIL_UNCERTAIN) {
		way->rest_ms = 0;
		return;
	}
	way->rest_ms = way->rest_ms == 0 ? MAIL_REST_MS : way->rest_ms * 2;
	if (way->rest_ms > MAIL_REST_MAX_MS)
		way->rest_ms = MAIL_REST_MAX_MS;
	way->until_ms = now_ms(pair) + way->rest_ms;
}

/* One that is resting is away, and says so without being asked. */
static enum mail_result ask(const struct mail_pair *pair, struct mail_way *way,
			    struct slice recipient, struct slice message,
			    struct err *err)
{
	enum mail_result result;

	if (!may_ask(pair, way)) {
		err_set(err, EXIT_SERVICE, "mail server %.100s was away a "
			"moment ago", way->name);
		return MAIL_AWAY;
	}
	result = way->route.send(way->route.context, recipient, message, err);
	note(pair, way, result);
	return result;
}

/* Both were asked in vain: what goes for this mail, and whether another would
 * get through. */
static enum mail_result join(enum mail_result first, enum mail_result second,
			     const struct err *why_first, struct err *err)
{
	const struct err why_second = *err;

	err_set(err, EXIT_SERVICE, "%.220s; the second: %.220s",
		why_first->text, why_second.text);
	if (second == MAIL_UNCERTAIN)
		return first == MAIL_AWAY ? MAIL_UNCERTAIN : MAIL_LATER;
	return first == MAIL_AWAY && second == MAIL_AWAY ? MAIL_AWAY
							 : MAIL_LATER;
}

static enum mail_result pair_send(void *context, struct slice recipient,
				  struct slice message, struct err *err)
{
	struct mail_pair *pair = context;
	struct mail_way *first = &pair->ways[0], *second = &pair->ways[1];
	bool was_resting = first->rest_ms > 0;
	enum mail_result result, other;
	struct err why = { 0 };

	if (!second->route.send)
		return first->route.send(first->route.context, recipient,
					 message, err);
	result = ask(pair, first, recipient, message, &why);
	if (result == MAIL_ACCEPTED)
		return result;
	if (first->rest_ms > 0 && !was_resting)
		log_warning("notices go through %.100s: %s", second->name,
			    why.text);
	if (result == MAIL_REFUSED || result == MAIL_UNCERTAIN) {
		*err = why;
		/* The others go through the second at once. */
		return result == MAIL_UNCERTAIN && may_ask(pair, second)
			? MAIL_LATER : result;
	}
	other = ask(pair, second, recipient, message, err);
	if (other == MAIL_ACCEPTED) {
		pair->by_second++;
		return other;
	}
	return join(result, other, &why, err);
}

struct mail_route mail_pair_route(struct mail_pair *pair)
{
	return (struct mail_route){ .context = pair, .send = pair_send };
}
