#!/bin/sh
# Metrics are named in four places that must agree: metrics.def, the table of
# docs/METRICS.md, the dashboard and the alerts. The last two may only use what
# there is; every alert has its advice, its test and its line in the docs.
set -eu
bad=0
complain() { echo "$1" >&2; bad=1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/comporta-lint.XXXXXX")
trap 'rm -rf "$work"' EXIT
rules=packaging/prometheus-alerts.yml
docs=docs/METRICS.md

# "name type", of each.
tr '\n' ' ' <detector/metrics/metrics.def | sed 's/METRIC(/\n&/g' |
	sed -n 's/^METRIC([A-Z_]*,[^"]*"\([a-z_]*\)", *\([A-Z]*\),.*/\1 \2/p' |
	tr A-Z a-z | sort >"$work/def"
sed -n 's/^| `\([a-z_]*\)` | \([a-z]*\) | .*/\1 \2/p' $docs |
	grep -v ' \(page\|ticket\|info\)$' | sort >"$work/docs"
[ -s "$work/def" ] || complain "no metric found in metrics.def"
diff "$work/def" "$work/docs" >&2 ||
	complain "metrics.def (<) and the table of $docs (>) differ"

# What a histogram is asked for.
awk '{ print $1 }
	$2 == "histogram" { print $1 "_bucket"; print $1 "_sum";
		print $1 "_count" }' "$work/def" >"$work/names"
for file in $rules packaging/grafana-dashboard.json \
		tests/prometheus/alerts_test.yml; do
	# The table comporta_metric is no metric.
	for name in $(grep -oE '\b(comporta|process)_[a-z_]+' $file |
			grep -vx comporta_metric | sort -u); do
		grep -qx "$name" "$work/names" ||
			complain "$file: there is no metric $name"
	done
done

alerts=$(sed -n 's/^ *- alert: //p' $rules)
[ "$(grep -c '^ *runbook: ' $rules)" = "$(echo "$alerts" | wc -l)" ] ||
	complain "$rules: an alert without runbook"
for alert in $alerts; do
	grep -q "^| \`$alert\` |" $docs || complain "$docs: no line for $alert"
	grep -q "\"$alert\"" tests/prometheus/alerts_test.yml ||
		complain "tests/prometheus/alerts_test.yml: no case for $alert"
done
exit $bad
