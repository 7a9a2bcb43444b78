/*
 * Passwords beside stored hashes, made by doveadm, passlib, Django and perl's
 * crypt; and sealing.
 */
#include "base/crypto.h"
#include "base/password.h"
#include "tests/support/test.h"

#include <string.h>

#define IT "Żółw7 x"

static void test_real_hashes(void **state)
{
	static const char *const cases[] = {
		"{SHA512-CRYPT}$6$von7xf/LEdJg8Hoq$zt3fuwp5epa7iktp3lxDX2exkW"
		"oxCgpOSORxft.5vfPExgJlvbtgMt8VqtwJcFZUrpfCOqVmZzwHBQZpoRhi4.",
		"$6$rounds=1000$abcdefgh$2AlHncJ/RN4Dfjtc7Ew8eAKy/TYRHR9Cmb7Ru"
		"vwpJbX4.YXYErx9LjY2pwjXxelY4wTZDw5klrSaXwrM09Pet0",
		"{SHA256-CRYPT}$5$DE02l9339jQl66Ac$Up./jvkBK7MxSVF.LJImK/wYRPJ2"
		"r5vQ6VNK68ZhE00",
		"{MD5-CRYPT}$1$uLWVnZFK$FZ2V3P7MauPG86t4W4O2b.",
		"$1$uLWVnZFK$FZ2V3P7MauPG86t4W4O2b.",
		"{MD5}$1$23jJFxCy$s1ioa6GFZGdjq2mH9qDqF0",
		"{BLF-CRYPT}$2y$05$F3/3uPW4ZJxpoKVQat9j8uiVi5y43X/zDOxCwUbj/z80"
		"EazNJpzy2",
		"{CRYPT}$2y$05$pJ.kfcD/iTdFC25VqTy8POe9Mf56puLAd7UhBRKpfDJsYDbQ"
		"TjGEi",
		"$2a$05$abcdefghijklmnopqrstuuPwXVwd41h0zuNHR2mM4J4qNDfmNjHp2",
		"$2b$05$8/xKip9SKbaoyPFbCLejk.HnsyW1qkR0WdnfXRybv2JZbEoVokC2a",
		"bcrypt$$2b$05$bB0mNA8oru0RnlanJfcXF.60tVTzIYGnoVc5y1T.oRF626f4"
		"UPH0q",
		"{DES-CRYPT}G6nUk2IjlcK0Y",
		"{CRYPT}dJlS9rPnMoQlI",
		"$y$j9T$F5Jx5fExrKuPp53xLKQ..1$yctvjrgRnembUbf3MicUBa/ta56o94v"
		"Eagmo0CWjeeD",
		"$gy$j9T$hd1e8uLtwQ2U0lzLwJmHt0$kHBhxjrgadU6bxF5ItufYmm/pYXxTU"
		"Tf4nbCo.7m/j7",
		"$7$CU..../....2Q9obwLhin8qvQl6sisAO/$U8rTDVYo3V6Bj54STafty1bz"
		"sPklOALEUCa7tk87tKB",
		"$sha1$5000$mkZtVuzQ$.1OHX8HlJRUxcxmNUYhBTht/BBPt",
		"$md5,rounds=34000$xknpWuQF$$DM2sHb53XTCeA5i.5pEmK1",
		"{SHA512-CRYPT.B64}JDYkdm9uN3hmL0xFZEpnOEhvcSR6dDNmdXdwNWVwYT"
		"dpa3RwM2x4RFgyZXhrV294Q2dwT1NPUnhmdC41dmZQRXhnSmx2YnRnTXQ4Vn"
		"F0d0pjRlpVcnBmQ09xVm1aendIQlFacG9SaGk0Lg==",
		"{ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$OjVBGICRFUBS05FdeiqWWw$"
		"STq3qu2fMDLvUsbZZ77IM156EkIFeMhnyQOMorVyYSo",
		"{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$kleHtJZu8tSRl75donUJD"
		"w$5pqUmwfO16l5rUq90ZNHHvy5pjRKpjdxd6Ql8g/9LgY",
		"$argon2id$v=19$m=102400,t=2,p=8$e691bu09Z0yp1VqLUQqBkA$uryOP+u"
		"U7Rtay0sI6OZ+JA",
		"argon2$argon2id$v=19$m=102400,t=2,p=8$c0hHdUtPb3dvN2I0VkZaaGRl"
		"MXJpNg$tpB37k8HoiiCgZVcKgNreQ",
		"{SSHA}uEpJfK9fMnqfZ+HcCM3xwLXum8qRTL1Y",
		"{SSHA256}MGsUsqpnB94LxXDB7h5WqE+S1nwR9AbtX0aYVnJnhxYnU5VX",
		"{SSHA512}zRLhmOTyFD3wftd6eBxiJ76owOWk35mTdo3+BpAYGMEkDBN2s4cSK"
		"btrjq9+7/JzCOhFRFSIWc1sjK/SiWOz5QyrYKY=",
		"{ssha512.hex}43f82a3be2fb3b102e0f2eed51ea968679ffa6b75dce53cbc"
		"9b2d8248f1eb28772612959b4573ff847282e1791ad921d031e62f84804e43f"
		"4ab792c0a3b18a79b7dc52f3",
		"{SHA}KZyNopKXZMxmNUhSJhR/8y8BHsk=",
		"{SHA1}KZyNopKXZMxmNUhSJhR/8y8BHsk=",
		"{SHA256}hsyUE5/YpwIGs4kzSug+XRFGEzHvZi4czJm5lNJEiB8=",
		"{SHA256.B64}hsyUE5/YpwIGs4kzSug+XRFGEzHvZi4czJm5lNJEiB8=",
		"{SHA512}aXZBKqixDBeQNXPT5XjYtRKxuF/lBTyzMgk3dr0dhEa3haGjFdFA8F"
		"crmsCUhMpwt7Us0MsnhzTfWg2abJ82/A==",
		"{SMD5}AcWgXru2ddDMHDu5tPsYWmw7QR4=",
		"{PLAIN-MD5}8df86da2b52c7e887698d366236cd0ba",
		"{MD5}8df86da2b52c7e887698d366236cd0ba",
		"{LDAP-MD5}jfhtorUsfoh2mNNmI2zQug==",
		"{PLAIN}" IT, "{cleartext}" IT,
		"{PBKDF2}$1$WrC3uMy.qLo03Rsm$5000$3e26334f1e664447a905087fe0ee8"
		"0ca06784c22",
		"$pbkdf2$1000$R0jpnXNuLWVsDWEMobSWcg$pd6FN407ne1FfH22mK7X3MhFxw"
		"M",
		"$pbkdf2-sha256$1000$ZcxZ631PqXUOAQBgzNkbww$hgoHAVWWSAA0uFhtfbg"
		"8m9/jX.bhbzIgLaNFmtR21Ng",
		"$pbkdf2-sha512$1000$XAuh1JqTMqbUGoMwxtjbWw$GO.qlu5mxAgFR6Vlx24"
		"vVNb/s9ONylNpm14tW1EpKySZONTZLzR64iYyiapHmbPngEi77uW3k63LGTLjyR"
		"0s7Q",
		"pbkdf2_sha256$1000$boZJ24GGv80VkGGw3NTSxV$ui9pF2rtvgOHUCOAW+m+"
		"chuhwEDJDqtJvqwcH8e5ovE=",
		"pbkdf2_sha1$1000$VGu56BFW3ZLFGUir2yl0qn$GzfanIbNDkmj8OLm3yT2Fx"
		"WBsHA=",
		"$bcrypt-sha256$v=2,t=2b,r=5$W5QDZeoTHR8EOqfTtS3MO.$Wv6nkAGxUta"
		"5qiV7B5OCvLO2FcKKo1C",
		"$bcrypt-sha256$2b,5$dnt.ODJydXpUNzNaCjz5Yu$clt2uNHjB/cE/Yysnfn"
		"HCpAFHHztGte",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		enum password_match right = password_matches(cases[i], S(IT));
		enum password_match wrong = password_matches(cases[i],
							     S("Żółw8 x"));

		assert_case(cases[i], MATCH_YES, right);
		assert_case(cases[i], MATCH_NO, wrong);
	}
}

/* What cannot be computed, or only at a price. */
static void test_what_is_not_computed(void **state)
{
	static const char *const cases[] = {
		"", "!$1$uLWVnZFK$FZ2V3P7MauPG86t4W4O2b.", IT, "_no_",
		"{CRAM-MD5}92348c9d7621cf18fc76d6f943d2ea2f",
		"{SCRAM-SHA-256}4096,LYAj,Gh0k,wxyA", "$apr1$3VzDA3lt$hWnZ",
		"{PLAIN.B64}eA==", "{UNHEARD-OF}x",
		"$2y$15$F3/3uPW4ZJxpoKVQat9j8uiVi5y43X/zDOxCwUbj/z80EazNJpzy2",
		"$2y$31$F3/3uPW4ZJxpoKVQat9j8uiVi5y43X/zDOxCwUbj/z80EazNJpzy2",
		"$2y$99$F3/3uPW4ZJxpoKVQat9j8uiVi5y43X/zDOxCwUbj/z80EazNJpzy2",
		"$6$rounds=999999999$abcdefgh$2AlH",
		"{CRYPT}_zzzzsd2VWvhEK4Zx6",
		"$y$jFT$F5Jx5fExrKuPp53xLKQ..1$yct", "$y$zzzzz$s$x",
		"$7$EU..../....2Q9obwLhin8qvQl6sisAO/$U8r",
		"$7$Cz..../....2Q9obwLhin8qvQl6sisAO/$U8r",
		"$7$CU...z/....2Q9obwLhin8qvQl6sisAO/$U8r",
		"$7$CU....z....2Q9obwLhin8qvQl6sisAO/$U8r", "$7$C$x",
		"$sha1$4000000000$mkZtVuzQ$.1O",
		"$md5,rounds=4000000000$xknpWuQF$$DM",
		"$argon2id$v=19$m=4194304,t=1,p=1$e691bu09Z0yp1VqLUQqBkA$uryO",
		"$argon2id$v=19$m=65536,t=4000,p=1$e691bu09Z0yp1VqLUQqBkA$uryO",
		"$argon2id$v=19$m=65536,t=3,p=1$", "$argon2id$v=19$", "$argon2id$",
		"$argon2id$v=19$m=0,t=1,p=1$e691bu09Z0yp1VqLUQqBkA$uryO",
		"$argon2id$v=19$m=8,t=1,p=1$e691bu09Z0yp1VqLUQqBkA$uryO",
		"$argon2id$v=99$m=8,t=1,p=1$e691bu09Z0yp1VqLUQqBkA$uryOP+uU7Q",
		"pbkdf2_sha256$900000000$boZJ24GG$ui9pF2rtvgOHUCOAW+m+",
		"pbkdf2_sha256$1000$boZJ24GG$", "{PBKDF2}", "{PBKDF2}$1$s",
		"{PBKDF2}$1$s$5000$ab", "$pbkdf2$1000$!$pd6F",
		"$bcrypt-sha256$v=2,t=2b,r=20$W5QDZeoTHR8EOqfTtS3MO.$Wv6nkAGx"
		"Uta5qiV7B5OCvLO2FcKKo1C",
		"$bcrypt-sha256$v=2,t=2b,r=5$W5Q$Wv6", "$bcrypt-sha256$2b$",
		"{SSHA}KZyNopKXZMxmNUhSJhR/8y8BHsk=", "{SHA256}%%%",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		enum password_match got = password_matches(cases[i], S(IT));

		assert_case(cases[i], MATCH_UNKNOWN, got);
	}
}

static void test_lengths(void **state)
{
	static const struct {
		const char *stored;
		size_t len;
		enum password_match want;
	} cases[] = {
		{ "{PLAIN}x", 0, MATCH_NO }, { "{PLAIN}x", 1024, MATCH_NO },
		{ "{PLAIN}x", 1025, MATCH_UNKNOWN },
		{ "{SHA1}KZyNopKXZMxmNUhSJhR/8y8BHsk=", 1024, MATCH_NO },
		{ "$1$uLWVnZFK$FZ2V3P7MauPG86t4W4O2b.", 500, MATCH_NO },
		/* libcrypt takes 511. */
		{ "$1$uLWVnZFK$FZ2V3P7MauPG86t4W4O2b.", 600, MATCH_UNKNOWN },
	};
	char password[1100];

	(void)state;
	memset(password, 'p', sizeof(password));
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		enum password_match got = password_matches(
			cases[i].stored,
			(struct slice){ password, cases[i].len });

		assert_case(cases[i].stored, cases[i].want, got);
	}
}

static void test_sealing(void **state)
{
	static const unsigned char nonce[CRYPTO_NONCE_SIZE] = "nonce-of-12";
	const struct slice plain = S("$6$salt$hash"), bound = S("7 anna");
	unsigned char key[CRYPTO_DIGEST_SIZE], other[CRYPTO_DIGEST_SIZE];
	unsigned char sealed[64], opened[64];
	struct slice all = { (char *)sealed, 12 + CRYPTO_SEAL_SIZE };

	(void)state;
	crypto_derive(S("secret"), "one", key);
	crypto_derive(S("secret"), "two", other);
	assert_memory_not_equal(key, other, sizeof(key));
	crypto_seal(key, nonce, bound, plain, sealed);
	assert_true(slice_find(all, S("salt")) < 0);
	assert_true(crypto_open(key, bound, all, opened));
	assert_memory_equal(opened, plain.ptr, plain.len);
	assert_false(crypto_open(other, bound, all, opened));
	assert_false(crypto_open(key, S("8 anna"), all, opened));
	for (size_t i = 0; i < all.len; i++) {
		sealed[i] ^= 1;
		assert_false(crypto_open(key, bound, all, opened));
		sealed[i] ^= 1;
		assert_false(crypto_open(key, bound, slice_sub(all, 0, i),
					 opened));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_hashes),
		cmocka_unit_test(test_what_is_not_computed),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_sealing),
	};

	return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
