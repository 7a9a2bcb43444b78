#!/bin/sh
# run.sh - how fast is comporta, and how large, beside public tools? README.md
# says what the rows mean.
#
# Environment, all optional: COMPORTA (build/comporta), GENERATE and SIMULATE
# (build/generate, build/simulate), COUNTRY_DB, ASN_DB and PREFIXES (else those
# of build/geoip/), SIZE_MB (300), MANY (1000000 accounts), RUNS (5), CORE (the
# processor all of it runs on; 0), TMPDIR (/tmp; 2 GB are needed there).
# The tables go to standard output, progress to standard error. Timings are no
# tests: a mark that is missed is printed and the exit code stays 0.
set -eu
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
: "${COMPORTA:=$root/build/comporta}" "${GENERATE:=$root/build/generate}"
: "${SIMULATE:=$root/build/simulate}" "${SIZE_MB:=300}" "${MANY:=1000000}"
: "${COUNTRY_DB:=$root/build/geoip/country.mmdb}" "${RUNS:=5}" "${CORE:=0}"
: "${ASN_DB:=$root/build/geoip/asn.mmdb}"
: "${PREFIXES:=$root/build/geoip/prefixes.tsv}"
slow_mb=20	# what pflogsumm and eximstats get; the whole takes minutes
scans=20

die() { echo "bench: $2" >&2; exit "$1"; }
say() { echo "bench: $*" >&2; }

need() {
	command -v "$1" >/dev/null 2>&1 ||
		die 69 "$1 is missing: apt-get install $2"
}

need rg ripgrep
need pflogsumm pflogsumm
need taskset util-linux
need cc gcc
for file in "$COMPORTA" "$GENERATE" "$SIMULATE" "$COUNTRY_DB" "$ASN_DB"; do
	[ -e "$file" ] || die 69 "$file is missing: run make bench"
done

tmp=$(mktemp -d "${TMPDIR:-/tmp}/comporta-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cc -std=gnu11 -O2 -o "$tmp/measure" "$here/measure.c"

# eximstats comes with Exim, which nobody wants installed for a bench.
eximstats=$(command -v eximstats || :)
if [ -z "$eximstats" ]; then
	(cd "$tmp" && apt-get download exim4-base >/dev/null 2>&1 &&
		dpkg -x exim4-base_*.deb exim) || :
	eximstats=$tmp/exim/usr/sbin/eximstats
fi

# sum EXPRESSION: a number
sum() { awk "BEGIN { print $1 }"; }

# once COMMAND...: sets seconds and kib; ends the bench if it fails
once() {
	taskset -c "$CORE" "$tmp/measure" "$tmp/figures" "$@" >"$tmp/out" \
		2>"$tmp/messages"
	read -r seconds kib code <"$tmp/figures"
	if [ "$code" -ne 0 ]; then
		tail -n 5 "$tmp/messages" >&2
		die 70 "exit code $code from: $*"
	fi
}

# pair "COMMAND" "COMMAND": both in turns, RUNS times; the best of each goes to
# first and second, with the second's peak second_kib
pair() {
	first='' second=''
	run=0
	while [ "$run" -lt "$RUNS" ]; do
		# shellcheck disable=SC2086
		once $1
		if [ -z "$first" ] || [ "$(sum "$seconds < $first")" = 1 ]; then
			first=$seconds
		fi
		# shellcheck disable=SC2086
		once $2
		if [ -z "$second" ] || [ "$(sum "$seconds < $second")" = 1 ]; then
			second=$seconds second_kib=$kib
		fi
		run=$((run + 1))
	done
}

# row WHAT VALUE UNIT RELATION MUST AIM
row() {
	awk -v what="$1" -v v="$2" -v unit="$3" -v up="$4" -v must="$5" \
		-v aim="$6" 'function good(mark) {
			return up == ">=" ? v >= mark : v <= mark }
		BEGIN {
		printf "%-54s %8.2f %-4s must %s %-5s %-7s aim %-5s %s\n",
			what, v, unit, up, must,
			good(must) ? "met" : "MISSED", aim,
			good(aim) ? "met" : "missed"
	}'
}

replay="$COMPORTA replay -q --json --home PL,PT --country-db $COUNTRY_DB"
replay="$replay --asn-db $ASN_DB"

# beside LOG NEEDLE TOOL MUST AIM NAME: against rg and against a Perl program
beside() {
	megabytes=$(sum "$(wc -c <"$1") / 1e6")
	cat "$1" >/dev/null	# into the page cache
	say "$6: rg and comporta on $megabytes MB, $RUNS times each"
	pair "rg -c $2 $1" "$replay $1"
	whole=$second
	printf '%s: %.0f MB, %d lines; rg %.3f s, comporta %.3f s (%.0f MB/s, %.0f MiB)\n' \
		"$6" "$megabytes" "$(wc -l <"$1")" "$first" "$whole" \
		"$(sum "$megabytes / $whole")" "$(sum "$second_kib / 1024")"
	row "  replay, times the time of rg -c $2" "$(sum "$whole / $first")" \
		x '<=' "$4" "$5"
	if [ ! -x "$3" ]; then
		echo "  not run: $(basename "$3") is missing"
		return
	fi
	# Whole lines only.
	head -c "${slow_mb}000000" "$1" | sed '$d' >"$tmp/head.log"
	say "$(basename "$3"), once, on the first $slow_mb MB"
	once "$3" "$tmp/head.log"
	slow=$(sum "$seconds * $(wc -c <"$1") / $(wc -c <"$tmp/head.log")")
	row "  times the speed of $(basename "$3") (scaled)" \
		"$(sum "$slow / $whole")" x '>=' 40 100
}

say "writing a Postfix log of $SIZE_MB MB"
"$GENERATE" --size-mb "$SIZE_MB" --stolen 6 >"$tmp/postfix.log"
beside "$tmp/postfix.log" sasl_username= "$(command -v pflogsumm)" 5 3 Postfix

say "the first tenth of it"
head -c "$((SIZE_MB * 100000))" "$tmp/postfix.log" | sed '$d' >"$tmp/tenth.log"
pair "$replay $tmp/tenth.log" "$replay $tmp/postfix.log"
tenth=$(sum "$(wc -c <"$tmp/postfix.log") / $(wc -c <"$tmp/tenth.log") / 10")
row '  10 times the log, times the time' "$(sum "$second / $first / $tenth")" \
	x '<=' 10 10
rm -f "$tmp/postfix.log" "$tmp/tenth.log"

say "writing an Exim mainlog"
"$SIMULATE" --seed 5 --server exim --exim-for --accounts $((SIZE_MB * 14)) \
	--days 21 --hazard 0.00015 --prefixes "$PREFIXES" \
	--log "$tmp/exim.log" --login-log "$tmp/waste" --people "$tmp/waste" \
	--events "$tmp/waste" >/dev/null 2>&1
rm -f "$tmp/waste"
beside "$tmp/exim.log" A=dovecot "$eximstats" 6 3 Exim
rm -f "$tmp/exim.log"

# accounts NUMBER DAYS: a log with so many of them
accounts() {
	"$GENERATE" --accounts "$1" --days "$2" --light --stolen 0 \
		--end 2026-11-20
}

say "ten times the accounts, the same number of lines"
accounts 10000 20 >"$tmp/few.log"
accounts 100000 2 >"$tmp/more.log"
pair "$replay $tmp/few.log" "$replay $tmp/more.log"
printf 'Accounts\n'
row '  10 times the accounts (100,000), times the time' \
	"$(sum "$second / $first * $(wc -l <"$tmp/few.log") / \
	$(wc -l <"$tmp/more.log")")" x '<=' 1.2 1
rm -f "$tmp/few.log" "$tmp/more.log"

say "$MANY accounts"
accounts "$MANY" 1 >"$tmp/many.log"
# shellcheck disable=SC2086
once $replay "$tmp/many.log"
row "  memory for $MANY accounts" "$(sum "$kib / 1048576")" GiB '<=' 1.2 0.9
rm -f "$tmp/many.log"

say "scanning 100,000 accounts into a new state, then $scans times again"
accounts 100000 1 >"$tmp/scan.log"
scan="$COMPORTA scan $tmp/scan.log --state-dir $tmp/state --dry-run -q"
# shellcheck disable=SC2086
once $scan
first_scan=$seconds
run=0
while [ "$run" -lt "$scans" ]; do
	# shellcheck disable=SC2086
	once $scan
	echo "$seconds"
	run=$((run + 1))
done | sort -n >"$tmp/scans"
printf 'Scan: the first %.2f s, %d MiB of state\n' "$first_scan" \
	"$(($(du -sk "$tmp/state" | cut -f1) / 1024))"
row '  with nothing new, the median' "$(awk '{ s[NR] = $1 } END {
	print 1000 * s[int((NR + 1) / 2)] }' "$tmp/scans")" ms '<=' 50 10
