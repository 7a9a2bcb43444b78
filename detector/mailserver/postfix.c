/*
 * Judging Postfix: every smtpd that offers a login, and the maps they ask.
 */
#include "detector/mailserver/postfix_inside.h"

/* %.*s of a slice. */
#define SAY(slice) (int)(slice).len, (slice).ptr

static const struct slice usual_place = SLICE("smtpd_sender_restrictions");

static void keep_map(void *context, struct slice map)
{
	struct postfix_answers *answers = context;

	for (size_t i = 0; i < answers->n_maps; i++)
		if (slice_eq(slice_from(answers->maps[i].name), map))
			return;
	if (answers->n_maps == MAILSERVER_MAPS ||
	    map.len >= MAILSERVER_NAME_SIZE)
		return;
	answers->maps[answers->n_maps] = (struct postfix_map){
		.blocked.status = MAILSERVER_NOT_ASKED,
		.unblocked.status = MAILSERVER_NOT_ASKED,
	};
	slice_copy(map, answers->maps[answers->n_maps++].name,
		   MAILSERVER_NAME_SIZE);
}

static bool next_login_service(const struct postfix_answers *answers,
			       struct slice *rest,
			       struct postfix_service *service_out)
{
	while (postfix_next_service(rest, service_out))
		if (service_out->is_smtpd &&
		    postfix_is_on(answers, service_out,
				  S("smtpd_sasl_auth_enable")))
			return true;
	return false;
}

void postfix_maps(struct postfix_answers *answers)
{
	struct slice rest = answers->master;
	struct postfix_service service;

	answers->n_maps = 0;
	while (next_login_service(answers, &rest, &service))
		postfix_walk_maps(answers, &service, keep_map, answers);
	postfix_walk_maps(answers, NULL, keep_map, answers);
}

/* The map that a remedy names: ours if there is one, else as documented. */
static struct slice our_map(const struct postfix_answers *answers)
{
	for (size_t i = 0; i < answers->n_maps; i++) {
		struct slice name = slice_from(answers->maps[i].name);

		if (postfix_ours(answers, name) == OURS)
			return name;
	}
	return S(MAILSERVER_MAP);
}

/* What was there, without our check if that stood in it. */
static void add_the_rest(struct text *out, struct slice written,
			 struct slice map)
{
	struct text kept = TEXT_INIT(POSTFIX_VALUE_MAX);
	struct slice rest = written, word, after;
	bool was_there = false;

	while (postfix_next_word(&rest, &word)) {
		struct slice own;

		after = rest;
		if (slice_eq(word, S("check_sasl_access")) &&
		    postfix_next_word(&after, &own) && slice_eq(own, map)) {
			rest = after;
			was_there = true;
			continue;
		}
		text_add_string(&kept, kept.len ? " " : "");
		text_add(&kept, word);
	}
	if (kept.len)
		text_add_string(out, ", ");
	text_add(out, was_there ? text_slice(&kept) : written);
	text_release(&kept);
}

static void add_line(struct text *out, struct slice name, struct slice map,
		     struct slice written)
{
	text_addf(out, "%.*s = check_sasl_access %.*s", SAY(name), SAY(map));
	add_the_rest(out, written, map);
}

/* Where the value that `service` uses is really written: through parameters
 * that are nothing but another one's name. */
static void add_remedy(const struct postfix_answers *answers,
		       const struct postfix_service *service,
		       struct slice place, struct slice map, struct text *out)
{
	struct slice name = place, written = S(""), next;
	bool is_override =
		service && postfix_written(answers, service, name, &written);

	if (!is_override)
		postfix_written(answers, NULL, name, &written);
	for (int i = 0; i < 5 && postfix_only_name(written, &next); i++) {
		name = next;
		written = S("");
		is_override = service && postfix_written(answers, service,
							 name, &written);
		if (!is_override)
			postfix_written(answers, NULL, name, &written);
	}
	if (!is_override) {
		text_add_string(out, "main.cf: ");
		add_line(out, name, map, written);
		return;
	}
	text_addf(out, "master.cf, under \"%.*s\": -o { ", SAY(service->name));
	add_line(out, name, map, written);
	text_add_string(out, " }");
}

static void find_well(const struct postfix_answers *answers,
		      const struct postfix_service *service,
		      const struct sight *sight,
		      struct mailserver_findings *findings)
{
	struct mailserver_finding *finding;

	if (sight->ours == OURS_MAYBE) {
		mailserver_find(findings, MAILSERVER_NOTE, "Postfix, %.*s: "
				"%.*s asks %.200s: whether that is about "
				MAILSERVER_TABLE " cannot be seen; name a "
				"blocked account with --account",
				SAY(service->name), SAY(sight->place),
				sight->map);
		return;
	}
	mailserver_find(findings, MAILSERVER_GOOD, "Postfix, %.*s: %.*s asks "
			"%.200s", SAY(service->name), SAY(sight->place),
			sight->map);
	if (!sight->may_permit[0])
		return;
	finding = mailserver_find(findings, MAILSERVER_NOTE, "Postfix, %.*s: "
				  "%s stands before it in %.*s; whenever that "
				  "says OK, nobody asks for the block",
				  SAY(service->name), sight->may_permit,
				  SAY(sight->place));
	add_remedy(answers, service, sight->place, slice_from(sight->map),
		   &finding->remedy);
}

/* Nowhere in this service's lists. Is it in main.cf's? */
static struct mailserver_finding *
find_missing(const struct postfix_answers *answers,
	     const struct postfix_service *service, struct slice *place,
	     struct mailserver_findings *findings)
{
	struct sight sight = postfix_walk(answers, NULL);
	struct slice written;

	if (sight.standing >= STANDS_BEHIND &&
	    postfix_written(answers, service, sight.place, &written)) {
		*place = sight.place;
		return mailserver_find(findings, MAILSERVER_MEND, "Postfix, "
				       "%.*s: master.cf overrides %.*s, so the "
				       "check of main.cf is bypassed",
				       SAY(service->name), SAY(sight.place));
	}
	return mailserver_find(findings, MAILSERVER_MEND, "Postfix, %.*s: "
			       "nobody asks for the block", SAY(service->name));
}

static void find_ill(const struct postfix_answers *answers,
		     const struct postfix_service *service,
		     const struct sight *sight,
		     struct mailserver_findings *findings)
{
	static const char *const words[] = {
		[STANDS_FOR_SENDER] = "is asked about the envelope sender "
			"only, which whoever sends may choose",
		[STANDS_EARLY] = "is asked before anybody can have logged in, "
			"as smtpd_delay_reject = no",
		[STANDS_WARNING] = "stands behind warn_if_reject, which only "
			"writes a line into the log",
		[STANDS_BEHIND] = "is not reached: before it stands",
	};
	struct slice place = sight->place, login_maps;
	struct mailserver_finding *finding;

	if (sight->standing == STANDS_NOWHERE) {
		place = usual_place;
		finding = find_missing(answers, service, &place, findings);
	} else {
		finding = mailserver_find(
			findings, MAILSERVER_MEND, "Postfix, %.*s: in %.*s "
			"%.200s %s%s%s", SAY(service->name), SAY(place),
			sight->map, words[sight->standing],
			sight->standing == STANDS_BEHIND ? " " : "",
			sight->standing == STANDS_BEHIND ? sight->permit : "");
	}
	if (sight->standing == STANDS_EARLY)
		place = usual_place;
	if (sight->standing == STANDS_NOWHERE &&
	    postfix_written(answers, NULL, S("smtpd_sender_login_maps"),
			    &login_maps) && login_maps.len)
		text_add_string(&finding->words, "; smtpd_sender_login_maps "
				"stops nobody");
	add_remedy(answers, service, place,
		   sight->map[0] ? slice_from(sight->map) : our_map(answers),
		   &finding->remedy);
}

void postfix_judge(const struct postfix_answers *answers,
		   struct mailserver_findings *findings)
{
	struct slice rest = answers->master;
	struct postfix_service service;
	size_t n = 0;

	for (; next_login_service(answers, &rest, &service); n++) {
		struct sight sight = postfix_walk(answers, &service);

		if (sight.standing == STANDS_WELL)
			find_well(answers, &service, &sight, findings);
		else
			find_ill(answers, &service, &sight, findings);
		postfix_judge_service_maps(answers, &service, findings);
	}
	if (n == 0)
		text_add_string(
			&mailserver_find(findings, MAILSERVER_MEND, "Postfix: "
				"no smtpd of master.cf lets anybody log in")
				 ->remedy,
			"ask where your customers log in; here set "
			"mailserver.kind = \"none\"");
	for (size_t i = 0; i < answers->n_maps; i++)
		postfix_judge_map(answers, &answers->maps[i], findings);
}
