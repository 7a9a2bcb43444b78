/*
 * habits - what is normal for an account beside where it is and how much it
 * sends (profile.h): to whom, at which hours, with which programs, and whether
 * it reads before it sends.
 *
 * Like the profile it learns only what it is told to learn; unlike places,
 * habits are learnt until the account is watched: what is charged and never
 * learnt could not become a habit.
 */
#ifndef DETECTOR_HABITS_H
#define DETECTOR_HABITS_H

#include "detector/account.h"
#include "detector/origin.h"

/* hits of seen, as of a prior worth `prior_seen` observations. */
double habits_share(const struct account_share *share, double prior_hits,
		    double prior_seen);

/* One more observation. Beyond `most` the older ones fade, so that about
 * that many count. */
void habits_count(struct account_share *share, bool is_hit, double most);

/* Has it written to this recipient, known by this mark (correspondents.h)? */
bool habits_knows_recipient(const struct account *account, uint64_t mark);

/*
 * It wrote to this recipient. The mark is remembered; about sixty fit into
 * one generation of the filter, then the older generation is forgotten. Of one
 * day only so many are: a list must not push everybody out.
 *
 * The share of new ones is learnt when the day has ended (habits_end_day), and
 * a day counts as ten recipients at most: what happens in an attack must not
 * be normal while it lasts.
 */
void habits_recipient(struct account *account, uint64_t mark);
void habits_end_day(struct account *account);

/* Is this way of sending (mail_event.shape) among the last ones? */
bool habits_knows_shape(const struct account *account, uint16_t shape);
void habits_shape(struct account *account, uint16_t shape);

/* Share of its messages that are sent within about an hour of this time of
 * day, on such a day of the week; 1/24 when nothing is known. */
double habits_hour_share(const struct account *account, uint32_t now_s);
void habits_hour(struct account *account, uint32_t now_s);

/* How many messages the hours are known from. */
unsigned habits_hours_known(const struct account *account);

#endif
