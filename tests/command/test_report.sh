#!/bin/bash
# The page of `replay --report`: whole, well-formed, written or not at all,
# and the verdicts on standard output as they are without it.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
page=$work/report.html
python3 tests/support/report-log.py >"$log"

has() { # what, text that the page must hold
	if grep -qF -- "$2" "$page"; then good "$1"; else
		bad "$1" "not in the page: $2"
	fi
}

run replay --json "${geo[@]}" "$log"
without=$out
run replay --json "${geo[@]}" --report "$page" "$log"
equal "it ends well" 0 "$rc"
equal "the verdicts stay as they are" "$without" "$out"
equal "its name is told" 1 "$(grep -c "wrote $page" <<<"$err")"
equal "only its owner reads it" 600 "$(stat -c %a "$page")"
equal "it is small" 1 $(($(stat -c %s "$page") < 1000000))

# Everything is closed and escaped, or this finds no tree.
told=$(python3 - "$page" <<'END2'
import sys
from xml.etree import ElementTree
tree = ElementTree.parse(sys.argv[1])
drawings = [svg for svg in tree.iter("svg") if svg.get("class") == "drawing"]
for svg in drawings:
    assert svg.find("title").text.strip() and svg.find("desc").text.strip()
logins = [h.text for h in tree.iter("h3")]
ids = [e.get("id") for e in tree.iter() if e.get("id")]
assert len(ids) == len(set(ids)), "an id twice"
assert not list(tree.iter("script"))
print(len(drawings) >= 4, "<script>alert('1')</script>&\"</title><!--"
      "@firma-1.example" in logins)
END2
)
equal "a tree with its drawings and names" "True True" "$told"
stopped=$(grep '"action":"suspend"' <<<"$without" |
	grep -o '"account":"[^@]*@[^"]*"' | sort -u | grep -c .)
equal "somebody is stopped" 1 $((stopped >= 2))
run replay "${geo[@]}" "$log"
equal "the table counts accounts" 1 \
	"$(grep -c "^$stopped accounts to suspend" <<<"$out")"
equal "and names each once" "$stopped" "$(grep -c "  suspend  " <<<"$out")"
has "the answer" "Of 6 accounts $stopped would have been stopped."
has "other thresholds" "(in use)</th><td class=\"n\">$stopped</td>"
equal "each has its reasons" "$stopped" \
	"$(grep -c '<section class="stop-card">' "$page")"
has "a place nobody knows" "country unknown: 20 messages to 200"
has "the webmail" "own network: 40 messages to 800"
run replay --report "$page" "$log"
has "what is missing" "No country file: places are not judged."
run replay "${geo[@]}" --learn-until 2026-11-13 --report "$page" "$log"
has "what was only learnt from" "what came before 2026-11-13 only taught"
has "and counted nowhere" "<dt>Span</dt><dd><time datetime=\"2026-11-13T07:00:00.000Z\">"
: >"$work/empty.log"
expect "an empty log" 0 "wrote" replay --report "$page" "$work/empty.log"
has "nobody" "none would have been stopped"

# Said before the logs are read, and nothing is left behind.
expect "no such folder" 74 "cannot make $work/none/page" \
	replay --report "$work/none/page" "$log"
equal "before reading" "" "$out"
expect "a device" 74 "/dev/null is no ordinary file" \
	replay --report /dev/null "$log"
ln -s "$log" "$work/link"
expect "a link" 74 "$work/link is no ordinary file" \
	replay --report "$work/link" "$log"
equal "the log is as it was" "$(python3 tests/support/report-log.py | md5sum)" \
	"$(md5sum <"$log")"
echo old >"$page"
head -c 300000 /dev/urandom >"$work/noise.log"
expect "no page of noise" 65 "no line was understood" \
	replay --report "$page" "$work/noise.log"
equal "the old page stays" old "$(cat "$page")"
equal "no draft is left" "" "$(find "$work" -name 'report.html.*' \
	-o -name 'page.*' -o -name 'link.*')"
expect "the option is explained" 0 "" replay --help
equal "in --help" 1 "$(grep -c -- '--report FILE' <<<"$out")"
finish
