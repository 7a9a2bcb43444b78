/*
 * mail_curl - mail_route over SMTP. The adapter of libcurl.
 */
#include "notifier/mail.h"

#include "base/clock.h"
#include "base/text.h"
#include "notifier/mime.h"

#include <ctype.h>
#include <curl/curl.h>
#include <poll.h>
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

enum { URL_SIZE = 600, ANSWER_SIZE = MAIL_ANSWER_SIZE,
       CONNECT_TIMEOUT_MS = 20000 };

struct mail_client {
	struct mail_settings settings;
	char url[URL_SIZE];	/* with the name for EHLO behind it */
	bool needs_tls;
	bool is_here;		/* the server is this machine */
	bool is_started;	/* curl_global_init() was called */
	CURL *curl;		/* NULL until the first message */

	/* The message in hand. */
	struct slice rest;	/* of it, not yet sent */
	enum stage stage;
	bool said_auth;
	bool said_quit;		/* answers from here on are about that */
	int code;		/* of the last answer, 0 before one */
	char answer[ANSWER_SIZE];	/* its last line, raw */
	char curl_error[CURL_ERROR_SIZE];
};

static bool is_host_text(const char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr(".-:[]_", *text))
			return false;
	return true;
}

static bool is_this_machine(struct slice host)
{
	return slice_starts(host, S("localhost")) ||
	       slice_starts(host, S("127.")) ||
	       slice_starts(host, S("[::1]"));
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
	if (slice_ends(host, S("/")))
		host.len--;
	if (host.len == 0 || host.len > 255 ||
	    slice_find_char(host, '/') >= 0 || slice_find_char(host, '@') >= 0)
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

int mail_client_open(const struct mail_settings *settings,
		     struct mail_client **client_out, struct err *err)
{
	struct mail_client *client;
	struct slice host = { NULL, 0 };

	if (check_settings(settings, &host, err))
		return -1;
	client = calloc(1, sizeof(*client));
	if (!client)
		abort();
	client->settings = *settings;
	client->is_here = is_this_machine(host);
	/* Somebody in between could hide STARTTLS and read the password. */
	client->needs_tls = settings->starttls ||
		(settings->user[0] && !client->is_here);
	snprintf(client->url, sizeof(client->url), "%s://%.*s/%s",
		 settings->url[4] == 's' ? "smtps" : "smtp", (int)host.len,
		 host.ptr, settings->helo);
	*client_out = client;
	return 0;
}

void mail_client_close(struct mail_client **client)
{
	if (!*client)
		return;
	if ((*client)->curl)
		curl_easy_cleanup((*client)->curl);
	if ((*client)->is_started)
		curl_global_cleanup();
	free(*client);
	*client = NULL;
}

/* curl tells which stage failed only here. What we sent decides the stage,
 * in order, so that no other line can be taken for one. */
static void note_command(struct mail_client *client, struct slice line)
{
	enum stage next = client->stage + 1;

	if (slice_eq(line, S("QUIT\r\n")))
		client->said_quit = true;
	else if (slice_starts(line, S("AUTH ")))
		client->said_auth = true;
	else if (client->stage < STAGE_DATA &&
		 slice_starts(line, stages[next].command))
		client->stage = next;
}

static void note_answer(struct mail_client *client, struct slice line)
{
	uint32_t code;

	line = slice_trim(line);
	if (client->said_quit || line.len < 3 ||
	    !slice_number(slice_sub(line, 0, 3), &code) ||
	    code < 200 || code > 599)
		return;
	client->code = (int)code;
	slice_copy(line, client->answer, sizeof(client->answer));
}

static int on_debug(CURL *curl, curl_infotype type, char *bytes, size_t size,
		    void *context)
{
	struct slice line = { bytes, size };

	(void)curl;
	if (type == CURLINFO_HEADER_OUT)
		note_command(context, line);
	else if (type == CURLINFO_HEADER_IN)
		note_answer(context, line);
	return 0;
}

static size_t on_read(char *to, size_t size, size_t n, void *context)
{
	struct mail_client *client = context;
	struct slice part = slice_sub(client->rest, 0, size * n);

	if (part.len)
		memcpy(to, part.ptr, part.len);
	client->rest = slice_after(client->rest, part.len);
	return part.len;
}

/* What a server writes besides answers: nothing we want on stdout. */
static size_t on_write(char *bytes, size_t size, size_t n, void *context)
{
	(void)bytes;
	(void)context;
	return size * n;
}

static void set_protocols(CURL *curl)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
#else
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS,
			 (long)(CURLPROTO_SMTP | CURLPROTO_SMTPS));
#endif
}

static void set_tls(struct mail_client *client)
{
	const struct mail_settings *settings = &client->settings;
	CURL *curl = client->curl;

	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 client->needs_tls ? (long)CURLUSESSL_ALL
					   : (long)CURLUSESSL_TRY);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER,
			 settings->verify ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST,
			 settings->verify ? 2L : 0L);
	if (settings->ca_file[0])
		curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file);
}

static void set_options(struct mail_client *client)
{
	const struct mail_settings *settings = &client->settings;
	int64_t connect_ms = settings->timeout_ms < CONNECT_TIMEOUT_MS
		? settings->timeout_ms : CONNECT_TIMEOUT_MS;
	CURL *curl = client->curl;

	set_protocols(curl);
	set_tls(client);
	curl_easy_setopt(curl, CURLOPT_URL, client->url);
	/* Proxies of the environment are for the web. */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)settings->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(curl, CURLOPT_READDATA, client);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_write);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, client);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->curl_error);
	if (!settings->user[0])
		return;
	curl_easy_setopt(curl, CURLOPT_USERNAME, settings->user);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, settings->password);
	/* With AUTH in one line (RFC 4954 section 4). */
	curl_easy_setopt(curl, CURLOPT_SASL_IR, 1L);
}

static int start(struct mail_client *client, struct err *err)
{
	if (client->curl)
		return 0;
	if (!client->is_started && curl_global_init(CURL_GLOBAL_DEFAULT))
		return err_set(err, EXIT_SYSTEM, "libcurl does not start");
	client->is_started = true;
	client->curl = curl_easy_init();
	if (!client->curl)
		return err_set(err, EXIT_SYSTEM, "libcurl gives no handle");
	set_options(client);
	return 0;
}

static enum mail_result judge(const struct mail_client *client, CURLcode code)
{
	bool wants_login = client->code == 530 || client->code == 535 ||
			   client->code == 538;

	if (code == CURLE_OK)
		return MAIL_ACCEPTED;
	if (client->code >= 500 && client->stage >= STAGE_RCPT && !wants_login)
		return MAIL_REFUSED;
	if (client->code >= 400 && client->code < 500 &&
	    client->code != 421 && client->stage >= STAGE_MAIL)
		return MAIL_LATER;
	return MAIL_AWAY;
}

static void explain(const struct mail_client *client, enum mail_result result,
		    CURLcode code, struct err *err)
{
	const char *words = client->code >= 400 ? client->answer
			  : client->curl_error[0] ? client->curl_error
			  : curl_easy_strerror(code);
	struct text shown = TEXT_INIT(ANSWER_SIZE * 4);

	text_add_visible(&shown, slice_from(words));
	err_set(err, result == MAIL_REFUSED ? EXIT_DATA : EXIT_SERVICE,
		"mail server %.100s, at %s: %.300s", client->settings.url,
		stages[client->stage].shown, text_string(&shown));
	text_release(&shown);
}

static CURLcode perform(struct mail_client *client, const char *recipient,
			struct slice message)
{
	struct curl_slist *recipients = curl_slist_append(NULL, recipient);
	char from[MIME_ADDRESS_MAX + 3];
	CURLcode code;

	if (!recipients)
		return CURLE_OUT_OF_MEMORY;
	snprintf(from, sizeof(from), "<%s>", client->settings.from);
	client->rest = message;
	client->stage = STAGE_SESSION;
	client->said_quit = false;
	client->code = 0;
	client->answer[0] = client->curl_error[0] = '\0';
	curl_easy_setopt(client->curl, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(client->curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(client->curl, CURLOPT_INFILESIZE_LARGE,
			 (curl_off_t)message.len);
	code = curl_easy_perform(client->curl);
	curl_easy_setopt(client->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(recipients);
	return code;
}

static enum mail_result client_send(void *context, struct slice recipient,
				    struct slice message, struct err *err)
{
	struct mail_client *client = context;
	char address[MIME_ADDRESS_MAX + 1];
	enum mail_result result;
	CURLcode code;

	if (!mime_is_address(recipient) ||
	    !slice_copy(recipient, address, sizeof(address))) {
		err_set(err, EXIT_DATA, "the recipient is no mail address; "
			"correct it in the panel");
		return MAIL_REFUSED;
	}
	if (start(client, err))
		return MAIL_AWAY;
	code = perform(client, address, message);
	result = judge(client, code);
	if (result != MAIL_ACCEPTED)
		explain(client, result, code, err);
	return result;
}

struct mail_route mail_client_route(struct mail_client *client)
{
	return (struct mail_route){ .context = client, .send = client_send };
}

/* True when the connection is ready for more before the time ends. */
static bool await(struct mail_client *client, short events, int64_t until_ms)
{
	int64_t left_ms = until_ms - clock_monotonic_ms();
	curl_socket_t socket = CURL_SOCKET_BAD;
	struct pollfd fd = { .events = events };

	curl_easy_getinfo(client->curl, CURLINFO_ACTIVESOCKET, &socket);
	fd.fd = socket;
	return left_ms > 0 && socket != CURL_SOCKET_BAD &&
	       poll(&fd, 1, (int)left_ms) > 0;
}

static bool tell_server(struct mail_client *client, const char *verb,
			const char *address, int64_t until_ms)
{
	char line[MIME_ADDRESS_MAX + 32];
	size_t len = (size_t)snprintf(line, sizeof(line), "%s%s%s%s\r\n", verb,
				      *address ? "<" : "", address,
				      *address ? ">" : "");
	size_t sent = 0, n;

	while (sent < len) {
		CURLcode code = curl_easy_send(client->curl, line + sent,
					       len - sent, &n);

		if (code == CURLE_OK)
			sent += n;
		else if (code != CURLE_AGAIN ||
			 !await(client, POLLOUT, until_ms))
			return false;
	}
	return true;
}

/* An answer's last line: a number and a blank. Kept as the others are. */
static bool hear_server(struct mail_client *client, int64_t until_ms)
{
	char bytes[4096];
	size_t len = 0, n, from = 0;

	for (;;) {
		CURLcode code = curl_easy_recv(client->curl, bytes + len,
					       sizeof(bytes) - len, &n);
		char *end;

		if (code == CURLE_AGAIN) {
			if (!await(client, POLLIN, until_ms))
				return false;
			continue;
		}
		if (code != CURLE_OK || n == 0)
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
		if (len == sizeof(bytes))
			return false;
	}
}

/* MAIL FROM, RCPT TO, each with its answer; QUIT whatever they were. */
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

	for (size_t i = 0; i < 2 && result == MAIL_TRIAL_TAKEN; i++) {
		client->code = 0;
		client->answer[0] = '\0';
		if (!tell_server(client, steps[i].verb, steps[i].address,
				 until_ms) || !hear_server(client, until_ms))
			result = MAIL_TRIAL_AWAY;
		else if (client->code >= 300)
			result = MAIL_TRIAL_REFUSED;
	}
	tell_server(client, "QUIT", "", until_ms);
	return result;
}

static enum mail_trial try_once(struct mail_client *client,
				const char *recipient)
{
	CURLcode code;

	client->stage = STAGE_SESSION;
	client->said_quit = client->said_auth = false;
	client->code = 0;
	client->answer[0] = client->curl_error[0] = '\0';
	/* Greets, starts TLS and logs in; then the line is ours. */
	curl_easy_setopt(client->curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(client->curl, CURLOPT_FRESH_CONNECT, 1L);
	if (client->is_here) {
		curl_easy_setopt(client->curl, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(client->curl, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	code = curl_easy_perform(client->curl);
	if (code == CURLE_LOGIN_DENIED)
		return MAIL_TRIAL_NO_LOGIN;
	if (code != CURLE_OK)
		return MAIL_TRIAL_AWAY;
	if (client->said_auth)
		return ask_to_send(client, recipient);
	/* curl goes on without, where none is offered. */
	slice_copy(S("the server offers no login there"), client->answer,
		   sizeof(client->answer));
	return MAIL_TRIAL_NO_LOGIN;
}

enum mail_trial mail_client_try(struct mail_client *client,
				const char *recipient,
				char answer_out[MAIL_ANSWER_SIZE])
{
	struct text shown = TEXT_INIT(ANSWER_SIZE - 1);
	enum mail_trial result = MAIL_TRIAL_AWAY;
	struct err err;

	if (!mime_is_address(slice_from(recipient)) ||
	    !mime_is_address(slice_from(client->settings.from))) {
		text_add_string(&shown, "it is no mail address");
	} else if (start(client, &err)) {
		text_add_string(&shown, err.text);
	} else {
		result = try_once(client, recipient);
		text_add_visible(&shown, slice_from(
			client->answer[0] ? client->answer
					  : client->curl_error));
	}
	slice_copy(text_slice(&shown), answer_out, MAIL_ANSWER_SIZE);
	text_release(&shown);
	/* A connection that we have talked on is of no more use to curl. */
	if (client->curl)
		curl_easy_cleanup(client->curl);
	client->curl = NULL;
	return result;
}
