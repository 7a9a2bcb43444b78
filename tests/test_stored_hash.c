/*
 * What panels store for a password, taken apart.
 */
#include "base/encoding.h"
#include "base/stored_hash.h"
#include "tests/support/test.h"

#include <string.h>

#define B64 "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo="

static void test_schemes(void **state)
{
	static const struct {
		const char *stored, *scheme;
		enum stored_kind kind;
	} cases[] = {
		/* PostfixAdmin 3 of Debian, AlternC; PostfixAdmin 4. */
		{ "$1$uLWVnZFK$FZ2V3P7MauPG86t4W4O2b.", "$1$", STORED_CRYPT },
		{ "$6$saltsalt$hash", "$6$", STORED_CRYPT },
		{ "{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$kleHtJZu8tSR$5pq",
		  "{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$", STORED_ARGON2 },
		{ "{argon2i}$argon2i$v=19$m=32768,t=4,p=1$OjVBGICR$STq3q",
		  "{ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$", STORED_ARGON2 },
		{ "{BLF-CRYPT}$2y$05$F3/3uPW4ZJxpoKVQat9j8uiVi5y43X",
		  "{BLF-CRYPT}$2y$05$", STORED_CRYPT },
		/* iRedMail, on Linux and BSD. */
		{ "{SSHA512}" B64, "{SSHA512}", STORED_DIGEST },
		{ "{CRYPT}$2y$10$abcdefghijklmnopqrstuu", "{CRYPT}$2y$10$",
		  STORED_CRYPT },
		/* ISPConfig, i-MSCP, Vexim, Modoboa, CyberPanel, Mailu. */
		{ "$6$rounds=5000$0123456789abcdef$h", "$6$rounds=5000$",
		  STORED_CRYPT },
		{ "$5$rounds=1000$s$h", "$5$rounds=1000$", STORED_CRYPT },
		{ "{SHA512-CRYPT}$6$von7xf$zt3", "{SHA512-CRYPT}$6$",
		  STORED_CRYPT },
		{ "{CRYPT}$2b$12$abcdefghijklmnopqrstuu", "{CRYPT}$2b$12$",
		  STORED_CRYPT },
		{ "$bcrypt-sha256$v=2,t=2b,r=12$W5QDZeoTHR8EOqfTtS3MO.$W",
		  "$bcrypt-sha256$v=2,t=2b,r=12$", STORED_BCRYPT_SHA256 },
		{ "$bcrypt-sha256$2b,12$dnt.ODJydXpUNzNaCjz5Yu$clt2",
		  "$bcrypt-sha256$2b,12$", STORED_BCRYPT_SHA256 },
		/* Dovecot's others. */
		{ "{PLAIN}secret", "{PLAIN}", STORED_PLAIN },
		{ "{plain}$6$s$h", "{PLAIN}", STORED_PLAIN },
		{ "{PLAIN}!secret", "{PLAIN}", STORED_PLAIN },
		{ "{CLEARTEXT}s", "{CLEARTEXT}", STORED_PLAIN },
		{ "{ssha}" B64, "{SSHA}", STORED_DIGEST },
		{ "{SSHA512.b64}" B64, "{SSHA512.B64}", STORED_DIGEST },
		{ "{SHA256.HEX}616263", "{SHA256.HEX}", STORED_DIGEST },
		{ "{PLAIN-MD5}8df86da2b52c7e887698d366236cd0ba",
		  "{PLAIN-MD5}", STORED_DIGEST },
		{ "{MD5}$1$23jJFxCy$s1ioa6", "{MD5}$1$", STORED_CRYPT },
		{ "{MD5}8df86da2b52c7e887698d366236cd0ba", "{MD5}",
		  STORED_DIGEST },
		{ "{PBKDF2}$1$WrC3uMy.qLo0$5000$3e26", "{PBKDF2}5000$",
		  STORED_PBKDF2 },
		{ "{DES-CRYPT}G6nUk2IjlcK0Y", "{DES-CRYPT}", STORED_CRYPT },
		/* $6$shW... within. */
		{ "{SHA512-CRYPT.B64}JDYkc2hXeDdROW9JRVlCbnhEJGFi",
		  "{SHA512-CRYPT.B64}$6$", STORED_CRYPT },
		{ "{CRAM-MD5}92348c9d7621cf18", "{CRAM-MD5}", STORED_UNKNOWN },
		{ "{SCRAM-SHA-256}4096,LYAj,Gh0k,wxyA", "{SCRAM-SHA-256}",
		  STORED_UNKNOWN },
		/* crypt(5)'s others. */
		{ "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$yct", "$y$j9T$",
		  STORED_CRYPT },
		{ "$gy$j9T$hd1e8uLtwQ2U0lzLwJmHt0$kHB", "$gy$j9T$",
		  STORED_CRYPT },
		{ "$7$CU..../....2Q9obwLhin8qvQl6sisAO/$U8r",
		  "$7$CU..../....", STORED_CRYPT },
		{ "$sha1$24680$mkZtVuzQ$.1O", "$sha1$24680$", STORED_CRYPT },
		{ "$md5,rounds=34000$xknpWuQF$$DM2s", "$md5,rounds=34000$",
		  STORED_CRYPT },
		{ "$3$$fbb3ee4046e74aa7df8dcadf9a1eabbb", "$3$",
		  STORED_CRYPT },
		{ "$apr1$3VzDA3lt$hWnZ", "$apr1$", STORED_UNKNOWN },
		/* Python's. */
		{ "$pbkdf2-sha256$29000$ZcxZ631PqXUO$hgoH",
		  "$pbkdf2-sha256$29000$", STORED_PBKDF2 },
		{ "$pbkdf2$1000$R0jpnXNuLWVs$pd6F", "$pbkdf2$1000$",
		  STORED_PBKDF2 },
		{ "$argon2id$v=19$m=102400,t=2,p=8$e691$ury",
		  "$argon2id$v=19$m=102400,t=2,p=8$", STORED_ARGON2 },
		{ "pbkdf2_sha256$600000$boZJ24GG$ui9p",
		  "pbkdf2_sha256$600000$", STORED_PBKDF2 },
		{ "argon2$argon2id$v=19$m=102400,t=2,p=8$c0hH$tpB3",
		  "argon2$argon2id$v=19$m=102400,t=2,p=8$", STORED_ARGON2 },
		{ "bcrypt$$2b$12$bB0mNA8oru0RnlanJfcXF.60tVTz",
		  "bcrypt$$2b$12$", STORED_CRYPT },
		{ "bcrypt_sha256$$2b$12$Ap.Tny09", "bcrypt_sha256$",
		  STORED_UNKNOWN },
		/* Nobody can log in. */
		{ "", "", STORED_NONE },
		{ "!", "", STORED_NONE },
		{ "!$6$saltsalt$hash", "", STORED_NONE },
		{ "*LK*", "", STORED_NONE },
		{ "{CRYPT}!", "", STORED_NONE },
		{ "{CRYPT}", "", STORED_NONE },
		{ "{PLAIN}", "", STORED_NONE },
		{ "_no_", "", STORED_NONE },
		{ "SUSPENDED", "", STORED_NONE },
		/* Passwords in clear: nothing of them is kept. */
		{ "secret", "", STORED_UNKNOWN },
		{ "$ecret$money$x", "", STORED_UNKNOWN },
		{ "{secret", "", STORED_UNKNOWN },
		{ "{}secret", "", STORED_UNKNOWN },
		{ "$6$", "", STORED_UNKNOWN },
		{ "sha1", "", STORED_UNKNOWN },
		{ "$2y$salt!salt$x", "$2y$", STORED_CRYPT },
		/* Plesk: encrypted, so every saving changes it. */
		{ "$AES-128-CBC$vz0q$Mx", "", STORED_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct stored_hash got;

		stored_hash_read(cases[i].stored, &got);
		if (strcmp(got.scheme, cases[i].scheme) != 0)
			fail_msg("%s: %s", cases[i].stored, got.scheme);
		assert_case(cases[i].stored, cases[i].kind, got.kind);
	}
}

/* Every length of everything, against an unmapped page. */
static void test_any_length(void **state)
{
	static const char all[] =
		"{SHA512-CRYPT.B64}$argon2id$v=19$m=65536,t=3,p=1$pbkdf2_sha256"
		"$6$rounds=5000$$$2y$10$ab,c=d}{}$7$";
	char text[sizeof(all)];

	(void)state;
	for (size_t from = 0; from < sizeof(all); from++)
		for (size_t len = 0; from + len < sizeof(all); len++) {
			struct stored_hash got;
			struct slice copy;

			slice_copy((struct slice){ all + from, len }, text,
				   sizeof(text));
			copy = guarded_copy((struct slice){ text, len + 1 });
			stored_hash_read(copy.ptr, &got);
			assert_true(strlen(got.scheme) < sizeof(got.scheme));
			guarded_free(copy);
		}
}

static void test_too_long(void **state)
{
	char text[3 * STORED_HASH_SIZE];
	struct stored_hash got;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "$6$", 3);
	text[sizeof(text) - 1] = '\0';
	stored_hash_read(text, &got);
	assert_int_equal(got.kind, STORED_UNKNOWN);
}

static void test_encodings(void **state)
{
	static const struct {
		const char *bytes, *hex, *base64;
	} cases[] = {
		{ "f", "66", "Zg==" }, { "fo", "666f", "Zm8=" },
		{ "foo", "666f6f", "Zm9v" }, { "foob", "666f6f62", "Zm9vYg==" },
		{ "\xfb\xff\xbf", "fbffbf", "+/+/" },
	};
	static const struct {
		const char *text;
		bool as_hex, as_base64;
	} wrong[] = {
		{ "", false, false }, { "6", false, false },
		{ "6g", false, true }, { "Zg===", false, false },
		{ "Z g=", false, false }, { "-_-_", false, true },
		{ "././", false, true }, { "6F6f", true, true },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice bytes = slice_from(cases[i].bytes);
		struct text hex = TEXT_INIT(100), base64 = TEXT_INIT(100);
		unsigned char got[16];
		size_t len = 0;

		encoding_hex(bytes, &hex);
		encoding_base64(bytes, &base64);
		assert_string_equal(text_string(&hex), cases[i].hex);
		assert_string_equal(text_string(&base64), cases[i].base64);
		assert_true(encoding_hex_read(text_slice(&hex), got,
					      bytes.len, &len));
		assert_int_equal(len, bytes.len);
		assert_memory_equal(got, bytes.ptr, len);
		assert_true(encoding_base64_read(text_slice(&base64), got,
						 bytes.len, &len));
		assert_int_equal(len, bytes.len);
		assert_memory_equal(got, bytes.ptr, len);
		assert_false(encoding_hex_read(text_slice(&hex), got,
					       bytes.len - 1, &len));
		assert_false(encoding_base64_read(text_slice(&base64), got,
						  bytes.len - 1, &len));
		text_release(&hex);
		text_release(&base64);
	}
	for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
		struct slice text = slice_from(wrong[i].text);
		unsigned char got[16];
		size_t len;
		bool hex = encoding_hex_read(text, got, 16, &len);
		bool base64 = encoding_base64_read(text, got, 16, &len);

		assert_case(wrong[i].text, wrong[i].as_hex, hex);
		assert_case(wrong[i].text, wrong[i].as_base64, base64);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schemes),
		cmocka_unit_test(test_any_length),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_encodings),
	};

	return cmocka_run_group_tests_name("stored_hash", tests, NULL, NULL);
}
