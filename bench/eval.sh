#!/bin/sh
# eval.sh - comporta beside the published rules on simulated traffic; `make
# eval` builds and calls it. README.md says what the tables mean.
#
# Environment, all optional:
#   SEEDS          runs with ten victims of each class       301 302 303
#   HAZARD_SEEDS   runs with takeovers as rare as in reality 401 402
#   SERVERS        whose log: postfix, exim, or both         postfix
#   FIT=1          first fits the numbers and writes MODEL, from
#   WEIGHT_SEEDS   101 102 103, and
#   CALIBRATE_SEEDS 201 202 211 212
#   FIT_OPTIONS    for fit.py, see there        --search --target 1.0
#   MODEL          the numbers                  detector/model.conf, if there
#   ACCOUNTS, HAZARD_ACCOUNTS, DAYS, VICTIMS     1500 5000 21 10
#   JSON           also writes all figures to this file
#   KEEP           keeps the runs in this folder (without their logs)
#   JOBS           at once                                   one for each core
#   COMPORTA, SIMULATE, COUNTRY_DB, ASN_DB, PREFIXES, PYTHON, TMPDIR
# The tables go to standard output, progress to standard error. A figure that
# is missed is no failure. The same seeds give the same figures.
set -eu
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
: "${SEEDS=301 302 303}" "${HAZARD_SEEDS=401 402}" "${SERVERS:=postfix}"
: "${WEIGHT_SEEDS:=101 102 103}" "${CALIBRATE_SEEDS:=201 202 211 212}"
: "${ACCOUNTS:=1500}" "${HAZARD_ACCOUNTS:=5000}" "${DAYS:=21}" "${VICTIMS:=10}"
: "${MODEL:=$root/detector/model.conf}" "${JOBS:=$(nproc)}" "${FIT:=}"
: "${COMPORTA:=$root/build/comporta}" "${SIMULATE:=$root/build/simulate}"
: "${COUNTRY_DB:=$root/build/geoip/country.mmdb}"
: "${ASN_DB:=$root/build/geoip/asn.mmdb}"
: "${PREFIXES:=$root/build/geoip/prefixes.tsv}"
# Debian's own python, which sees Debian's numpy.
: "${PYTHON:=/usr/bin/python3}" "${FIT_OPTIONS=--search --target 1.0}"
home=PL,PT
end=2026-07-05
hazard=0.00015
export ACCOUNTS HAZARD_ACCOUNTS DAYS VICTIMS MODEL COMPORTA SIMULATE \
	COUNTRY_DB ASN_DB PREFIXES

say() { echo "  $*" >&2; }
die() { echo "eval: $2" >&2; exit "$1"; }

# simulate FOLDER SEED SERVER victims|hazard: people, events and the log
simulate() {
	mkdir -p "$1"
	case $4 in
	hazard) set -- "$@" --accounts "$HAZARD_ACCOUNTS" --hazard $hazard ;;
	*) set -- "$@" --accounts "$ACCOUNTS" --victims "$VICTIMS" ;;
	esac
	folder=$1 seed=$2 server=$3
	shift 4
	"$SIMULATE" --seed "$seed" --server "$server" "$@" --days "$DAYS" \
		--log "$folder/mail.log" --people "$folder/people.tsv" \
		--events "$folder/events.tsv" --home $home --end $end \
		--prefixes "$PREFIXES"
}

# replay FOLDER MODEL: verdicts and scores; MODEL may be /dev/null
replay() {
	"$COMPORTA" replay -q --set model=none -c "$2" --json \
		--scores "$1/scores.tsv" --home $home --country-db "$COUNTRY_DB" --asn-db "$ASN_DB" \
		"$1/mail.log" >"$1/verdicts.json"
}

# one FOLDER SEED SERVER KIND MODEL KEEP-LOG: a whole run, called by xargs
one() {
	[ -e "$1/mail.log" ] || simulate "$1" "$2" "$3" "$4"
	replay "$1" "$5"
	[ "$6" = keep ] || rm -f "$1/mail.log"
	say "$(basename "$1")"
}
if [ "${1:-}" = --one ]; then
	shift
	one "$@"
	exit
fi

# runs KIND MODEL KEEP-LOG SEED...: so many at once as there are cores
runs() {
	kind=$1 model=$2 keep=$3
	shift 3
	for server in $SERVERS; do
		for seed; do
			echo "$tmp/$seed-$server $seed $server $kind $model $keep"
		done
	done | xargs -P "$JOBS" -n 6 sh "$here/eval.sh" --one ||
		die 70 "a run failed; the message is above"
}

# folders SEED...: of these seeds
folders() {
	for server in $SERVERS; do
		for seed; do
			echo "$tmp/$seed-$server"
		done
	done
}

# What was learnt depends a little on the numbers in force: so the fit runs
# twice, the second time on what the signals say under the first one's numbers.
fit() {
	model=/dev/null
	for pass in first second; do
		say "the $pass fit: $WEIGHT_SEEDS and $CALIBRATE_SEEDS"
		# shellcheck disable=SC2086
		runs victims "$model" keep $WEIGHT_SEEDS $CALIBRATE_SEEDS
		# shellcheck disable=SC2046,SC2086
		"$PYTHON" "$here/fit.py" $FIT_OPTIONS \
			--centre "$here/centre.conf" --out "$tmp/model.conf" \
			--weights $(folders $WEIGHT_SEEDS) \
			--calibrate $(folders $CALIBRATE_SEEDS) >"$tmp/fit"
		model=$tmp/model.conf
	done
	rm -f "$tmp"/*/mail.log
	say "wrote $MODEL"
	cat "$tmp/fit"
	echo
	cp "$tmp/model.conf" "$MODEL"
}

for file in "$COMPORTA" "$SIMULATE" "$COUNTRY_DB" "$ASN_DB" \
	"$PREFIXES"; do
	[ -e "$file" ] || die 69 "$file is missing: make eval builds it"
done
"$PYTHON" -c 'import numpy' 2>/dev/null ||
	die 69 "numpy is missing: apt-get install python3-numpy"
if [ -n "${KEEP:-}" ]; then
	mkdir -p "$KEEP"
	tmp=$(cd "$KEEP" && pwd)
else
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/comporta-eval.XXXXXX")
	trap 'rm -rf "$tmp"' EXIT
fi
trap 'exit 130' INT
trap 'exit 143' TERM

[ -z "$FIT" ] || fit
model=$MODEL
[ -e "$model" ] || model=/dev/null
say "runs of $DAYS days: $SEEDS; as rare as in reality: $HAZARD_SEEDS"
# shellcheck disable=SC2086
[ -z "$HAZARD_SEEDS" ] || runs hazard "$model" drop $HAZARD_SEEDS
# shellcheck disable=SC2086
[ -z "$SEEDS" ] || runs victims "$model" drop $SEEDS
"$COMPORTA" check --options >"$tmp/defaults"
[ "$model" != /dev/null ] || model=$tmp/defaults
# shellcheck disable=SC2046,SC2086
set -- $(folders $SEEDS)
# shellcheck disable=SC2046,SC2086
[ -z "$HAZARD_SEEDS" ] || set -- "$@" --hazard $(folders $HAZARD_SEEDS)
set -- "$@" --model "$tmp/defaults" "$model"
say "scoring"
"$PYTHON" "$here/score.py" ${JSON:+--json-to "$JSON"} "$@"
