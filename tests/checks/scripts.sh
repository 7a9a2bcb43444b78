#!/bin/sh
# scripts.sh - shellcheck over every shell script: no error, no warning.
# .shellcheckrc says what is left out.
# What others source is read where they do so.
scripts=$(find packaging tests bench -name '*.sh' -exec grep -l '^#!' {} + &&
	echo .ci/run)
mkdir -p build
log=build/shellcheck.log
# shellcheck disable=SC2086
shellcheck -S warning -f gcc $scripts >$log
status=$?
cat $log
bad=$(cut -d: -f1 $log | sort -u | wc -l)
[ $status = 0 ] || [ "$bad" -gt 0 ] || bad=1
echo "$(($(echo "$scripts" | wc -l) - bad)) passed, $bad failed"
[ $status = 0 ]
