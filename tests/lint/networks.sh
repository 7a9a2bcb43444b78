#!/bin/sh
# The table of networks: every row well formed, no AS number twice, each kind
# in one piece and sorted by number, so that a new row has one place to go.
set -eu
table=detector/networks.def
rows=$(grep '^NETWORK' $table)
wrong=$(echo "$rows" | grep -vE \
	'^NETWORK\([1-9][0-9]*, (ACCESS|BUSINESS|HOSTING|VPN|RELAY|MOBILE), "[^" ][^"]*"\)$' ||
	true)
[ -z "$wrong" ] || { echo "$table: not a row: $wrong" >&2; exit 1; }
echo "$rows" | tr -d '(,' | sed 's/^NETWORK//' | awk -v table=$table '
	seen[$1]++ { print table ": AS" $1 " stands there twice"; bad = 1 }
	$2 != kind {
		if (done[$2]++) {
			print table ": " $2 " is in two pieces, at AS" $1
			bad = 1
		}
		kind = $2
		last = 0
	}
	$1 + 0 < last { print table ": AS" $1 " is not in order"; bad = 1 }
	{ last = $1 + 0 }
	END { exit bad }' >&2
