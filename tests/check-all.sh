#!/bin/bash
# check-all.sh - everything that takes long, part by part; one that fails keeps
# none from its turn. PARTS="tidy valgrind" runs only those. What a part says
# is in build/check-all/NAME.log; of one that fails it is shown. Ends with
# "N passed, N failed", counting parts.
set -u
logs=build/check-all
passed=0 failed=0

# One line adds a part: its name, then the command, which should end with
# "N passed, N failed".
parts() {
	cat <<'END'
check         make check
hardening     bash tests/checks/hardening.sh
reproducible  bash tests/checks/reproducible.sh
clang         make -s -j2 BUILD=build/clang CC=clang WERROR=1 all
cppcheck      bash tests/checks/cppcheck.sh
tidy          bash tests/checks/tidy.sh
scripts       sh tests/checks/scripts.sh
plain         bash tests/checks/plain.sh
valgrind      bash tests/checks/valgrind.sh
sanitizers    bash tests/checks/sanitizers.sh
coverage      bash tests/checks/coverage.sh
fuzzers       bash tests/fuzz/run.sh 20
promtool      env PROMTOOL=promtool bash tests/command/test_metrics.sh
browser       bash tests/browser/run.sh
soak          env FROM=10 HOURS=3.3 WARM_HOURS=0.5 make soak
package       make check-deb
boot          bash tests/package/test_boot.sh
crash         make crash
END
}

part() { # name, command
	local name=$1 started=$SECONDS log=$logs/$1.log
	printf '[%2d/%d] %-13s ' $((passed + failed + 1)) "$n" "$name"
	if bash -c "$2" >"$log" 2>&1 </dev/null; then
		passed=$((passed + 1))
		printf 'ok    %5d s  %s\n' $((SECONDS - started)) \
			"$(grep -E '^[0-9]+ passed' "$log" | tail -n 1)"
	else
		failed=$((failed + 1))
		printf 'FAIL  %5d s  %s\n' $((SECONDS - started)) "$log"
		tail -n 60 "$log" | sed 's/^/        /'
	fi
	sed -n 's/^ *SKIPPED/        skipped:/p; s/^  skip /        skipped: /p' \
		"$log"
}

mkdir -p $logs
sh packaging/deps.sh all || exit 69
wanted=${PARTS:-$(parts | cut -d' ' -f1)}
for name in $wanted; do
	parts | grep -q "^$name " || {
		echo "there is no part $name; there are:" >&2
		parts >&2
		exit 64
	}
done
# What make was told for this run is not for the makes of the parts.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES PARTS
n=$(wc -w <<<"$wanted")
for name in $wanted; do
	part "$name" "$(parts | sed -n "s/^$name  *//p")"
done
printf '%d passed, %d failed, %d min %d s in all\n' "$passed" "$failed" \
	$((SECONDS / 60)) $((SECONDS % 60))
[ "$failed" = 0 ]
