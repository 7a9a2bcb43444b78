/*
 * The adapter of libmicrohttpd: from its callbacks to http_answer().
 *
 * No thread: MHD_run_wait() waits in epoll and calls back from here. MHD cuts
 * clients that are silent; one that drips a byte now and then, or that stands
 * in the way of others, is cut by clients.h.
 */
#include "detector/http/http.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "base/must.h"
#include "detector/http/clients.h"
#include "detector/http/listen.h"
#include "detector/http/route.h"
#include "detector/settings.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	IDLE_PRESET_MS = 15000,
	WAIT_MS = 500,
	CONNECTION_MEMORY = 32 * 1024,
	/* A body beyond its limit is read on this far, so that an honest
	 * client hears 413 instead of a reset connection. */
	DRAIN_MAX = 1024 * 1024,
	PEM_MAX = 256 * 1024
};

struct server {
	struct http_context *context;
	struct MHD_Daemon *daemon;
	struct clients *clients;
	struct http_stats own_stats;	/* where nobody else counts */
	size_t most;		/* connections */
	int64_t idle_ms;
	struct text certificate, key;
};

/* One request while it comes in. */
struct incoming {
	char uri[HTTP_URI_MAX + 1];
	struct text body;
	uint64_t seen;		/* body bytes, kept or not */
	bool has_begun, is_too_large, is_ambiguous;
};

static struct client *client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void *take_uri(void *context, const char *uri,
		      struct MHD_Connection *connection)
{
	struct server *server = context;
	struct incoming *incoming = must(malloc(sizeof(*incoming)));

	clients_begin(server->clients, client_of(connection),
		      clock_monotonic_ms());
	incoming->body = (struct text)TEXT_INIT(HTTP_BODY_MAX);
	incoming->seen = 0;
	incoming->has_begun = incoming->is_too_large = false;
	incoming->is_ambiguous = false;
	slice_copy(slice_from(uri), incoming->uri, sizeof(incoming->uri));
	return incoming;
}

static struct address address_of(const struct sockaddr *from)
{
	struct address address = { { 0 } };

	if (from && from->sa_family == AF_INET6) {
		memcpy(address.bytes,
		       &((const struct sockaddr_in6 *)(const void *)from)
				->sin6_addr, 16);
	} else if (from && from->sa_family == AF_INET) {
		address.bytes[10] = address.bytes[11] = 0xff;
		memcpy(address.bytes + 12,
		       &((const struct sockaddr_in *)(const void *)from)
				->sin_addr, 4);
	}
	return address;
}

static struct address client_address(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return address_of(info ? info->client_addr : NULL);
}

/* For clients.h: everybody is behind a proxy. */
static uint64_t counted_address(const struct server *server,
				const struct address *address)
{
	return http_is_proxy(server->context, address)
		? 0 : address_client_hash(address) | 1;
}

/* The last line counts: a proxy that adds a line of its own puts it behind
 * the one that the client made up. */
static enum MHD_Result take_last_forwarded(void *context,
					   enum MHD_ValueKind kind,
					   const char *name, const char *value)
{
	struct slice *last = context;

	(void)kind;
	if (slice_eq_nocase(slice_from(name),
			    slice_from(http_header_names[HTTP_FORWARDED_FOR])))
		*last = slice_from(value);
	return MHD_YES;
}

static void fill_in(struct http_request *request, struct server *server,
		    struct MHD_Connection *connection, const char *method,
		    const struct incoming *incoming)
{
	struct slice rest = slice_from(incoming->uri);

	*request = (struct http_request){
		.method = slice_from(method),
		.path = rest,
		.body = text_slice(&incoming->body),
		.body_too_large = incoming->is_too_large,
		.is_ambiguous = incoming->is_ambiguous,
		.is_tls = server->certificate.len > 0,
		.client = client_address(connection),
		.now_ms = server->context->now_ms(),
	};
	/* One that was cut stays whole and too long; the router refuses it. */
	if (rest.len < HTTP_URI_MAX) {
		request->path = slice_cut(&rest, '?');
		request->query = rest;
	}
	for (size_t i = 0; i < HTTP_HEADERS; i++)
		request->headers[i] = slice_from(MHD_lookup_connection_value(
			connection, MHD_HEADER_KIND, http_header_names[i]));
	MHD_get_connection_values(connection, MHD_HEADER_KIND,
				  take_last_forwarded,
				  &request->headers[HTTP_FORWARDED_FOR]);
}

/* Takes the answer's body. */
static enum MHD_Result send_answer(struct MHD_Connection *connection,
				   struct http_response *answer)
{
	static char nothing[1];
	struct text *body = &answer->body;
	struct MHD_Response *response = MHD_create_response_from_buffer(
		body->len, body->bytes ? body->bytes : nothing,
		body->bytes ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	/* It is the library's to free now. */
	*body = (struct text)TEXT_INIT(HTTP_ANSWER_MAX);
	MHD_add_response_header(response, "Content-Type",
				answer->content_type);
	for (size_t i = 0; i < answer->n_fields; i++)
		MHD_add_response_header(response, answer->fields[i].name,
					answer->fields[i].value);
	result = MHD_queue_response(connection, (unsigned)answer->status,
				    response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_now(struct server *server,
				  struct MHD_Connection *connection,
				  const char *method,
				  const struct incoming *incoming)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct http_request request;
	int64_t start_us = clock_monotonic_us();
	enum MHD_Result result;

	fill_in(&request, server, connection, method, incoming);
	http_answer(server->context, &request, &response);
	/* What comes behind it is no request. */
	if (request.is_ambiguous)
		http_response_field(&response, "Connection", "close");
	result = send_answer(connection, &response);
	http_stats_note(server->context->stats, http_part_of(request.path),
			response.status, clock_monotonic_us() - start_us);
	http_response_release(&response);
	return result;
}

/* What a request says about where its body ends. */
struct framing {
	size_t n_lengths, n_encodings;
	bool is_wrong;
};

/* A name that is none, or, as the library joins lines in a way of its own,
 * begins like one of these two: others may read a length there. */
static bool is_strange_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] <= ' ' || name.ptr[i] > '~' ||
		    strchr("\"(),/:;<=>?@[\\]{}", name.ptr[i]))
			return true;
	return slice_eq_nocase(slice_sub(name, 0, 14), S("Content-Length")) ||
	       slice_eq_nocase(slice_sub(name, 0, 17), S("Transfer-Encoding"));
}

static enum MHD_Result take_framing(void *context, enum MHD_ValueKind kind,
				    const char *name, const char *value)
{
	struct framing *framing = context;

	(void)kind;
	if (strcasecmp(name, "Content-Length") == 0) {
		framing->n_lengths++;
		framing->is_wrong |= !value || !value[0] ||
			value[strspn(value, "0123456789")] != '\0';
	} else if (strcasecmp(name, "Transfer-Encoding") == 0) {
		framing->n_encodings++;
		framing->is_wrong |= !value ||
				     strcasecmp(value, "chunked") != 0;
	} else {
		framing->is_wrong |= is_strange_name(slice_from(name));
	}
	return MHD_YES;
}

static bool is_ambiguous(struct MHD_Connection *connection)
{
	struct framing framing = { 0, 0, false };

	MHD_get_connection_values(connection, MHD_HEADER_KIND, take_framing,
				  &framing);
	return framing.is_wrong ||
	       framing.n_lengths + framing.n_encodings > 1;
}

static bool announces_too_much(struct MHD_Connection *connection)
{
	const char *length = MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, "Content-Length");

	return length && strtoull(length, NULL, 10) > HTTP_BODY_MAX;
}

static enum MHD_Result on_access(void *context,
				 struct MHD_Connection *connection,
				 const char *url, const char *method,
				 const char *version, const char *data,
				 size_t *size, void **state)
{
	struct server *server = context;
	struct incoming *incoming = *state;

	(void)url;
	(void)version;
	if (!incoming->has_begun) {
		incoming->has_begun = true;
		incoming->is_ambiguous = is_ambiguous(connection);
		incoming->is_too_large = announces_too_much(connection);
		return incoming->is_ambiguous || incoming->is_too_large
			? answer_now(server, connection, method, incoming)
			: MHD_YES;
	}
	if (*size == 0)
		return answer_now(server, connection, method, incoming);
	incoming->seen += *size;
	text_add(&incoming->body, (struct slice){ data, *size });
	*size = 0;
	incoming->is_too_large = incoming->body.overflowed;
	return incoming->seen > DRAIN_MAX ? MHD_NO : MHD_YES;
}

static void on_completed(void *context, struct MHD_Connection *connection,
			 void **state,
			 enum MHD_RequestTerminationCode reason)
{
	struct server *server = context;
	struct incoming *incoming = *state;

	(void)reason;
	clients_end(server->clients, client_of(connection),
		    clock_monotonic_ms());
	if (!incoming)
		return;
	/* A hook's may hold a password. */
	if (incoming->body.bytes)
		explicit_bzero(incoming->body.bytes, incoming->body.room);
	text_release(&incoming->body);
	free(incoming);
	*state = NULL;
}

static enum MHD_Result may_come(void *context, const struct sockaddr *from,
				socklen_t size)
{
	const struct server *server = context;
	struct address address = address_of(from);

	(void)size;
	return clients_may_come(server->clients,
				counted_address(server, &address))
		? MHD_YES : MHD_NO;
}

static void on_connection(void *context, struct MHD_Connection *connection,
			  void **socket_context,
			  enum MHD_ConnectionNotificationCode what)
{
	struct server *server = context;
	struct address address = client_address(connection);
	const union MHD_ConnectionInfo *info;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		clients_remove(server->clients, *socket_context);
		*socket_context = NULL;
		return;
	}
	info = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_CONNECTION_FD);
	*socket_context = clients_add(server->clients,
				      info ? info->connect_fd : -1,
				      counted_address(server, &address),
				      clock_monotonic_ms());
}

static void on_log(void *context, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void on_log(void *context, const char *format, va_list arguments)
{
	char line[400];

	(void)context;
	vsnprintf(line, sizeof(line), format, arguments);
	log_debug("http: %s", line);
}

static int read_certificate(struct server *server, struct err *err)
{
	const char *certificate = settings.serve.certificate_file;
	const char *key = settings.serve.key_file;

	if (!certificate[0] && !key[0])
		return 0;
	if (!certificate[0] || !key[0])
		return err_set(err, EXIT_CONFIG, "serve.certificate_file and "
			       "serve.key_file: give both or none");
	if (files_read(certificate, &server->certificate, err) ||
	    files_read_secret(key, &server->key, err)) {
		err_prefix(err, "TLS: ");
		return -1;
	}
	return 0;
}

static int start(struct server *server, int fd, struct err *err)
{
	bool is_tls = server->certificate.len > 0;
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate.bytes },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, server->key.bytes },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };

	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_ERROR_LOG |
			(is_tls ? MHD_USE_TLS : 0),
		0, may_come, server, on_access, server,
		MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)(server->most + CLIENTS_SPARE),
		MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)((server->idle_ms + 999) / 1000),
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_URI_LOG_CALLBACK, take_uri, server,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
		MHD_OPTION_ARRAY, is_tls ? tls : none,
		MHD_OPTION_END);
	if (server->daemon)
		return 0;
	close(fd);
	return err_set(err, EXIT_SERVICE, "serve: the HTTP server does not "
		       "start%s; -v shows why",
		       is_tls ? " (are certificate and key a pair?)" : "");
}

static int open_server(struct server *server, int *port_out, struct err *err)
{
	int fd;

	if (read_certificate(server, err) ||
	    listen_open(settings.serve.listen, &fd, port_out, err))
		return -1;
	return start(server, fd, err);
}

static int run(struct server *server, volatile sig_atomic_t *stop,
	       struct err *err)
{
	int64_t wait_ms = server->idle_ms / 2 < WAIT_MS ? server->idle_ms / 2
							: WAIT_MS;

	while (!*stop) {
		if (MHD_run_wait(server->daemon, (int32_t)wait_ms) != MHD_YES)
			return err_set(err, EXIT_SYSTEM, "serve: waiting for "
				       "connections failed");
		if (server->context->between)
			server->context->between(
				server->context->ready_context);
		clients_cut_slow(server->clients, clock_monotonic_ms());
		if (server->context->pages)
			pages_sweep(server->context->pages,
				    server->context->now_ms());
	}
	return 0;
}

static void init_clients(struct server *server)
{
	struct clients_limits limits = {
		.slow_ms = 2 * server->idle_ms,
		.seed = server->context->seed,
	};

	if (!server->context->stats)
		server->context->stats = &server->own_stats;
	server->most = limits.most =
		listen_connections(settings.serve.max_connections);
	limits.most_each = limits.most / 2 + 1;
	server->clients = clients_new(&limits, server->context->stats);
}

static void release(struct server *server)
{
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	clients_free(&server->clients);
	if (server->context->stats == &server->own_stats)
		server->context->stats = NULL;
	if (server->key.bytes)
		explicit_bzero(server->key.bytes, server->key.len);
	text_release(&server->key);
	text_release(&server->certificate);
}

int http_serve(struct http_context *context, volatile sig_atomic_t *stop,
	       struct err *err)
{
	struct server server = {
		.context = context,
		.idle_ms = context->idle_ms ? context->idle_ms
					    : IDLE_PRESET_MS,
		.certificate = TEXT_INIT(PEM_MAX),
		.key = TEXT_INIT(PEM_MAX),
	};
	int port = 0, failed;

	init_clients(&server);
	failed = open_server(&server, &port, err);
	if (!failed && context->ready)
		failed = context->ready(context->ready_context, port, err);
	if (!failed)
		failed = run(&server, stop, err);
	release(&server);
	return failed;
}
