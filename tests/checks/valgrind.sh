#!/bin/bash
# valgrind.sh [NAME...] - memcheck over every unit test, or over these. A wrong
# access, a value nobody set or a block that is lost for good fails it, in the
# test's own process and in those it forks. SKIPPED in front of what the tests
# themselves leave out there.
set -u
export LC_ALL=C VALGRIND=1
export COUNTRY_DB=${COUNTRY_DB:-build/geoip/country.mmdb}
export ASN_DB=${ASN_DB:-build/geoip/asn.mmdb}
logs=build/valgrind
passed=0 failed=0
rm -rf $logs
mkdir -p $logs
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(basename -s .c tests/test_*.c)
make -s -j"$(nproc)" "${@/#/build/tests/}" && make -s geoip || exit 70

# What is lost "possibly" is what children hold that are killed on purpose.
memcheck() { # name
	timeout 1200 valgrind -q --error-exitcode=99 --num-callers=20 \
		--leak-check=full --show-leak-kinds=definite \
		--errors-for-leak-kinds=definite \
		--suppressions=tests/checks/valgrind.supp \
		build/tests/"$1" >build/valgrind/"$1".log 2>&1
	echo $? >build/valgrind/"$1".status
}
export -f memcheck
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} bash -c 'memcheck {}'
for name; do
	log=$logs/$name.log
	status=$(cat "$logs/$name.status")
	sed -n "s/^\[  SKIPPED \] \(test_.*\)/SKIPPED $name: \1/p" "$log" |
		sort -u
	# A child that valgrind complains of may still end well.
	if [ "$status" = 0 ] && ! grep -q '^==[0-9]*== ' "$log"; then
		passed=$((passed + 1))
		continue
	fi
	failed=$((failed + 1))
	echo "FAIL  $name: $status"
	tail -n 60 "$log"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
