#include "detector/metrics/metric.h"

#include "detector/event.h"
#include "detector/formats/format.h"
#include "detector/reader.h"
#include "detector/signals/signal.h"
#include "detector/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const metric_type_names[] = {
	[METRIC_TYPE_COUNTER] = "counter",
	[METRIC_TYPE_GAUGE] = "gauge",
	[METRIC_TYPE_HISTOGRAM] = "histogram",
};

/* Either words that end with NULL, or a function that does. */
struct metric_label {
	const char *name;
	const char *const *words;
	const char *(*word)(size_t i);
};

static const char *format_word(size_t i)
{
	if (i > FORMATS)
		return NULL;
	return i < FORMATS ? format_at(i)->name : "none";
}

static const char *line_kind_word(size_t i)
{
	return i < LINE_KINDS ? line_kind_names[i] : NULL;
}

static const char *event_kind_word(size_t i)
{
	return i < MAIL_EVENT_KINDS ? mail_event_kind_names[i] : NULL;
}

/* A lift is no verdict of the judge. */
static const char *action_word(size_t i)
{
	return i <= VERDICT_WATCH ? verdict_action_names[i] : NULL;
}

static const char *signal_word(size_t i)
{
	const struct signal *signal = signal_at(i);

	return signal ? signal->name : NULL;
}

#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }

static const struct metric_label FORMAT_LABEL = { "format", NULL,
						  format_word };
static const struct metric_label LINE_KIND_LABEL = { "kind", NULL,
						     line_kind_word };
static const struct metric_label EVENT_KIND_LABEL = { "kind", NULL,
						      event_kind_word };
static const struct metric_label ACTION_LABEL = { "action", NULL,
						  action_word };
static const struct metric_label SIGNAL_LABEL = { "signal", NULL,
						  signal_word };
/* As enum metric_decision, enum patience_step and enum metric_smtp. */
static const struct metric_label DECISION_LABEL = {
	"result", WORDS("done", "never", "discarded"), NULL
};
static const struct metric_label STEP_LABEL = {
	"step", WORDS("hear", "act", "follow_up", "send"), NULL
};
static const struct metric_label SMTP_RESULT_LABEL = {
	"result", WORDS("sent", "later", "refused"), NULL
};
/* As they stand in the tables. */
static const struct metric_label NOTICE_STATE_LABEL = {
	"state", WORDS("queued", "sending", "sent", "failed"), NULL
};
static const struct metric_label WEBHOOK_STATE_LABEL = {
	"state", WORDS("queued", "sending", "sent", "failed"), NULL
};
static const struct metric_label ACTION_STATE_LABEL = {
	"state", WORDS("waiting", "done", "failed", "dropped"), NULL
};
static const char *const alarm_words[] = {
#define ALARM(name, where) #name,
#include "detector/alarms.def"
#undef ALARM
	NULL
};
static const struct metric_label ALARM_LABEL = { "name", alarm_words, NULL };
/* As latency.h names the parts of the endpoint and classes of answers. */
static const struct metric_label ROUTE_LABEL = {
	"route", WORDS("owner", "api", "support", "metrics", "other"), NULL
};
static const struct metric_label CODE_LABEL = {
	"code", WORDS("1xx", "2xx", "3xx", "4xx", "5xx"), NULL
};
static const struct metric_label CUT_LABEL = {
	"reason", WORDS("slow", "room"), NULL
};
static const struct metric_label VERSION_LABEL = {
	"version", WORDS(COMPORTA_VERSION), NULL
};

#define LABEL(a) LABEL_##a
#define LABEL_NONE NULL
#define LABEL_FORMAT &FORMAT_LABEL
#define LABEL_LINE_KIND &LINE_KIND_LABEL
#define LABEL_EVENT_KIND &EVENT_KIND_LABEL
#define LABEL_ACTION &ACTION_LABEL
#define LABEL_SIGNAL &SIGNAL_LABEL
#define LABEL_DECISION &DECISION_LABEL
#define LABEL_STEP &STEP_LABEL
#define LABEL_SMTP_RESULT &SMTP_RESULT_LABEL
#define LABEL_NOTICE_STATE &NOTICE_STATE_LABEL
#define LABEL_WEBHOOK_STATE &WEBHOOK_STATE_LABEL
#define LABEL_ACTION_STATE &ACTION_STATE_LABEL
#define LABEL_ALARM &ALARM_LABEL
#define LABEL_ROUTE &ROUTE_LABEL
#define LABEL_CODE &CODE_LABEL
#define LABEL_CUT &CUT_LABEL
#define LABEL_VERSION &VERSION_LABEL

const struct metric metrics[METRICS] = {
#define METRIC(id, name, type, a, b, who, help)				\
	[METRIC_##id] = { name, help, METRIC_TYPE_##type, METRIC_BY_##who,\
			  { LABEL(a), LABEL(b) } },
#include "detector/metrics/metrics.def"
#undef METRIC
};

const char *metric_value(enum metric_id id, int label, size_t i)
{
	const struct metric_label *of = metrics[id].labels[label];

	if (!of)
		return NULL;
	return of->word ? of->word(i) : of->words[i];
}

size_t metric_values(enum metric_id id, int label)
{
	size_t n = 0;

	while (metric_value(id, label, n))
		n++;
	return n ? n : 1;
}

ptrdiff_t metric_place(enum metric_id id, int label, struct slice word)
{
	const char *value;

	for (size_t i = 0; (value = metric_value(id, label, i)); i++)
		if (slice_eq(word, slice_from(value)))
			return (ptrdiff_t)i;
	return -1;
}

/* Made once: the words never change. */
struct cells {
	size_t n;
	size_t first[METRICS];
	enum metric_id of[METRIC_CELLS_MAX];
	char labels[METRIC_CELLS_MAX][METRIC_LABELS_SIZE];
};

static void spell(enum metric_id id, size_t i, size_t j, char *out)
{
	const size_t at[2] = { i, j };
	size_t used = 0;

	out[0] = '\0';
	for (int label = 0; label < 2 && metrics[id].labels[label]; label++)
		used += (size_t)snprintf(out + used, METRIC_LABELS_SIZE - used,
					 "%s%s=\"%s\"", label ? "," : "",
					 metrics[id].labels[label]->name,
					 metric_value(id, label, at[label]));
	/* Our own words, so this is a mistake of ours. */
	if (used >= METRIC_LABELS_SIZE)
		abort();
}

static void make_cells(struct cells *cells, enum metric_id id)
{
	size_t columns = metric_values(id, 1);
	size_t n = metric_values(id, 0) * columns;

	if (cells->n + n > METRIC_CELLS_MAX)
		abort();
	cells->first[id] = cells->n;
	for (size_t i = 0; i < n; i++, cells->n++) {
		cells->of[cells->n] = id;
		spell(id, i / columns, i % columns, cells->labels[cells->n]);
	}
}

static const struct cells *all_cells(void)
{
	static struct cells cells;

	if (cells.n == 0)
		for (int id = 0; id < METRICS; id++)
			make_cells(&cells, (enum metric_id)id);
	return &cells;
}

size_t metric_cell(enum metric_id id, size_t i, size_t j)
{
	return all_cells()->first[id] + i * metric_values(id, 1) + j;
}

size_t metric_cells(void)
{
	return all_cells()->n;
}

enum metric_id metric_of(size_t cell)
{
	return all_cells()->of[cell];
}

const char *metric_labels(size_t cell)
{
	return all_cells()->labels[cell];
}

ptrdiff_t metric_find(struct slice name, struct slice labels)
{
	const struct cells *cells = all_cells();

	for (size_t i = 0; i < cells->n; i++)
		if (slice_eq(name, slice_from(metrics[cells->of[i]].name)) &&
		    slice_eq(labels, slice_from(cells->labels[i])))
			return (ptrdiff_t)i;
	return -1;
}
