#!/bin/bash
# run.sh [NAME...] - the pages in a real browser: each NAME.js of this folder,
# or all of them. NAME.sh beside it, if there is one, prepares what it looks
# at. Pictures to look at stay in build/browser/NAME/. The last line is
# "N passed, N failed", over all.
#
# A script is given FOLDER (its own, kept from run to run), COMPORTA (the
# program) and CHROMIUM, and ends with such a line itself (support/look.js);
# one that does not counts as failed. What it starts, it ends.
#
# Needs Debian's chromium, node and npm; playwright-core drives the browser
# that is there and downloads none.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
modules=$PWD/$build/browser
COMPORTA=$(realpath "${COMPORTA:-$build/comporta}")
CHROMIUM=$(command -v chromium || command -v chromium-browser) || {
	echo "browser/run.sh: chromium is missing; sh packaging/deps.sh all" >&2
	exit 69
}
NODE_PATH=$modules/node_modules
export COMPORTA CHROMIUM NODE_PATH

# What the tests were written with; the newest one when that is gone.
fetch() { # package version
	[ ! -d "$NODE_PATH/$1" ] || return 0
	for want in "$1@$2" "$1"; do
		npm install --prefix "$modules" --no-audit --no-fund \
			--loglevel=error --ignore-scripts "$want" \
			>"$modules/npm.log" 2>&1 </dev/null && break
	done
	[ ! -d "$NODE_PATH/$1" ] || return 0
	tail -n 5 "$modules/npm.log" >&2
	echo "browser/run.sh: npm could not fetch $1" >&2
	exit 69
}

passed=0 failed=0
run_one() { # NAME
	echo "== $1"
	export FOLDER=$modules/$1
	mkdir -p "$FOLDER"
	if [ -f "tests/browser/$1.sh" ] && ! sh "tests/browser/$1.sh"; then
		echo "FAILED: $1.sh prepares nothing"
		failed=$((failed + 1))
		return
	fi
	# Deleted first: a sum from the last run would count again.
	rm -f "$FOLDER/said"
	timeout 600 node "tests/browser/$1.js" 2>&1 | tee "$FOLDER/said" || true
	local sum
	sum=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$FOLDER/said" | tail -n 1)
	if [ -z "$sum" ]; then
		echo "FAILED: $1.js ended without its sum"
		failed=$((failed + 1))
		return
	fi
	set -- $sum
	passed=$((passed + $1)) failed=$((failed + $3))
}

mkdir -p "$modules"
fetch playwright-core 1.65.1
fetch axe-core 4.14.1
fetch @seriousme/openapi-schema-validator 2.11.0
if [ $# = 0 ]; then
	for file in tests/browser/*.js; do
		set -- "$@" "$(basename "$file" .js)"
	done
fi
for name in "$@"; do
	run_one "$name"
done
echo "$passed passed, $failed failed"
[ "$passed" -gt 0 ] && [ "$failed" = 0 ]
