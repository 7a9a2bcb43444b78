#!/bin/sh
# run.sh - how fast is comporta beside rg and pflogsumm? See README.md.
#
# Environment, all optional: COMPORTA (build/comporta), GENERATE
# (build/generate; compiled if it is missing), COUNTRY_DB and ASN_DB (else
# looked for in build/geoip/), SIZE_MB (300), ACCOUNTS (100000), TMPDIR (/tmp),
# CC (cc).
# The table goes to standard output, progress to standard error. Timings are no
# tests: a mark that is missed is printed and the exit code stays 0.
set -eu
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
comporta=${COMPORTA:-$root/build/comporta}
generate=${GENERATE:-$root/build/generate}
size_mb=${SIZE_MB:-300}
accounts=${ACCOUNTS:-100000}
head_mb=30	# pflogsumm gets so much; the whole would take minutes
runs=3
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
need "${CC:-cc}" gcc
command -v "$comporta" >/dev/null 2>&1 ||
	die 69 "$comporta is missing: run make, or set COMPORTA"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/comporta-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"${CC:-cc}" -std=gnu11 -O2 -o "$tmp/measure" "$here/measure.c"
if [ ! -x "$generate" ]; then
	generate=$tmp/generate
	"${CC:-cc}" -std=gnu11 -O2 -o "$generate" "$here/generate.c" \
		"$here"/gen_*.c
fi

# first_file PATTERN...: the first that exists, or nothing
first_file() {
	for file; do
		if [ -f "$file" ]; then
			echo "$file"
			return
		fi
	done
}

country_db=${COUNTRY_DB:-$(first_file "$root"/build/geoip/*[cC]ountry*.mmdb)}
asn_db=${ASN_DB:-$(first_file "$root"/build/geoip/*[aA][sS][nN].mmdb \
	"$root"/build/geoip/[aA][sS][nN]*.mmdb)}

# measure COMMAND...: sets seconds and peak_kib; ends the bench if it fails.
# Its output goes to $out, its messages to $tmp/messages.
out=$tmp/out
measure() {
	"$tmp/measure" "$tmp/figures" "$@" >"$out" 2>"$tmp/messages"
	read -r seconds peak_kib code <"$tmp/figures"
	if [ "$code" -ne 0 ]; then
		tail -n 5 "$tmp/messages" >&2
		die 70 "exit code $code from: $*"
	fi
}

# best COMMAND...: sets best_seconds and best_kib, of three runs
best() {
	best_seconds=
	run=0
	while [ "$run" -lt "$runs" ]; do
		measure "$@"
		if [ -z "$best_seconds" ] ||
			awk "BEGIN { exit !($seconds < $best_seconds) }"; then
			best_seconds=$seconds
			best_kib=$peak_kib
		fi
		run=$((run + 1))
	done
}

# row NAME SECONDS PEAK_KIB [MARKS]: one line of the table
row() {
	awk -v name="$1" -v s="$2" -v kib="$3" -v mb="$megabytes" \
		-v rg="$rg_seconds" -v pf="$pflogsumm_seconds" \
		-v marks="${4:-}" 'BEGIN {
		printf "%-26s %8.3f %8.0f %8.1f %11.1f %9.1f  %s\n", name, s,
			mb / s, s / rg, pf / s, kib / 1024, marks
	}'
}

# verdict VALUE RELATION MARK: "met" or "missed"
verdict() {
	awk "BEGIN { print ($1 $2 $3) ? \"met\" : \"missed\" }"
}

marks_of() {
	printf '<= 8 x rg: %s, >= 20 x pflogsumm: %s' \
		"$(verdict "$1 / $rg_seconds" '<=' 8)" \
		"$(verdict "$pflogsumm_seconds / $1" '>=' 20)"
}

say "writing a log of $size_mb MB"
log=$tmp/mail.log
"$generate" --size-mb "$size_mb" --stolen 6 --labels "$tmp/labels" >"$log"
log_bytes=$(wc -c <"$log")
megabytes=$(awk "BEGIN { print $log_bytes / 1e6 }")
cat "$log" >/dev/null	# warm the cache

say "rg, $runs times"
best rg -c sasl_username= "$log"
rg_seconds=$best_seconds
rg_kib=$best_kib

say "pflogsumm, once, on the first $head_mb MB"
# Whole lines only; a short log is given whole.
head -c "${head_mb}000000" "$log" | sed '$d' >"$tmp/head.log"
head_bytes=$(wc -c <"$tmp/head.log")
measure taskset -c 0 pflogsumm "$tmp/head.log"
pflogsumm_seconds=$(awk "BEGIN { print $seconds * $log_bytes / $head_bytes }")
pflogsumm_kib=$peak_kib

say "comporta replay without GeoIP, $runs times"
best "$comporta" replay "$log" --json --home PL,PT
plain_seconds=$best_seconds
plain_kib=$best_kib

geo_seconds=
if [ -n "$country_db" ] && [ -n "$asn_db" ]; then
	say "comporta replay with $country_db and $asn_db, $runs times"
	best "$comporta" replay "$log" --json --home PL,PT \
		--country-db "$country_db" --asn-db "$asn_db"
	geo_seconds=$best_seconds
	geo_kib=$best_kib
fi
found=0
while read -r account class time; do
	# The account is followed by its closing quote: no other one matches.
	if grep -F "\"account\":\"$account\"" "$out" |
		grep -q '"action":"suspend"'; then
		found=$((found + 1))
	else
		say "not suspended: $account ($class, from $time)"
	fi
done <"$tmp/labels"
suspended=$(grep '"action":"suspend"' "$out" |
	sed 's/.*"account":"\([^"]*\)".*/\1/' | sort -u | wc -l)
rm -f "$log" "$tmp/head.log"

say "writing a log of $accounts accounts"
log=$tmp/many.log
"$generate" --accounts "$accounts" --days 1 --light --stolen 0 \
	--end 2026-11-20 >"$log"
say "scanning it into a new state"
measure "$comporta" scan "$log" --state-dir "$tmp/state" --dry-run -q
first_seconds=$seconds
state_kib=$(du -sk "$tmp/state" 2>/dev/null | cut -f1)
say "scanning again, $scans times"
: >"$tmp/scans"
run=0
while [ "$run" -lt "$scans" ]; do
	measure "$comporta" scan "$log" --state-dir "$tmp/state" --dry-run -q
	echo "$seconds $peak_kib" >>"$tmp/scans"
	run=$((run + 1))
done
scan_ms=$(sort -n "$tmp/scans" | awk '{ s[NR] = $1 } END {
	printf "%.1f", 500 * (s[int((NR + 1) / 2)] + s[int(NR / 2) + 1]) }')
scan_kib=$(sort -n -k2 "$tmp/scans" | awk 'END { print $2 }')

printf '%s MB of log, best of %s runs, warm cache\n\n' "$megabytes" "$runs"
printf '%-26s %8s %8s %8s %11s %9s  %s\n' '' seconds MB/s 'x rg' \
	'x pflogsumm' 'peak MiB' marks
row 'rg -c sasl_username=' "$rg_seconds" "$rg_kib"
row 'comporta, no GeoIP' "$plain_seconds" "$plain_kib" \
	"$(marks_of "$plain_seconds")"
if [ -n "$geo_seconds" ]; then
	row 'comporta, country and AS' "$geo_seconds" "$geo_kib" \
		"$(marks_of "$geo_seconds")"
else
	echo 'comporta, country and AS   not run: set COUNTRY_DB and ASN_DB'
fi
row 'pflogsumm, one core' "$pflogsumm_seconds" "$pflogsumm_kib" \
	"(scaled from the first $head_mb MB)"
printf '\nstolen accounts suspended: %s of %s; suspended in all: %s\n' \
	"$found" "$(wc -l <"$tmp/labels")" "$suspended"
printf 'scan with nothing new, %s accounts: %s ms, peak %s MiB' "$accounts" \
	"$scan_ms" "$(awk "BEGIN { printf \"%.1f\", $scan_kib / 1024 }")"
printf '  (mark < 50 ms: %s; median of %s)\n' \
	"$(verdict "$scan_ms" '<' 50)" "$scans"
printf 'the first scan of it took %s s and left %s KiB of state\n' \
	"$first_seconds" "${state_kib:-0}"
