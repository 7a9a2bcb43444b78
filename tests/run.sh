#!/bin/sh
# run.sh - every test of `make check`, with a line for each part and, at the
# end, "N passed, N failed". The output of a part that failed is shown whole.
set -u

build=${BUILD:-build}
logs=$build/test-logs
passed=0 failed=0
# Limits of time, times this: what sanitizers take.
slower=${SLOWER:-1}
mkdir -p "$logs"
export COUNTRY_DB=${COUNTRY_DB:-build/geoip/country.mmdb}
export ASN_DB=${ASN_DB:-build/geoip/asn.mmdb}
export COMPORTA=${COMPORTA:-$build/comporta}
# A make that a test calls builds where it always does.
unset BUILD

# name, good, bad, exit status, log
tell() {
	passed=$((passed + $2))
	failed=$((failed + $3))
	if [ "$4" != 0 ] && [ "$3" = 0 ]; then
		failed=$((failed + 1))
	fi
	if [ "$4" = 0 ] && [ "$3" = 0 ] && [ "$2" -gt 0 ]; then
		printf '  ok    %-28s %5d\n' "$1" "$2"
		return
	fi
	if [ "$2" = 0 ] && [ "$3" = 0 ] && [ "$4" = 0 ]; then
		failed=$((failed + 1))
		echo "$1 ran no test" >>"$5"
	fi
	printf '  FAIL  %-28s\n' "$1"
	sed 's/^/        /' "$5"
}

cmocka() { # program
	name=$(basename "$1")
	log=$logs/$name.log
	timeout $((600 * slower)) "$1" >"$log" 2>&1
	status=$?
	tell "$name" "$(grep -c '^\[       OK \]' "$log")" \
		"$(grep -c '^\[  FAILED  \] [^0-9]' "$log")" $status "$log"
}

# A script that ends with "N passed, N failed".
script() { # name, command...
	name=$1
	shift
	log=$logs/$name.log
	timeout $((1500 * slower)) "$@" >"$log" 2>&1
	status=$?
	last=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
	good=${last%% passed*}
	bad=${last#*, }
	tell "$name" "${good:-0}" "${bad%% failed*}" $status "$log"
	sed -n 's/^SKIPPED/  skip /p' "$log"
}

for source in tests/test_*.c tests/db/test_*.c; do
	[ -e "$source" ] || continue
	cmocka "$build/${source%.c}"
done
for one in tests/lint/*.sh; do
	log=$logs/lint-$(basename "$one" .sh).log
	if sh "$one" >"$log" 2>&1; then
		tell "lint $(basename "$one" .sh)" 1 0 0 "$log"
	else
		tell "lint $(basename "$one" .sh)" 0 1 1 "$log"
	fi
done
for one in tests/command/test_*.sh tests/crash/*.sh; do
	[ -e "$one" ] || continue
	# With its ending: some programs of cmocka have the same name and log.
	script "$(basename "$one")" bash "$one"
done
[ ! -e tests/e2e/run.sh ] || script e2e bash tests/e2e/run.sh

echo
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
