/*
 * What postconf, postmap, exim and doveconf say, of any bytes: judged or not,
 * in time and within bounds. Byte 1 separates the answers.
 */
#include "detector/mailserver/ask.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PARTS = 5 };

/* Each in memory of its own, so that one byte too many is seen. */
static struct slice parts[PARTS];

static void cut_parts(struct slice rest)
{
	for (size_t i = 0; i < PARTS; i++) {
		struct slice part = slice_cut(&rest, '\1');
		char *copy = malloc(part.len + 1);

		if (!copy)
			abort();
		if (part.len)
			memcpy(copy, part.ptr, part.len);
		/* Only a whole line may be read to its end. */
		copy = realloc(copy, part.len ? part.len : 1);
		parts[i] = (struct slice){ copy, part.len };
	}
}

static void postfix(struct mailserver_findings *findings, int status)
{
	static struct postfix_answers answers;

	answers = (struct postfix_answers){
		.main = parts[0], .master = parts[1], .overrides = parts[2],
		.blocked = "anna@x.example",
	};
	postfix_maps(&answers);
	for (size_t i = 0; i < answers.n_maps; i++) {
		answers.maps[i].is_read = true;
		answers.maps[i].file = parts[3];
		answers.maps[i].blocked.status = status;
		answers.maps[i].blocked.said = parts[4];
		answers.maps[i].unblocked = answers.maps[i].blocked;
	}
	postfix_judge(&answers, findings);
}

static void dovecot(struct mailserver_findings *findings, int status)
{
	static struct dovecot_answers answers;

	answers = (struct dovecot_answers){
		.conf = parts[0], .account = "anna@x.example",
		.is_blocked = true, .smtp = status, .imap = 0,
	};
	dovecot_files(&answers);
	for (size_t i = 0; i < answers.n_files; i++) {
		answers.files[i].is_read = true;
		answers.files[i].text = parts[3];
	}
	dovecot_judge_switch(&answers, "smtp_active", findings);
	dovecot_judge_deny(&answers, findings);
}

static void strip(void)
{
	struct text said = TEXT_INIT(8192), last = TEXT_INIT(512);

	text_add(&said, parts[0]);
	ask_strip(&said, S("postconf: "), &last);
	if (slice_find(text_slice(&last), S("\n")) >= 0)
		abort();
	text_release(&said);
	text_release(&last);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mailserver_findings findings;
	int status = size ? data[0] % 3 - 1 : 0;

	cut_parts((struct slice){ (const char *)data, size });
	postfix(&findings, status);
	mailserver_release(&findings);
	exim_judge(parts[0], &findings);
	mailserver_release(&findings);
	dovecot(&findings, status);
	mailserver_release(&findings);
	strip();
	for (size_t i = 0; i < PARTS; i++)
		free((char *)parts[i].ptr);
	return 0;
}
