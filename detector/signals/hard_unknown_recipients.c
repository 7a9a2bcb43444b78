/*
 * hard_unknown_recipients - a hundred different recipients that do not exist,
 * within one hour of the clock, and no fewer than 8 of a hundred that were
 * written to in the busiest hour of the day. No address book is that wrong, so
 * it holds from the first day and convicts alone.
 *
 * Counted with 128 bits of linear counting (Whang and others, 1990): about 8 %
 * off at one hundred, in 16 bytes.
 *
 * Source: hard delivery failures (5.1.x), tied to the account by queue id.
 *
 * Whom it would wrong: a shop that mails its whole list of ten years in one
 * go; raise `recipients` for such a host.
 */
#include "base/bits.h"
#include "base/hash.h"
#include "detector/signals/signal.h"

#include <math.h>
#include <string.h>

static struct hard {
	struct signal_limits limits;
	int64_t recipients, percent;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(struct hard, "30", "0", "24h"),
	{ "recipients", CONF_INTEGER, offsetof(struct hard, recipients),
	  "100", 10, 200, "recipients", "So many within an hour.", NULL },
	{ "percent", CONF_INTEGER, offsetof(struct hard, percent), "8", 0, 100,
	  NULL, "... and so many of a hundred that it wrote to.", NULL },
	CONF_END
};

enum { BITS = 128 };

static double distinct(const struct account *account)
{
	int set = 0;

	for (size_t i = 0; i < BITS / 64; i++)
		set += bits_count(account->unknown_seen[i]);
	if (set >= BITS)
		return BITS * log(BITS);
	return -BITS * log(1 - (double)set / BITS);
}

static double observe(const struct signal_input *input)
{
	struct account *account = input->account;
	uint64_t hash;

	if (!input->is_unknown || input->event->recipient.len == 0)
		return 0;
	if (account->unknown_hour != input->now_s / 3600) {
		account->unknown_hour = input->now_s / 3600;
		memset(account->unknown_seen, 0,
		       sizeof(account->unknown_seen));
	}
	hash = hash_bytes(input->event->recipient, 2) % BITS;
	account->unknown_seen[hash / 64] |= UINT64_C(1) << hash % 64;
	/* What bounces now may have been sent in the hour before. */
	if (distinct(account) < (double)settings.recipients ||
	    distinct(account) * 100 <
		    (double)settings.percent * account->peak_recipients)
		return 0;
	return settings.limits.cap;
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	(void)now_s;
	text_addf(out, "about %.0f unknown recipients within an hour",
		  distinct(account));
}

const struct signal signal_hard_unknown_recipients = {
	.name = "hard_unknown_recipients",
	.about = "a hundred unknown recipients within an hour",
	.slot = 5,
	.is_hard = true,
	.looks_at = SIGNAL_OUTCOME,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
