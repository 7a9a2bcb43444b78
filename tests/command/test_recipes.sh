#!/bin/bash
# The four recipes of docs/HACKING.md: a format, a signal, a panel and a
# language are added to a copy of the tree, each in its one folder and without
# touching the Makefile, and everything finds them.
. "$(dirname "$0")/lib.sh"
tree=$work/tree
mkdir -p "$tree"
tar cf - --exclude=./build --exclude=./.git . | tar xf - -C "$tree"
before=$(md5sum <"$tree/Makefile")
cd "$tree" || exit 70
# Objects of this build are as good there: same sources, same times.
mkdir build
cp -a "$OLDPWD/build/"{base,detector,notifier,tests} build/ 2>/dev/null

lint_says() { # what, text
	if make -s lint 2>&1 | grep -q "$2"; then good "$1"; else
		bad "$1" "$(make -s lint 2>&1)"
	fi
}

# A format.
cat >detector/formats/example.c <<'END'
/* example - "handed in by LOGIN from ADDRESS". */
#include "detector/formats/format.h"

/* Nothing more to know of the program than that it is ours. */
static const void *speaker(struct slice program)
{
	return slice_eq(program, S("exampled")) ? "exampled" : NULL;
}

static enum format_result parse(const void *who, const struct log_line *line,
				struct mail_event *event_out)
{
	struct slice text = line->text;
	struct mail_event event = {
		.kind = MAIL_SUBMISSION,
		.at_ms = line->at_ms,
		.host = line->host,
		.recipients = MAIL_UNKNOWN,
		.size_bytes = MAIL_UNKNOWN,
	};

	(void)who;
	if (!slice_skip(&text, S("handed in by ")))
		return FORMAT_SKIP;
	event.account = slice_cut(&text, ' ');
	if (!slice_skip(&text, S("from ")) ||
	    !address_parse(text, &event.client))
		return FORMAT_BAD;
	event.has_client = true;
	*event_out = event;
	return FORMAT_EVENT;
}

const struct format format_example = {
	.name = "example",
	.about = "an example",
	.speaker = speaker,
	.parse = parse,
};
END
lint_says "lint misses the format's line" "example is missing in detector/formats"
echo 'FORMAT(example)' >>detector/formats/formats.def
lint_says "lint misses the format's cases" "example.cases is missing"
cat >detector/formats/example.cases <<'END'
2026-05-04T10:00:00+02:00 mx exampled[81]: handed in by ala@example.pl from 203.0.113.9
= submission account=ala@example.pl client=203.0.113.9

2026-05-04T10:00:00+02:00 mx exampled[81]: handed in by ala@example.pl from nowhere
= !
END

# A signal.
cat >detector/signals/example_signal.c <<'END'
/* example_signal - more than fifty recipients at once. */
#include "detector/signals/signal.h"

static struct {
	struct signal_limits limits;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(__typeof__(settings), "4", "0", "24h"),
	CONF_END
};

static double observe(const struct signal_input *input)
{
	return input->recipients > 50 ? 1 : 0;
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	(void)account;
	(void)now_s;
	text_add_string(out, "many at once");
}

const struct signal signal_example_signal = {
	.name = "example_signal",
	.about = "an example",
	.slot = 11,
	.is_strong_when_cold = true,
	.looks_at = SIGNAL_RECIPIENTS,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
END
lint_says "lint misses the signal's line" "example_signal is missing"
echo 'SIGNAL(example_signal)' >>detector/signals/signals.def
printf 'send 60\n= 1.0\n\nsend 5\n= 0.0\n' >detector/signals/example_signal.cases
for conf in templates/*/language.conf; do
	echo 'reason.example_signal = an example' >>"$conf"
done

# A panel: the folder that is there, under another name.
cp -r sql/panels/postfixadmin4 sql/panels/example
rm sql/panels/example/unblock.sql
lint_says "lint misses the panel's unblock.sql" "has only block.sql verify.sql of its switch"
cp sql/panels/postfixadmin4/unblock.sql sql/panels/example/

# A language.
cp -r templates/en templates/eo
rm templates/eo/page.html
lint_says "lint misses the language's page" "templates/eo has other files"
cp templates/en/page.html templates/eo/

if make -s lint >"$work/lint" 2>&1; then good "lint is content"; else
	bad "lint is content" "$(cat "$work/lint")"
fi
if make -s -j2 WERROR=1 all build/tests/test_formats build/tests/test_signals \
	build/tests/test_letter build/tests/db/test_panels >"$work/make" 2>&1
then
	good "it builds"
else
	bad "it builds" "$(tail -n 20 "$work/make")"
fi
ran() { # what, program, text
	timeout 120 "$2" >"$work/ran" 2>&1
	if grep -q "$3" "$work/ran" && ! grep -q FAILED "$work/ran"; then
		good "$1"
	else
		bad "$1" "$(tail -n 5 "$work/ran")"
	fi
}
ran "the format's cases run" build/tests/test_formats "example.cases"
ran "the signal's cases run" build/tests/test_signals "example_signal.cases"
ran "the language is rendered" build/tests/test_letter "PASSED"
timeout 400 build/tests/db/test_panels >"$work/ran" 2>&1
equal "the panel is tested" 0 $?
equal "the signal has its options" 1 "$(build/comporta check --options |
	grep -c '^\[signal.example_signal\]')"
equal "the Makefile is untouched" "$before" "$(md5sum <Makefile)"
finish
