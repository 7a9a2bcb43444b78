/*
 * explain - one account: how it stands, what is normal for it, what speaks
 * against it.
 */
#include "base/json.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/commands/command.h"
#include "detector/commands/report.h"
#include "detector/judge.h"
#include "detector/profile.h"
#include "detector/settings.h"
#include "detector/state.h"

#include <math.h>
#include <stdio.h>

static void print_places(const struct account *account)
{
	for (size_t i = 0; i < ACCOUNT_NETWORKS; i++) {
		const struct account_place *p = &account->networks[i];
		char first[STAMP_TEXT_SIZE];

		if (!p->id)
			continue;
		stamp_short(p->first_s * (int64_t)STAMP_SECOND_MS, first);
		printf("  %s%-10u  %3u days, since %s%s\n",
		       p->id & 0x80000000 ? "network #" : "AS",
		       p->id & 0x7fffffff, p->days, first,
		       profile_is_trusted(p, account->last_s) ? ", trusted"
							      : "");
	}
	for (size_t i = 0; i < ACCOUNT_COUNTRIES; i++) {
		const struct account_place *p = &account->countries[i];
		char country[COUNTRY_TEXT_SIZE];

		if (!p->id)
			continue;
		country_text((uint16_t)p->id, country);
		printf("  country %s   %3u days%s\n", country, p->days,
		       profile_is_trusted(p, account->last_s) ? ", trusted"
							      : "");
	}
}

static void print_normal(const struct account *account)
{
	char first[STAMP_TEXT_SIZE], last[STAMP_TEXT_SIZE];

	stamp_short(account->first_s * (int64_t)STAMP_SECOND_MS, first);
	stamp_short(account->last_s * (int64_t)STAMP_SECOND_MS, last);
	printf("\nNormal for it\n");
	printf("  known since %s, last seen %s\n", first, last);
	printf("  %u logins on %u days\n", account->logins,
	       account->login_days);
	printf("  sends to about %.0f recipients on a day it sends, %.0f in "
	       "its busiest hour\n", expm1(profile_volume_mean(account, RECIPIENTS_DAY)),
	       expm1(profile_volume_mean(account, RECIPIENTS_HOUR)));
	printf("  of its last %.0f deliveries %.0f failed for good\n",
	       account->outcomes, account->failures);
	print_places(account);
}

static void print_verdict(const struct account_entry *entry,
			  const struct verdict *verdict)
{
	const struct account *account = &entry->account;
	struct text login = TEXT_INIT(4096);
	char since[STAMP_TEXT_SIZE];

	text_add_visible(&login, slice_from(entry->login));
	stamp_short(account->standing_s * (int64_t)STAMP_SECOND_MS, since);
	printf("%s is %s%s%s%s\n", text_string(&login),
	       standing_names[account->standing],
	       account->is_observed ? " on paper only" : "",
	       account->standing_s ? " since " : "",
	       account->standing_s ? since : "");
	printf("  %.1f %% likely in somebody else's hands (watched from %.0f "
	       "%%, blocked from %.0f %%)\n", verdict->probability * 100,
	       judge_settings.watch * 100, judge_settings.block * 100);
	text_release(&login);
	if (verdict->n_evidence == 0) {
		printf("  nothing speaks against it\n");
		return;
	}
	printf("\nWhat speaks against it "
	       "(in nats; below zero speaks for it)\n");
	for (size_t i = 0; i < verdict->n_evidence; i++)
		printf("  %+5.1f  %-24s %s\n", verdict->evidence[i].nats,
		       verdict->evidence[i].signal,
		       verdict->evidence[i].text);
}

static int run(struct invocation *invocation)
{
	struct slice login = slice_from(invocation->args[0]);
	struct account_entry entry = { .key = account_key(login) };
	struct accounts_backing backing;
	struct state *state = NULL;
	struct verdict verdict;
	struct err err;

	if (state_open(settings.state_dir, true, &state, &err) < 0)
		return command_fail(&err);
	backing = state_backing(state);
	if (backing.load(backing.context, entry.key, &entry) != 1) {
		state_close(&state);
		err_set(&err, EXIT_DATA, "no account \"%.100s\" was ever seen "
			"in the logs; the name is what the mail server logs as "
			"sasl_username", invocation->args[0]);
		return command_fail(&err);
	}
	/* As of its last event: time is the log's. */
	judge_explain(&entry.account, entry.login,
		      entry.account.last_s * (int64_t)STAMP_SECOND_MS,
		      &verdict);
	verdict.action = entry.account.standing == STANDING_BLOCKED
				 ? VERDICT_SUSPEND
				 : VERDICT_WATCH;
	if (invocation->json) {
		struct json *json = report_account_json(&entry, &verdict);

		report_print_json(&json);
	} else {
		print_verdict(&entry, &verdict);
		print_normal(&entry.account);
	}
	state_close(&state);
	return EXIT_FINE;
}

const struct command command_explain = {
	.name = "explain",
	.usage = "ACCOUNT",
	.about = "why one account stands as it does, and what is normal for it",
	.help = "Prints the standing of one account, every signal's share, and "
		"what is normal for\nit, as of its last line in the log.",
	.takes = TAKES_JSON,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
