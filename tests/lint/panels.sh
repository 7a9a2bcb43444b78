#!/bin/sh
# Every panel folder is complete, uses parameters the code knows, and no
# statement that changes data leaves its row count or its WHERE open.
set -eu
bad=0
complain() { echo "$1" >&2; bad=1; }

for panel in sql/panels/*/; do
	for name in find.sql grants.sql fixture.sql \
		README.md; do
		[ -s "$panel$name" ] || complain "$panel lacks $name"
	done
	# A switch is three files, or none.
	switch=
	for name in block.sql unblock.sql verify.sql; do
		[ ! -s "$panel$name" ] || switch="$switch $name"
	done
	case $switch in
	'' | ' block.sql unblock.sql verify.sql') ;;
	*) complain "$panel has only$switch of its switch" ;;
	esac
	for file in "$panel"find.sql "$panel"block.sql "$panel"unblock.sql \
		"$panel"verify.sql "$panel"app_passwords.sql; do
		[ -f "$file" ] || continue
		for p in $(sed "s/--.*//; s/'[^']*'//g" "$file" |
			grep -o ':[a-z_]*' | sort -u); do
			case $p in
			:account | :domain | :reason | :block_id | :at_ms) ;;
			:previous) ;;
			*) complain "$file: unknown parameter $p" ;;
			esac
		done
		sed 's/--.*//' "$file" |
			grep -qiE '^(UPDATE|DELETE|INSERT)' || continue
		grep -qE '^-- rows: ([0-9]|any)' "$file" ||
			complain "$file: no '-- rows:' line"
		sed 's/--.*//' "$file" | grep -qiE '^(UPDATE|DELETE)' ||
			continue
		sed 's/--.*//' "$file" | grep -qi 'WHERE' ||
			complain "$file: no WHERE"
	done
done
exit $bad
