#include "detector/volumes.h"

#include "detector/habits.h"

#include <math.h>
#include <string.h>

enum { DAY_S = 86400, HOUR_S = 3600 };

/* A day may not raise the baseline by more than a quarter, so a slow warm-up
 * stays visible: log(1.25). */
static const double GROWTH_MAX = 0.2231;

double volumes_mean(const struct account *account, enum volume volume)
{
	return account->volumes[volume].mean / (double)ACCOUNT_LOG_ONE;
}

double volumes_variance(const struct account *account,
			       enum volume volume)
{
	return account->volumes[volume].variance / (double)ACCOUNT_LOG_ONE;
}

static uint16_t packed(double y)
{
	y *= ACCOUNT_LOG_ONE;
	return y > UINT16_MAX ? UINT16_MAX : (uint16_t)lround(y);
}

static void volume_learn(struct account *account, enum volume volume, double y)
{
	double mean = volumes_mean(account, volume);
	double variance = volumes_variance(account, volume);
	unsigned days = account->volume_days;
	/* Plain mean of the first days, then a window of about 30. */
	double share = 1.0 / (days < 30 ? days : 30), step = y - mean;

	if (days > 3 && step > GROWTH_MAX / share)
		step = GROWTH_MAX / share;
	account->volumes[volume].mean = packed(mean + share * step);
	account->volumes[volume].variance =
		packed((1 - share) * (variance + share * step * step));
}

static void volumes_learn(struct account *account, const uint16_t *pending)
{
	if (account->volume_days < UINT16_MAX)
		account->volume_days++;
	for (int i = 0; i < VOLUMES; i++)
		volume_learn(account, (enum volume)i,
			     pending[i] / (double)ACCOUNT_LOG_ONE);
}

/* The day that ended, as it waits. */
static void day_pack(const struct account *account, uint16_t *pending_out)
{
	pending_out[RECIPIENTS_HOUR] = packed(log1p(account->peak_recipients));
	pending_out[RECIPIENTS_DAY] =
		packed(log1p(account->counted[RECIPIENTS_DAY]));
	pending_out[MESSAGES_HOUR] = packed(log1p(account->peak_messages));
	pending_out[MESSAGES_DAY] =
		packed(log1p(account->counted[MESSAGES_DAY]));
}

/* What waited long enough, the oldest first. */
static void pending_learn(struct account *account)
{
	for (int i = ACCOUNT_PENDING_DAYS - 1; i >= 0; i--)
		if (account->pending[i][0])
			volumes_learn(account, account->pending[i]);
	memset(account->pending, 0, sizeof(account->pending));
}

static void pending_add(struct account *account)
{
	enum { LAST = ACCOUNT_PENDING_DAYS - 1 };

	if (account->pending[LAST][0])
		volumes_learn(account, account->pending[LAST]);
	memmove(account->pending[1], account->pending[0],
		LAST * sizeof(account->pending[0]));
	day_pack(account, account->pending[0]);
	account->pending_day = (uint16_t)account->day;
}

/*
 * The day that ended waits with those before it: for three more days on which
 * something is sent, or until three days have passed. A day on which the
 * account was suspicious takes those that wait with it: who warms up slowly is
 * not noticed on the first day.
 */
static void day_close(struct account *account, uint32_t today)
{
	if (account->day_was_suspect)
		memset(account->pending, 0, sizeof(account->pending));
	else if (account->counted[RECIPIENTS_DAY] > 0)
		pending_add(account);
	if (today >= account->pending_day + (uint32_t)ACCOUNT_PENDING_DAYS)
		pending_learn(account);
	habits_end_day(account);
	account->counted[RECIPIENTS_DAY] = account->counted[MESSAGES_DAY] = 0;
	account->peak_recipients = account->peak_messages = 0;
	account->day_was_suspect = 0;
}

uint32_t volumes_counted(const struct account *account, enum volume volume,
			 uint32_t now_s)
{
	bool is_hour = volume == RECIPIENTS_HOUR || volume == MESSAGES_HOUR;
	bool is_now = is_hour ? account->hour == now_s / HOUR_S
			      : account->day == now_s / DAY_S;

	return is_now ? account->counted[volume] : 0;
}

static uint32_t add_saturating(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void volumes_sent(struct account *account, uint32_t recipients,
		  uint32_t messages, uint32_t now_s, bool learn)
{
	/* A line from the future, of a machine whose clock was wrong, must not
	 * keep the account from being counted until then. */
	if (account->day > now_s / DAY_S + 1)
		account->day = now_s / DAY_S - 1;
	if (account->hour > now_s / HOUR_S + 24)
		account->hour = now_s / HOUR_S - 1;
	if (now_s / DAY_S > account->day) {
		day_close(account, now_s / DAY_S);
		account->day = now_s / DAY_S;
	}
	if (now_s / HOUR_S > account->hour) {
		account->hour = now_s / HOUR_S;
		account->counted[RECIPIENTS_HOUR] = 0;
		account->counted[MESSAGES_HOUR] = 0;
	}
	for (int i = 0; i < VOLUMES; i++)
		account->counted[i] = add_saturating(
			account->counted[i],
			i == MESSAGES_HOUR || i == MESSAGES_DAY ? messages
								: recipients);
	if (account->counted[RECIPIENTS_HOUR] > account->peak_recipients)
		account->peak_recipients = account->counted[RECIPIENTS_HOUR];
	if (account->counted[MESSAGES_HOUR] > account->peak_messages)
		account->peak_messages =
			account->counted[MESSAGES_HOUR] > UINT16_MAX
				? UINT16_MAX
				: (uint16_t)account->counted[MESSAGES_HOUR];
	if (!learn)
		account->day_was_suspect = 1;
}
