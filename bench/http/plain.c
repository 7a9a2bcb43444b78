/*
 * plain - what libmicrohttpd itself can do: one page from memory, the same for
 * every request, in the way comporta's endpoint waits and with the same number
 * of headers. The measure that bench/endpoint.py holds comporta to.
 *
 *	plain BYTES [FIELDS]
 *
 * Prints the port of 127.0.0.1 that it listens on; ends with SIGTERM.
 */
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *page;
static size_t page_bytes;
static int n_fields;
static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection,
			      const char *url, const char *method,
			      const char *version, const char *data,
			      size_t *size, void **state)
{
	static int seen;
	struct MHD_Response *response;
	enum MHD_Result result;

	(void)context, (void)url, (void)method, (void)version;
	(void)data, (void)size;
	if (!*state) {
		*state = &seen;
		return MHD_YES;
	}
	*state = NULL;
	response = MHD_create_response_from_buffer(page_bytes, page,
						   MHD_RESPMEM_PERSISTENT);
	for (int i = 0; i < n_fields; i++)
		MHD_add_response_header(response, "X-Field",
					"as long as such headers are");
	result = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

int main(int argc, char **argv)
{
	struct MHD_Daemon *daemon;

	if (argc < 2)
		return 64;
	page_bytes = strtoul(argv[1], NULL, 10);
	n_fields = argc > 2 ? atoi(argv[2]) : 0;
	page = malloc(page_bytes + 1);
	if (!page)
		return 71;
	memset(page, 'x', page_bytes);
	signal(SIGTERM, on_signal);
	signal(SIGPIPE, SIG_IGN);
	daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL,
				  NULL, answer, NULL,
				  MHD_OPTION_CONNECTION_LIMIT, 1000u,
				  MHD_OPTION_CONNECTION_TIMEOUT, 15u,
				  MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				  (size_t)32 * 1024,
				  MHD_OPTION_END);
	if (!daemon)
		return 69;
	printf("%d\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)
			       ->port);
	fflush(stdout);
	while (!stop)
		MHD_run_wait(daemon, 500);
	MHD_stop_daemon(daemon);
	free(page);
	return 0;
}
