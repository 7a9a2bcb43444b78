/*
 * verdict - what the judge says about an account, with its reasons.
 *
 * The JSON of verdict_json() is a contract with other programs: see
 * docs/JSON.md. Plain data, no pointers into anything that goes away.
 */
#ifndef DETECTOR_VERDICT_H
#define DETECTOR_VERDICT_H

#include "base/json.h"
#include "base/text.h"
#include "detector/account.h"

enum verdict_action { VERDICT_SUSPEND, VERDICT_WATCH, VERDICT_LIFT };

/* "suspend", "watch", "lift" */
extern const char *const verdict_action_names[];

enum {
	VERDICT_EVIDENCE_MAX = ACCOUNT_GROUPS,
	VERDICT_TEXT_SIZE = 160,
	VERDICT_NETWORKS_MAX = 8,
	VERDICT_MASKED_MAX = 4,
	VERDICT_MASKED_SIZE = 24
};

struct verdict_evidence {
	const char *signal;	/* its name; static */
	double nats;
	char text[VERDICT_TEXT_SIZE];
};

struct verdict {
	enum verdict_action action;
	int64_t at_ms;		/* log time of the event that tipped it */
	char account[ACCOUNT_LOGIN_MAX + 2];
	double probability, log_odds;
	size_t n_evidence;	/* strongest first */
	struct verdict_evidence evidence[VERDICT_EVIDENCE_MAX];
	struct {
		uint32_t recipients, messages, addresses;
		uint32_t unknown_recipients;
		size_t n_countries;
		uint16_t countries[ACCOUNT_RECENT];
		size_t n_networks;	/* not trusted, the latest first */
		uint32_t networks[VERDICT_NETWORKS_MAX];
		size_t n_samples;
		char samples[ACCOUNT_SAMPLES][ACCOUNT_SAMPLE_SIZE];
		size_t n_masked;
		/* "183.88.x.x" */
		char masked[VERDICT_MASKED_MAX][VERDICT_MASKED_SIZE];
	} window;
	int64_t first_seen_ms;
};

/* The object of the contract; the caller frees. */
struct json *verdict_json(const struct verdict *verdict);

/* One line of it with a newline. */
void verdict_print_json(const struct verdict *verdict, struct text *out);

/* Unique and the same for every run that comes to this verdict: account and
 * time. At most 79 bytes. */
void verdict_key(const struct verdict *verdict, char key_out[80]);

/* One line for people: time, action, account, why. */
void verdict_print_line(const struct verdict *verdict, struct text *out);

#endif
