#!/bin/sh
# report.sh - makes $FOLDER/report.html for report.js: a rehearsal on a log
# that has something of everything.
set -eu
python3 tests/support/report-log.py >"$FOLDER/mail.log"
"$COMPORTA" replay -q --json --home PL,PT \
	--country-db "${COUNTRY_DB:-build/geoip/country.mmdb}" \
	--asn-db "${ASN_DB:-build/geoip/asn.mmdb}" \
	--report "$FOLDER/report.html" "$FOLDER/mail.log" >"$FOLDER/verdicts"
