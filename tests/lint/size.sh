#!/bin/sh
# No tracked file is large: data is made by scripts, and a core dump or a log
# that slipped in once would stay in the history for ever.
set -eu
limit=500000
bad=$(git ls-files -z 2>/dev/null | xargs -0 -r wc -c |
	awk -v limit=$limit '$2 != "total" && $1 > limit')
if git ls-files 2>/dev/null | grep -qE '(^|/)core(\.[0-9]+)?$'; then
	echo "a core dump is tracked" >&2
	exit 1
fi
[ -z "$bad" ] || { echo "too large for the repository: $bad" >&2; exit 1; }
