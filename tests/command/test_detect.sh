#!/bin/bash
# check --detect-panel: what it prints and how it ends, on SQLite files. The
# same on MariaDB is tests/db/test_detect.c.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/command/lib.sh

# A panel's file, made of its fixture: panel, file
make_file() {
	python3 - "sql/panels/$1/fixture.sql" "$2" <<'END'
import sqlite3, sys
file = sqlite3.connect(sys.argv[2])
file.executescript(open(sys.argv[1], encoding="utf-8").read())
file.close()
END
}

detect() { # what, wanted exit status, words of the output, options...
	local what=$1 want=$2 words=$3
	shift 3
	run check --detect-panel "${state[@]}" --set database.kind=sqlite "$@"
	if [ "$rc" != "$want" ] || [[ "$out$err" != *"$words"* ]]; then
		bad "$what" "exit $rc instead of $want, or no \"$words\": $out$err"
	else
		good "$what"
	fi
}

mailu="$work/odd \"name\".db"
make_file mailu "$mailu"
make_file mailinabox "$work/users.sqlite"

detect "nothing to look at" 78 "nothing to look at"
detect "a file that is not there" 78 "panel.file" \
	--set panel.file="$work/none.db"
detect "Mail-in-a-Box" 0 \
	"panel: { name = \"mailinabox\"; file = \"$work/users.sqlite\"; };" \
	--set panel.file="$work/users.sqlite"
detect "what to do next" 0 "sql/panels/mailinabox/grants.sql" \
	--set panel.file="$work/users.sqlite"
detect "Mailu" 0 "mailu" --set panel.file="$mailu"

# The lines are libconfig's, whatever the file is called.
printf '%s\n' "$out" | sed -n 's/^  \(panel: .*\)/\1/p' >"$work/pasted.conf"
run check --detect-panel -c "$work/pasted.conf" "${state[@]}"
equal "the printed lines can be pasted" 0 "$rc"

run check --detect-panel --json "${state[@]}" --set panel.file="$mailu"
equal "--json is one object" \
	'{"type":"panel","panel":"mailu","database":null}' \
	"$(printf '%s' "$out" | python3 -c '
import json, sys
row = json.loads(sys.stdin.read())
print(json.dumps({k: row[k] for k in ("type", "panel", "database")},
                 separators=(",", ":")))')"

python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute("CREATE TABLE t (a)")' "$work/other.db"
detect "no panel" 78 "the panel \"own\"" --set panel.file="$work/other.db"
detect "... and those that are known" 78 "postfixadmin4" \
	--set panel.file="$work/other.db"

make_file mailinabox "$mailu"
detect "two panels in one file" 65 "nothing is guessed" \
	--set panel.file="$mailu"
detect "... with both lines" 65 "name = \"mailu\"" --set panel.file="$mailu"

expect "--json without --detect-panel" 64 "--detect-panel only" \
	check --json "${state[@]}"
equal "no state is made by looking" no \
	"$([ -e "$work/state" ] && echo yes || echo no)"
finish
