/*
 * conf - options described by tables, so that reading them, checking them,
 * listing them and documenting them is one loop.
 *
 * A section is a table of options and the struct they fill in. An option's
 * full name is "<section>.<name>", or "<name>" alone in the section without a
 * name. The file is libconfig's syntax, sections are its groups:
 *
 *     mode = "enforce";
 *     signal: { volume: { cap = 4.0; }; };
 *
 * Order: presets, then the file, then --set name=value. An unknown name, a
 * wrong type or a value out of range is an error that names file, line and
 * what is allowed. All values are owned by the section's struct and live
 * until conf_release().
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/err.h"
#include "base/slice.h"
#include "base/text.h"

#include <stdbool.h>

enum conf_type {
	CONF_TEXT,		/* char *, never NULL */
	CONF_INTEGER,		/* int64_t */
	CONF_REAL,		/* double */
	CONF_FLAG,		/* bool; true/false */
	CONF_CHOICE,		/* int64_t: index into `choices` */
	CONF_DURATION,		/* int64_t milliseconds; "90s" "15m" "30d" */
	CONF_LIST		/* struct conf_list of texts */
};

enum { CONF_LIST_MAX = 64, CONF_TEXT_MAX = 1024, CONF_DURATION_SIZE = 24 };

struct conf_list {
	char *items[CONF_LIST_MAX];
	size_t n;
};

struct conf_option {
	const char *name;
	enum conf_type type;
	size_t offset;		/* in the section's struct */
	const char *preset;	/* as it would be written with --set; lists
				 * separated by commas */
	double min, max;	/* inclusive; numbers and durations (in ms) */
	const char *unit;	/* "nats", "recipients", ... or NULL */
	const char *help;	/* one sentence */
	const char *const *choices;	/* CONF_CHOICE: ends with NULL */
};

#define CONF_END { .name = NULL }

struct conf_section {
	const char *name;	/* "" for top level, "signal.volume" */
	const struct conf_option *options;
	void *settings;
};

/*
 * Fill in every section: presets, then the file `base` (NULL for none), which
 * ships with the program, then `path`, the operator's (NULL for none; with
 * `must_exist` false a missing file is no error), then `sets`, "name=value"
 * texts. What comes later wins.
 */
int conf_load(const struct conf_section *sections, size_t n_sections,
	      const char *base, const char *path, bool must_exist,
	      const char *const *sets, size_t n_sets, struct err *err);

void conf_release(const struct conf_section *sections, size_t n_sections);

/*
 * Every value as it is, set aside: the sections are empty afterwards, for
 * conf_load(). Who borrowed a value keeps it until conf_drop().
 */
struct conf_aside;
struct conf_aside *conf_set_aside(const struct conf_section *sections,
				  size_t n_sections);

/* Forget what was loaded since, and have the old values again; or forget the
 * old ones. Both free it. */
void conf_put_back(struct conf_aside **aside);
void conf_drop(struct conf_aside **aside);

/* Has this option (its full name) another value now? False for a name that
 * nobody has. */
bool conf_differs(const struct conf_aside *aside, const char *name);

/* Give it its old value again; the new one is what conf_drop() frees. */
void conf_keep_old(struct conf_aside *aside, const char *name);

/* Presets only, for one table: what unit tests of a module need. */
void conf_presets(const struct conf_section *section);

/* "90d", "4h", "15m", "30s": the largest unit that is whole. */
void conf_duration_text(double ms, char out[CONF_DURATION_SIZE]);

/* A text as the file has it, between quotes. */
void conf_add_quoted(struct text *out, const char *value);

/* One value of this table's, given back: a text is NULL, a list empty then. */
void conf_release_value(const struct conf_option *option, void *field);

/* Does `name` mean this option of the section? */
bool conf_is_named(const struct conf_section *section,
		   const struct conf_option *option, const char *name);

/* Used by the file adapter (conf_file.c): set one option by its full name.
 * `where` ("file:line" or "--set") stands in front of the complaint. */
int conf_set(const struct conf_section *sections, size_t n_sections,
	     const char *name, const char *value, const char *where,
	     struct err *err);

/* As conf_set for a list: appends one item after conf_list_begin(). */
int conf_list_begin(const struct conf_section *sections, size_t n_sections,
		    const char *name, const char *where, struct err *err);
int conf_list_add(const struct conf_section *sections, size_t n_sections,
		  const char *name, const char *value, const char *where,
		  struct err *err);

/* Read `path` and hand every value to the three above. The adapter of
 * libconfig. */
int conf_read_file(const struct conf_section *sections, size_t n_sections,
		   const char *path, bool must_exist, struct err *err);

#endif
