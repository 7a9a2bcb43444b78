#include "detector/describe.h"

#include "base/address.h"
#include "base/stamp.h"
#include "detector/settings.h"

#include <stdio.h>
#include <string.h>

enum { ITEMS_MAX = 32, COUNTRIES_SHOWN = 5, ADDRESSES_SHOWN = 4,
       DOMAINS_SHOWN = 5, REASONS_SHOWN = 6, NATS_SHOWN = 1 };

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static void set_string(struct letter *letter, enum letter_field field,
		       const char *value)
{
	letter_set(letter, field, slice_from(value));
}

static void set_flag(struct letter *letter, enum letter_field field, bool is)
{
	set_string(letter, field, is ? "1" : "");
}

/* How long the counts reach back from the verdict: "40 min", "6 h"; both words
 * are at home in every language we have. */
static void set_window(struct letter *letter, const struct json *verdict)
{
	int64_t from_ms, to_ms, minutes;
	char words[32];

	if (!stamp_parse(json_get_text(verdict, "first_seen"), &from_ms) ||
	    !stamp_parse(json_get_text(verdict, "time"), &to_ms) ||
	    to_ms < from_ms)
		return;
	minutes = (to_ms - from_ms) / STAMP_MINUTE_MS + 1;
	if (minutes < 120)
		snprintf(words, sizeof(words), "%lld min", (long long)minutes);
	else
		snprintf(words, sizeof(words), "%lld h",
			 (long long)(minutes + 59) / 60);
	set_string(letter, LETTER_WINDOW, words);
}

/* A count that is nought is left out: "0 unknown recipients" frightens and
 * says nothing. */
static void set_counts(const struct describe *describe, struct letter *letter,
		       const struct json *window)
{
	static const struct {
		const char *key;
		enum letter_field field;
	} counts[] = {
		{ "messages", LETTER_MESSAGES },
		{ "recipients", LETTER_RECIPIENTS },
		{ "unknown_recipients", LETTER_UNKNOWN_RECIPIENTS },
	};

	for (size_t i = 0; i < N_OF(counts); i++) {
		int64_t n = json_get_integer(window, counts[i].key, 0);
		struct text number = TEXT_INIT(64);

		if (n > 0)
			languages_number(describe->languages, letter->language,
					 n, &number);
		letter_set(letter, counts[i].field, text_slice(&number));
		text_release(&number);
	}
}

/* How one item of a list is shown; the result may point into `room`. */
typedef struct slice (*shown_fn)(const struct describe *describe,
				 const char *language, struct slice item,
				 char room[64]);

static struct slice shown_country(const struct describe *describe,
				  const char *language, struct slice item,
				  char room[64])
{
	char word[32];

	snprintf(word, sizeof(word), "country.%.*s",
		 (int)(item.len > 8 ? 8 : item.len), item.ptr);
	slice_copy(item, room, 64);
	return slice_from(languages_word(describe->languages, language, word,
					 room));
}

/* The judge masks addresses already; one that slipped through is masked
 * here. */
static struct slice shown_address(const struct describe *describe,
				  const char *language, struct slice item,
				  char room[64])
{
	struct address address;

	(void)describe;
	(void)language;
	if (!address_parse(item, &address))
		return item;
	address_masked(address_prefix(&address), !address_is_v4(&address),
		       room);
	return slice_from(room);
}

static struct slice shown_as_is(const struct describe *describe,
				const char *language, struct slice item,
				char room[64])
{
	(void)describe;
	(void)language;
	(void)room;
	return item;
}

static void set_list(const struct describe *describe, struct letter *letter,
		     enum letter_field field, const struct json *list,
		     shown_fn shown, size_t most)
{
	struct slice items[ITEMS_MAX];
	char rooms[ITEMS_MAX][64];
	struct text joined = TEXT_INIT(4000);
	size_t n = 0;

	for (size_t i = 0; i < json_length(list) && n < ITEMS_MAX; i++) {
		struct slice item = json_text(json_at(list, i));

		if (item.len > 0 && item.len < 64) {
			items[n] = shown(describe, letter->language, item,
					 rooms[n]);
			n++;
		}
	}
	if (n > 0)
		languages_join(describe->languages, letter->language, items,
			       n, most, &joined);
	letter_set(letter, field, text_slice(&joined));
	text_release(&joined);
}

/* Is this worth telling an owner? What weighs little only puzzles, and "many
 * countries" above a list of one is not believed. A limit that was exceeded is
 * told whatever it weighs. */
static bool carries(const struct json *one, struct slice signal,
		    size_t n_countries)
{
	double nats = json_get_real(one, "nats", 0);

	if (signal.len == 0 || nats <= 0)
		return false;
	if (slice_starts(signal, S("hard_")))
		return true;
	if (slice_eq(signal, S("origin_diversity")) && n_countries < 2)
		return false;
	return nats >= NATS_SHOWN;
}

/* One line per signal, in the owner's words; what a signal has no word for
 * stays with support. */
static void set_reasons(const struct describe *describe,
			struct letter *letter, const struct json *evidence,
			size_t n_countries)
{
	struct text reasons = TEXT_INIT(4000);
	size_t n = 0;

	for (size_t i = 0; i < json_length(evidence); i++) {
		const struct json *one = json_at(evidence, i);
		struct slice signal = json_get_text(one, "signal");
		char word[80];
		const char *words;

		if (signal.len > 60 || n >= REASONS_SHOWN ||
		    !carries(one, signal, n_countries))
			continue;
		snprintf(word, sizeof(word), "reason.%.*s", (int)signal.len,
			 signal.ptr);
		words = languages_word(describe->languages, letter->language,
				       word, "");
		if (!words[0])
			continue;
		if (n++ > 0)
			text_add_char(&reasons, '\n');
		text_add_string(&reasons, words);
	}
	letter_set(letter, LETTER_REASONS, text_slice(&reasons));
	text_release(&reasons);
}

/* No machine found evidence: a person stopped the account. A verdict without
 * the list, as of a row cut short, is not by hand. */
static bool is_by_hand(const struct json *verdict)
{
	const struct json *evidence = json_get(verdict, "evidence");
	struct slice first = json_get_text(json_at(evidence, 0), "signal");

	if (!json_is_array(evidence))
		return false;
	return json_length(evidence) == 0 || slice_eq(first, S("manual"));
}

/* What the operator gave as reason stands in the audit trail. Without it the
 * notice is shorter, and goes all the same. */
static void set_by_hand(const struct describe *describe,
			struct letter *letter, const struct block *block)
{
	struct json *audit = json_new_array();
	struct err ignored;

	set_flag(letter, LETTER_BY_HAND, true);
	if (blocks_audit_of(describe->blocks, block->id, audit, &ignored) == 0)
		for (size_t i = 0; i < json_length(audit); i++) {
			const struct json *line = json_at(audit, i);
			struct slice reason = json_get_text(line, "reason");

			if (slice_eq(json_get_text(line, "action"),
				     S("block")) &&
			    !slice_eq(reason, S(BLOCKS_NO_REASON)))
				letter_set(letter, LETTER_HAND_REASON, reason);
		}
	json_free(&audit);
}

static void set_evidence(const struct describe *describe,
			 struct letter *letter, const struct block *block)
{
	static const struct {
		const char *key;
		enum letter_field field;
		shown_fn shown;
		size_t most;
	} lists[] = {
		{ "countries", LETTER_COUNTRIES, shown_country,
		  COUNTRIES_SHOWN },
		{ "sample_ips", LETTER_ADDRESSES, shown_address,
		  ADDRESSES_SHOWN },
		{ "sample_domains", LETTER_SAMPLE_DOMAINS, shown_as_is,
		  DOMAINS_SHOWN },
	};
	struct err ignored;
	struct json *verdict = json_parse(text_slice(&block->verdict),
					  &ignored);
	const struct json *window = json_get(verdict, "window");

	if (is_by_hand(verdict))
		set_by_hand(describe, letter, block);
	else
		set_window(letter, verdict);
	set_counts(describe, letter, window);
	for (size_t i = 0; i < N_OF(lists); i++)
		set_list(describe, letter, lists[i].field,
			 json_get(window, lists[i].key), lists[i].shown,
			 lists[i].most);
	set_reasons(describe, letter, json_get(verdict, "evidence"),
		    json_length(json_get(window, "countries")));
	json_free(&verdict);
}

static void set_name(const struct describe *describe, struct letter *letter,
		     const struct block *block)
{
	struct panel_mailbox mailbox;
	struct err ignored;

	if (describe->name) {
		set_string(letter, LETTER_NAME, describe->name);
		return;
	}
	memset(&mailbox, 0, sizeof(mailbox));
	if (panel_find(describe->blocks->panel, describe->blocks->db,
		       slice_from(block->account), &mailbox,
		       &ignored) == PANEL_FOUND)
		set_string(letter, LETTER_NAME, mailbox.name);
	explicit_bzero(&mailbox, sizeof(mailbox));
}

/* Can the owner open again without asking anybody? */
static bool needs_support(const struct block *block)
{
	return !settings.lift.self_service || block->is_repeat ||
		!block->fingerprint[0];
}

/* Nobody is thanked for a new password that was not proven. */
static void set_proof(struct letter *letter, enum password_state proven)
{
	bool has_left = proven == PASSWORD_APP_PASSWORDS_LEFT;

	set_flag(letter, LETTER_CHANGED,
		 proven == PASSWORD_CHANGED || has_left);
	set_flag(letter, LETTER_UNCHANGED, proven == PASSWORD_UNCHANGED ||
					   proven == PASSWORD_SAME);
	set_flag(letter, LETTER_APP_PASSWORDS_LEFT, has_left);
}

/* Does somebody on our side get a copy of what came back? */
static bool came_back_is_told(void)
{
	const char *operator = settings.notice.operator_address;

	return blocks_support()[0] || (operator && *operator);
}

void describe_block(const struct describe *describe, const struct block *block,
		    struct letter *letter)
{
	char id[24];

	if (!letter->language[0])
		slice_copy(slice_from(block->language), letter->language,
			   sizeof(letter->language));
	if (letter->at_ms == 0)
		letter->at_ms = block->is_active ? block->blocked_ms
						 : block->lifted_ms;
	if (letter->id == 0)
		letter->id = block->id;
	snprintf(id, sizeof(id), "%lld", (long long)block->id);
	set_string(letter, LETTER_BLOCK_ID, id);
	set_string(letter, LETTER_ACCOUNT, block->account);
	set_string(letter, LETTER_PROVIDER, settings.notice.provider_name);
	set_string(letter, LETTER_SUPPORT, settings.notice.support_contact);
	set_string(letter, LETTER_PANEL_URL, settings.notice.panel_url);
	letter_set_date(letter, LETTER_SINCE, describe->languages,
			block->blocked_ms);
	set_flag(letter, LETTER_NEEDS_SUPPORT, needs_support(block));
	set_flag(letter, LETTER_IS_REPEAT, block->is_repeat);
	set_flag(letter, LETTER_SUPPORT_TOLD, came_back_is_told());
	set_flag(letter, LETTER_APP_PASSWORDS,
		 panel_has_app_passwords(describe->blocks->panel));
	if (!block->is_active)
		set_proof(letter, blocks_proven(block));
	set_name(describe, letter, block);
	set_evidence(describe, letter, block);
}

static void set_link(const struct describe *describe, struct letter *letter,
		     const struct block *block)
{
	struct slice base = slice_from(settings.serve.public_url);
	char token[CRYPTO_TOKEN_SIZE];
	struct text link = TEXT_INIT(2000);

	if (base.len == 0)
		return;
	if (slice_ends(base, S("/")))
		base.len--;
	blocks_token(describe->blocks, block, token);
	text_add(&link, base);
	text_add_string(&link, "/b/");
	text_add_string(&link, token);
	letter_set(letter, LETTER_LINK, text_slice(&link));
	letter_set_date(letter, LETTER_LINK_UNTIL, describe->languages,
			block->token_expires_ms);
	explicit_bzero(token, sizeof(token));
	text_release(&link);
}

static int describe_of_block(const struct describe *describe, int64_t block_id,
			     enum notice_kind kind, struct letter *letter,
			     struct err *err)
{
	struct block block = BLOCK_INIT;
	enum block_find found = blocks_get(describe->blocks, block_id, &block,
					   err);

	if (found == BLOCK_FOUND) {
		describe_block(describe, &block, letter);
		if (kind != NOTICE_LIFTED)
			set_link(describe, letter, &block);
	}
	block_release(&block);
	if (found == BLOCK_NOT_FOUND) {
		err_set(err, EXIT_DATA, "block %lld is gone",
			(long long)block_id);
		return 1;
	}
	return found == BLOCK_FOUND ? 0 : -1;
}

int describe_notice(void *context, int64_t about_id, enum notice_kind kind,
		    struct slice recipient, struct letter *letter,
		    struct err *err)
{
	const struct describe *describe = context;

	(void)recipient;
	if (kind == NOTICE_ALARM || kind == NOTICE_ALARM_OVER)
		return describe_alarm(describe, about_id, letter, err);
	if (kind == NOTICE_DIGEST)
		return describe_digest(describe, about_id, letter, err);
	return describe_of_block(describe, about_id, kind, letter, err);
}
