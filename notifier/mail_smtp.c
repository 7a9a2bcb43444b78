/*
 * mail_smtp - mail_route over SMTP: what a mail server's answers mean for a
 * notice.
 */
#include "notifier/mail.h"

#include "base/clock.h"
#include "base/must.h"
#include "base/text.h"
#include "notifier/mime.h"
#include "notifier/transfer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far the dialogue got: the same 5xx means something else at login than
 * at RCPT. */
enum stage { STAGE_SESSION, STAGE_MAIL, STAGE_RCPT, STAGE_DATA };

static const struct {
	struct slice command;
	const char *shown;
} stages[] = {
	[STAGE_SESSION] = { SLICE(""), "the connection" },
	[STAGE_MAIL] = { SLICE("MAIL FROM:"), "our sender (MAIL FROM)" },
	[STAGE_RCPT] = { SLICE("RCPT TO:"), "the recipient (RCPT TO)" },
	[STAGE_DATA] = { SLICE("DATA\r\n"), "the message (DATA)" },
};

enum { URL_SIZE = 600, ANSWER_SIZE = MAIL_ANSWER_SIZE };

struct mail_client {
	struct mail_settings settings;
	char url[URL_SIZE];	/* with the name for EHLO behind it */
	bool is_here;		/* the server is this machine */
	struct transfer *transfer;

	/* The message in hand. */
	enum stage stage;
	size_t left;		/* bytes of it that were not sent */
	bool said_auth;
	bool said_quit;		/* answers from here on are about that */
	int code;		/* of the last answer, 0 before one */
	char answer[ANSWER_SIZE];	/* its last line, raw */
};

static bool is_host_text(const char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr(".-:[]_", *text))
			return false;
	return true;
}

/* Only a scheme, a host and a port: whatever else curl reads out of a URL
 * has its own setting here. */
static int check_settings(const struct mail_settings *settings,
			  struct slice *host_out, struct err *err)
{
	struct slice host = slice_from(settings->url);

	if (!slice_skip(&host, S("smtp://")) &&
	    !slice_skip(&host, S("smtps://")))
		return err_set(err, EXIT_CONFIG, "mail server \"%.100s\": "
			       "write smtp://host:port or smtps://host:port",
			       settings->url);
	/* What stands before it may be a password, and is not repeated. */
	if (slice_find_char(host, '@') >= 0)
		return err_set(err, EXIT_CONFIG, "mail server: in its URL are "
			       "only a host and a port; a login has options "
			       "and a file of its own");
	if (slice_ends(host, S("/")))
		host.len--;
	if (host.len == 0 || host.len > 255 ||
	    slice_find_char(host, '/') >= 0)
		return err_set(err, EXIT_CONFIG, "mail server \"%.100s\": "
			       "only a host and a port belong there",
			       settings->url);
	if (strlen(settings->helo) > 255 || !is_host_text(settings->helo))
		return err_set(err, EXIT_CONFIG, "\"%.100s\" is no name to "
			       "greet a mail server with", settings->helo);
	if (settings->from[0] && !mime_is_address(slice_from(settings->from)))
		return err_set(err, EXIT_CONFIG, "the envelope sender "
			       "\"%.100s\" is no mail address",
			       settings->from);
	*host_out = host;
	return 0;
}

/* What we sent decides the stage, in order, so that no other line can be taken
 * for one. */
static void note_command(void *context, struct slice line)
{
	struct mail_client *client = context;
	enum stage next = client->stage + 1;

	if (slice_eq(line, S("QUIT\r\n")))
		client->said_quit = true;
	else if (slice_starts(line, S("AUTH ")))
		client->said_auth = true;
	else if (client->stage < STAGE_DATA &&
		 slice_starts(line, stages[next].command))
		client->stage = next;
}

static void note_answer(void *context, struct slice line)
{
	struct mail_client *client = context;
	uint32_t code;

	line = slice_trim(line);
	if (client->said_quit || line.len < 3 ||
	    !slice_number(slice_sub(line, 0, 3), &code) ||
	    code < 200 || code > 599)
		return;
	client->code = (int)code;
	slice_copy(line, client->answer, sizeof(client->answer));
}

static void open_transfer(struct mail_client *client)
{
	const struct mail_settings *settings = &client->settings;
	const struct transfer_settings transfer = {
		.url = client->url,
		.user = settings->user,
		.password = settings->password,
		/* Somebody in between could hide STARTTLS and read the
		 * password. */
		.needs_tls = settings->starttls ||
			     (settings->user[0] && !client->is_here),
		.verify = settings->verify,
		.ca_file = settings->ca_file,
		.timeout_ms = settings->timeout_ms,
		.answer_ms = settings->answer_ms,
	};
	const struct transfer_ear ear = { note_command, note_answer, client };

	transfer_open(&transfer, &ear, &client->transfer);
}

int mail_client_open(const struct mail_settings *settings,
		     struct mail_client **client_out, struct err *err)
{
	struct mail_client *client;
	struct slice host = { NULL, 0 };

	if (check_settings(settings, &host, err))
		return -1;
	client = must(calloc(1, sizeof(*client)));
	client->settings = *settings;
	client->is_here = transfer_is_here(host);
	snprintf(client->url, sizeof(client->url), "%s://%.*s/%s",
		 settings->url[4] == 's' ? "smtps" : "smtp", (int)host.len,
		 host.ptr, settings->helo);
	open_transfer(client);
	*client_out = client;
	return 0;
}

void mail_client_close(struct mail_client **client)
{
	if (!*client)
		return;
	transfer_close(&(*client)->transfer);
	free(*client);
	*client = NULL;
}

static enum mail_result judge(const struct mail_client *client,
			      enum transfer_end end)
{
	bool wants_login = client->code == 530 || client->code == 535 ||
			   client->code == 538;

	if (end == TRANSFER_DONE)
		return MAIL_ACCEPTED;
	/* "Go on" was the last word, or a part of "taken", and the end of the
	 * message is out. */
	if (client->stage == STAGE_DATA && client->code < 400 &&
	    client->left == 0)
		return MAIL_UNCERTAIN;
	if (client->code >= 500 && client->stage >= STAGE_RCPT && !wants_login)
		return MAIL_REFUSED;
	if (client->code >= 400 && client->code < 500 &&
	    client->code != 421 && client->stage >= STAGE_MAIL)
		return MAIL_LATER;
	return MAIL_AWAY;
}

static void explain(const struct mail_client *client, enum mail_result result,
		    struct err *err)
{
	const char *words = client->code >= 400
		? client->answer : transfer_problem(client->transfer);
	struct text shown = TEXT_INIT(ANSWER_SIZE * 4);

	text_add_visible(&shown, slice_from(words));
	err_set(err, result == MAIL_REFUSED ? EXIT_DATA : EXIT_SERVICE,
		"mail server %.100s, at %s: %.300s", client->settings.url,
		stages[client->stage].shown, text_string(&shown));
	text_release(&shown);
}

static void begin(struct mail_client *client)
{
	client->stage = STAGE_SESSION;
	client->said_auth = client->said_quit = false;
	client->code = 0;
	client->answer[0] = '\0';
}

static enum mail_result client_send(void *context, struct slice recipient,
				    struct slice message, struct err *err)
{
	struct mail_client *client = context;
	char address[MIME_ADDRESS_MAX + 1];
	enum mail_result result;

	if (!mime_is_address(recipient) ||
	    !slice_copy(recipient, address, sizeof(address))) {
		err_set(err, EXIT_DATA, "the recipient is no mail address; "
			"correct it in the panel");
		return MAIL_REFUSED;
	}
	begin(client);
	result = judge(client, transfer_mail(client->transfer,
					     client->settings.from, address,
					     message,
					     &client->left));
	if (result != MAIL_ACCEPTED)
		explain(client, result, err);
	return result;
}

struct mail_route mail_client_route(struct mail_client *client)
{
	return (struct mail_route){ .context = client, .send = client_send };
}

static bool tell_server(struct mail_client *client, const char *verb,
			const char *address, int64_t until_ms)
{
	char line[MIME_ADDRESS_MAX + 32];

	snprintf(line, sizeof(line), "%s%s%s%s\r\n", verb,
		 *address ? "<" : "", address, *address ? ">" : "");
	return transfer_say(client->transfer, slice_from(line), until_ms);
}

/* An answer's last line: a number and a blank. Kept as the others are. */
static bool hear_server(struct mail_client *client, int64_t until_ms)
{
	char bytes[4096];
	size_t len = 0, n, from = 0;

	while (len < sizeof(bytes)) {
		char *end;

		n = transfer_hear(client->transfer, bytes + len,
				  sizeof(bytes) - len, until_ms);
		if (n == 0)
			return false;
		len += n;
		while ((end = memchr(bytes + from, '\n', len - from))) {
			struct slice line = { bytes + from, (size_t)(end -
						bytes) - from };

			note_answer(client, line);
			if (line.len < 4 || line.ptr[3] != '-')
				return client->code > 0;
			from = (size_t)(end - bytes) + 1;
		}
	}
	return false;
}

/* MAIL FROM, RCPT TO, each with its answer; QUIT whatever they were. Without
 * `recipient` only the first. */
static enum mail_trial ask_to_send(struct mail_client *client,
				   const char *recipient)
{
	int64_t until_ms = clock_monotonic_ms() + client->settings.timeout_ms;
	const struct {
		const char *verb, *address;
	} steps[] = {
		{ "MAIL FROM:", client->settings.from },
		{ "RCPT TO:", recipient },
	};
	enum mail_trial result = MAIL_TRIAL_TAKEN;
	size_t n = *recipient ? 2 : 1;

	for (size_t i = 0; i < n && result == MAIL_TRIAL_TAKEN; i++) {
		client->code = 0;
		client->answer[0] = '\0';
		if (!tell_server(client, steps[i].verb, steps[i].address,
				 until_ms) || !hear_server(client, until_ms)) {
			snprintf(client->answer, sizeof(client->answer),
				 "no answer to %s", steps[i].verb);
			result = MAIL_TRIAL_AWAY;
		} else if (client->code >= 300) {
			result = MAIL_TRIAL_REFUSED;
		}
	}
	tell_server(client, "QUIT", "", until_ms);
	return result;
}

static enum mail_trial try_once(struct mail_client *client, bool verify,
				bool must_log_in, const char *recipient)
{
	enum transfer_end end;

	begin(client);
	end = transfer_connect(client->transfer, verify);
	if (end == TRANSFER_NO_LOGIN)
		return MAIL_TRIAL_NO_LOGIN;
	if (end != TRANSFER_DONE)
		return MAIL_TRIAL_AWAY;
	if (client->said_auth || !must_log_in)
		return ask_to_send(client, recipient);
	/* It goes on without, where none is offered. */
	slice_copy(S("the server offers no login there"), client->answer,
		   sizeof(client->answer));
	return MAIL_TRIAL_NO_LOGIN;
}

static void show_answer(const struct mail_client *client,
			char answer_out[MAIL_ANSWER_SIZE])
{
	struct text shown = TEXT_INIT(ANSWER_SIZE - 1);

	text_add_visible(&shown, slice_from(
		client->answer[0] ? client->answer
				  : transfer_problem(client->transfer)));
	slice_copy(text_slice(&shown), answer_out, MAIL_ANSWER_SIZE);
	text_release(&shown);
}

enum mail_trial mail_client_try(struct mail_client *client,
				const char *recipient,
				char answer_out[MAIL_ANSWER_SIZE])
{
	bool verify = client->settings.verify && !client->is_here;
	enum mail_trial result;

	if (!mime_is_address(slice_from(recipient)) ||
	    !mime_is_address(slice_from(client->settings.from))) {
		slice_copy(S("it is no mail address"), answer_out,
			   MAIL_ANSWER_SIZE);
		return MAIL_TRIAL_AWAY;
	}
	result = try_once(client, verify, true, recipient);
	show_answer(client, answer_out);
	transfer_hang_up(client->transfer);
	return result;
}

enum mail_trial mail_client_probe(struct mail_client *client,
				  const char *recipient,
				  char answer_out[MAIL_ANSWER_SIZE])
{
	enum mail_trial result;

	if (!mime_is_address(slice_from(recipient)))
		recipient = "";
	result = try_once(client, client->settings.verify,
			  client->settings.user[0] != '\0', recipient);
	show_answer(client, answer_out);
	transfer_hang_up(client->transfer);
	return result;
}
