#include "notifier/transfer.h"

#include "base/clock.h"
#include "base/must.h"
#include "notifier/mime.h"
#include "notifier/sockets.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_TIMEOUT_MS = 20000, ANSWER_MAX = 65536, LOOK_MS = 1500 };

struct transfer {
	struct transfer_settings settings;
	struct transfer_ear ear;
	bool is_started;	/* curl_global_init() was called */
	CURL *curl;		/* NULL until the first dialogue */
	struct slice rest;	/* of the message, not yet sent */
	int64_t began_ms;	/* monotonic: its dialogue; 0: none */
	int64_t limit_ms;	/* ... and after how long it is over */
	bool is_late;
	struct sockets sockets;
	CURLcode code;		/* of the last dialogue */
	char problem[CURL_ERROR_SIZE];
};

void transfer_open(const struct transfer_settings *settings,
		   const struct transfer_ear *ear,
		   struct transfer **transfer_out)
{
	struct transfer *transfer = must(calloc(1, sizeof(*transfer)));

	transfer->settings = *settings;
	transfer->ear = *ear;
	*transfer_out = transfer;
}

void transfer_close(struct transfer **transfer)
{
	if (!*transfer)
		return;
	transfer_hang_up(*transfer);
	if ((*transfer)->is_started)
		curl_global_cleanup();
	free(*transfer);
	*transfer = NULL;
}

void transfer_hang_up(struct transfer *transfer)
{
	if (transfer->curl)
		curl_easy_cleanup(transfer->curl);
	transfer->curl = NULL;
}

/* Only so does the library tell what is said while it says it. */
static int on_debug(CURL *curl, curl_infotype type, char *bytes, size_t size,
		    void *context)
{
	const struct transfer_ear *ear = &((struct transfer *)context)->ear;
	struct slice line = { bytes, size };

	(void)curl;
	if (type == CURLINFO_HEADER_OUT)
		ear->said(ear->context, line);
	else if (type == CURLINFO_HEADER_IN)
		ear->heard(ear->context, line);
	return 0;
}

/* Filters take their time, and a server that is left alone with a message may
 * have it (RFC 5321 section 4.5.3.2.6). The library comes behind our limit. */
static void wait_for_answer(struct transfer *transfer)
{
	int64_t until_ms = clock_monotonic_ms() - transfer->began_ms +
			   transfer->settings.answer_ms;

	if (until_ms > transfer->limit_ms)
		transfer->limit_ms = until_ms;
	curl_easy_setopt(transfer->curl, CURLOPT_TIMEOUT_MS,
			 (long)transfer->limit_ms + LOOK_MS);
}

static int on_socket(void *context, curl_socket_t socket, curlsocktype type)
{
	(void)type;
	sockets_add(context, socket);
	return CURL_SOCKOPT_OK;
}

/* Every second. To whom let the time pass the library would say goodbye, and
 * wait for an answer to that for as long again: so the line is cut. */
static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c,
		       curl_off_t d)
{
	struct transfer *transfer = context;

	(void)a, (void)b, (void)c, (void)d;
	if (transfer->began_ms == 0 || transfer->rest.len > 0 ||
	    clock_monotonic_ms() - transfer->began_ms <= transfer->limit_ms)
		return 0;
	transfer->is_late = true;
	sockets_cut(&transfer->sockets);
	return 1;
}

static size_t on_read(char *to, size_t size, size_t n, void *context)
{
	struct transfer *transfer = context;
	struct slice part = slice_sub(transfer->rest, 0, size * n);

	if (part.len)
		memcpy(to, part.ptr, part.len);
	transfer->rest = slice_after(transfer->rest, part.len);
	if (transfer->rest.len == 0)
		wait_for_answer(transfer);
	return part.len;
}

/* What a mail server writes besides answers: nothing we want on stdout. */
static size_t on_write(char *bytes, size_t size, size_t n, void *context)
{
	(void)bytes;
	(void)context;
	return size * n;
}

#if LIBCURL_VERSION_NUM >= 0x075500
#define SET_PROTOCOLS(curl, names, bits) \
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, names)
#else
#define SET_PROTOCOLS(curl, names, bits) \
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(bits))
#endif

static void set_verify(CURL *curl, bool verify)
{
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
}

/* What every dialogue has, whatever its protocol. */
static void set_common(CURL *curl, const struct transfer_settings *settings)
{
	int64_t connect_ms = settings->timeout_ms < CONNECT_TIMEOUT_MS
		? settings->timeout_ms : CONNECT_TIMEOUT_MS;

	/* A proxy of whoever started us would be a surprise. */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)settings->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_2);
	set_verify(curl, settings->verify);
	if (settings->ca_file[0])
		curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file);
}

static void set_login(CURL *curl, const struct transfer_settings *settings)
{
	if (!settings->user[0])
		return;
	curl_easy_setopt(curl, CURLOPT_USERNAME, settings->user);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, settings->password);
	/* With AUTH in one line (RFC 4954 section 4). */
	curl_easy_setopt(curl, CURLOPT_SASL_IR, 1L);
}

static void set_mail(struct transfer *transfer)
{
	const struct transfer_settings *how = &transfer->settings;
	CURL *curl = transfer->curl;

	SET_PROTOCOLS(curl, "smtp,smtps", CURLPROTO_SMTP | CURLPROTO_SMTPS);
	set_common(curl, how);
	set_login(curl, how);
	/* Not the library's own two minutes for each answer. */
	curl_easy_setopt(curl, CURLOPT_FTP_RESPONSE_TIMEOUT,
			 (long)(how->timeout_ms + how->answer_ms) / 1000 + 1);
	curl_easy_setopt(curl, CURLOPT_USE_SSL, how->needs_tls
			 ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
	curl_easy_setopt(curl, CURLOPT_URL, how->url);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_write);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, transfer);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, on_socket);
	curl_easy_setopt(curl, CURLOPT_SOCKOPTDATA, &transfer->sockets);
	curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, sockets_end);
	curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, &transfer->sockets);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->problem);
}

static CURLcode start(struct transfer *transfer)
{
	transfer->problem[0] = '\0';
	if (transfer->curl)
		return CURLE_OK;
	if (!transfer->is_started && curl_global_init(CURL_GLOBAL_DEFAULT))
		return CURLE_FAILED_INIT;
	transfer->is_started = true;
	transfer->curl = must(curl_easy_init());
	set_mail(transfer);
	return CURLE_OK;
}

static enum transfer_end end_of(struct transfer *transfer, CURLcode code)
{
	transfer->code = code;
	if (code == CURLE_OK)
		return TRANSFER_DONE;
	return code == CURLE_LOGIN_DENIED ? TRANSFER_NO_LOGIN
					  : TRANSFER_BROKEN;
}

const char *transfer_problem(const struct transfer *transfer)
{
	if (transfer->is_late)
		return "no answer to the message in time";
	return transfer->problem[0] ? transfer->problem
				    : curl_easy_strerror(transfer->code);
}

static CURLcode perform(struct transfer *transfer, const char *from,
			struct curl_slist *recipients, struct slice message)
{
	CURL *curl = transfer->curl;
	CURLcode code;

	transfer->rest = message;
	transfer->began_ms = clock_monotonic_ms();
	transfer->limit_ms = transfer->settings.timeout_ms;
	transfer->is_late = false;
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)transfer->limit_ms);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
			 (curl_off_t)message.len);
	code = curl_easy_perform(curl);
	transfer->began_ms = 0;
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
	return code;
}

enum transfer_end transfer_mail(struct transfer *transfer, const char *from,
				const char *recipient, struct slice message,
				size_t *left_out)
{
	struct curl_slist *recipients;
	char sender[MIME_ADDRESS_MAX + 3];
	CURLcode code = start(transfer);

	*left_out = message.len;
	if (code != CURLE_OK)
		return end_of(transfer, code);
	recipients = must(curl_slist_append(NULL, recipient));
	snprintf(sender, sizeof(sender), "<%s>", from);
	code = perform(transfer, sender, recipients, message);
	curl_slist_free_all(recipients);
	*left_out = transfer->rest.len;
	return end_of(transfer, code);
}

enum transfer_end transfer_connect(struct transfer *transfer, bool verify)
{
	CURLcode code = start(transfer);

	if (code != CURLE_OK)
		return end_of(transfer, code);
	/* Greets, starts TLS and logs in; then the line is ours. */
	curl_easy_setopt(transfer->curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(transfer->curl, CURLOPT_FRESH_CONNECT, 1L);
	set_verify(transfer->curl, verify);
	return end_of(transfer, curl_easy_perform(transfer->curl));
}

/* True when the connection is ready for more before the time ends. */
static bool await(struct transfer *transfer, short events, int64_t until_ms)
{
	int64_t left_ms = until_ms - clock_monotonic_ms();
	struct pollfd fd = { sockets_newest(&transfer->sockets), events, 0 };

	return left_ms > 0 && poll(&fd, 1, (int)left_ms) > 0;
}

bool transfer_say(struct transfer *transfer, struct slice bytes,
		  int64_t until_ms)
{
	while (bytes.len > 0) {
		size_t n = 0;
		CURLcode code = curl_easy_send(transfer->curl, bytes.ptr,
					       bytes.len, &n);

		if (code == CURLE_OK)
			bytes = slice_after(bytes, n);
		else if (code != CURLE_AGAIN ||
			 !await(transfer, POLLOUT, until_ms))
			return false;
	}
	return true;
}

size_t transfer_hear(struct transfer *transfer, char *out, size_t size,
		     int64_t until_ms)
{
	for (;;) {
		size_t n = 0;
		CURLcode code = curl_easy_recv(transfer->curl, out, size, &n);

		if (code == CURLE_OK)
			return n;
		if (code != CURLE_AGAIN || !await(transfer, POLLIN, until_ms))
			return 0;
	}
}

/* One POST under way. */
struct posted {
	struct posted *next;
	CURL *curl;
	struct curl_slist *headers;
	void *tag;
	size_t heard;		/* bytes of the answer */
	char problem[CURL_ERROR_SIZE];
};

struct transfer_posts {
	struct transfer_settings settings;
	CURLM *multi;
	struct posted *all;
	size_t n;
};

void transfer_posts_open(const struct transfer_settings *settings,
			 struct transfer_posts **posts_out)
{
	struct transfer_posts *posts = must(calloc(1, sizeof(*posts)));

	posts->settings = *settings;
	*posts_out = posts;
}

static void end_post(struct transfer_posts *posts, struct posted *posted)
{
	struct posted **at = &posts->all;

	while (*at != posted)
		at = &(*at)->next;
	*at = posted->next;
	posts->n--;
	curl_multi_remove_handle(posts->multi, posted->curl);
	curl_easy_cleanup(posted->curl);
	curl_slist_free_all(posted->headers);
	free(posted);
}

void transfer_posts_close(struct transfer_posts **posts)
{
	if (!*posts)
		return;
	while ((*posts)->all)
		end_post(*posts, (*posts)->all);
	if ((*posts)->multi) {
		curl_multi_cleanup((*posts)->multi);
		curl_global_cleanup();
	}
	free(*posts);
	*posts = NULL;
}

/* Headers or body: nothing in it is for us, and one without end is cut. */
static size_t on_answer(char *bytes, size_t size, size_t n, void *context)
{
	struct posted *posted = context;

	(void)bytes;
	posted->heard += size * n;
	return posted->heard > ANSWER_MAX ? 0 : size * n;
}

static void set_post(struct transfer_posts *posts, struct posted *posted,
		     const struct transfer_post *post)
{
	CURL *curl = posted->curl;

	SET_PROTOCOLS(curl, "http,https", CURLPROTO_HTTP | CURLPROTO_HTTPS);
	set_common(curl, &posts->settings);
	curl_easy_setopt(curl, CURLOPT_URL, post->url);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
			 (long)CURL_HTTP_VERSION_1_1);
	for (size_t i = 0; i < post->n_headers; i++)
		posted->headers = must(curl_slist_append(posted->headers,
							 post->headers[i]));
	/* A body of one packet needs no leave. */
	posted->headers = must(curl_slist_append(posted->headers, "Expect:"));
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, posted->headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)post->body.len);
	curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, post->body.ptr);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_answer);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, posted);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, posted);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, posted->problem);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, posted);
}

static int start_posts(struct transfer_posts *posts, struct err *err)
{
	if (posts->multi)
		return 0;
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return err_set(err, EXIT_SYSTEM, "libcurl does not start");
	posts->multi = curl_multi_init();
	if (posts->multi)
		return 0;
	curl_global_cleanup();
	return err_set(err, EXIT_SYSTEM, "libcurl gives no handle");
}

int transfer_posts_begin(struct transfer_posts *posts,
			 const struct transfer_post *post, struct err *err)
{
	struct posted *posted;

	if (start_posts(posts, err) < 0)
		return -1;
	posted = must(calloc(1, sizeof(*posted)));
	posted->curl = must(curl_easy_init());
	posted->tag = post->tag;
	posted->next = posts->all;
	posts->all = posted;
	posts->n++;
	set_post(posts, posted, post);
	if (curl_multi_add_handle(posts->multi, posted->curl) == CURLM_OK)
		return 0;
	end_post(posts, posted);
	return err_set(err, EXIT_SYSTEM, "libcurl takes no further request");
}

size_t transfer_posts_under_way(const struct transfer_posts *posts)
{
	return posts->n;
}

static void take_answer(struct transfer_posts *posts, const CURLMsg *message,
			struct transfer_answer *out)
{
	struct posted *posted = NULL;
	curl_off_t retry_after_s = 0;
	CURLcode code = message->data.result;
	long status = 0;

	curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &posted);
	curl_easy_getinfo(posted->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(posted->curl, CURLINFO_RETRY_AFTER, &retry_after_s);
	*out = (struct transfer_answer){ .tag = posted->tag };
	/* 1xx announces an answer that never came. */
	if (status >= 200)
		out->status = (int)status;
	if (retry_after_s > 0 && retry_after_s < INT32_MAX)
		out->retry_after_ms = (int64_t)retry_after_s * 1000;
	snprintf(out->problem, sizeof(out->problem), "%s", posted->problem[0]
		 ? posted->problem : curl_easy_strerror(code));
	end_post(posts, posted);
}

bool transfer_posts_next(struct transfer_posts *posts, int64_t wait_ms,
			 struct transfer_answer *answer_out)
{
	int64_t until_ms = clock_monotonic_ms() + wait_ms;
	int running, left;

	while (posts->n > 0) {
		int64_t left_ms = until_ms - clock_monotonic_ms();
		CURLMsg *message;

		if (curl_multi_perform(posts->multi, &running) != CURLM_OK)
			return false;
		message = curl_multi_info_read(posts->multi, &left);
		if (message && message->msg == CURLMSG_DONE) {
			take_answer(posts, message, answer_out);
			return true;
		}
		if (left_ms <= 0)
			return false;
		curl_multi_poll(posts->multi, NULL, 0, (int)left_ms, NULL);
	}
	return false;
}
