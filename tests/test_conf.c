/*
 * Options by table: what is taken, what is refused, and whether the complaint
 * says where and what is allowed.
 */
#include "base/conf.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static struct {
	char *name;
	int64_t number, span_ms, mode;
	double share;
	bool flag;
	struct conf_list list;
} top;

static struct {
	int64_t depth;
} inner;

#define TOP(member) offsetof(__typeof__(top), member)

static const char *const modes[] = { "observe", "enforce", NULL };

static const struct conf_option top_options[] = {
	{ "name", CONF_TEXT, TOP(name), "x", 0, 0, NULL, "A.", NULL },
	{ "number", CONF_INTEGER, TOP(number), "5", -10, 4e9, "mails", "A.",
	  NULL },
	{ "span", CONF_DURATION, TOP(span_ms), "15m", 1000, 86400000.0 * 30,
	  NULL, "A.", NULL },
	{ "mode", CONF_CHOICE, TOP(mode), "observe", 0, 0, NULL, "A.", modes },
	{ "share", CONF_REAL, TOP(share), "0.5", 0, 1, NULL, "A.", NULL },
	{ "flag", CONF_FLAG, TOP(flag), "true", 0, 0, NULL, "A.", NULL },
	{ "list", CONF_LIST, TOP(list), "a,b", 0, 0, NULL, "A.", NULL },
	CONF_END
};

static const struct conf_option inner_options[] = {
	{ "depth", CONF_INTEGER, 0, "1", 0, 9, NULL, "A.", NULL },
	CONF_END
};

static const struct conf_section sections[] = {
	{ "", top_options, &top },
	{ "signal.volume", inner_options, &inner },
};

static char folder[FOLDER_SIZE], path[FOLDER_SIZE + 16];

static int load_file(const char *text, struct err *err)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return conf_load(sections, N_ELEMENTS(sections), NULL, path, true, NULL, 0,
			 err);
}

static int load_set(const char *set, struct err *err)
{
	return conf_load(sections, N_ELEMENTS(sections), NULL, NULL, false, &set, 1,
			 err);
}

static void test_presets(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(conf_load(sections, N_ELEMENTS(sections), NULL, NULL, false,
				   NULL, 0, &err), 0);
	assert_string_equal(top.name, "x");
	assert_int_equal(top.number, 5);
	assert_int_equal(top.span_ms, 15 * 60000);
	assert_int_equal(top.mode, 0);
	assert_true(top.share > 0.49 && top.share < 0.51);
	assert_true(top.flag);
	assert_int_equal(top.list.n, 2);
	assert_string_equal(top.list.items[1], "b");
	assert_int_equal(inner.depth, 1);
	conf_release(sections, N_ELEMENTS(sections));
	assert_null(top.name);
	assert_int_equal(top.list.n, 0);
}

/* What --set must refuse, and words the complaint must hold. */
static void test_refused(void **state)
{
	static const struct {
		const char *set;
		const char *words[3];
	} cases[] = {
		{ "nmae=x", { "--set", "\"nmae\"", "--options" } },
		{ "depth=1", { "depth" } },
		{ "signal.volume=1", { "signal.volume" } },
		{ "signal.volume.depht=1", { "signal.volume.depht" } },
		{ "signal.volume.depth=10", { "0 to 9" } },
		{ "number=x", { "--set: number", "\"x\"", "-10" } },
		{ "number=", { "number" } },
		{ "number=1.5", { "number" } },
		{ "number=-11", { "mails" } },
		{ "number=4000000001", { "number" } },
		{ "number=99999999999999999999999", { "number" } },
		{ "number=5x", { "number" } },
		{ "number=nan", { "number" } },
		{ "share=inf", { "share" } },
		{ "share=nan", { "share" } },
		{ "share=1.01", { "0 to 1" } },
		{ "span=999ms", { "15m" } },
		{ "span=31d", { "span" } },
		{ "span=1w", { "\"1w\"" } },
		{ "span=1 h", { "span" } },
		{ "span=h", { "span" } },
		{ "span=-1h", { "span" } },
		{ "flag=yes", { "true and false" } },
		{ "flag=1", { "flag" } },
		{ "mode=on", { "\"observe\"", "\"enforce\"" } },
		{ "mode=", { "mode" } },
		{ "name", { "name=value" } },
		{ "", { "name=value" } },
		{ "=x", { "\"\"" } },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct err err = { 0 };
		int result = load_set(cases[i].set, &err);

		assert_case(cases[i].set, -1, result);
		for (size_t j = 0; j < 3 && cases[i].words[j]; j++) {
			if (!strstr(err.text, cases[i].words[j]))
				print_error("case: %s: %s\n", cases[i].set,
					    err.text);
			assert_non_null(strstr(err.text, cases[i].words[j]));
		}
		assert_true(err.code == EXIT_CONFIG || err.code == EXIT_USAGE);
	}
	conf_release(sections, N_ELEMENTS(sections));
}

static void test_durations(void **state)
{
	static const struct {
		const char *set;
		int64_t ms;
	} cases[] = {
		{ "span=1000ms", 1000 }, { "span=1s", 1000 },
		{ "span=90", 90000 },	 { "span=1.5h", 5400000 },
		{ "span=0.5m", 30000 },	 { "span=30d", 30 * 86400000LL },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct err err;
		int result = load_set(cases[i].set, &err);

		assert_case(cases[i].set, 0, result);
		assert_case(cases[i].set, cases[i].ms, top.span_ms);
	}
	conf_release(sections, N_ELEMENTS(sections));
}

static void test_lists(void **state)
{
	struct err err;
	char many[1000] = "list=a";
	size_t len = strlen(many);

	(void)state;
	assert_int_equal(load_set("list= PL , PT,,", &err), 0);
	assert_int_equal(top.list.n, 2);
	assert_string_equal(top.list.items[0], "PL");
	assert_string_equal(top.list.items[1], "PT");
	assert_int_equal(load_set("list=", &err), 0);
	assert_int_equal(top.list.n, 0);
	for (int i = 1; i < CONF_LIST_MAX; i++)
		memcpy(many + len + 2 * (i - 1), ",a", 3);
	assert_int_equal(load_set(many, &err), 0);
	assert_int_equal(top.list.n, CONF_LIST_MAX);
	memcpy(many + len + 2 * (CONF_LIST_MAX - 1), ",a", 3);
	assert_int_equal(load_set(many, &err), -1);
	conf_release(sections, N_ELEMENTS(sections));
}

static void test_long_value(void **state)
{
	char set[CONF_TEXT_MAX + 100];
	struct err err;

	(void)state;
	memset(set, 'a', sizeof(set));
	memcpy(set, "name=", 5);
	set[5 + CONF_TEXT_MAX - 1] = '\0';
	assert_int_equal(load_set(set, &err), 0);
	set[5 + CONF_TEXT_MAX - 1] = 'a';
	set[5 + CONF_TEXT_MAX] = '\0';
	assert_int_equal(load_set(set, &err), -1);
	conf_release(sections, N_ELEMENTS(sections));
}

static void test_file(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(load_file("# all of them\n"
				   "name = \"\xc5\xbc\";\n"
				   "number = 4000000000L;\n"
				   "span = \"4h\";\n"
				   "mode = \"enforce\";\n"
				   "share = 1;\n"
				   "flag = false;\n"
				   "list = [ \"PL\", \"P,T\" ];\n"
				   "signal: { volume: { depth = 3; }; };\n",
				   &err), 0);
	assert_string_equal(top.name, "\xc5\xbc");
	assert_int_equal(top.number, 4000000000LL);
	assert_int_equal(top.span_ms, 4 * 3600000);
	assert_int_equal(top.mode, 1);
	assert_true(top.share > 0.99);
	assert_false(top.flag);
	assert_int_equal(top.list.n, 2);
	assert_string_equal(top.list.items[1], "P,T");
	assert_int_equal(inner.depth, 3);
	/* A scalar is a list of what its commas separate. */
	assert_int_equal(load_file("list = \"DE, AT\";\n", &err), 0);
	assert_int_equal(top.list.n, 2);
	assert_int_equal(load_file("list = ();\n", &err), 0);
	assert_int_equal(top.list.n, 0);
	conf_release(sections, N_ELEMENTS(sections));
}

static void test_file_refused(void **state)
{
	static const struct {
		const char *text;
		const char *words[2];
	} cases[] = {
		{ "number = 1;\nnmae = \"x\";\n", { ":2:", "nmae" } },
		{ "\n\nnumber = \"x\";\n", { ":3:", "number" } },
		{ "number = 11111111111L;\n", { ":1:", "mails" } },
		{ "mode = true;\n", { ":1:", "observe" } },
		{ "flag = 1;\n", { ":1:", "flag" } },
		{ "name = [ \"x\" ];\n", { ":1:", "list" } },
		{ "list = ( ( \"x\" ) );\n", { ":1:", "list" } },
		{ "name = { x = 1; };\n", { ":1:", "name.x" } },
		{ "signal: { volume: { dept = 3; }; };\n",
		  { ":1:", "signal.volume.dept" } },
		{ "signal: { volum: { depth = 3; }; };\n",
		  { ":1:", "signal.volum.depth" } },
		/* An unknown group is as wrong when it is empty. */
		{ "number = 1;\nsingal: { };\n", { ":2:", "singal" } },
		{ "number = 1;\nname = ;\n", { ":2:", "syntax error; a quote" } },
		{ "number = 1;\nnumber = 2;\n", { ":2:", "stands in the file twice" } },
		{ "name = \"open\n", { "syntax" } },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct err err = { 0 };
		int result = load_file(cases[i].text, &err);

		assert_case(cases[i].text, -1, result);
		assert_case(cases[i].text, EXIT_CONFIG, err.code);
		assert_non_null(strstr(err.text, path));
		for (size_t j = 0; j < 2 && cases[i].words[j]; j++) {
			if (!strstr(err.text, cases[i].words[j]))
				print_error("case: %s: %s\n", cases[i].text,
					    err.text);
			assert_non_null(strstr(err.text, cases[i].words[j]));
		}
	}
	conf_release(sections, N_ELEMENTS(sections));
}

static void test_include(void **state)
{
	char other[FOLDER_SIZE + 16], text[400];
	struct err err = { 0 };
	FILE *file;

	(void)state;
	snprintf(other, sizeof(other), "%s/other.conf", folder);
	file = fopen(other, "w");
	assert_non_null(file);
	fputs("\nnmae = 1;\n", file);
	fclose(file);
	snprintf(text, sizeof(text), "@include \"%s\"\n", other);
	assert_int_equal(load_file(text, &err), -1);
	assert_non_null(strstr(err.text, "other.conf:2"));
	conf_release(sections, N_ELEMENTS(sections));
}

static void test_missing(void **state)
{
	struct err err = { 0 };
	char none[FOLDER_SIZE + 16];

	(void)state;
	snprintf(none, sizeof(none), "%s/none", folder);
	assert_int_equal(conf_load(sections, 2, NULL, none, false, NULL, 0, &err),
			 0);
	assert_int_equal(conf_load(sections, 2, NULL, none, true, NULL, 0, &err),
			 -1);
	assert_non_null(strstr(err.text, none));
	assert_int_equal(conf_load(sections, 2, NULL, folder, true, NULL, 0, &err),
			 -1);
	conf_release(sections, N_ELEMENTS(sections));
}

/* --set is stronger than the file, and the later the stronger. */
static void test_order(void **state)
{
	static const char *const sets[] = { "number=7", "number=8" };
	struct err err;
	FILE *file = fopen(path, "w");

	(void)state;
	assert_non_null(file);
	fputs("number = 6;\nlist = [ \"z\" ];\n", file);
	fclose(file);
	assert_int_equal(conf_load(sections, 2, NULL, path, true, sets, 2, &err), 0);
	assert_int_equal(top.number, 8);
	assert_int_equal(top.list.n, 1);
	conf_release(sections, N_ELEMENTS(sections));
}

/* Others are tried, and the old ones come back, each where it was. */
static void test_put_back(void **state)
{
	static const char *const good[] = { "number=7", "list=p,q,r",
					    "name=y", "flag=false" };
	static const char *const bad[] = { "number=8", "list=s", "mode=none" };
	struct conf_aside *aside;
	struct err err;
	char *name, *item;

	(void)state;
	assert_int_equal(conf_load(sections, 2, NULL, NULL, false, good, 4,
				   &err), 0);
	name = top.name;
	item = top.list.items[2];
	aside = conf_set_aside(sections, N_ELEMENTS(sections));
	assert_null(top.name);
	assert_int_equal(conf_load(sections, 2, NULL, NULL, false, bad, 3,
				   &err), -1);
	assert_int_equal(top.number, 8);
	conf_put_back(&aside);
	assert_null(aside);
	assert_int_equal(top.number, 7);
	assert_false(top.flag);
	assert_int_equal(inner.depth, 1);
	assert_int_equal(top.list.n, 3);
	/* Whoever borrowed it may look at it still. */
	assert_ptr_equal(top.name, name);
	assert_ptr_equal(top.list.items[2], item);
	assert_string_equal(name, "y");
	assert_string_equal(item, "r");
	conf_release(sections, N_ELEMENTS(sections));
}

static void test_what_changed(void **state)
{
	static const char *const first[] = { "number=7", "list=p,q",
					     "name=y", "flag=false" };
	static const char *const second[] = { "number=7", "list=p,z",
					      "name=n", "flag=true",
					      "signal.volume.depth=2" };
	struct conf_aside *aside;
	struct err err;

	(void)state;
	assert_int_equal(conf_load(sections, 2, NULL, NULL, false, first, 4,
				   &err), 0);
	aside = conf_set_aside(sections, N_ELEMENTS(sections));
	assert_int_equal(conf_load(sections, 2, NULL, NULL, false, second, 5,
				   &err), 0);
	assert_false(conf_differs(aside, "number"));
	assert_false(conf_differs(aside, "span"));
	assert_false(conf_differs(aside, "share"));
	assert_true(conf_differs(aside, "list"));
	assert_true(conf_differs(aside, "name"));
	assert_true(conf_differs(aside, "flag"));
	assert_true(conf_differs(aside, "signal.volume.depth"));
	assert_false(conf_differs(aside, "depth"));
	conf_keep_old(aside, "name");
	conf_keep_old(aside, "list");
	conf_keep_old(aside, "flag");
	conf_keep_old(aside, "nobody");
	assert_string_equal(top.name, "y");
	assert_string_equal(top.list.items[1], "q");
	assert_false(top.flag);
	assert_int_equal(inner.depth, 2);
	conf_drop(&aside);
	assert_null(aside);
	assert_string_equal(top.name, "y");
	assert_string_equal(top.list.items[1], "q");
	conf_release(sections, N_ELEMENTS(sections));
}

static int set_up(void **state)
{
	(void)state;
	folder_make(folder, "conf");
	snprintf(path, sizeof(path), "%s/the.conf", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_presets),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_long_value),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_file_refused),
		cmocka_unit_test(test_include),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_put_back),
		cmocka_unit_test(test_what_changed),
	};

	return cmocka_run_group_tests_name("conf", tests, set_up, tear_down);
}
