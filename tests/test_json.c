/*
 * JSON out is always valid; JSON in is one whole document or nothing.
 */
#include "base/json.h"
#include "base/text.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

static void test_parse(void **state)
{
	static const struct {
		const char *why;
		struct slice bytes;
		bool good;
	} cases[] = {
		{ "object", SLICE("{\"a\":1}"), true },
		{ "array", SLICE("[1,\"x\"]"), true },
		{ "white space around", SLICE(" \t{\"a\":1}\r\n"), true },
		{ "empty", SLICE(""), false },
		{ "blank", SLICE("  \n"), false },
		{ "torn", SLICE("{\"a\":"), false },
		{ "torn text", SLICE("{\"a\":\"b"), false },
		{ "a number alone", SLICE("12"), true },
		{ "a number that stops short", SLICE("1e"), false },
		{ "a text that stops short", SLICE("\"a"), false },
		{ "two documents", SLICE("{}{}"), false },
		{ "words behind", SLICE("{} x"), false },
		{ "NUL behind", SLICE("{}\0"), false },
		{ "NUL inside", SLICE("{\"a\0\":1}"), false },
		{ "bad UTF-8", SLICE("{\"a\":\"\xff\"}"), false },
		{ "overlong UTF-8", SLICE("{\"a\":\"\xc0\xaf\"}"), false },
		{ "single quotes", SLICE("{\"a\":'x'}"), false },
		{ "comment", SLICE("{/*x*/\"a\":1}"), false },
		{ "trailing comma", SLICE("[1,]"), false },
		{ "15 deep", SLICE("[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]"), true },
		{ "17 deep", SLICE("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"),
		  false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice bytes = guarded_copy(cases[i].bytes);
		struct err err = { .code = -1 };
		struct json *json = json_parse(bytes, &err);

		assert_case(cases[i].why, cases[i].good, json != NULL);
		assert_case(cases[i].why, cases[i].good ? -1 : EXIT_DATA,
			    err.code);
		json_free(&json);
		json_free(&json);
		guarded_free(bytes);
	}
}

static void test_deep_and_long(void **state)
{
	struct text text = TEXT_INIT(1 << 20);
	struct err err;

	(void)state;
	for (int i = 0; i < 200000; i++)
		text_add_char(&text, '[');
	assert_null(json_parse(text_slice(&text), &err));
	text_release(&text);
}

static void check_text(struct slice in, const char *want)
{
	struct json *object = json_new_object(), *again;
	struct text out = TEXT_INIT(4096);
	struct err err;

	json_add_text(object, "k", in);
	json_print(object, &out);
	assert_string_equal(text_string(&out), want);
	again = json_parse(text_slice(&out), &err);
	assert_non_null(again);
	json_free(&again);
	json_free(&object);
	text_release(&out);
}

static void test_text(void **state)
{
	(void)state;
	check_text(S(""), "{\"k\":\"\"}");
	check_text((struct slice){ NULL, 0 }, "{\"k\":null}");
	check_text(S("a/b\"\\\n"), "{\"k\":\"a/b\\\"\\\\\\n\"}");
	check_text(S("\x01\x7f"), "{\"k\":\"\\u0001\x7f\"}");
	check_text(S("a\0b"), "{\"k\":\"a\\u0000b\"}");
	check_text(S("\xff"), "{\"k\":\"\xef\xbf\xbd\"}");
	check_text(S("\xed\xa0\x80"),
		   "{\"k\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}");
	check_text(S("\xc5\xbc\xe2"), "{\"k\":\"\xc5\xbc\xef\xbf\xbd\"}");
}

static void test_print(void **state)
{
	struct json *object = json_new_object();
	struct json *array = json_new_array();
	struct json *child = json_new_object();
	struct text out = TEXT_INIT(4096);

	(void)state;
	json_add_string(object, "s", "x");
	json_add_string(object, "none", NULL);
	json_add_integer(object, "i", INT64_MIN);
	json_add_real(object, "r", 0.123456, 3);
	json_add_real(object, "whole", 2, 0);
	json_add_real(object, "nan", NAN, 3);
	json_add_real(object, "inf", INFINITY, 3);
	json_add_flag(object, "t", true);
	json_add_null(object, "n");
	json_push_text(array, S("a"));
	json_push(array, &child);
	assert_null(child);
	json_add(object, "l", &array);
	assert_null(array);
	json_print(object, &out);
	assert_string_equal(text_string(&out),
			    "{\"s\":\"x\",\"none\":null,"
			    "\"i\":-9223372036854775808,\"r\":0.123,"
			    "\"whole\":2,\"nan\":null,\"inf\":null,"
			    "\"t\":true,\"n\":null,\"l\":[\"a\",{}]}");
	json_free(&object);
	text_release(&out);
}

/* The parser takes these words for numbers, RFC 8259 does not. */
static void test_no_number(void **state)
{
	struct err err;
	struct json *json = json_parse(
		S("{\"a\":NaN,\"b\":Infinity,\"c\":-Infinity,\"d\":1e999}"),
		&err);
	static const char *const keys[] = { "a", "b", "c", "d" };

	(void)state;
	for (size_t i = 0; json && i < N_ELEMENTS(keys); i++) {
		assert_true(json_get_real(json, keys[i], -1) < 0);
		assert_case(keys[i], -1, json_get_integer(json, keys[i], -1));
	}
	json_free(&json);
}

static void test_lookups(void **state)
{
	struct err err;
	struct json *json = json_parse(
		S("{\"t\":\"x\",\"i\":7,\"r\":1.5,\"f\":true,\"n\":null,"
		  "\"l\":[\"a\",2],\"o\":{\"t\":\"y\"}}"), &err);

	(void)state;
	assert_non_null(json);
	assert_true(json_is_object(json));
	assert_true(slice_eq(json_get_text(json, "t"), S("x")));
	assert_null(json_get_text(json, "i").ptr);
	assert_null(json_get_text(json, "n").ptr);
	assert_null(json_get_text(json, "missing").ptr);
	assert_null(json_get_text(NULL, "t").ptr);
	assert_int_equal(json_get_integer(json, "i", -1), 7);
	assert_int_equal(json_get_integer(json, "t", -1), -1);
	assert_int_equal(json_get_integer(json, "f", -1), -1);
	assert_true(json_get_real(json, "r", -1) > 1.49);
	assert_true(json_get_real(json, "t", -1) < 0);
	assert_true(json_get_flag(json, "f", false));
	assert_true(json_get_flag(json, "i", true));
	assert_false(json_get_flag(json, "n", false));
	assert_int_equal(json_length(json_get(json, "l")), 2);
	assert_int_equal(json_length(json_get(json, "o")), 0);
	assert_int_equal(json_length(NULL), 0);
	assert_true(slice_eq(json_text(json_at(json_get(json, "l"), 0)),
			     S("a")));
	assert_null(json_text(json_at(json_get(json, "l"), 1)).ptr);
	assert_null(json_at(json_get(json, "l"), 2));
	assert_true(slice_eq(json_get_text(json_get(json, "o"), "t"), S("y")));
	json_free(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_deep_and_long),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_no_number),
		cmocka_unit_test(test_lookups),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
