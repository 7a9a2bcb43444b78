#include "detector/learn.h"

#include "detector/habits.h"
#include "detector/neighbours.h"
#include "detector/profile.h"
#include "detector/volumes.h"

/* So many of the latest observations count. */
enum { SESSIONS_MOST = 60, HOUR_S = 3600 };

static void learn_session(struct account *account,
			  const struct signal_input *input)
{
	bool unread = !input->visits.reads;

	habits_count(&account->unread_network, unread, SESSIONS_MOST);
	if (!unread)
		habits_count(&account->unread_address,
			     !input->visits.address_reads,
			     SESSIONS_MOST);
	if (input->shape && account->shapes[0])
		habits_count(&account->new_shape,
			     !habits_knows_shape(account, input->shape),
			     SESSIONS_MOST);
}

/* Learnt until the account is watched: what is charged and never learnt could
 * not become a habit. */
static void learn_habits(struct account *account,
			 const struct signal_input *input)
{
	const struct origin *origin = input->origin;

	if (input->recipient_mark)
		habits_recipient(account, input->recipient_mark);
	if (!input->is_submission)
		return;
	if (account->hour != input->now_s / HOUR_S)
		habits_hour(account, input->now_s);
	if (origin && origin->network && !input->visits.address_sent_today)
		learn_session(account, input);
	if (input->shape)
		habits_shape(account, input->shape);
}

static enum use use_of(const struct signal_input *input)
{
	if (input->is_submission)
		return USE_SEND;
	return input->reads ? USE_READ : USE_LOGIN;
}

static void learn_place(struct sightings *neighbours, uint64_t key,
			const struct signal_input *input, bool may)
{
	struct account *account = input->account;
	const struct origin *origin = input->origin;
	const struct account_place *country;

	profile_seen(account, origin, input->now_s, use_of(input),
		     !input->country_is_trusted && !input->country_is_home,
		     may);
	/* Being seen takes no trust away. */
	country = profile_country(account, origin->country);
	if (!input->country_is_trusted &&
	    !(country && profile_is_trusted(country, input->now_s)))
		return;
	neighbours_seen(neighbours, input->domain, key, origin->country,
			input->now_s, account->host_country == 0);
	if (account->host_country == 0)
		account->host_country = origin->country;
}

static bool is_let_in(const struct mail_event *event)
{
	return event->kind == MAIL_LOGIN || event->kind == MAIL_SUBMISSION;
}

/*
 * Sent from where the account is at home, and nobody has stopped it: a list
 * that goes out every week must be able to become a habit, though it was
 * suspicious the first times.
 */
static bool is_own_doing(const struct signal_input *input)
{
	const struct account *account = input->account;

	return !input->from_stranger &&
	       (account->standing != STANDING_BLOCKED || account->is_observed);
}

void learn(struct sightings *neighbours, uint64_t key,
	   const struct signal_input *input, bool may)
{
	struct account *account = input->account;

	if (account->standing == STANDING_CALM || is_own_doing(input))
		learn_habits(account, input);
	if (input->recipients)
		volumes_sent(account, input->recipients,
			     input->event->kind != MAIL_DELIVERY,
			     input->now_s, may || is_own_doing(input));
	if (input->failed || input->arrived)
		profile_outcome(account, input->failed, input->now_s, may);
	if (!is_let_in(input->event))
		return;
	if (input->origin) {
		learn_place(neighbours, key, input, may);
	} else {
		struct origin local = { .is_local = true };

		profile_seen(account, &local, input->now_s, use_of(input),
			     false, may);
	}
}
