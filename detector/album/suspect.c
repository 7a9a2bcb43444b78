/*
 * One account's incidents, counted as they happen.
 */
#include "detector/album/inside.h"
#include "detector/judge.h"
#include "detector/profile.h"

#include "base/must.h"
#include "base/stamp.h"

#include <math.h>

/* Nats by which a sum must exceed what decay would have left of it. */
static const float RISE = 0.005F;
/* Log odds by which an account must have become more suspicious before its
 * reasons are put into words again, which costs more than counting. */
static const float WORDS_STEP = 0.1F;

/*
 * Did a signal say something new? Compared with what it said when last looked
 * at closely, decayed since; a sum at its cap that is struck again stays above
 * its decay.
 */
static bool brings_evidence(struct suspect *suspect,
			    const struct picture_event *event,
			    const float *stored)
{
	bool is_more = false, is_less = false;

	for (size_t i = 0; signal_at(i); i++) {
		double half_life_s =
			(double)signal_limits(signal_at(i))->half_life_ms /
			STAMP_SECOND_MS;
		float expected = (float)(suspect->anchor[i] *
					 profile_decay(suspect->anchor_s,
						       event->at_s,
						       half_life_s));

		is_more |= stored[i] > expected + RISE;
		is_less |= stored[i] < expected - RISE;
	}
	if (is_more || is_less) {
		memcpy(suspect->anchor, stored, sizeof(suspect->anchor));
		suspect->anchor_s = event->at_s;
	}
	return is_more;
}

static void measure(struct picture_event *event, float *stored,
		    const struct account *account)
{
	for (size_t i = 0; signal_at(i); i++) {
		stored[i] = (float)judge_sum(account, signal_at(i),
					     event->at_s);
		event->sums[i] = (float)(signal_limits(signal_at(i))->weight *
					 stored[i]);
		event->total += event->sums[i];
	}
}

static void count_stop_day(struct album *album, const struct suspect *suspect,
			   const struct picture_event *event)
{
	struct stop *stop;

	if (!suspect->stop)
		return;
	stop = &album->stops[suspect->stop - 1];
	if (event->at_s < stop->verdict.at_ms / STAMP_SECOND_MS +
				  INCIDENT_OVER_S)
		stop->day_recipients += event->recipients;
}

static void count(struct suspect *suspect, const struct picture_event *event,
		  bool is_new)
{
	struct picture *picture = suspect->picture;

	suspect->seen_messages += event->recipients > 0 && !event->is_further;
	suspect->seen_recipients += event->recipients;
	if (event->at_s <= suspect->rise_s + PICTURE_LATE_S) {
		suspect->messages = suspect->seen_messages;
		suspect->recipients = suspect->seen_recipients;
		if (picture && is_new)
			picture_join(picture);
		if (picture)
			picture_add(picture, event);
	} else if (picture) {
		picture_wait(picture, event, suspect->rise_s);
	}
	if (picture) {
		picture->messages = suspect->messages;
		picture->recipients = suspect->recipients;
	}
}

/*
 * Often bounces are what begins it: then the message that bounced was the
 * first one, and left before anything spoke against it.
 */
static bool is_first(const struct handed_in *message,
		     const struct picture_event *event)
{
	return message && message->recipients && !event->recipients &&
	       message->at_s <= event->at_s &&
	       event->at_s - message->at_s <= PICTURE_LATE_S;
}

static void give_picture(struct album *album, struct suspect *suspect,
			 const struct account_entry *entry, uint32_t at_s)
{
	uint64_t robbed_key;
	struct suspect *robbed;

	suspect->picture = pictures_take(&album->pictures, &robbed_key);
	robbed = robbed_key ? suspects_find(&album->suspects, robbed_key)
			    : NULL;
	if (robbed)
		robbed->picture = NULL;
	picture_begin(suspect->picture, suspect->key, entry->login, at_s);
	suspect->picture->prior = judge_prior(&entry->account, at_s);
}

/* Whose picture made room while there was little to see gets another, once,
 * when there is. */
static void give_second(struct album *album, struct suspect *suspect,
			const struct account_entry *entry, uint32_t at_s)
{
	give_picture(album, suspect, entry, at_s);
	suspect->picture->is_late = true;
	suspect->had_second = true;
}

static void begin(struct album *album, struct suspect *suspect,
		  const struct picture_event *event,
		  const struct account_entry *entry,
		  const struct handed_in *message)
{
	struct picture_event first = *event;

	if (is_first(message, event))
		first = (struct picture_event){ .at_s = message->at_s,
						.recipients =
							message->recipients,
						.country = message->country };
	suspect->begin_s = first.at_s;
	suspect->rise_s = event->at_s;
	suspect->seen_messages = suspect->seen_recipients = 0;
	suspect->messages = suspect->recipients = 0;
	suspect->had_second = false;
	give_picture(album, suspect, entry, first.at_s);
	if (first.recipients && !event->recipients)
		count(suspect, &first, true);
}

static void find_words(struct suspect *suspect,
		       const struct account_entry *entry, uint32_t at_s,
		       float score)
{
	struct words *words = suspect->words;
	struct verdict verdict;

	if (words && score < words->score + WORDS_STEP)
		return;
	if (!words)
		words = suspect->words = must(calloc(1, sizeof(*words)));
	judge_explain(&entry->account, entry->login,
		      at_s * (int64_t)STAMP_SECOND_MS, &verdict);
	memset(words, 0, sizeof(*words));
	words->score = score;
	words->at_s = at_s;
	slice_copy(slice_from(entry->login), words->login,
		   sizeof(words->login));
	for (size_t i = 0; i < WORDS_REASONS && i < verdict.n_evidence &&
			   verdict.evidence[i].nats > 0; i++)
		slice_copy(slice_from(verdict.evidence[i].text),
			   words->reasons[i], sizeof(words->reasons[i]));
}

static void cross(struct album *album, struct suspect *suspect,
		  const struct account_entry *entry, uint32_t at_s,
		  double score)
{
	if (suspect->picture && score > suspect->picture->highest)
		suspect->picture->highest = (float)score;
	if (score > suspect->highest) {
		suspect->highest = (float)score;
		suspect->highest_s = at_s;
	}
	for (size_t i = 0; i < album->n_lines && score >= album->lines[i];
	     i++) {
		if (suspect->crossed & 1U << i)
			continue;
		suspect->crossed |= (uint16_t)(1U << i);
		suspect->crossed_now |= (uint16_t)(1U << i);
		suspect->before[i] = suspect->seen_recipients;
	}
	if (score >= album->lines[0] && !suspect->stop)
		find_words(suspect, entry, at_s, (float)score);
}

void suspect_note(struct album *album, struct suspect *suspect,
		  const struct signal_input *input,
		  const struct account_entry *entry,
		  const struct handed_in *message)
{
	struct picture_event event = { .at_s = input->now_s,
				       .recipients = input->recipients,
				       .is_further = input->event->kind ==
						     MAIL_DELIVERY,
				       .country = message ? message->country
							  : COUNTRY_UNKNOWN };
	float stored[PICTURE_SIGNALS] = { 0 };
	double log_odds, score;
	bool is_new;

	measure(&event, stored, &entry->account);
	if (suspect->begin_s &&
	    event.at_s > suspect->rise_s + INCIDENT_OVER_S)
		suspect_close(album, suspect);
	is_new = brings_evidence(suspect, &event, stored);
	count_stop_day(album, suspect, &event);
	if (event.at_s > suspect->last_s)
		suspect->last_s = event.at_s;
	if (!suspect->begin_s && !is_new)
		return;
	if (!suspect->begin_s)
		begin(album, suspect, &event, entry, message);
	if (is_new && event.at_s > suspect->rise_s)
		suspect->rise_s = event.at_s;
	judge_probability(&entry->account, event.at_s, &log_odds);
	score = judge_settings.scale * log_odds + judge_settings.shift;
	if (!suspect->picture && !suspect->had_second &&
	    score >= album->lines[0])
		give_second(album, suspect, entry, event.at_s);
	count(suspect, &event, is_new);
	cross(album, suspect, entry, event.at_s, score);
}

void suspect_close(struct album *album, struct suspect *suspect)
{
	if (!suspect->begin_s)
		return;
	for (size_t i = 0; i < album->n_lines; i++)
		if (suspect->crossed_now & 1U << i)
			suspect->whole[i] = suspect->recipients;
	if (suspect->highest_s >= suspect->begin_s)
		suspect->highest_recipients = suspect->recipients;
	if (suspect->is_stop_open) {
		struct stop *stop = &album->stops[suspect->stop - 1];

		stop->messages = suspect->messages;
		stop->recipients = suspect->recipients;
		stop->begin_s = suspect->begin_s;
		stop->end_s = suspect->rise_s;
	}
	if (suspect->picture)
		suspect->picture->is_over = true;
	suspect->is_stop_open = false;
	suspect->crossed_now = 0;
	suspect->begin_s = 0;
	suspect->picture = NULL;
}
