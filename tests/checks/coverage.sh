#!/bin/bash
# coverage.sh [--report] - how much of the program the whole suite runs, by
# lines and branches: a page, build/coverage/index.html, and a table by folder.
# Fails where a folder has less than LEAST % of its lines, or a test fails.
# --report tells of the last run once more.
#
# Not counted: what a process did that was killed before its end.
set -u
LEAST=85
mkdir -p build
build=build/coverage
status=0

count() {
	# Documents are tried with an ordinary build.
	make -s -j"$(nproc)" all build/generate >$build.make 2>&1 &&
		make -s -j"$(nproc)" COVERAGE=1 CFLAGS="-Og -g" all tests \
		$build/generate $build/simulate >>$build.make 2>&1 &&
		make -s geoip || {
		tail -n 40 $build.make
		exit 70
	}
	find $build -name '*.gcda' -delete
	# Whoever the program becomes adds to the same files.
	find $build -name '*.gcno' | while read -r notes; do
		: >"${notes%.gcno}.gcda"
	done
	chmod -R a+rwX $build
	BUILD=$build SIMULATE=$build/simulate GENERATE=$build/generate \
		sh tests/run.sh >$build/tests.log 2>&1 || status=1
	grep -E '^  (FAIL|skip)' $build/tests.log
	tail -n 1 $build/tests.log | sed 's/^/tests: /'
}

report() {
	gcovr --root . --object-directory $build \
		--filter base/ --filter detector/ --filter notifier/ \
		--exclude-unreachable-branches --gcov-ignore-parse-errors \
		--json-summary $build/summary.json --json-summary-pretty \
		--html-details $build/index.html >$build/gcovr.log 2>&1 || {
		tail $build/gcovr.log
		exit 70
	}
}

[ "${1:-}" = --report ] || count
report
/usr/bin/python3 tests/checks/coverage_table.py $LEAST <$build/summary.json ||
	status=1
exit $status
