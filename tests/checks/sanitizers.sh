#!/bin/bash
# sanitizers.sh - the whole suite, with all servers, under AddressSanitizer,
# its search for leaks and UndefinedBehaviorSanitizer. What they find goes to
# files, so that it is also seen where nobody looks at how a process ended.
set -u
build=build/address-undefined
reports=$PWD/$build/reports
# Documents are tried with an ordinary build.
make -s -j"$(nproc)" all build/generate || exit 70
make -s -j"$(nproc)" WERROR=1 SAN=address,undefined all tests \
	$build/generate $build/simulate && make -s geoip || exit 70
rm -rf "$reports"
mkdir -p "$reports"
# Whoever the program becomes writes there.
chmod 1777 "$reports"

export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export ASAN_OPTIONS=$ASAN_OPTIONS:log_path=$reports/report
# The crash matrix preloads a library of its own.
export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
export UBSAN_OPTIONS=print_stacktrace=1:log_path=$reports/report
# For third parties only, each with its reason.
export LSAN_OPTIONS=suppressions=$PWD/tests/checks/leaks.supp:print_suppressions=0
SANITIZED=1 SLOWER=4 BUILD=$build GENERATE=$build/generate SIMULATE=$build/simulate \
	sh tests/run.sh >$build/tests.log 2>&1
status=$?
grep -vE '^  ok ' $build/tests.log
n=$(find "$reports" -type f -size +0 | wc -l)
[ "$n" = 0 ] || {
	status=1
	echo "$n reports of sanitizers in $reports, the first:"
	find "$reports" -type f -size +0 | sort | head -n 3 |
		xargs head -n 60
}
exit $status
