/*
 * The table of accounts, alone and with something behind it.
 */
#include "detector/accounts.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static void test_get(void **state)
{
	struct accounts *accounts = accounts_new(NULL);
	char login[ACCOUNT_LOGIN_MAX + 2];
	struct account_entry *entry;

	(void)state;
	entry = accounts_get(accounts, S("Anna@Firma.example"));
	assert_non_null(entry);
	assert_string_equal(entry->login, "anna@firma.example");
	assert_true(entry->is_dirty);
	assert_int_equal(entry->key, account_key(S("ANNA@firma.EXAMPLE")));
	assert_ptr_equal(accounts_get(accounts, S("anna@firma.example")),
			 entry);
	assert_ptr_equal(accounts_find(accounts, entry->key), entry);
	assert_null(accounts_find(accounts, 12345));
	assert_null(accounts_get(accounts, S("")));
	memset(login, 'a', sizeof(login));
	assert_null(accounts_get(accounts, (struct slice){
		login, ACCOUNT_LOGIN_MAX + 1 }));
	entry = accounts_get(accounts, (struct slice){ login,
						       ACCOUNT_LOGIN_MAX });
	assert_non_null(entry);
	assert_int_equal(strlen(entry->login), ACCOUNT_LOGIN_MAX);
	assert_int_equal(accounts_count(accounts), 2);
	accounts_free(&accounts);
	accounts_free(&accounts);
}

static int count_one(void *context, struct account_entry *entry)
{
	(void)entry;
	++*(int *)context;
	return 0;
}

static int stop_at_seven(void *context, struct account_entry *entry)
{
	(void)entry;
	return ++*(int *)context == 7 ? 42 : 0;
}

/* Growing moves no entry. */
static void test_many(void **state)
{
	enum { MANY = 20000 };
	static struct account_entry *entries[MANY];
	struct accounts *accounts = accounts_new(NULL);
	char login[40];
	int n = 0;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(login, sizeof(login), "user%d@x.example", i);
		entries[i] = accounts_get(accounts, slice_from(login));
		entries[i]->account.logins = (uint32_t)i;
	}
	for (int i = 0; i < MANY; i++) {
		snprintf(login, sizeof(login), "USER%d@x.example", i);
		assert_ptr_equal(accounts_get(accounts, slice_from(login)),
				 entries[i]);
		assert_int_equal(entries[i]->account.logins, i);
	}
	assert_int_equal(accounts_count(accounts), MANY);
	assert_int_equal(accounts_each(accounts, count_one, &n), 0);
	assert_int_equal(n, MANY);
	n = 0;
	assert_int_equal(accounts_each(accounts, stop_at_seven, &n), 42);
	n = 0;
	assert_int_equal(accounts_each_dirty(accounts, stop_at_seven, &n), 42);
	accounts_free(&accounts);
}

static void test_dirty(void **state)
{
	struct accounts *accounts = accounts_new(NULL);
	int n = 0;

	(void)state;
	accounts_get(accounts, S("a"));
	accounts_get(accounts, S("b"));
	accounts_each_dirty(accounts, count_one, &n);
	assert_int_equal(n, 2);
	accounts_forget_clean(accounts, 10);
	n = 0;
	accounts_each_dirty(accounts, count_one, &n);
	assert_int_equal(n, 0);
	assert_int_equal(accounts_count(accounts), 2);
	/* Looking is no change. */
	assert_non_null(accounts_find(accounts, account_key(S("a"))));
	accounts_get(accounts, S("b"));
	accounts_each_dirty(accounts, count_one, &n);
	assert_int_equal(n, 1);
	accounts_forget_clean(accounts, 1);
	assert_int_equal(accounts_count(accounts), 0);
	assert_null(accounts_find(accounts, account_key(S("a"))));
	assert_non_null(accounts_get(accounts, S("a")));
	accounts_free(&accounts);
}

static int loads;

static int load(void *context, uint64_t key, struct account_entry *entry)
{
	loads++;
	if (key != account_key(S("known@x.example")))
		return 0;
	entry->login = "known@x.example";
	entry->login_len = 15;
	entry->account.logins = *(uint32_t *)context;
	return 1;
}

static void test_backed(void **state)
{
	uint32_t logins = 77;
	struct accounts_backing backing = { &logins, load };
	struct accounts *accounts = accounts_new(&backing);
	struct account_entry *entry;
	int n = 0;

	(void)state;
	entry = accounts_find(accounts, account_key(S("known@x.example")));
	assert_non_null(entry);
	assert_int_equal(entry->account.logins, 77);
	assert_string_equal(entry->login, "known@x.example");
	assert_int_equal(entry->key, account_key(S("known@x.example")));
	accounts_each_dirty(accounts, count_one, &n);
	assert_int_equal(n, 0);
	assert_ptr_equal(accounts_get(accounts, S("Known@x.example")), entry);
	assert_int_equal(loads, 1);
	assert_int_equal(accounts_get(accounts, S("new@x.example"))
				 ->account.logins, 0);
	/* Forgotten, it is loaded again. */
	accounts_forget_clean(accounts, 0);
	logins = 78;
	assert_int_equal(accounts_get(accounts, S("known@x.example"))
				 ->account.logins, 78);
	accounts_free(&accounts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_dirty),
		cmocka_unit_test(test_backed),
	};

	return cmocka_run_group_tests_name("accounts", tests, NULL, NULL);
}
