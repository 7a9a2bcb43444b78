#!/bin/sh
# The Debian package is built with what deps.sh installs for `make`, and
# CHANGELOG.md knows the version.
set -eu
bad=0
complain() { echo "$1" >&2; bad=1; }
control=packaging/debian/control

needed=$(sed -n "/^build='/,/'\$/p; /^build_maybe='/p" packaging/deps.sh |
	tr "'" ' ' | sed 's/^build[a-z_]*=//')
[ "$(echo "$needed" | wc -w)" -gt 10 ] ||
	complain "packaging/deps.sh: cannot read what build needs"
for names in $needed; do
	name=${names%%|*}
	sed -n '/^Build-Depends:/,/^[A-Z]/p' $control |
		grep -qE "(^| )$name(,| |\$)" ||
		complain "$control: Build-Depends lacks $name"
done

version=$(sed -n 's/^VERSION *:= *//p' Makefile)
grep -qE "^## $version - [0-9]{4}-[0-9]{2}-[0-9]{2}\$" CHANGELOG.md ||
	complain "CHANGELOG.md: no \"## $version - DAY\""
grep -q "^## " CHANGELOG.md && [ "$(grep -m1 '^## ' CHANGELOG.md |
	cut -d' ' -f2)" = "$version" ] ||
	complain "CHANGELOG.md: $version is not its first"
exit $bad
