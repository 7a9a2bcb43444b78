/*
 * serve - the HTTP endpoint: the owner's page, support's, the API.
 */
#include "base/clock.h"
#include "base/log.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/explain.h"
#include "detector/commands/stop.h"
#include "detector/http/http.h"
#include "detector/http/session.h"
#include "detector/settings.h"

#include <signal.h>
#include <string.h>

static void ready(void *context, int port)
{
	(void)context;
	log_info("serving on %s, port %d; end with SIGTERM",
		 settings.serve.listen, port);
}

static int run(struct invocation *invocation)
{
	struct http_stats stats = { .connections = 0 };
	struct http_context context = { .now_ms = clock_now_ms,
					.random = clock_random,
					.ready = ready, .stats = &stats };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct desk desk;
	struct err err;
	uint64_t seed;
	int result;

	(void)invocation;
	stop_catch();
	sigaction(SIGPIPE, &ignore, NULL);
	if (clock_random(&seed, sizeof(seed), &err) < 0 ||
	    desk_open(&desk, &err) < 0)
		return command_fail(&err);
	context.started_ms = clock_now_ms();
	context.blocks = &desk.blocks;
	context.languages = desk.languages;
	context.known = explain_known;
	context.known_context = desk.languages;
	context.proxies = &settings.serve.proxies;
	context.limits = ratelimit_new(seed);
	context.guesses = ratelimit_new(seed);
	context.pages = pages_new(seed);
	context.sessions = desk_sessions_new();
	context.seed = seed;
	result = http_serve(&context, &stop_asked, &err);
	ratelimit_free(&context.limits);
	ratelimit_free(&context.guesses);
	pages_free(&context.pages);
	desk_sessions_free(&context.sessions);
	desk_close(&desk);
	return result < 0 ? command_fail(&err) : EXIT_FINE;
}

const struct command command_serve = {
	.name = "serve",
	.usage = "",
	.about = "the HTTP endpoint: owner page, support page, API",
	.help = "Serves the owner page (/b/...), the support page (/support), "
		"the API for support\nand panels (/api/v1), /metrics and "
		"/healthz until SIGTERM. Listens on loopback\nunless told "
		"otherwise.",
	.takes = TAKES_LISTEN,
	.run = run,
};
