#include "detector/metrics/exposition.h"

#include <math.h>
#include <string.h>

/* In HELP a quote is an ordinary byte. */
static void add_escaped(struct text *out, struct slice words, bool quotes)
{
	for (size_t i = 0; i < words.len; i++) {
		char c = words.ptr[i];

		if (c == '\\' || (quotes && c == '"'))
			text_addf(out, "\\%c", c);
		else if (c == '\n')
			text_add_string(out, "\\n");
		else
			text_add(out, (struct slice){ &words.ptr[i], 1 });
	}
}

void exposition_head(struct text *out, enum metric_id id)
{
	const struct metric *metric = &metrics[id];

	text_addf(out, "# HELP %s ", metric->name);
	add_escaped(out, slice_from(metric->help), false);
	text_addf(out, "\n# TYPE %s %s\n", metric->name,
		  metric_type_names[metric->type]);
}

void exposition_label(struct text *out, const char *name, struct slice value)
{
	text_addf(out, "%s=\"", name);
	add_escaped(out, value, true);
	text_add_string(out, "\"");
}

/* Whole numbers whole, others with all of their digits and no more. */
static void add_number(struct text *out, double value)
{
	if (isnan(value))
		text_add_string(out, "NaN");
	else if (isinf(value))
		text_add_string(out, value < 0 ? "-Inf" : "+Inf");
	else if (value == trunc(value) && fabs(value) < 1e15)
		text_addf(out, "%.0f", value);
	else
		text_addf(out, "%.15g", value);
}

void exposition_sample(struct text *out, enum metric_id id, const char *suffix,
		       const char *host, const char *labels, double value)
{
	bool has_labels = labels && *labels;

	text_addf(out, "%s%s", metrics[id].name, suffix);
	if (host || has_labels) {
		text_add_string(out, "{");
		if (host)
			exposition_label(out, "host", slice_from(host));
		if (host && has_labels)
			text_add_string(out, ",");
		if (has_labels)
			text_add_string(out, labels);
		text_add_string(out, "}");
	}
	text_add_string(out, " ");
	add_number(out, value);
	text_add_string(out, "\n");
}
