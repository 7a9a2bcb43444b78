#!/bin/bash
# plain.sh - what x86-64 does not run by itself: the twins of base/scan.h.
passed=0 failed=0
for twin in scan slice formats sessions header header_forms replay; do
	if make -s -j"$(nproc)" BUILD=build/plain \
		CFLAGS="-O2 -g -DSCAN_PLAIN" "build/plain/tests/test_$twin" &&
		"build/plain/tests/test_$twin"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
