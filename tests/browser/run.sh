#!/bin/bash
# run.sh - the page of `replay --report`, opened in a real browser: telephone
# and desk, by day and by night. Leaves pictures in build/browser/ to look at.
# Needs Debian's chromium, node and npm; playwright-core drives the browser
# that is there and downloads none.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
folder=$build/browser
# What it was written with; the newest one when that is gone.
version=1.65.1

mkdir -p "$folder"
[ -d "$folder/node_modules/playwright-core" ] || {
	for want in "playwright-core@$version" playwright-core; do
		npm install --prefix "$folder" --no-audit --no-fund \
			--loglevel=error --ignore-scripts "$want" \
			>"$folder/npm.log" 2>&1 </dev/null && break
	done
	[ -d "$folder/node_modules/playwright-core" ] || {
		tail -n 5 "$folder/npm.log" >&2
		echo "browser/run.sh: npm could not fetch playwright-core" >&2
		exit 69
	}
}
chromium=$(command -v chromium || command -v chromium-browser) || {
	echo "browser/run.sh: chromium is missing; sh packaging/deps.sh all" >&2
	exit 69
}
python3 tests/support/report-log.py >"$folder/mail.log"
"${COMPORTA:-$build/comporta}" replay -q --json --home PL,PT \
	--country-db "${COUNTRY_DB:-build/geoip/country.mmdb}" \
	--asn-db "${ASN_DB:-build/geoip/asn.mmdb}" \
	--report "$folder/report.html" "$folder/mail.log" >"$folder/verdicts"
NODE_PATH=$folder/node_modules timeout 300 \
	node tests/browser/report.js "$chromium" "$folder"
