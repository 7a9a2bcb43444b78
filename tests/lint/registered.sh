#!/bin/sh
# Every format, signal, action and command in its folder stands in the
# folder's list; formats and signals have cases; signals have slots of their
# own.
set -eu
bad=0
complain() { echo "$1" >&2; bad=1; }

check() { # folder, list, macro, type, needs cases
	for file in "$1"/*.c; do
		name=$(basename "$file" .c)
		grep -q "^const struct $4 $4_$name = {" "$file" || continue
		grep -qx "$3($name)" "$1/$2" ||
			complain "$name is missing in $1/$2"
		[ "$5" = no ] || [ -s "$1/$name.cases" ] ||
			complain "$1/$name.cases is missing"
	done
	sed -n "s/^$3(\(.*\))\$/\1/p" "$1/$2" | while read -r name; do
		[ -f "$1/$name.c" ] || echo "$1/$2 names $name, not there"
	done | grep . >&2 && bad=1
	return 0
}
check detector/formats formats.def FORMAT format yes
check detector/signals signals.def SIGNAL signal yes
check detector/actions actions.def ACTION action no
check detector/commands commands.def COMMAND command no

# A slot is a number, or SLOT of the enum at the file's head.
slots=$(sed -n 's/^\t\.slot = \([0-9][0-9]*\),/\1/p
	s/.*\bSLOT = \([0-9][0-9]*\).*/\1/p' detector/signals/*.c)
twice=$(echo "$slots" | sort | uniq -d)
most=$(sed -n 's/.*ACCOUNT_GROUPS = \([0-9]*\).*/\1/p' detector/account.h)
for slot in $slots; do
	[ "$slot" -lt "$most" ] ||
		complain "slot $slot: there are $most (ACCOUNT_GROUPS)"
done
[ -z "$twice" ] || complain "two signals have slot $twice"
exit $bad
