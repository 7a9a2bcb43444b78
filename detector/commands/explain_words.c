/*
 * What explain says: the standing, every signal's share, the history, and what
 * can be done.
 */
#include "base/stamp.h"
#include "detector/commands/explain_inside.h"
#include "detector/judge.h"
#include "detector/profile.h"
#include "detector/trust.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *explain_country(const struct explanation *e, uint16_t country)
{
	static char code[COUNTRY_TEXT_SIZE];
	char word[16];

	country_text(country, code);
	if (!e->languages)
		return code;
	snprintf(word, sizeof(word), "country.%s", code);
	return languages_word(e->languages, "en", word, code);
}

bool explain_network_name(const struct explanation *e, uint32_t network,
			  char out[EXPLAIN_NAME_SIZE])
{
	const struct account *account = &e->entry.account;
	const char *known = network_name_of(network);

	if (known)
		return slice_copy(slice_from(known), out, EXPLAIN_NAME_SIZE);
	for (size_t i = 0; i < ACCOUNT_RECENT && e->geo; i++) {
		const struct account_recent *r = &account->recent[i];

		if (r->last_s && r->network == network &&
		    geo_network_name(e->geo, network, r->prefix, r->is_v6,
				     out, EXPLAIN_NAME_SIZE))
			return true;
	}
	return false;
}

void explain_network(const struct explanation *e, uint32_t network,
		     char out[EXPLAIN_NAME_SIZE])
{
	char number[NETWORK_TEXT_SIZE], name[EXPLAIN_NAME_SIZE];
	bool is_known = explain_network_name(e, network, name);

	network_text(network, number);
	snprintf(out, EXPLAIN_NAME_SIZE, "%s%s%.40s", number,
		 is_known ? " " : "", is_known ? name : "");
}

void explain_time(uint32_t at_s, char out[STAMP_TEXT_SIZE])
{
	stamp_short(at_s * (int64_t)STAMP_SECOND_MS, out);
}

void explain_day(uint32_t day, char out[STAMP_TEXT_SIZE])
{
	stamp_rfc3339(day * (int64_t)STAMP_DAY_MS, out);
	out[10] = '\0';
}

/* What stands there means less than it says. */
static const char *paper_words(const struct explanation *e)
{
	if (e->block_id)
		return "";
	switch (e->entry.account.is_observed) {
	case PAPER_OBSERVED:
		return ", on paper only: nothing stops it";
	case PAPER_UNKNOWN_TO_PANEL:
		return ", on paper only: the panel does not know it";
	default:
		return "";
	}
}

static bool is_stopped(const struct explanation *e)
{
	const struct account *account = &e->entry.account;

	return e->block_id != 0 || (account->standing == STANDING_BLOCKED &&
				    !account->is_observed);
}

static void print_missing(const struct explanation *e,
			  const struct screen *screen)
{
	if (e->to_watch > 0 && is_stopped(e))
		screen_linef(screen, 2, "", "That is %.1f nats below the line "
			     "to be watched; but a block ends only when "
			     "it is lifted.", e->to_watch);
	else if (e->to_watch > 0 &&
		 e->entry.account.standing != STANDING_CALM)
		screen_linef(screen, 2, "", "That is %.1f nats below the line "
			     "to be watched; it is calm again below %.1f %%.",
			     e->to_watch, 50 * judge_settings.watch);
	else if (e->to_watch > 0)
		screen_linef(screen, 2, "", "%.1f nats more and it is watched, "
			     "%.1f more and it is stopped.", e->to_watch,
			     e->to_block);
	else if (e->to_block > 0)
		screen_linef(screen, 2, "", "%.1f nats more would stop it; it "
			     "is %.1f above the line to be watched.",
			     e->to_block, -e->to_watch);
	else
		screen_linef(screen, 2, "", "That is %.1f nats above the line "
			     "to be stopped.", -e->to_block);
}

/* A name with blanks could go on as our words do: it stands in quotes, and has
 * two for one of its own. The screen makes the rest visible. */
static void add_name(struct text *line, const char *name)
{
	bool is_plain = *name && !strpbrk(name, " \"");

	if (!is_plain)
		text_add_char(line, '"');
	for (; *name; name++) {
		if (*name == '"')
			text_add_char(line, '"');
		text_add_char(line, *name);
	}
	if (!is_plain)
		text_add_char(line, '"');
}

static void print_name(const struct explanation *e,
		       const struct screen *screen)
{
	const struct account *account = &e->entry.account;
	char since[STAMP_TEXT_SIZE];
	struct text line = TEXT_INIT(4096);

	explain_time(account->standing_s, since);
	add_name(&line, e->entry.login);
	if (e->unseen.code)
		text_add_string(&line, " was never seen in a log");
	else
		text_addf(&line, " is %s%s%s%s",
			  standing_names[account->standing],
			  account->standing_s ? " since " : "",
			  account->standing_s ? since : "", paper_words(e));
	screen_line(screen, 0, "", &line);
	text_release(&line);
	if (e->has_no_state)
		screen_linef(screen, 2, "", "%s.", e->unseen.text);
}

static void print_block(const struct explanation *e,
			const struct screen *screen)
{
	char since[STAMP_TEXT_SIZE];

	if (e->block_id) {
		stamp_short(e->blocked_ms, since);
		screen_linef(screen, 2, "", "Its sending is stopped since %s "
			     "(block %lld).", since, (long long)e->block_id);
	}
	if (e->password != PASSWORD_ERROR)
		screen_line(screen, 2, "", &e->password_words);
}

static void print_standing(const struct explanation *e,
			   const struct screen *screen)
{
	char now[STAMP_TEXT_SIZE];
	double p = e->verdict.probability;

	explain_time(e->now_s, now);
	screen_linef(screen, 2, "", "%s%.1f %% likely in somebody else's "
		     "hands, as of %s (watched from %.1f %%, stopped from %.1f "
		     "%%).", p > 0.999 ? "Over " : "",
		     p > 0.999 ? 99.9 : p * 100, now,
		     judge_settings.watch * 100, judge_settings.block * 100);
	print_missing(e, screen);
}

size_t explain_shares(const struct explanation *e,
		      struct explain_share shares[EXPLAIN_SIGNALS_MAX])
{
	const struct signal *signal;
	size_t n = 0;

	for (size_t i = 0; (signal = signal_at(i)) && n < EXPLAIN_SIGNALS_MAX;
	     i++) {
		const struct signal_limits *limits = signal_limits(signal);
		struct explain_share share = {
			.signal = signal,
			.nats = limits->weight *
				judge_sum(&e->entry.account, signal,
					  e->now_s),
		};
		size_t at = n++;

		share.most = limits->weight *
			     (share.nats < 0 ? limits->floor : limits->cap);
		while (at > 0 && fabs(shares[at - 1].nats) <
					 fabs(share.nats)) {
			shares[at] = shares[at - 1];
			at--;
		}
		shares[at] = share;
	}
	return n;
}

void explain_words_of(const struct explanation *e,
		      const struct explain_share *share, struct text *out)
{
	/* Its words are about what it found; here it found the contrary. */
	if (share->nats <= -EXPLAIN_SILENT)
		text_addf(out, "no sign of %s", share->signal->about);
	else if (share->nats < EXPLAIN_SILENT)
		text_add_string(out, share->signal->about);
	else
		share->signal->describe(&e->entry.account, e->now_s, out);
}

static void print_beginning(const struct explanation *e,
			    const struct screen *screen)
{
	const struct account *account = &e->entry.account;
	char until[STAMP_TEXT_SIZE];
	double warmth = profile_warmth(account, e->now_s);

	explain_time(account->closer_until_s, until);
	screen_linef(screen, 9, "", "%+.1f before any evidence%s%s; %+.1f in "
		     "all.", judge_prior(account, e->now_s),
		     e->now_s < account->closer_until_s
			     ? ", watched more closely after a lift until "
			     : "",
		     e->now_s < account->closer_until_s ? until : "",
		     e->verdict.log_odds);
	if (warmth < 1)
		screen_linef(screen, 9, "", "Little is known of it yet: soft "
			     "evidence counts %.0f %%.", 100 * warmth);
}

static void print_signals(const struct explanation *e,
			  const struct screen *screen)
{
	struct explain_share shares[EXPLAIN_SIGNALS_MAX];
	size_t n = explain_shares(e, shares), silent = 0;

	screen_title(screen, "What speaks against it (nats; below zero speaks "
			     "for it)");
	for (size_t i = 0; i < n; i++) {
		struct text words = TEXT_INIT(4096);

		if (fabs(shares[i].nats) < EXPLAIN_SILENT &&
		    !e->is_silent_too) {
			silent++;
			continue;
		}
		screen_bar(screen, shares[i].nats, shares[i].most,
			   shares[i].signal->name);
		explain_words_of(e, &shares[i], &words);
		screen_line(screen, 23, "", &words);
		text_release(&words);
	}
	print_beginning(e, screen);
	if (silent)
		screen_linef(screen, 9, "", "%zu signals say nothing; -v shows "
			     "them too.", silent);
}

static void print_history(const struct explanation *e,
			  const struct screen *screen)
{
	size_t n = json_length(e->history);

	screen_title(screen, "What was done");
	if (!e->history && e->no_history[0])
		screen_linef(screen, 2, "", "The database cannot be asked: %s",
			     e->no_history);
	else if (n == 0)
		screen_linef(screen, 2, "", "Nothing: never stopped, opened or "
			     "trusted.");
	for (size_t i = 0; i < n; i++) {
		const struct json *line = json_at(e->history, i);
		struct text words = TEXT_INIT(8192);
		char when[STAMP_TEXT_SIZE], label[STAMP_TEXT_SIZE + 4];
		int64_t at_ms = 0;
		static const char *const parts[] = { "reason", "detail" };

		stamp_parse(json_get_text(line, "at"), &at_ms);
		stamp_short(at_ms, when);
		snprintf(label, sizeof(label), "  %s", when);
		text_add(&words, json_get_text(line, "action"));
		text_add_string(&words, " by ");
		text_add(&words, json_get_text(line, "actor"));
		for (size_t j = 0; j < 2; j++) {
			struct slice part = json_get_text(line, parts[j]);

			if (part.len)
				text_add_string(&words, ": ");
			text_add(&words, part);
		}
		screen_line(screen, 20, label, &words);
		text_release(&words);
	}
}

/* To be copied into a shell, so only when nothing in it means anything there;
 * else the reader fills it in. */
static const char *name_for_shell(const struct explanation *e)
{
	const char *login = e->entry.login;

	if (login[0] == '-' ||
	    strspn(login, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			  "0123456789@._+-") != strlen(login))
		return "ACCOUNT";
	return login;
}

static void advise(const struct screen *screen, const char *what,
		   const char *command, const char *name, const char *options)
{
	char begin[ACCOUNT_LOGIN_MAX + 64];

	screen_linef(screen, 2, "", "%s", what);
	snprintf(begin, sizeof(begin), "comporta %s %s", command, name);
	screen_command(screen, begin, options);
}

/* The latest place that neither habit nor word knows. Nobody is at that many:
 * then there is none to trust. */
static const struct account_recent *strange_place(const struct explanation *e)
{
	const struct account *account = &e->entry.account;
	size_t n = e->verdict.window.n_networks;

	if (n == 0 || n > TRUST_NETWORKS)
		return NULL;
	return profile_recent_network(account,
				      e->verdict.window.networks[0],
				      e->now_s);
}

static void advise_trust(const struct explanation *e,
			 const struct screen *screen, const char *name)
{
	const struct account_recent *place = strange_place(e);
	char network[NETWORK_TEXT_SIZE], country[COUNTRY_TEXT_SIZE];
	char options[96];
	const char *quote;

	if (!place)
		return;
	network_text(place->network, network);
	country_text(place->country, country);
	/* A shell takes a # for a comment. */
	quote = network[0] == '#' ? "'" : "";
	snprintf(options, sizeof(options), "--network %s%s%s%s%s "
		 "--reason TEXT", quote, network, quote,
		 place->country ? " --country " : "",
		 place->country ? country : "");
	advise(screen, "If the owner says \"it was me\":", "trust", name,
	       options);
}

static void print_next(const struct explanation *e,
		       const struct screen *screen)
{
	const struct account *account = &e->entry.account;
	const char *name = name_for_shell(e);

	screen_title(screen, "What you can do");
	if (is_stopped(e)) {
		advise(screen, "Open it once the password is another one, and "
		       "no application password from before is left (--force: "
		       "all the same):", "lift", name, "--reason TEXT");
	} else {
		if (account->is_observed == PAPER_OBSERVED)
			screen_linef(screen, 2, "", "Let blocks be real: mode "
				     "= \"enforce\" in the configuration.");
		advise(screen, "Stop it by hand:", "suspend", name,
		       "--reason TEXT");
	}
	advise_trust(e, screen, name);
}

void explain_print(const struct explanation *e)
{
	struct screen screen;

	screen_init(&screen);
	print_name(e, &screen);
	print_block(e, &screen);
	if (!e->unseen.code) {
		print_standing(e, &screen);
		print_signals(e, &screen);
		explain_normal(e, &screen);
		explain_lately(e, &screen);
	}
	explain_block(e, &screen);
	print_history(e, &screen);
	print_next(e, &screen);
}
