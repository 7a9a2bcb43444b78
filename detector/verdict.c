#include "detector/verdict.h"

#include "base/hash.h"
#include "base/stamp.h"
#include "detector/origin.h"

#include <stdio.h>
#include <string.h>

const char *const verdict_action_names[] = {
	[VERDICT_SUSPEND] = "suspend",
	[VERDICT_WATCH] = "watch",
	[VERDICT_LIFT] = "lift",
};

static void add_evidence(struct json *object, const struct verdict *verdict)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < verdict->n_evidence; i++) {
		const struct verdict_evidence *e = &verdict->evidence[i];
		struct json *one = json_new_object();

		json_add_string(one, "signal", e->signal);
		json_add_real(one, "nats", e->nats, 2);
		json_add_string(one, "text", e->text);
		json_push(list, &one);
	}
	json_add(object, "evidence", &list);
}

static void add_window(struct json *object, const struct verdict *verdict)
{
	struct json *window = json_new_object();
	struct json *countries = json_new_array();
	struct json *samples = json_new_array();
	struct json *addresses = json_new_array();
	struct json *networks = json_new_array();

	for (size_t i = 0; i < verdict->window.n_networks; i++) {
		char text[NETWORK_TEXT_SIZE];

		network_text(verdict->window.networks[i], text);
		json_push_text(networks, slice_from(text));
	}
	for (size_t i = 0; i < verdict->window.n_countries; i++) {
		char text[COUNTRY_TEXT_SIZE];

		country_text(verdict->window.countries[i], text);
		json_push_text(countries, slice_from(text));
	}
	for (size_t i = 0; i < verdict->window.n_samples; i++)
		json_push_text(samples,
			       slice_from(verdict->window.samples[i]));
	for (size_t i = 0; i < verdict->window.n_masked; i++)
		json_push_text(addresses,
			       slice_from(verdict->window.masked[i]));
	json_add_integer(window, "recipients", verdict->window.recipients);
	json_add_integer(window, "messages", verdict->window.messages);
	json_add_integer(window, "ips", verdict->window.addresses);
	json_add(window, "countries", &countries);
	json_add(window, "networks", &networks);
	json_add_integer(window, "unknown_recipients",
			 verdict->window.unknown_recipients);
	json_add(window, "sample_domains", &samples);
	json_add(window, "sample_ips", &addresses);
	json_add(object, "window", &window);
}

struct json *verdict_json(const struct verdict *verdict)
{
	struct json *object = json_new_object();
	char stamp[STAMP_TEXT_SIZE];

	json_add_string(object, "type", "verdict");
	stamp_rfc3339(verdict->at_ms, stamp);
	json_add_string(object, "time", stamp);
	json_add_string(object, "account", verdict->account);
	json_add_string(object, "action",
			verdict_action_names[verdict->action]);
	json_add_real(object, "probability", verdict->probability, 4);
	json_add_real(object, "log_odds", verdict->log_odds, 2);
	add_evidence(object, verdict);
	add_window(object, verdict);
	stamp_rfc3339(verdict->first_seen_ms, stamp);
	json_add_string(object, "first_seen", stamp);
	return object;
}

void verdict_print_json(const struct verdict *verdict, struct text *out)
{
	struct json *object = verdict_json(verdict);

	json_print(object, out);
	text_add_char(out, '\n');
	json_free(&object);
}

void verdict_key(const struct verdict *verdict, char key_out[80])
{
	char stamp[STAMP_TEXT_SIZE];

	stamp_rfc3339(verdict->at_ms, stamp);
	snprintf(key_out, 80, "%s-%s-%016llx",
		 verdict_action_names[verdict->action], stamp,
		 (unsigned long long)account_key(
			 slice_from(verdict->account)));
}

void verdict_print_line(const struct verdict *verdict, struct text *out)
{
	char stamp[STAMP_TEXT_SIZE];

	stamp_short(verdict->at_ms, stamp);
	text_addf(out, "%s  %-7s  ", stamp,
		  verdict_action_names[verdict->action]);
	text_add_value(out, slice_from(verdict->account));
	for (size_t i = 0; i < verdict->n_evidence && i < 3; i++) {
		text_add_string(out, i ? "; " : "  ");
		text_add_visible(out, slice_from(verdict->evidence[i].text));
	}
	text_add_char(out, '\n');
}
