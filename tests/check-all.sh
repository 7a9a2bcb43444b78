#!/bin/bash
# check-all.sh - everything that takes long: the ordinary run, the same unit
# tests under sanitizers, clang's warnings, static checks, fuzzers, metrics and
# alerts by Prometheus' own rules, the report in a browser. Ends with "N passed, N failed", counting parts.
set -u
passed=0 failed=0

part() { # name, command...
	local name=$1 started=$SECONDS
	shift
	if "$@" >build/check-all.log 2>&1; then
		passed=$((passed + 1))
		printf 'ok    %-28s %4d s  %s\n' "$name" $((SECONDS - started)) \
			"$(grep -E '^[0-9]+ passed' build/check-all.log | tail -n 1)"
	else
		failed=$((failed + 1))
		printf 'FAIL  %-28s\n' "$name"
		tail -n 60 build/check-all.log
	fi
}

sanitized() {
	make -s -j"$(nproc)" WERROR=1 SAN=address,undefined tests all || return 1
	local status=0
	for source in tests/test_*.c; do
		"build/address-undefined/${source%.c}" || status=1
	done
	BUILD=build/address-undefined \
		COMPORTA=build/address-undefined/comporta \
		bash tests/command/test_bad_input.sh || status=1
	return $status
}

# What x86-64 does not run by itself: the twins of scan.h.
plain_twins() {
	local status=0 twin
	for twin in scan slice formats sessions header header_forms replay; do
		make -s -j"$(nproc)" BUILD=build/plain \
			CFLAGS="-O2 -g -DSCAN_PLAIN" "build/plain/tests/test_$twin" &&
			"build/plain/tests/test_$twin" || status=1
	done
	return $status
}

clang_warnings() {
	make -s -j"$(nproc)" BUILD=build/clang CC=clang WERROR=1 OPTIMISE= all
}

static_check() {
	cppcheck --quiet --error-exitcode=1 --std=c11 -I. -Ibuild \
		--enable=warning,performance,portability \
		--suppress=unknownMacro --inline-suppr \
		--suppress=missingIncludeSystem \
		--suppress=duplicateAssignExpression \
		--suppress=CastIntegerToAddressAtReturn \
		--suppress=ctuuninitvar base detector notifier
}

hardened() { # position independent, full RELRO, stack protector, fortify
	local headers
	headers=$(readelf -hldsW build/comporta)
	for words in 'DYN (Position' 'GNU_RELRO' 'BIND_NOW\|NOW' \
		'__stack_chk_fail' '_chk@'; do
		grep -q "$words" <<<"$headers" || { echo "no $words"; return 1; }
	done
}

mkdir -p build
sh packaging/deps.sh all || exit 69
part "make check" make check
part "sanitizers" sanitized
part "plain twins" plain_twins
part "clang -Werror" clang_warnings
part "cppcheck" static_check
part "hardening" hardened
part "fuzzers" bash tests/fuzz/run.sh 20
part "promtool" env PROMTOOL=promtool bash tests/command/test_metrics.sh
part "browser" bash tests/browser/run.sh
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
