#include "detector/album/album.h"

#include "base/hash.h"
#include "base/must.h"
#include "base/stamp.h"
#include "detector/album/inside.h"
#include "detector/judge.h"

#include <math.h>
#include <stdlib.h>

/* The thresholds to compare; the one in use joins them. */
static const double compared[] = { 0.02, 0.05, 0.07, 0.1, 0.2, 0.3,
				   0.5,	 0.7,  0.9,  0.95 };

double album_odds(double probability)
{
	return log(probability / (1 - probability));
}

double album_probability(double odds)
{
	return 1 / (1 + exp(-odds));
}

static void add_line(struct album *album, double odds)
{
	size_t at = album->n_lines++;

	while (at > 0 && album->lines[at - 1] > odds) {
		album->lines[at] = album->lines[at - 1];
		at--;
	}
	album->lines[at] = odds;
}

static bool is_in_use(double odds)
{
	return fabs(odds - album_odds(judge_settings.block)) < 1e-9;
}

struct album *album_new(void)
{
	struct album *album = must(calloc(1, sizeof(*album)));

	album->pictures.max = PICTURES_MAX;
	album->suspects.floor = PICTURE_CALM;
	album->handed_in = must(calloc(HANDED_IN_SLOTS,
				       sizeof(*album->handed_in)));
	/* Certainty is never reached: with block = 1 nobody is stopped. */
	if (judge_settings.block < 1)
		add_line(album, album_odds(judge_settings.block));
	for (size_t i = 0; i < sizeof(compared) / sizeof(*compared); i++)
		if (!is_in_use(album_odds(compared[i])))
			add_line(album, album_odds(compared[i]));
	return album;
}

void album_free(struct album **album)
{
	if (!*album)
		return;
	suspects_release(&(*album)->suspects);
	pictures_release(&(*album)->pictures);
	free((*album)->handed_in);
	free((*album)->stops);
	free(*album);
	*album = NULL;
}

void album_verdict(struct album *album, const struct verdict *verdict)
{
	album->verdict = *verdict;
	album->has_verdict = true;
}

static uint64_t message_key(const struct mail_event *event)
{
	return hash_bytes(event->queue_id, hash_bytes(event->host, 0));
}

/* The message that this event speaks of; NULL when it is not known. */
static const struct handed_in *message_of(struct album *album,
					  const struct signal_input *input)
{
	const struct mail_event *event = input->event;
	struct handed_in *message;
	uint64_t key;

	if (event->queue_id.len == 0)
		return NULL;
	key = message_key(event);
	message = &album->handed_in[key & (HANDED_IN_SLOTS - 1)];
	if (event->kind == MAIL_SUBMISSION)
		*message = (struct handed_in){
			.key = key,
			.country = input->origin ? input->origin->country
				   : event->has_client ? COUNTRY_LOCAL
						       : COUNTRY_UNKNOWN,
		};
	if (message->key != key)
		return NULL;
	if (input->recipients) {
		message->recipients = input->recipients;
		message->at_s = input->now_s;
	}
	return message;
}

static void count(struct album *album, const struct signal_input *input)
{
	int64_t at_ms = input->event->at_ms;

	if (!album->first_ms || at_ms < album->first_ms)
		album->first_ms = at_ms;
	if (at_ms > album->last_ms)
		album->last_ms = at_ms;
	/* A delivery adds recipients to a message that was counted. */
	album->messages += input->recipients > 0 &&
			   input->event->kind != MAIL_DELIVERY;
	album->recipients += input->recipients;
}

static void keep_stop(struct album *album, struct suspect *suspect)
{
	struct stop *stop;

	if (suspect->stop) {
		album->stops[suspect->stop - 1].again++;
		return;
	}
	if (album->n_stops == STOPS_MAX) {
		album->stops_beyond++;
		return;
	}
	if (album->n_stops == album->n_room) {
		album->n_room = album->n_room ? album->n_room * 2 : 16;
		album->stops = must(realloc(album->stops,
					    album->n_room * sizeof(*stop)));
	}
	stop = &album->stops[album->n_stops++];
	memset(stop, 0, sizeof(*stop));
	stop->verdict = album->verdict;
	stop->until_messages = suspect->seen_messages;
	stop->until_recipients = suspect->seen_recipients;
	suspect->stop = (uint32_t)album->n_stops;
	suspect->is_stop_open = true;
}

/* The event that tipped it was let out: it has been counted by now. */
static void take_verdict(struct album *album, struct suspect *suspect,
			 uint32_t now_s)
{
	bool is_stop = album->verdict.action == VERDICT_SUSPEND;
	struct picture *picture = suspect->picture;

	album->has_verdict = false;
	if (is_stop)
		keep_stop(album, suspect);
	if (picture && is_stop && !picture->stopped_s)
		picture->stopped_s = now_s;
	if (picture && !is_stop && !picture->watched_s)
		picture->watched_s = now_s;
}

void album_weighed(struct album *album, const struct signal_input *input,
		   const struct account_entry *entry)
{
	const struct handed_in *message = message_of(album, input);
	struct suspect *suspect;

	count(album, input);
	if (!entry->account.incident.first_s)
		return;
	suspect = suspects_get(&album->suspects, entry->key, input->now_s);
	if (suspect) {
		suspect_note(album, suspect, input, entry, message);
		if (album->has_verdict)
			take_verdict(album, suspect, input->now_s);
	} else if (album->has_verdict) {
		album->has_verdict = false;
		album->stops_beyond += album->verdict.action ==
				       VERDICT_SUSPEND;
	}
}
