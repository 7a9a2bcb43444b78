#!/bin/bash
# run.sh [SECONDS] - every fuzzer for so long (20), from the .cases as seeds.
# Needs clang and its sanitizer runtime. Ends with "N passed, N failed".
set -u
seconds=${1:-20}
build=build/fuzz
passed=0 failed=0

make -s -j"$(nproc)" BUILD=$build CC=clang OPTIMISE= \
	CFLAGS="-g -O1 -fsanitize=fuzzer-no-link,address,undefined" \
	objects || exit 70
libs=$(make -s BUILD=$build print-libs)

# Each input line of the cases becomes a file; the first byte of a seed for
# the formats picks the format.
seeds=$build/seeds
rm -rf "$seeds"
mkdir -p "$seeds"
n=0
while IFS= read -r line; do
	n=$((n + 1))
	printf '%b%s' "\\$(printf '%03o' $((n % 4)))" "$line" >"$seeds/$n"
done < <(grep -hv '^\(#\|= \|$\)' detector/formats/*.cases)

for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	# shellcheck disable=SC2046,SC2086
	clang -std=gnu11 -D_GNU_SOURCE -I. -include base/banned.h -g -O1 \
		-fsanitize=fuzzer,address,undefined -o "$build/$name" \
		"$source" $(make -s BUILD=$build print-objects) $libs || {
		failed=$((failed + 1))
		continue
	}
	mkdir -p "$build/corpus-$name"
	if "$build/$name" -max_total_time="$seconds" -max_len=4096 \
		-print_final_stats=1 -artifact_prefix="$build/$name-" \
		"$build/corpus-$name" "$seeds" >"$build/$name.log" 2>&1; then
		passed=$((passed + 1))
		echo "ok    $name: $(sed -n 's/^stat::number_of_executed_units: *//p' \
			"$build/$name.log") inputs"
	else
		failed=$((failed + 1))
		echo "FAIL  $name"
		tail -n 40 "$build/$name.log"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
