#include "detector/commands/check_sending.h"

#include "base/clock.h"
#include "base/stamp.h"
#include "detector/commands/check_notices.h"
#include "detector/settings.h"
#include "detector/webhooks.h"

#include <string.h>
#include <unistd.h>

/* In mode observe nobody is written to yet. */
static enum sending_mark mend(void)
{
	return settings.mode == MODE_ENFORCE ? SENDING_MEND : SENDING_NOTE;
}

static void tell(const struct sending_check *check, const char *part,
		 enum sending_mark mark, const struct err *found)
{
	check->tell(check->context, mark, part, found);
}

static void try_folder(const struct sending_check *check, const char *part,
		       const struct mail_folder *folder)
{
	struct err found;

	err_set(&found, EXIT_CONFIG, "%.300s: notices are put into this "
		"folder, %s", folder->path, access(folder->path, W_OK) == 0
		? "and nothing is sent" : "which cannot be written");
	tell(check, part, access(folder->path, W_OK) == 0 ? SENDING_GOOD
							  : mend(), &found);
}

static void try_server(const struct sending_check *check, const char *part,
		       const struct mail_settings *mail)
{
	static const struct {
		enum sending_mark mark;
		const char *words;
	} judged[] = {
		[MAIL_TRIAL_TAKEN] = { SENDING_GOOD, "would take a notice" },
		[MAIL_TRIAL_REFUSED] = { SENDING_MEND, "takes no notice" },
		[MAIL_TRIAL_NO_LOGIN] = { SENDING_MEND, "refuses the login" },
		[MAIL_TRIAL_AWAY] = { SENDING_MEND, "is away" },
	};
	char answer[MAIL_ANSWER_SIZE];
	struct mail_client *client;
	enum mail_trial trial;
	struct err found;

	if (mail_client_open(mail, &client, &found) < 0) {
		tell(check, part, mend(), &found);
		return;
	}
	trial = mail_client_probe(client, settings.notice.operator_address,
				  answer);
	mail_client_close(&client);
	err_set(&found, EXIT_SERVICE, "%.150s %s: %s", mail->url,
		judged[trial].words, answer);
	tell(check, part, judged[trial].mark == SENDING_GOOD ? SENDING_GOOD
							     : mend(), &found);
}

static void try_routes(const struct sending_check *check)
{
	static const char *const parts[] = { "smtp", "smtp 2nd" };
	struct routes *routes = &check->desk->routes;

	for (size_t i = 0; i < routes->n && i < 2; i++) {
		const struct mail_settings *mail = &routes->ways[i].mail;
		struct mail_folder folder;

		if (mail_folder_init(mail->url, &folder))
			try_folder(check, parts[i], &folder);
		else
			try_server(check, parts[i], mail);
	}
}

static void count_notices(const struct sending_check *check)
{
	char words[200];
	struct err found;

	if (check_outbox(&check->desk->blocks, clock_now_ms(), words,
			 &found) < 0) {
		tell(check, "outbox", SENDING_MEND, &found);
		return;
	}
	err_set(&found, EXIT_FINE, "%s", words);
	tell(check, "outbox", SENDING_GOOD, &found);
}

/* What owners meet in a notice. */
static void look_at_words(const struct sending_check *check)
{
	const struct {
		const char *value, *words;
	} rows[] = {
		{ settings.smtp.from, "smtp.from is empty: notices come from "
		  "postmaster at this machine's name" },
		{ settings.serve.public_url, "serve.public_url is empty: "
		  "notices have no link to the owner's page" },
		{ settings.notice.support_contact, "notice.support_contact is "
		  "empty: owners are not told whom to ask" },
		{ settings.notice.provider_name, "notice.provider_name is "
		  "empty: owners do not read who writes" },
	};

	if (settings.mode != MODE_ENFORCE)
		return;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err found;

		err_set(&found, EXIT_CONFIG, "%s", rows[i].words);
		if (!*rows[i].value)
			tell(check, "notice", SENDING_NOTE, &found);
	}
}

static void look_at_serve(const struct sending_check *check)
{
	struct err found;

	if (!settings_serve_is_bare())
		return;
	err_set(&found, EXIT_CONFIG, "%.100s is reached by others, and has no "
		"TLS: tokens and links can be read on the way. Put a web "
		"server in front (serve.proxies), or set "
		"serve.certificate_file", settings.serve.listen);
	tell(check, "serve", SENDING_NOTE, &found);
}

/* Whether they could be signed, and whom they do not reach. */
static void look_at_webhooks(const struct sending_check *check)
{
	struct text key = TEXT_INIT(4096);
	struct webhook_trouble trouble;
	struct err found;
	int64_t since_ms = clock_now_ms() - STAMP_DAY_MS;

	if (settings.webhook.urls.n == 0)
		return;
	if (webhooks_key(&key, &found) < 0 ||
	    webhook_trouble(check->desk->blocks.db, since_ms, &trouble,
			    &found) < 0) {
		tell(check, "webhooks", SENDING_MEND, &found);
	} else if (trouble.waiting || trouble.failed) {
		err_set(&found, EXIT_SERVICE, "%lld are tried again, %lld were "
			"given up in 24 hours: %s",
			(long long)trouble.waiting, (long long)trouble.failed,
			trouble.last_error);
		tell(check, "webhooks", SENDING_MEND, &found);
	} else {
		err_set(&found, EXIT_FINE, "%zu receivers, the key is there",
			settings.webhook.urls.n);
		tell(check, "webhooks", SENDING_GOOD, &found);
	}
	if (key.bytes)
		explicit_bzero(key.bytes, key.room);
	text_release(&key);
}

void check_sending(const struct sending_check *check)
{
	count_notices(check);
	try_routes(check);
	look_at_webhooks(check);
	look_at_words(check);
	look_at_serve(check);
}
