/*
 * serve - the HTTP endpoint: the owner's page, support's, the API.
 *
 * What needs rights comes first: the port, and TLS's key. Then it becomes the
 * user that it shall be, opens the database as its own user there, and closes
 * the fence, all before the first request is read. Connections that come
 * meanwhile wait.
 */
#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "base/service.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/explain.h"
#include "detector/commands/fenced.h"
#include "detector/commands/reload.h"
#include "detector/commands/stop.h"
#include "detector/http/http.h"
#include "detector/http/session.h"
#include "detector/settings.h"

#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

struct serving {
	const struct invocation *invocation;
	struct languages *new_languages;	/* while they are tried */
	struct http_context context;
	struct http_stats stats;
	struct desk desk;
	bool has_desk;
};

/* SQLite makes files beside its own. */
static bool database_folder(const struct desk *desk, char folder[PATH_MAX])
{
	return strcmp(db_kind(desk->blocks.db), "sqlite") == 0 &&
	       files_split(text_string(&desk->file), folder);
}

static int close_fence(const struct desk *desk, struct err *err)
{
	char folder[PATH_MAX];
	const char *writable[2] = { NULL };
	const struct fence_rules rules = { .writable = writable,
					   .opens_later = true,
					   .has_network = true };

	if (database_folder(desk, folder))
		writable[0] = folder;
	return fenced_close(&rules, err);
}

static int ready(void *context, int port, struct err *err)
{
	struct serving *serving = context;

	if (fence_become(settings.serve.user, err) < 0 ||
	    desk_open_serving(&serving->desk, err) < 0)
		return -1;
	serving->has_desk = true;
	serving->context.blocks = &serving->desk.blocks;
	serving->context.languages = serving->desk.languages;
	serving->context.known_context = serving->desk.languages;
	if (close_fence(&serving->desk, err) < 0)
		return -1;
	log_info("serving on %s, port %d; end with SIGTERM",
		 settings.serve.listen, port);
	if (settings_serve_is_bare())
		log_warning("others reach it, and it has no TLS: tokens and "
			    "links can be read on the way. Put a web server "
			    "in front (serve.proxies), or set "
			    "serve.certificate_file");
	service_ready();
	return 0;
}

static int check_settings(void *context, struct err *err)
{
	struct serving *serving = context;

	return languages_load(settings.template_dir, &serving->new_languages,
			      err);
}

/* Pages that were made with the old ones go with them. */
static void let_go(void *context)
{
	struct serving *serving = context;
	struct http_context *http = &serving->context;

	desk_use_languages(&serving->desk, &serving->new_languages);
	http->languages = serving->desk.languages;
	http->known_context = serving->desk.languages;
	pages_free(&http->pages);
	http->pages = pages_new(http->seed);
}

/* What was opened with rights that are given up, or is open, stays as it is. */
static void reload_now(struct serving *serving)
{
	static const char *const fixed[] = {
		"state_dir", "secret_file", "sql_dir", "fence",
		"database.kind", "database.file", "database.host",
		"database.port", "database.socket", "database.user",
		"database.password_file", "database.name", "database.tls_ca",
		"database.timeout", "panel.name", "panel.database",
		"panel.file", "panel.gate", "serve.listen", "serve.user",
		"serve.database_user", "serve.database_password_file",
		"serve.certificate_file", "serve.key_file",
		"serve.max_connections", NULL
	};

	reload_asked = 0;
	if (reload(serving->invocation,
		   &(struct reload){ "serve", fixed, check_settings, let_go,
				     serving }) &&
	    *settings.serve.certificate_file)
		log_info("a new certificate is used when serve is started "
			 "anew");
	service_ready();
}

static void between(void *context)
{
	service_alive(clock_monotonic_ms());
	if (reload_asked)
		reload_now(context);
}

static void fill_in(struct serving *serving, uint64_t seed)
{
	serving->context = (struct http_context){
		.now_ms = clock_now_ms, .random = clock_random,
		.started_ms = clock_now_ms(), .stats = &serving->stats,
		.known = explain_known, .proxies = &settings.serve.proxies,
		.limits = ratelimit_new(seed), .guesses = ratelimit_new(seed),
		.pages = pages_new(seed), .sessions = desk_sessions_new(),
		.seed = seed, .ready = ready, .ready_context = serving,
		.between = between,
	};
}

static void release(struct serving *serving)
{
	ratelimit_free(&serving->context.limits);
	ratelimit_free(&serving->context.guesses);
	pages_free(&serving->context.pages);
	desk_sessions_free(&serving->context.sessions);
	if (serving->has_desk)
		desk_close(&serving->desk);
}

static int run(struct invocation *invocation)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct serving serving = { .invocation = invocation };
	struct err err;
	uint64_t seed;
	int result;

	stop_catch();
	stop_catch_reload();
	service_begin();
	sigaction(SIGPIPE, &ignore, NULL);
	if (clock_random(&seed, sizeof(seed), &err) < 0)
		return command_fail(&err);
	fill_in(&serving, seed);
	result = http_serve(&serving.context, &stop_asked, &err);
	service_stopping();
	release(&serving);
	return result < 0 ? command_fail(&err) : EXIT_FINE;
}

const struct command command_serve = {
	.name = "serve",
	.usage = "",
	.about = "the HTTP endpoint: owner page, support page, API",
	.help = "Serves the owner page (/b/...), the support page (/support), "
		"the API for support\nand panels (/api/v1), /metrics and "
		"/healthz until SIGTERM; SIGHUP reads the\nconfiguration and "
		"the templates anew. Listens on loopback unless told "
		"otherwise.\nStarted as root it becomes serve.user once the "
		"port is its own.",
	.takes = TAKES_LISTEN,
	.run = run,
};
