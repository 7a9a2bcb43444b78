/*
 * Every detector/signals/<name>.cases against the signal of that name.
 *
 * A case is a history of one account, told line by line, then "= " and what
 * the signal has to say about the last moment: its nats with one decimal, and
 * behind them, if the case wants to see it, "| " and its words. "= 1.5..3" is
 * anything from 1.5 to 3, for what a new fit may change a little. '#' begins
 * a comment. A case begins with a new account and the presets.
 *
 *   day 5 09:30           go to that time (days count from 0, which is the
 *                         1st of October 2026; UTC)
 *   +90m                  go on by that time (s, m, h, d); -5s goes back
 *   login PL AS5617       a login to the mailbox from there; may be followed
 *                         by "client 7" (another address), "home" (the country
 *                         is home or normal around it), "certain 75" (in
 *                         percent: old data), "strangers 3", "refusals 3" (what crowd.h counts),
 *                         "shape 7" (how it logged in), "cold-host" (nobody
 *                         there has a history)
 *   submit ...            the same, but a message is handed in
 *   login local           one whose address says nothing
 *   send 40               one message to so many recipients
 *   fail a@b.example      this recipient does not exist (one line per message
 *                         and domain)
 *   to a@b.example        one delivery arrived
 *   arrive 3              so many deliveries arrived
 *   policy                a refusal for policy
 *   lift                  a person opened the gate
 *   set NAME VALUE        an option, in full ("signal.volume.cap")
 *   days 1..20 REST       do REST at 08:00 of each of these days
 *   repeat 30 1m REST     do REST, go on by a minute, and that 30 times
 *
 * REST may be several lines with "; " between them. In it {n} is the number
 * of the round, from 1. The account learns as it does in the program.
 */
#include "base/conf.h"
#include "base/hash.h"
#include "base/stamp.h"
#include "detector/habits.h"
#include "detector/judge.h"
#include "detector/learn.h"
#include "detector/neighbours.h"
#include "detector/profile.h"
#include "detector/settings.h"
#include "detector/signals/signal.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_ZERO_S = 1790812800, DAY_S = 86400, LINE_MAX_BYTES = 400,
       CASES_MAX = 400, HISTORY_MAX = 4096 };

struct history {
	char name[160];
	const struct signal *signal;
	char text[HISTORY_MAX];
	char want[200];
};

static struct history *cases[CASES_MAX];
static size_t n_cases;

static struct account account;
static struct sightings *neighbours;
static bool is_from_stranger, is_by_reader;	/* where it was let in last */
static uint32_t now_s;

static void do_line(struct slice line);

static struct slice word(struct slice *rest)
{
	*rest = slice_trim(*rest);
	return slice_cut(rest, ' ');
}

static uint32_t number(struct slice text, const char *what)
{
	uint32_t value;

	if (!slice_number(text, &value))
		fail_msg("%s: no number in \"%.*s\"", what, (int)text.len,
			 text.ptr);
	return value;
}

static uint32_t span_s(struct slice text)
{
	uint32_t value = number(text, "time");

	switch (text.ptr[text.len - 1]) {
	case 's': return value;
	case 'm': return value * 60;
	case 'h': return value * 3600;
	case 'd': return value * DAY_S;
	default: fail_msg("no unit in %.*s", (int)text.len, text.ptr);
	}
	return 0;
}

static uint32_t clock_s(struct slice text)
{
	struct slice hour = slice_cut(&text, ':');

	return number(hour, "hour") * 3600 + number(text, "minute") * 60;
}

/* What detector.c does with an event, but for tracker and geo. */
static void happen(struct signal_input *input)
{
	const struct judge_weights weights = judge_weights();
	enum verdict_action action;

	input->account = &account;
	input->now_s = now_s;
	input->login = S("anna@firma.example");
	if (!account.first_s)
		account.first_s = now_s;
	if (now_s < account.episode_s)
		return;
	if (input->origin)
		input->visits = profile_visits(&account, input->origin, now_s);
	if (input->from_stranger)
		input->strangeness = judge_strangeness(&account, now_s);
	judge_weigh(&weights, input);
	learn(neighbours, 1, input, judge_may_learn(&account, now_s));
	account.incident.unknown_recipients += input->failed;
	if (now_s > account.last_s)
		account.last_s = now_s;
	judge_decide(&account, now_s, input->event->kind != MAIL_LOGIN, false,
		     &action);
}

/* What the account itself knows of the place. */
static void look_around(struct signal_input *input)
{
	const struct account_place *network =
		profile_network(&account, input->origin->network);
	const struct account_place *country =
		profile_country(&account, input->origin->country);

	input->network_is_trusted =
		network && profile_is_trusted(network, now_s);
	input->from_stranger =
		!profile_is_home(&account, input->origin->network, now_s);
	input->by_reader = profile_visits(&account, input->origin,
					  now_s).reads;
	input->country_is_trusted =
		country && profile_is_trusted(country, now_s);
	input->host_is_warm = true;
}

/* "client 7", "home", "aged", ...; false for what is none of them. */
static bool take_option(struct signal_input *input, struct origin *origin,
			struct slice option, struct slice *rest)
{
	if (slice_eq(option, S("home")))
		input->country_is_home = true;
	else if (slice_eq(option, S("certain")))
		origin->certainty = number(word(rest), "certain") / 100.0;
	else if (slice_eq(option, S("client")))
		origin->client = number(word(rest), "client");
	else if (slice_eq(option, S("strangers")))
		input->crowd_strangers = number(word(rest), "strangers");
	else if (slice_eq(option, S("refusals")))
		input->crowd_refusals = number(word(rest), "refusals");
	else if (slice_eq(option, S("shape")))
		input->shape = (uint16_t)number(word(rest), "shape");
	else if (slice_eq(option, S("cold-host")))
		input->host_is_warm = false;
	else
		return false;
	return true;
}

static void let_in(struct slice rest, enum mail_event_kind kind)
{
	struct mail_event event = { .kind = kind };
	struct signal_input input = { .event = &event };
	struct origin origin = { .certainty = 1 };
	struct slice first = word(&rest), network, option;

	input.is_submission = kind == MAIL_SUBMISSION;
	input.reads = kind == MAIL_LOGIN;
	input.by_reader = true;
	if (!slice_eq(first, S("local"))) {
		origin.country = country_code(first);
		network = word(&rest);
		if (!slice_skip(&network, S("AS")))
			fail_msg("login: no AS in the line");
		origin.network = number(network, "AS");
		origin.kind = network_kind_of(origin.network);
		origin.client = origin.network;
		input.origin = &origin;
		look_around(&input);
	}
	while ((option = word(&rest)).len > 0)
		if (!take_option(&input, &origin, option, &rest))
			fail_msg("login: what is %.*s?", (int)option.len,
				 option.ptr);
	happen(&input);
	is_from_stranger = input.from_stranger;
	is_by_reader = input.by_reader;
}

static void do_login(struct slice rest)
{
	let_in(rest, MAIL_LOGIN);
}

static void do_submit(struct slice rest)
{
	let_in(rest, MAIL_SUBMISSION);
}

static void do_send(struct slice rest)
{
	struct mail_event event = { .kind = MAIL_QUEUED };
	struct signal_input input = { .event = &event };

	input.recipients = number(word(&rest), "send");
	input.from_stranger = is_from_stranger;
	input.by_reader = is_by_reader;
	happen(&input);
}

static void do_outcome(struct slice recipient, bool failed, bool policy)
{
	struct mail_event event = { .kind = MAIL_DELIVERY,
				    .recipient = recipient };
	struct signal_input input = { .event = &event };

	input.failed = input.is_unknown = failed;
	input.refused_by_policy = policy;
	input.arrived = !failed && !policy;
	input.from_stranger = is_from_stranger;
	input.by_reader = is_by_reader;
	if (!policy)
		input.recipient_mark = hash_bytes(slice_domain(recipient), 3);
	happen(&input);
}

static void do_fail(struct slice rest)
{
	do_outcome(word(&rest), true, false);
}

static void do_policy(struct slice rest)
{
	(void)rest;
	do_outcome(S("a@b.example"), false, true);
}

static void do_to(struct slice rest)
{
	do_outcome(word(&rest), false, false);
}

static void do_arrive(struct slice rest)
{
	for (uint32_t n = number(word(&rest), "arrive"); n > 0; n--)
		do_outcome(S("a@b.example"), false, false);
}

static void do_day(struct slice rest)
{
	now_s = DAY_ZERO_S + number(word(&rest), "day") * DAY_S;
	now_s += clock_s(word(&rest));
}

static void do_lift(struct slice rest)
{
	(void)rest;
	judge_lifted(&account, now_s);
}

static void do_set(struct slice rest)
{
	char name[80], value[80];
	size_t n;
	const struct conf_section *sections = settings_sections(&n);
	struct err err;

	slice_copy(word(&rest), name, sizeof(name));
	slice_copy(slice_trim(rest), value, sizeof(value));
	if (conf_set(sections, n, name, value, "set", &err) < 0)
		fail_msg("%s", err.text);
}

/* `line` with the number in place of every {n}. */
static void do_round(struct slice line, uint32_t round)
{
	struct text text = TEXT_INIT(LINE_MAX_BYTES);
	ptrdiff_t at;

	while ((at = slice_find(line, S("{n}"))) >= 0) {
		text_add(&text, slice_sub(line, 0, (size_t)at));
		text_addf(&text, "%u", round);
		line = slice_after(line, (size_t)at + 3);
	}
	text_add(&text, line);
	for (struct slice rest = text_slice(&text); rest.len > 0;)
		do_line(slice_trim(slice_cut(&rest, ';')));
	text_release(&text);
}

static void do_repeat(struct slice rest)
{
	uint32_t rounds = number(word(&rest), "repeat");
	uint32_t step_s = span_s(word(&rest));

	for (uint32_t i = 1; i <= rounds; i++) {
		do_round(rest, i);
		now_s += step_s;
	}
}

static void do_days(struct slice rest)
{
	struct slice range = word(&rest);
	uint32_t first = number(range, "days"), last;

	range = slice_after(range, (size_t)slice_find(range, S("..")) + 2);
	last = number(range, "days");
	for (uint32_t day = first; day <= last; day++) {
		now_s = DAY_ZERO_S + day * DAY_S + 8 * 3600;
		do_round(rest, day);
	}
}

static const struct {
	struct slice name;
	void (*run)(struct slice rest);
} verbs[] = {
	{ SLICE("login"), do_login },	{ SLICE("submit"), do_submit },
	{ SLICE("send"), do_send },	{ SLICE("to"), do_to },
	{ SLICE("fail"), do_fail },	{ SLICE("arrive"), do_arrive },
	{ SLICE("policy"), do_policy }, { SLICE("day"), do_day },
	{ SLICE("days"), do_days },	{ SLICE("repeat"), do_repeat },
	{ SLICE("lift"), do_lift },	{ SLICE("set"), do_set },
};

static void do_line(struct slice line)
{
	struct slice verb = word(&line);

	if (slice_skip(&verb, S("+"))) {
		now_s += span_s(verb);
		return;
	}
	if (slice_skip(&verb, S("-"))) {
		now_s -= span_s(verb);
		return;
	}
	for (size_t i = 0; i < N_ELEMENTS(verbs); i++)
		if (slice_eq(verbs[i].name, verb)) {
			verbs[i].run(line);
			return;
		}
	fail_msg("what is \"%.*s\"?", (int)verb.len, verb.ptr);
}

static double nats_now(const struct signal *signal)
{
	double half_life_s = (double)signal_limits(signal)->half_life_ms /
			     STAMP_SECOND_MS;
	double nats = account.groups[signal->slot].nats *
		      profile_decay(account.groups[signal->slot].at_s, now_s,
				    half_life_s);

	return nats > -0.05 && nats < 0.05 ? 0 : nats;
}

static void check_nats(struct slice want, double nats)
{
	char text[32], low[32];
	ptrdiff_t dots = slice_find(want, S(".."));

	if (dots < 0) {
		snprintf(text, sizeof(text), "%.1f", nats);
		slice_copy(want, low, sizeof(low));
		assert_string_equal(text, low);
		return;
	}
	slice_copy(slice_sub(want, 0, (size_t)dots), low, sizeof(low));
	slice_copy(slice_after(want, (size_t)dots + 2), text, sizeof(text));
	if (nats < strtod(low, NULL) || nats > strtod(text, NULL))
		fail_msg("want %s to %s, got %.2f", low, text, nats);
}

static void check_words(const struct signal *signal, struct slice want)
{
	struct text words = TEXT_INIT(VERDICT_TEXT_SIZE - 1);
	char copy[200];

	if (want.len == 0)
		return;
	slice_copy(want, copy, sizeof(copy));
	signal->describe(&account, now_s, &words);
	assert_string_equal(text_string(&words), copy);
	text_release(&words);
}

static void test_case(void **state)
{
	const struct history *c = *state;
	struct slice rest = slice_from(c->text);
	struct slice words = slice_from(c->want), nats;
	size_t n;
	const struct conf_section *sections = settings_sections(&n);

	for (size_t i = 0; i < n; i++)
		conf_presets(&sections[i]);
	memset(&account, 0, sizeof(account));
	is_from_stranger = false;
	is_by_reader = true;
	neighbours = neighbours_new();
	now_s = DAY_ZERO_S + 8 * 3600;
	while (rest.len > 0) {
		struct slice line = slice_trim(slice_cut(&rest, '\n'));

		if (line.len > 0)
			do_line(line);
	}
	nats = slice_trim(slice_cut(&words, '|'));
	check_nats(nats, nats_now(c->signal));
	check_words(c->signal, slice_trim(words));
	sightings_free(&neighbours);
	conf_release(sections, n);
}

static void add_case(const char *path, int line, const struct signal *signal,
		     const char *text, const char *want)
{
	struct history *c = calloc(1, sizeof(*c));

	if (!c || n_cases == CASES_MAX)
		exit(1);
	snprintf(c->name, sizeof(c->name), "%s:%d", path, line);
	c->signal = signal;
	slice_copy(slice_from(text), c->text, sizeof(c->text));
	slice_copy(slice_trim(slice_from(want)), c->want, sizeof(c->want));
	cases[n_cases++] = c;
}

/* A signal without cases fails the run. */
static void load(const struct signal *signal)
{
	struct text history = TEXT_INIT(HISTORY_MAX - 1);
	char path[128], line[LINE_MAX_BYTES];
	FILE *file;

	snprintf(path, sizeof(path), "detector/signals/%s.cases",
		 signal->name);
	file = fopen(path, "r");
	if (!file) {
		perror(path);
		exit(1);
	}
	for (int i = 1; fgets(line, sizeof(line), file); i++) {
		if (line[0] == '#')
			continue;
		if (line[0] != '=') {
			text_add_string(&history, line);
			continue;
		}
		if (history.overflowed) {
			fprintf(stderr, "%s:%d: too long\n", path, i);
			exit(1);
		}
		add_case(path, i, signal, text_string(&history), line + 1);
		text_clear(&history);
	}
	fclose(file);
	text_release(&history);
}

int main(void)
{
	static struct CMUnitTest tests[CASES_MAX];
	const struct signal *signal;
	int failed;

	for (size_t i = 0; (signal = signal_at(i)); i++)
		load(signal);
	for (size_t i = 0; i < n_cases; i++)
		tests[i] = (struct CMUnitTest){
			.name = cases[i]->name,
			.test_func = test_case,
			.initial_state = cases[i],
		};
	failed = _cmocka_run_group_tests("signals", tests, n_cases, NULL,
					 NULL);
	for (size_t i = 0; i < n_cases; i++)
		free(cases[i]);
	return failed;
}
