/*
 * What the forms do: the same functions as the API's, so the audit trail says
 * the same. Each ends in a page that is asked for by GET and tells what came
 * of it; so loading it again does nothing twice.
 */
#include "detector/http/support.h"

#include "base/stamp.h"
#include "detector/followup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The reason of a form, which every one needs; false when the answer is made
 * already. */
static bool read_reason(struct visit *visit, const char *back,
			char out[PANEL_FIELD_SIZE])
{
	bool is_fine = visit_field(visit, "reason", out, PANEL_FIELD_SIZE);

	if (is_fine && slice_trim(slice_from(out)).len > 0)
		return true;
	visit_leave(visit, back, is_fine ? "bad.reason" : "bad.field", false,
		    "");
	return false;
}

static bool has_cross(const struct visit *visit, const char *name)
{
	char value[8];

	return visit_field(visit, name, value, sizeof(value)) && value[0];
}

/* --- lift --- */

static const struct {
	enum lift_result result;
	const char *word;
	bool is_done;
} lift_words[] = {
	{ LIFT_DONE, "done.lifted", true },
	{ LIFT_WAS_LIFTED, "done.was_lifted", true },
	{ LIFT_PASSWORD_UNCHANGED, "bad.unchanged", false },
	{ LIFT_SAME_PASSWORD, "bad.same", false },
	{ LIFT_APP_PASSWORDS_LEFT, "bad.app_passwords", false },
	{ LIFT_NEEDS_SUPPORT, "bad.unknown", false },
};

static void lift(struct visit *visit, const char *back,
		 const struct lift_request *request)
{
	struct exchange *exchange = visit->exchange;
	struct err err;
	enum lift_result result = blocks_lift(exchange->context->blocks,
					      exchange->id, request,
					      exchange->request->now_ms, &err);

	for (size_t i = 0; i < sizeof(lift_words) / sizeof(lift_words[0]); i++)
		if (lift_words[i].result == result) {
			bool is_done = lift_words[i].is_done;

			visit_leave(visit, back, lift_words[i].word, is_done,
				    is_done ? "" : request->reason);
			return;
		}
	if (result == LIFT_NOT_FOUND)
		page_refuse(exchange, 404, "error.not_found");
	else
		page_away(visit, &err);
}

/* NULL, or what stands against the wishes of a form. */
static const char *judge_wishes(struct visit *visit,
				const struct block *block,
				struct lift_request *request)
{
	char fate[16], seen[24];
	struct err err;

	if (!visit_field(visit, "queue", fate, sizeof(fate)) ||
	    !visit_field(visit, "seen", seen, sizeof(seen)) ||
	    (fate[0] && !held_fate_named(slice_from(fate), &request->held)) ||
	    !followup_can(request->held))
		return "bad.field";
	request->force = has_cross(visit, "force");
	if (visit->is_reseller &&
	    (request->force || request->held == HELD_RELEASE))
		return "bad.reseller";
	if (request->force && block->is_active &&
	    strcmp(seen, visit_password_names[blocks_password(
			   visit->exchange->context->blocks, block,
			   &err)]) != 0)
		return "bad.moved";
	return NULL;
}

void support_lift(struct exchange *exchange)
{
	char back[SUPPORT_PATH_SIZE], reason[PANEL_FIELD_SIZE];
	struct lift_request request = {
		.actor = exchange->actor,
		.address = exchange->client_text,
		.reason = reason,
	};
	struct block block = BLOCK_INIT;
	const char *wrong;
	struct visit visit;

	path_of_block(exchange->id, back);
	if (visit_enter_form(exchange, "lift", back, &visit) &&
	    visit_find_block(&visit, &block) &&
	    read_reason(&visit, back, reason)) {
		wrong = judge_wishes(&visit, &block, &request);
		if (wrong)
			visit_leave(&visit, back, wrong, false, reason);
		else
			lift(&visit, back, &request);
	}
	block_release(&block);
}

/* --- trust --- */

/* All values of one field. False for one that is no place, and for more than
 * one word may name. */
static bool read_field(const struct visit *visit, const char *name,
		       bool (*add)(struct trust *trust, struct slice text),
		       struct trust *trust)
{
	struct slice rest = visit->exchange->request->body;
	enum query found;
	char value[16];

	while ((found = visit_next_field(&rest, name, value,
					 sizeof(value))) == QUERY_GIVEN) {
		struct slice place = slice_trim(slice_from(value));

		if (place.len > 0 && !add(trust, place))
			return false;
	}
	return found == QUERY_ABSENT;
}

static bool read_places(const struct visit *visit, struct trust *trust)
{
	static const struct {
		const char *name;
		bool (*add)(struct trust *trust, struct slice text);
	} fields[] = {
		{ "network", trust_network }, { "country", trust_country },
		{ "other_network", trust_network },
		{ "other_country", trust_country },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!read_field(visit, fields[i].name, fields[i].add, trust))
			return false;
	return true;
}

static const char *read_trust(const struct visit *visit, struct trust *out)
{
	int64_t now_ms = visit->exchange->request->now_ms;
	char days[8];
	long n;

	*out = (struct trust){ .until_day = 0 };
	if (!visit_field(visit, "days", days, sizeof(days)) || !days[0] ||
	    strspn(days, "0123456789") != strlen(days))
		return "bad.days";
	n = strtol(days, NULL, 10);
	if (n > TRUST_DAYS_MAX)
		return "bad.days";
	if (!read_places(visit, out))
		return "bad.places";
	if (out->n_networks + out->n_countries == 0)
		return "bad.no_place";
	trust_for(out, now_ms, (uint32_t)n);
	return NULL;
}

static void trust(struct visit *visit, struct slice account, const char *back)
{
	struct exchange *exchange = visit->exchange;
	char reason[PANEL_FIELD_SIZE];
	struct trust said;
	const struct trust_request request = {
		.account = account,
		.trust = &said,
		.actor = exchange->actor,
		.address = exchange->client_text,
		.reason = reason,
	};
	const char *wrong;
	struct err err;

	if (!read_reason(visit, back, reason))
		return;
	wrong = read_trust(visit, &said);
	if (wrong)
		visit_leave(visit, back, wrong, false, reason);
	else if (blocks_trust(exchange->context->blocks, &request,
			      exchange->request->now_ms, &err))
		page_away(visit, &err);
	else
		visit_leave(visit, back, said.until_day ? "done.trusted"
							: "done.taken_back",
			    true, "");
}

void support_block_trust(struct exchange *exchange)
{
	struct block block = BLOCK_INIT;
	char back[SUPPORT_PATH_SIZE];
	struct visit visit;

	path_of_block(exchange->id, back);
	if (visit_enter_form(exchange, "trust", back, &visit) &&
	    visit_find_block(&visit, &block))
		trust(&visit, slice_from(block.account), back);
	block_release(&block);
}

/* --- of an account --- */

/* False when the answer is made already: another's account, for one. Whether
 * anybody knows it is for the caller to judge. */
static bool enter_account(struct exchange *exchange, const char *form,
			  char *back, struct visit *visit, bool *is_known)
{
	struct err err;
	bool sees = false;

	path_of_account(exchange->parameter, back);
	if (!visit_enter_form(exchange, form, back, visit))
		return false;
	if (account_look(visit, exchange->parameter, &sees, is_known, &err)) {
		page_away(visit, &err);
		return false;
	}
	if (!sees)
		page_refuse(exchange, 404, "error.not_found");
	return sees;
}

void support_account_trust(struct exchange *exchange)
{
	char back[SUPPORT_PATH_SIZE];
	struct visit visit;
	bool is_known = false;

	if (!enter_account(exchange, "trust", back, &visit, &is_known))
		return;
	if (is_known)
		trust(&visit, exchange->parameter, back);
	else
		visit_leave(&visit, back, "bad.not_listed", false, "");
}

/* The form's token makes the decision's key: should we be killed behind the
 * COMMIT, the same form finds the block made. */
static void name_decision(const struct visit *visit, char out[80])
{
	char form[SESSION_FORM_SIZE];
	char account[CRYPTO_HEX_SIZE], digest[CRYPTO_HEX_SIZE];

	visit_field(visit, "form", form, sizeof(form));
	crypto_sha256_hex(visit->exchange->parameter, account);
	crypto_sha256_hex(slice_from(form), digest);
	snprintf(out, 80, "hand:%.32s:%.32s", account, digest);
}

static void suspend(struct visit *visit, const char *back,
		    const struct block_request *request)
{
	struct exchange *exchange = visit->exchange;
	struct err err;
	int64_t id = 0;

	switch (blocks_make(exchange->context->blocks, request,
			    exchange->request->now_ms, &id, &err)) {
	case BLOCK_MADE:
	case BLOCK_WAS_MADE:
		visit_leave(visit, back, "done.suspended", true, "");
		break;
	case BLOCK_WAS_ACTIVE:
		visit_leave(visit, back, "done.was_suspended", true, "");
		break;
	case BLOCK_UNKNOWN_ACCOUNT:
		visit_leave(visit, back, "bad.no_switch", false,
			    request->reason);
		break;
	case BLOCK_FAILED:
		page_away(visit, &err);
		break;
	}
}

void support_suspend(struct exchange *exchange)
{
	char back[SUPPORT_PATH_SIZE], reason[PANEL_FIELD_SIZE], decision[80];
	const struct block_request request = {
		.decision = decision,
		.account = exchange->parameter,
		.decided_ms = exchange->request->now_ms,
		.probability = 1,
		.actor = exchange->actor,
		.address = exchange->client_text,
		.reason = reason,
	};
	struct visit visit;
	bool is_known = false;

	if (!enter_account(exchange, "suspend", back, &visit, &is_known) ||
	    !read_reason(&visit, back, reason))
		return;
	if (!is_known && !has_cross(&visit, "force")) {
		visit_leave(&visit, back, "bad.not_listed", false, reason);
		return;
	}
	name_decision(&visit, decision);
	suspend(&visit, back, &request);
}
