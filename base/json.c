#include "base/json.h"

#include "base/stamp.h"
#include "base/text.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 16, TEXT_MAX = 1 << 20 };

/* A struct json is a json-c object and nothing else. */
static struct json_object *inner(const struct json *json)
{
	return (struct json_object *)(uintptr_t)json;
}

static struct json *outer(struct json_object *object)
{
	return (struct json *)object;
}

struct json *json_new_object(void)
{
	return outer(json_object_new_object());
}

struct json *json_new_array(void)
{
	return outer(json_object_new_array());
}

void json_free(struct json **json)
{
	if (*json)
		json_object_put(inner(*json));
	*json = NULL;
}

static void put(struct json *object, const char *key,
		struct json_object *value)
{
	json_object_object_add(inner(object), key, value);
}

static struct json_object *valid_text(struct slice value)
{
	struct text clean = TEXT_INIT(TEXT_MAX);
	struct json_object *result;

	if (!value.ptr)
		return NULL;
	while (value.len > 0) {
		size_t len = utf8_character(value);

		if (len)
			text_add(&clean, slice_sub(value, 0, len));
		else
			text_add_string(&clean, "\xef\xbf\xbd");
		value = slice_after(value, len ? len : 1);
	}
	result = json_object_new_string_len(text_string(&clean),
					    (int)clean.len);
	text_release(&clean);
	return result;
}

void json_add_text(struct json *object, const char *key, struct slice value)
{
	put(object, key, valid_text(value));
}

void json_add_string(struct json *object, const char *key, const char *value)
{
	json_add_text(object, key, slice_from(value));
}

void json_add_integer(struct json *object, const char *key, int64_t value)
{
	put(object, key, json_object_new_int64(value));
}

void json_add_flag(struct json *object, const char *key, bool value)
{
	put(object, key, json_object_new_boolean(value));
}

void json_add_null(struct json *object, const char *key)
{
	put(object, key, NULL);
}

void json_add_stamp(struct json *object, const char *key, int64_t at_ms)
{
	char stamp[STAMP_TEXT_SIZE];

	if (at_ms <= 0) {
		json_add_null(object, key);
		return;
	}
	stamp_rfc3339(at_ms, stamp);
	json_add_string(object, key, stamp);
}

void json_add_real(struct json *object, const char *key, double value,
		   int decimals)
{
	char number[64];

	if (!isfinite(value)) {
		json_add_null(object, key);
		return;
	}
	snprintf(number, sizeof(number), "%.*f", decimals, value);
	put(object, key, json_object_new_double_s(strtod(number, NULL),
						  number));
}

void json_add(struct json *object, const char *key, struct json **child)
{
	put(object, key, inner(*child));
	*child = NULL;
}

void json_push(struct json *array, struct json **child)
{
	json_object_array_add(inner(array), inner(*child));
	*child = NULL;
}

void json_push_text(struct json *array, struct slice value)
{
	json_object_array_add(inner(array), valid_text(value));
}

void json_push_integer(struct json *array, int64_t value)
{
	json_object_array_add(inner(array), json_object_new_int64(value));
}

void json_print(const struct json *json, struct text *out)
{
	text_add_string(out, json_object_to_json_string_ext(
				     inner(json),
				     JSON_C_TO_STRING_PLAIN |
					     JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* json-c takes overlong forms. */
static bool is_utf8(struct slice rest)
{
	while (rest.len > 0) {
		size_t n = utf8_character(rest);

		if (n == 0)
			return false;
		rest = slice_after(rest, n);
	}
	return true;
}

static void wipe_text(struct json_object *text)
{
	explicit_bzero((void *)(uintptr_t)json_object_get_string(text),
		       (size_t)json_object_get_string_len(text));
}

/* As deep as DEPTH_MAX. */
static void wipe(struct json_object *any)
{
	if (json_object_is_type(any, json_type_string))
		wipe_text(any);
	if (json_object_is_type(any, json_type_array))
		for (size_t i = 0; i < json_object_array_length(any); i++)
			wipe(json_object_array_get_idx(any, i));
	if (json_object_is_type(any, json_type_object)) {
		json_object_object_foreach(any, key, value) {
			(void)key;
			wipe(value);
		}
	}
}

void json_wipe(struct json *json)
{
	wipe(inner(json));
}

/* What stays in there may be a password. */
static void end_tokener(struct json_tokener *tokener, bool is_whole)
{
	explicit_bzero(tokener->pb->buf, (size_t)tokener->pb->size);
	for (int i = 0; !is_whole && i <= tokener->depth; i++)
		wipe(tokener->stack[i].current);
	json_tokener_free(tokener);
}

struct json *json_parse(struct slice bytes, struct err *err)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *result;
	enum json_tokener_error error;
	size_t used;

	if (!is_utf8(bytes)) {
		json_tokener_free(tokener);
		err_set(err, EXIT_DATA, "not a JSON document: it is not UTF-8");
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						JSON_TOKENER_VALIDATE_UTF8);
	result = json_tokener_parse_ex(tokener, bytes.ptr ? bytes.ptr : "",
				       (int)bytes.len);
	error = json_tokener_get_error(tokener);
	used = json_tokener_get_parse_end(tokener);
	/* A number at the very end could go on; a blank says that it does
	 * not. */
	if (error == json_tokener_continue) {
		result = json_tokener_parse_ex(tokener, " ", 1);
		error = json_tokener_get_error(tokener);
	}
	end_tokener(tokener, error == json_tokener_success);
	if (error == json_tokener_success && used == bytes.len && result)
		return outer(result);
	wipe(result);
	json_object_put(result);
	err_set(err, EXIT_DATA, "not a JSON document: %s",
		error == json_tokener_success
			? "there is more behind its end"
			: json_tokener_error_desc(error));
	return NULL;
}

bool json_is_object(const struct json *json)
{
	return json_object_is_type(inner(json), json_type_object);
}

bool json_is_array(const struct json *json)
{
	return json && json_object_is_type(inner(json), json_type_array);
}

const struct json *json_get(const struct json *object, const char *key)
{
	struct json_object *value = NULL;

	if (!object || !json_is_object(object) ||
	    !json_object_object_get_ex(inner(object), key, &value))
		return NULL;
	return outer(value);
}

struct slice json_text(const struct json *json)
{
	if (!json || !json_object_is_type(inner(json), json_type_string))
		return (struct slice){ NULL, 0 };
	return (struct slice){
		json_object_get_string(inner(json)),
		(size_t)json_object_get_string_len(inner(json))
	};
}

struct slice json_get_text(const struct json *object, const char *key)
{
	return json_text(json_get(object, key));
}

/* json-c reads NaN and Infinity, too; those are no numbers to us. */
static bool is_number(const struct json *value)
{
	if (!value)
		return false;
	if (json_object_is_type(inner(value), json_type_double))
		return isfinite(json_object_get_double(inner(value)));
	return json_object_is_type(inner(value), json_type_int);
}

int64_t json_integer(const struct json *json, int64_t otherwise)
{
	return is_number(json) ? json_object_get_int64(inner(json))
			       : otherwise;
}

int64_t json_get_integer(const struct json *object, const char *key,
			 int64_t otherwise)
{
	return json_integer(json_get(object, key), otherwise);
}

double json_get_real(const struct json *object, const char *key,
		     double otherwise)
{
	const struct json *value = json_get(object, key);

	return is_number(value) ? json_object_get_double(inner(value))
				: otherwise;
}

bool json_get_flag(const struct json *object, const char *key, bool otherwise)
{
	const struct json *value = json_get(object, key);

	if (!value || !json_object_is_type(inner(value), json_type_boolean))
		return otherwise;
	return json_object_get_boolean(inner(value));
}

size_t json_length(const struct json *array)
{
	if (!json_is_array(array))
		return 0;
	return json_object_array_length(inner(array));
}

const struct json *json_at(const struct json *array, size_t i)
{
	if (i >= json_length(array))
		return NULL;
	return outer(json_object_array_get_idx(inner(array), i));
}

static bool is_known(const char *key, const char *const *known, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(known[i], key) == 0)
			return true;
	return false;
}

struct slice json_strange_key(const struct json *object,
			      const char *const *known, size_t n_known)
{
	struct slice none = { NULL, 0 };

	if (!json_is_object(object))
		return none;
	json_object_object_foreach(inner(object), key, value) {
		(void)value;
		if (!is_known(key, known, n_known))
			return slice_from(key);
	}
	return none;
}
