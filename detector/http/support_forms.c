/*
 * What an agent can do, as forms: let an account send again, stop it by hand,
 * say that places are the owner's.
 */
#include "detector/http/support.h"

#include "base/stamp.h"
#include "detector/settings.h"

#include <stdio.h>
#include <string.h>

enum { REASON_MAX = 240, DAYS_MAX = TRUST_DAYS_MAX };

static void put_title(struct visit *visit, const char *id, const char *word)
{
	putf(visit, "<h3 id=\"%s-title\">", id);
	put_word(visit, word);
	put(visit, "</h3>\n");
}

static void put_reason(struct visit *visit, const char *form,
		       const char *word)
{
	struct slice kept = slice_from(visit->kept);
	bool is_mine = slice_skip(&kept, slice_from(form)) &&
		       slice_skip(&kept, S(":"));
	/* The end of the text it is in is its end as well. */
	const struct field field = { "reason", word, is_mine ? kept.ptr : "",
				     "text", REASON_MAX, true };

	put_field(visit, form, &field);
}

static void put_box(struct visit *visit, const char *id, const char *name,
		    struct slice value, bool is_checked)
{
	putf(visit, "<input type=\"checkbox\" id=\"%s\" name=\"%s\""
	     " value=\"", id, name);
	text_add_html(visit->out, value);
	put(visit, is_checked ? "\" checked>" : "\">");
	putf(visit, " <label for=\"%s\">", id);
}

/* --- lift --- */

static bool is_set(const char *option)
{
	return option && option[0];
}

/* What can be done with held messages here; the configured one is chosen. */
static void put_fates(struct visit *visit)
{
	const struct {
		const char *name;
		bool is_there;
	} fates[] = {		/* as settings.queue.at_lift */
		{ "keep", true },
		{ "release", is_set(settings.queue.release) &&
			     !visit->is_reseller },
		{ "delete", is_set(settings.queue.delete) },
	};
	char word[32];

	if (!is_set(settings.queue.hold))
		return;
	put(visit, "<p><label for=\"lift-queue\">");
	put_word(visit, "lift.queue");
	put(visit, "</label>\n<select id=\"lift-queue\" name=\"queue\">");
	for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++) {
		if (!fates[i].is_there)
			continue;
		snprintf(word, sizeof(word), "lift.queue.%s", fates[i].name);
		putf(visit, "<option value=\"%s\"%s>", fates[i].name,
		     settings.queue.at_lift == (int64_t)i ? " selected" : "");
		put_word(visit, word);
		put(visit, "</option>");
	}
	put(visit, "</select></p>\n");
}

const char *const visit_password_names[] = {
	[PASSWORD_UNCHANGED] = "unchanged",
	[PASSWORD_CHANGED] = "changed",
	[PASSWORD_SAME] = "same",
	[PASSWORD_APP_PASSWORDS_LEFT] = "app_passwords",
	[PASSWORD_UNKNOWN] = "unknown",
	[PASSWORD_ERROR] = "",
};

/* Without a proof it takes a cross, beside what it means. What the agent saw
 * goes along: a cross set for one reason must not do for another. */
static void put_force(struct visit *visit, enum password_state password)
{
	char word[32];

	if (password == PASSWORD_CHANGED)
		return;
	if (visit->is_reseller) {
		put(visit, "<p class=\"warning\">");
		put_word(visit, "lift.reseller");
		put(visit, "</p>\n");
		return;
	}
	snprintf(word, sizeof(word), "force.%s",
		 visit_password_names[password]);
	putf(visit, "<p class=\"warning\"><input type=\"hidden\""
	     " name=\"seen\" value=\"%s\">",
	     visit_password_names[password]);
	put_box(visit, "lift-force", "force", S("1"), false);
	put_word(visit, word);
	put(visit, "</label></p>\n");
}

void put_lift_form(struct visit *visit, const struct block *block,
		   enum password_state password)
{
	char path[SUPPORT_PATH_SIZE], action[SUPPORT_PATH_SIZE + 8];

	path_of_block(block->id, path);
	snprintf(action, sizeof(action), "%s/lift", path);
	put_form(visit, "lift", action);
	put_title(visit, "lift", "lift.title");
	put_reason(visit, "lift", "lift.reason");
	put_fates(visit);
	put_force(visit, password);
	put_form_end(visit, "lift", "lift.button", false);
}

/* --- suspend --- */

void put_suspend_form(struct visit *visit, struct slice account,
		      bool is_known)
{
	char path[SUPPORT_PATH_SIZE], action[SUPPORT_PATH_SIZE + 12];

	path_of_account(account, path);
	snprintf(action, sizeof(action), "%s/suspend", path);
	put_form(visit, "suspend", action);
	put_title(visit, "suspend", "suspend.title");
	put_reason(visit, "suspend", "suspend.reason");
	if (!is_known) {
		put(visit, "<p class=\"warning\">");
		put_box(visit, "suspend-force", "force", S("1"), false);
		put_word(visit, "suspend.force");
		put(visit, "</label></p>\n");
	}
	put_form_end(visit, "suspend", "suspend.button", false);
}

/* --- trust --- */

/* The places of the incident, chosen already as far as one word may name
 * them. */
static void put_places(struct visit *visit, const struct json *window,
		       const char *list, const char *name, size_t most)
{
	const struct json *places = json_get(window, list);

	for (size_t i = 0; i < json_length(places) && i < 16; i++) {
		struct slice place = json_text(json_at(places, i));
		char id[40];

		/* What is not known cannot be anybody's own. */
		if (place.len == 0 || slice_eq(place, S("ZZ")))
			continue;
		snprintf(id, sizeof(id), "trust-%s-%zu", name, i);
		put(visit, "<p class=\"choice\">");
		put_box(visit, id, name, place, i < most);
		if (strcmp(name, "country") == 0)
			put_country(visit, place);
		else
			put_strange(visit, place);
		put(visit, "</label></p>\n");
	}
}

static void put_more(struct visit *visit, const char *name, const char *word,
		     int most)
{
	const struct field field = { name, word, "", "text", most, false };

	put_field(visit, "trust", &field);
}

static void put_days(struct visit *visit)
{
	int64_t days = settings.lift.trust_ms / STAMP_DAY_MS;
	char number[24];

	snprintf(number, sizeof(number), "%lld",
		 (long long)(days > 0 ? days : TRUST_DAYS));
	const struct field field = { "days", "trust.days", number, "number",
				     DAYS_MAX, true };
	put_field(visit, "trust", &field);
}

void put_trust_form(struct visit *visit, const struct json *window,
		    bool is_open, const char *path)
{
	char action[SUPPORT_PATH_SIZE + 8];

	snprintf(action, sizeof(action), "%s/trust", path);
	put(visit, is_open || slice_starts(slice_from(visit->kept),
					   S("trust:"))
			   ? "<details class=\"act\" open>\n<summary>"
			   : "<details class=\"act\">\n<summary>");
	put_word(visit, "trust.title");
	put(visit, "</summary>\n");
	put_form(visit, "trust", action);
	put(visit, "<p id=\"trust-title\">");
	put_word(visit, "trust.about");
	put(visit, "</p>\n<fieldset>\n<legend>");
	put_word(visit, "trust.places");
	put(visit, "</legend>\n");
	put_places(visit, window, "countries", "country", TRUST_COUNTRIES);
	put_places(visit, window, "networks", "network", TRUST_NETWORKS);
	put_more(visit, "other_country", "trust.country", 2);
	put_more(visit, "other_network", "trust.network", 12);
	put(visit, "</fieldset>\n");
	put_days(visit);
	put_reason(visit, "trust", "trust.reason");
	put_form_end(visit, "trust", "trust.button", true);
	put(visit, "</details>\n");
}
