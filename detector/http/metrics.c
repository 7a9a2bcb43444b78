/*
 * /metrics, as Prometheus asks for it: what scan and watch have published,
 * what stands in our tables, and what the endpoint knows of itself. A database
 * that is away is one of the things it tells, not a reason to be silent.
 */
#include "detector/http/route.h"

#include "detector/metrics/exposition.h"
#include "detector/metrics/publish.h"
#include "detector/settings.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The cells' values, NAN where nothing is known. */
struct sight {
	double values[METRIC_CELLS_MAX];
	struct published published;
};

static void set(struct sight *sight, enum metric_id id, double value)
{
	sight->values[metric_cell(id, 0, 0)] = value;
}

static const struct {
	const char *name;	/* in the statement */
	enum metric_id id;
} tables[] = {
	{ "notice", METRIC_NOTICES },
	{ "webhook", METRIC_WEBHOOKS },
	{ "action", METRIC_ACTIONS },
};

/* "brake@mx1": of all machines together. */
static void add_alarm(struct sight *sight, enum metric_id id,
		      struct slice name, double n)
{
	ptrdiff_t place = metric_place(id, 0, slice_cut(&name, '@'));

	if (place >= 0)
		sight->values[metric_cell(id, (size_t)place, 0)] += n;
}

static int take_count(void *context, const struct db_row *row)
{
	struct sight *sight = context;
	struct slice name = db_column(row, "name");
	struct slice state = db_column(row, "state");
	double n = (double)db_column_integer(row, "n", 0);

	if (slice_eq(name, S("alarm")))
		add_alarm(sight, METRIC_ALARMS_ACTIVE, state, n);
	if (slice_eq(name, S("alarms")))
		add_alarm(sight, METRIC_ALARMS, state, n);
	if (slice_eq(name, S("lift")))
		set(sight, METRIC_LIFTS_WAITING, n);
	if (slice_eq(name, S("block"))) {
		bool is_active = slice_eq(state, S("active"));

		set(sight, is_active ? METRIC_BLOCKS_ACTIVE : METRIC_LIFTS, n);
		sight->values[metric_cell(METRIC_BLOCKS, 0, 0)] += n;
	}
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		ptrdiff_t place = metric_place(tables[i].id, 0, state);

		if (place >= 0 && slice_eq(name, slice_from(tables[i].name)))
			sight->values[metric_cell(tables[i].id,
						  (size_t)place, 0)] = n;
	}
	return 0;
}

/* What no row tells of, there is none of. */
static void set_all(struct sight *sight, enum metric_id id, double value)
{
	for (size_t i = 0; i < metric_values(id, 0); i++)
		sight->values[metric_cell(id, i, 0)] = value;
}

static void set_tables(struct sight *sight, double value)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		set_all(sight, tables[i].id, value);
	set(sight, METRIC_BLOCKS_ACTIVE, value);
	set(sight, METRIC_BLOCKS, value);
	set(sight, METRIC_LIFTS, value);
	set(sight, METRIC_LIFTS_WAITING, value);
	set_all(sight, METRIC_ALARMS_ACTIVE, value);
	set_all(sight, METRIC_ALARMS, value);
}

/* Each of them by an index, but for alarms, which are few. */
static const char counting[] =
	"SELECT 'block' AS name, state, COUNT(*) AS n FROM comporta_block"
	" GROUP BY state"
	" UNION ALL SELECT 'notice', state, COUNT(*) FROM comporta_notice"
	" GROUP BY state"
	" UNION ALL SELECT 'webhook', state, COUNT(*) FROM comporta_webhook"
	" GROUP BY state"
	" UNION ALL SELECT 'action', state, COUNT(*) FROM comporta_action"
	" GROUP BY state"
	" UNION ALL SELECT 'alarm', name, COUNT(active_name)"
	" FROM comporta_alarm GROUP BY name"
	" UNION ALL SELECT 'alarms', name, COUNT(*)"
	" FROM comporta_alarm GROUP BY name"
	" UNION ALL SELECT 'lift', '', COUNT(*) FROM comporta_brake"
	" WHERE state = 'waiting' AND kind = 'lift'";

static void look_at_database(struct sight *sight, struct exchange *exchange)
{
	struct db *db = exchange->context->blocks->db;
	struct err err;
	bool is_up;

	set_tables(sight, 0);
	is_up = db_run(db, counting, NULL, 0, take_count, sight, NULL,
		       &err) == DB_OK &&
		published_read(db, exchange->request->now_ms,
			       &sight->published, &err) == 0;
	if (!is_up)
		set_tables(sight, NAN);
	set(sight, METRIC_DATABASE_UP, is_up);
}

static double resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	char line[200];
	const char *second = NULL;

	if (file && fgets(line, sizeof(line), file))
		second = strchr(line, ' ');
	if (file)
		(void)fclose(file);
	return second ? strtod(second, NULL) * (double)sysconf(_SC_PAGESIZE)
		      : NAN;
}

/* Less the one that looks, and . and .. */
static double open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	double n = -3;

	if (!folder)
		return NAN;
	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

static void look_at_process(struct sight *sight,
			    const struct http_context *context)
{
	struct rlimit limit;

	set(sight, METRIC_BUILD_INFO, 1);
	if (context->started_ms)
		set(sight, METRIC_PROCESS_START,
		    (double)context->started_ms / 1000);
	set(sight, METRIC_PROCESS_MEMORY, resident_bytes());
	set(sight, METRIC_PROCESS_FDS, open_descriptors());
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		set(sight, METRIC_PROCESS_MAX_FDS, (double)limit.rlim_cur);
}

static void look_at_connections(struct sight *sight,
				const struct http_stats *stats)
{
	set(sight, METRIC_HTTP_CONNECTIONS, (double)stats->connections);
	sight->values[metric_cell(METRIC_HTTP_CUT, CUT_SLOW, 0)] =
		(double)stats->cut_slow;
	sight->values[metric_cell(METRIC_HTTP_CUT, CUT_FOR_ROOM, 0)] =
		(double)stats->cut_for_room;
}

static void take_requests(void *context, const char *part,
			  const struct latency *latency)
{
	struct sight *sight = context;
	ptrdiff_t route = metric_place(METRIC_HTTP_REQUESTS, 0,
				       slice_from(part));

	for (size_t i = 0; route >= 0 && i < LATENCY_STATUSES; i++)
		sight->values[metric_cell(METRIC_HTTP_REQUESTS, (size_t)route,
					  i)] = (double)latency->statuses[i];
}

static void print_histogram(void *context, const char *part,
			    const struct latency *latency)
{
	struct text *out = context;
	char labels[80];
	uint64_t n = 0;

	for (int i = 0; i < LATENCY_BUCKETS; i++) {
		n += latency->buckets[i];
		snprintf(labels, sizeof(labels), "route=\"%s\",le=\"%g\"",
			 part, latency_bounds_ms[i] / 1000.0);
		exposition_sample(out, METRIC_HTTP_DURATION, "_bucket", NULL,
				  labels, (double)n);
	}
	snprintf(labels, sizeof(labels), "route=\"%s\",le=\"+Inf\"", part);
	exposition_sample(out, METRIC_HTTP_DURATION, "_bucket", NULL, labels,
			  (double)latency->n);
	snprintf(labels, sizeof(labels), "route=\"%s\"", part);
	exposition_sample(out, METRIC_HTTP_DURATION, "_sum", NULL, labels,
			  (double)latency->sum_us / 1e6);
	exposition_sample(out, METRIC_HTTP_DURATION, "_count", NULL, labels,
			  (double)latency->n);
}

/* *at is where this metric's rows begin, and then where the next one's do. */
static void print_rows(const struct published *published, enum metric_id id,
		       size_t *at, struct text *out)
{
	const struct published_row *rows = published->rows;

	if (*at < published->n && metric_of(rows[*at].cell) == id)
		exposition_head(out, id);
	for (; *at < published->n && metric_of(rows[*at].cell) == id; ++*at)
		exposition_sample(out, id, "", rows[*at].instance,
				  metric_labels(rows[*at].cell),
				  rows[*at].value);
}

static void print_values(const struct sight *sight, enum metric_id id,
			 struct text *out)
{
	size_t first = metric_cell(id, 0, 0);
	bool has_head = false;

	for (size_t i = first; i < metric_cells() && metric_of(i) == id; i++) {
		if (isnan(sight->values[i]))
			continue;
		if (!has_head)
			exposition_head(out, id);
		has_head = true;
		exposition_sample(out, id, "", NULL, metric_labels(i),
				  sight->values[i]);
	}
}

static void print_all(const struct sight *sight,
		      const struct http_stats *stats, struct text *out)
{
	size_t at = 0;

	for (int i = 0; i < METRICS; i++) {
		enum metric_id id = (enum metric_id)i;

		if (metrics[id].who != METRIC_BY_SERVE) {
			print_rows(&sight->published, id, &at, out);
		} else if (metrics[id].type != METRIC_TYPE_HISTOGRAM) {
			print_values(sight, id, out);
		} else if (stats) {
			exposition_head(out, id);
			http_stats_each(stats, print_histogram, out);
		}
	}
}

/* Who came through a proxy is not from here, whatever the connection says. */
static bool needs_no_token(const struct exchange *exchange)
{
	return settings.serve.metrics_without_token &&
	       address_is_loopback(&exchange->request->client) &&
	       !exchange->request->headers[HTTP_FORWARDED_FOR].ptr;
}

void metrics_show(struct exchange *exchange)
{
	const struct http_stats *stats = exchange->context->stats;
	struct http_response *response = exchange->response;
	struct sight sight = { .published = { .n = 0 } };

	if (!needs_no_token(exchange) &&
	    !http_authorize(exchange, TOKEN_METRICS))
		return;
	for (size_t i = 0; i < METRIC_CELLS_MAX; i++)
		sight.values[i] = NAN;
	look_at_database(&sight, exchange);
	look_at_process(&sight, exchange->context);
	if (stats) {
		look_at_connections(&sight, stats);
		http_stats_each(stats, take_requests, &sight);
	}
	text_clear(&response->body);
	print_all(&sight, stats, &response->body);
	published_release(&sight.published);
	response->status = 200;
	response->content_type = EXPOSITION_TYPE;
}
