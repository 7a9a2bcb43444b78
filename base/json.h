/*
 * json - JSON documents, written and read. The adapter of json-c.
 *
 * Text that is not valid UTF-8 is written with U+FFFD in place of the bad
 * bytes, so that what we print is always valid JSON (RFC 8259). Reading has a
 * depth limit and takes one whole document, nothing behind it.
 *
 * A struct json owns its children; adding a child gives it away.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/err.h"
#include "base/slice.h"

struct text;
struct json;

struct json *json_new_object(void);
struct json *json_new_array(void);
void json_free(struct json **json);

/* Into an object, in this order. A slice with ptr NULL becomes null. */
void json_add_text(struct json *object, const char *key, struct slice value);
void json_add_string(struct json *object, const char *key, const char *value);
void json_add_integer(struct json *object, const char *key, int64_t value);
void json_add_flag(struct json *object, const char *key, bool value);
void json_add_null(struct json *object, const char *key);
/* Printed with at most `decimals` digits behind the point. */
void json_add_real(struct json *object, const char *key, double value,
		   int decimals);
/* RFC 3339, UTC; null for a time that is not known (0 or less). */
void json_add_stamp(struct json *object, const char *key, int64_t at_ms);
/* Takes *child and sets it to NULL. */
void json_add(struct json *object, const char *key, struct json **child);

void json_push(struct json *array, struct json **child);
void json_push_text(struct json *array, struct slice value);
void json_push_integer(struct json *array, int64_t value);

/* One line, no blanks, without newline; appended to `out`. */
void json_print(const struct json *json, struct text *out);

/* NULL and *err when `bytes` is no JSON document, and then none of its texts
 * stays in memory; the caller frees. */
struct json *json_parse(struct slice bytes, struct err *err);

/* Overwrite all texts of the document: a password. NULL is none. */
void json_wipe(struct json *json);

/* Lookups. A missing key or other type gives: an empty slice with ptr NULL,
 * `otherwise`, NULL. What they return lives as long as the document. */
bool json_is_object(const struct json *json);
bool json_is_array(const struct json *json);
struct slice json_get_text(const struct json *object, const char *key);
int64_t json_get_integer(const struct json *object, const char *key,
			 int64_t otherwise);
double json_get_real(const struct json *object, const char *key,
		     double otherwise);
bool json_get_flag(const struct json *object, const char *key, bool otherwise);
const struct json *json_get(const struct json *object, const char *key);
size_t json_length(const struct json *array);
const struct json *json_at(const struct json *array, size_t i);
/* The first key of an object that is not among `known`; ptr NULL when there is
 * none. */
struct slice json_strange_key(const struct json *object,
			      const char *const *known, size_t n_known);
/* The text an array's element is; ptr NULL when it is none. */
struct slice json_text(const struct json *json);
/* The number it is; `otherwise` when it is none. */
int64_t json_integer(const struct json *json, int64_t otherwise);

#endif
