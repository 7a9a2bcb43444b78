# shellcheck shell=bash disable=SC2034
# lib.sh - for the scripts beside it: run the program, look at how it ended.
# Sourced by bash. Each check counts; `finish` prints "N passed, N failed".

comporta=${COMPORTA:-build/comporta}
work=$(mktemp -d "${TMPDIR:-/tmp}/comporta-test.XXXXXX")
trap 'chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT
passed=0 failed=0
state=(--state-dir "$work/state")

good() {
	passed=$((passed + 1))
	echo "ok    $1"
}

bad() {
	failed=$((failed + 1))
	echo "FAIL  $1"
	[ $# -lt 2 ] || printf '%s\n' "$2" | sed 's/^/      /'
}

# Run with a limit; output to $out and $err, exit status to $rc.
run() {
	out=$(timeout $((60 * ${SLOWER:-1})) "$comporta" "$@" 2>"$work/stderr" </dev/null)
	rc=$?
	err=$(cat "$work/stderr")
}

# what, wanted exit status, a text that standard error must hold, command...
expect() {
	local what=$1 want=$2 words=$3
	shift 3
	run "$@"
	if [ "$rc" != "$want" ]; then
		bad "$what" "exit $rc instead of $want: $err$out"
	elif [[ "$err" != *"$words"* ]]; then
		bad "$what" "no \"$words\" in: $err"
	else
		good "$what"
	fi
}

# what, wanted, got
equal() {
	if [ "$2" = "$3" ]; then good "$1"; else bad "$1" "wanted $2, got $3"; fi
}

# Ask again until the command says yes: half a minute, for busy machines.
eventually() { # command...
	local _
	for _ in $(seq 1 $((300 * ${SLOWER:-1}))); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	return 1
}

# file, pattern, how often at least (once)
has() { [ "$(grep -c -- "$2" "$1")" -ge "${3:-1}" ]; }

finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}

# A submission line: minute, queue id, account, address.
line() {
	printf '2026-11-15T08:%02d:00.000000+00:00 mx1 postfix/submission/smtpd[7]: %s: client=unknown[%s], sasl_method=PLAIN, sasl_username=%s\n' \
		"$1" "$2" "$4" "$3"
	printf '2026-11-15T08:%02d:01.000000+00:00 mx1 postfix/qmgr[8]: %s: from=<%s>, size=900, nrcpt=1 (queue active)\n' \
		"$1" "$2" "$3"
}

# Seven countries within an hour: what the hard rule stops.
burst() {
	local i=0 address
	for address in 83.0.0.1 14.160.0.1 177.0.0.1 117.192.0.1 36.64.0.1 \
		78.160.0.1 95.24.0.1 187.128.0.1 171.96.0.1 41.32.0.1; do
		i=$((i + 1))
		line $i "4Xb$i$i$i$i" "$1" $address
	done
}
geo=(--home PL --country-db "${COUNTRY_DB:-build/geoip/country.mmdb}"
	--asn-db "${ASN_DB:-build/geoip/asn.mmdb}")
