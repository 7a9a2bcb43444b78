#!/bin/sh
# Every panel folder is complete, uses parameters the code knows, and no
# statement that changes data leaves its row count or its WHERE open.
set -eu
bad=0
complain() { echo "$1" >&2; bad=1; }

# What a folder must hold. A panel whose switch is a command may have no
# tables at all; then own's comporta_mailbox is asked.
needed() {
	echo README.md
	[ ! -e "$1find.sql" ] && [ -e "$1block.command" ] ||
		echo find.sql grants.sql fixture.sql
	# Everybody's tables may be own's, so it is recognised by nothing.
	[ "$1" = sql/panels/own/ ] || [ ! -e "$1find.sql" ] || echo columns
}

for panel in sql/panels/*/; do
	for name in $(needed "$panel"); do
		[ -s "$panel$name" ] || complain "$panel lacks $name"
	done
	[ ! -e "${panel}columns" ] ||
		! grep -vE '^(#.*|!?[A-Za-z0-9_]+\.[A-Za-z0-9_]+)$' \
			"${panel}columns" >&2 ||
		complain "${panel}columns: neither table.column nor comment"
	# A command that stops needs one that lets go, and the other way round.
	[ -e "${panel}block.command" ] && one=yes || one=no
	[ -e "${panel}unblock.command" ] && other=yes || other=no
	[ $one = $other ] || complain "$panel has half a switch of commands"
	for file in "$panel"*.command; do
		[ -f "$file" ] || continue
		for p in $(sed '/^#/d' "$file" | grep -o '{[^}]*}' |
			sort -u); do
			case $p in
			'{account}' | '{local}' | '{domain}') ;;
			'{owner}') [ -s "${panel}owner.command" ] ||
				complain "$file: who is {owner}?" ;;
			*) complain "$file: unknown placeholder $p" ;;
			esac
		done
		# No shell reads them: what only a shell knows is a slip.
		! sed '/^#/d' "$file" | grep -E "[;|&<>\$\`'\"*]" >&2 ||
			complain "$file: no shell is asked, write words alone"
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
