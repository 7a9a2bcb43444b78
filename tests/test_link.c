/*
 * Messages between the process that reads logs and the one that acts: each one
 * comes out as it went in, and what is no message is none, whoever sends it.
 */
#include "detector/link/frame.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000 };

static struct text frame = TEXT_INIT(LINK_FRAME_MAX);
static struct link_message in, out;

static int forget(void **state)
{
	(void)state;
	text_release(&frame);
	return 0;
}

/* With something in every field. */
static const struct link_message examples[] = {
	{ .type = LINK_HELLO, .hello = { "1.2.3" } },
	{ .type = LINK_TRAIL },
	{ .type = LINK_STANDS, .stands = { "anna@firma.example" } },
	{ .type = LINK_HEAR, .hear = { -100 } },
	{ .type = LINK_DECISION, .decision = {
		"suspend-1", "anna@firma.example", 1795334400000, 0.9987, 6.5,
		SLICE("{\"a\":\n\0\x7f}") } },
	{ .type = LINK_ACT, .act = { 50000 } },
	{ .type = LINK_LOOK, .look = { true } },
	{ .type = LINK_FOUND, .found = { 7, SLICE("4Xb1\n4Xb2\n") } },
	{ .type = LINK_FOLLOW },
	{ .type = LINK_SEND, .send = {
		{ .brake = "brake: 10", .is_geo_off = true,
		  .geo_unknown_share = 0.25, .geo_built_ms = 1, .read_ms = 2,
		  .newest_ms = 3, .away_ms = 4 }, true } },
	{ .type = LINK_HOOKS, .hooks = { true } },
	{ .type = LINK_PUBLISH, .publish = { { 1.5, -2 } } },
	{ .type = LINK_RELOAD },
	{ .type = LINK_WATCHED, .watched = { true, 2, SLICE("a@b\nc@d") } },
	{ .type = LINK_DONE, .done = { LINK_ACT, 69, "the database is away" } },
	{ .type = LINK_AUDIT, .audit = { INT64_MAX } },
	{ .type = LINK_STANDING, .standing = { true } },
	{ .type = LINK_NEWS, .news = { 5, 6, "anna@firma.example", false,
				       "AS45899 VN until 2027-02-26" } },
	{ .type = LINK_RESULT, .result = { 3, 2 } },
	{ .type = LINK_ACTED, .acted = { true, true } },
	{ .type = LINK_WANTED, .wanted = { 9, INT64_MIN } },
	{ .type = LINK_SENT, .sent = { 1, true, 2, 3, 4, "550 no" } },
	{ .type = LINK_ASK_WATCHED },
};

static const char *name_of(size_t i)
{
	return link_type_name(examples[i].type);
}

static struct slice written(const struct link_message *message)
{
	text_clear(&frame);
	assert_true(link_encode(message, &frame));
	return text_slice(&frame);
}

/* What was understood is written as it came. */
static void assert_same(const char *why, struct slice bytes)
{
	struct text again = TEXT_INIT(LINK_FRAME_MAX);

	assert_case(why, true, link_encode(&out, &again));
	assert_case(why, true, slice_eq(bytes, text_slice(&again)));
	text_release(&again);
}

static void test_each_comes_as_it_went(void **state)
{
	size_t n = 0;

	(void)state;
	for (int type = 0; type < LINK_TYPES; type++)
		n += strcmp(link_type_name((enum link_type)type), "?") != 0;
	assert_int_equal(n, N_ELEMENTS(examples));
	for (size_t i = 0; i < N_ELEMENTS(examples); i++) {
		struct slice bytes = guarded_copy(written(&examples[i]));

		assert_case(name_of(i), true, link_decode(bytes, &out));
		assert_case(name_of(i), examples[i].type, out.type);
		assert_same(name_of(i), bytes);
		guarded_free(bytes);
	}
	assert_true(link_decode(written(&examples[4]), &out));
	assert_string_equal(out.decision.account, "anna@firma.example");
	assert_int_equal(out.decision.decided_ms, 1795334400000);
	assert_true(out.decision.log_odds == 6.5);
	assert_true(slice_eq(out.decision.verdict,
			     examples[4].decision.verdict));
}

static void test_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(examples); i++) {
		struct slice whole = written(&examples[i]);

		for (size_t n = 0; n < whole.len; n++) {
			struct slice cut = guarded_copy(slice_sub(whole, 0, n));

			assert_case(name_of(i), false, link_decode(cut, &out));
			guarded_free(cut);
		}
	}
}

static void test_more_behind_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(examples); i++) {
		written(&examples[i]);
		text_add_char(&frame, 'x');
		assert_case(name_of(i), false,
			    link_decode(text_slice(&frame), &out));
		/* Also when the head counts it. */
		frame.bytes[4]++;
		assert_case(name_of(i), false,
			    link_decode(text_slice(&frame), &out));
	}
}

/* Every byte with every value: refused, or a message like any other. */
static void test_any_byte_changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(examples); i++) {
		size_t len = written(&examples[i]).len;

		for (size_t at = 0; at < len && at < 400; at++) {
			char before = frame.bytes[at];

			for (int c = 0; c < 256; c++) {
				frame.bytes[at] = (char)c;
				if (link_decode(text_slice(&frame), &out))
					assert_same(name_of(i),
						    text_slice(&frame));
			}
			frame.bytes[at] = before;
		}
	}
}

/* Lengths that end beyond everything. */
static void test_huge_lengths(void **state)
{
	static const char *const lengths[] = {
		"\xff\xff\xff\xff", "\xff\xff\xff\x7f", "\x00\x00\x01\x00",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(lengths); i++) {
		written(&examples[0]);
		memcpy(frame.bytes + 4, lengths[i], 4);
		assert_false(link_decode(text_slice(&frame), &out));
		written(&examples[0]);
		memcpy(frame.bytes + LINK_HEAD, lengths[i], 4);
		assert_false(link_decode(text_slice(&frame), &out));
	}
}

/* What does not keep within its bounds is not even written. */
static void test_out_of_bounds(void **state)
{
	static char big[LINK_VERDICT_MAX + 1];

	(void)state;
	in = examples[4];
	in.decision.log_odds = NAN;
	assert_false(link_encode(&in, &frame));
	in.decision.log_odds = INFINITY;
	assert_false(link_encode(&in, &frame));
	in = examples[4];
	in.decision.account[3] = '\n';
	assert_false(link_encode(&in, &frame));
	in.decision.account[3] = '\x1b';
	assert_false(link_encode(&in, &frame));
	memset(in.decision.account, 'a', sizeof(in.decision.account));
	assert_false(link_encode(&in, &frame));
	in = examples[4];
	in.decision.verdict = (struct slice){ big, sizeof(big) };
	assert_false(link_encode(&in, &frame));
	in.decision.verdict.len--;
	text_clear(&frame);
	assert_true(link_encode(&in, &frame));
	in = examples[7];
	in.found.ids = S("4Xb1\r");
	assert_false(link_encode(&in, &frame));
	in = examples[11];
	in.publish.cells[511] = NAN;
	text_clear(&frame);
	assert_true(link_encode(&in, &frame));
	in.publish.cells[511] = -INFINITY;
	assert_false(link_encode(&in, &frame));
}

/* Nothing of a message is longer than a packet may be. */
static void test_the_longest_fit(void **state)
{
	static char big[LINK_VERDICT_MAX];

	(void)state;
	in = (struct link_message){ .type = LINK_DECISION };
	memset(in.decision.key, 'k', sizeof(in.decision.key) - 1);
	memset(in.decision.account, 'a', sizeof(in.decision.account) - 1);
	in.decision.verdict = (struct slice){ big, sizeof(big) };
	assert_true(link_decode(written(&in), &out));
	in = (struct link_message){ .type = LINK_FOUND };
	memset(big, 'x', LINK_IDS_MAX);
	in.found.ids = (struct slice){ big, LINK_IDS_MAX };
	assert_true(link_decode(written(&in), &out));
}

static void test_anybodys_words(void **state)
{
	char words[8];

	(void)state;
	link_words(S("a\r\nb"), words, sizeof(words));
	assert_string_equal(words, "a  b");
	link_words(S("\x1b[1m and more"), words, sizeof(words));
	assert_string_equal(words, " [1m an");
	assert_true(link_takes(slice_from(words), sizeof(words)));
	assert_false(link_takes(slice_from(words), sizeof(words) - 1));
	assert_false(link_takes(S("\t"), sizeof(words)));
	link_words((struct slice){ NULL, 0 }, words, sizeof(words));
	assert_string_equal(words, "");
}

static void test_packets(void **state)
{
	static char longest[LINK_FRAME_MAX + 1];
	struct link_room room = { NULL };
	struct err err;
	int ends[2];

	(void)state;
	assert_int_equal(link_pair(ends, &err), 0);
	assert_int_equal(link_receive(ends[1], &room, 0, &out), LINK_NOTHING);
	for (size_t i = 0; i < N_ELEMENTS(examples); i++)
		assert_int_equal(link_send(ends[0], &examples[i], PATIENCE_MS,
					   &err), 0);
	for (size_t i = 0; i < N_ELEMENTS(examples); i++) {
		assert_case(name_of(i), LINK_GOT,
			    link_receive(ends[1], &room, PATIENCE_MS, &out));
		assert_case(name_of(i), examples[i].type, out.type);
	}
	assert_int_equal(send(ends[0], "x", 1, 0), 1);
	assert_int_equal(link_receive(ends[1], &room, PATIENCE_MS, &out),
			 LINK_BROKEN);
	assert_int_equal(send(ends[0], longest, sizeof(longest), 0),
			 sizeof(longest));
	assert_int_equal(link_receive(ends[1], &room, PATIENCE_MS, &out),
			 LINK_BROKEN);
	close(ends[0]);
	assert_int_equal(link_receive(ends[1], &room, PATIENCE_MS, &out),
			 LINK_ENDED);
	assert_int_equal(link_send(ends[1], &examples[0], 0, &err), -1);
	assert_int_equal(err.code, EXIT_SERVICE);
	close(ends[1]);
	link_forget(&room);
}

/* Whoever does not read what is said holds up nobody for ever. */
static void test_a_deaf_one(void **state)
{
	struct err err;
	int ends[2], result = 0;

	(void)state;
	assert_int_equal(link_pair(ends, &err), 0);
	for (int i = 0; i < 10000 && result == 0; i++)
		result = link_send(ends[0], &examples[11], 1, &err);
	assert_int_equal(result, -1);
	assert_int_equal(err.code, EXIT_SERVICE);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_each_comes_as_it_went, forget),
		cmocka_unit_test_teardown(test_cut_anywhere, forget),
		cmocka_unit_test_teardown(test_more_behind_it, forget),
		cmocka_unit_test_teardown(test_any_byte_changed, forget),
		cmocka_unit_test_teardown(test_huge_lengths, forget),
		cmocka_unit_test_teardown(test_out_of_bounds, forget),
		cmocka_unit_test_teardown(test_the_longest_fit, forget),
		cmocka_unit_test(test_anybodys_words),
		cmocka_unit_test_teardown(test_packets, forget),
		cmocka_unit_test(test_a_deaf_one),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
