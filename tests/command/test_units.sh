#!/bin/bash
# The systemd units: they are right, nobody in them may more than he needs, and
# what they call themselves is what the program, the package and each other
# call them.
. "$(dirname "$0")/lib.sh"
program=$(realpath "$comporta")
units=$work/units
mkdir "$units"
command -v systemd-analyze >/dev/null ||
	bad "systemd-analyze" "is missing: sh packaging/deps.sh check"

# As `make install` puts them, with the program that was built.
for unit in packaging/*.service packaging/*.timer; do
	sed -e "s,/usr/local/bin/comporta,$program," \
		-e "s,/usr/local/sbin/comporta-geoip,/bin/true," "$unit" \
		>"$units/${unit##*/}"
done
words=$(systemd-analyze verify --man=no "$units"/*.service \
	"$units"/*.timer 2>&1)
equal "systemd understands them" "0 " "$? $words"

for unit in packaging/*.service; do
	name=${unit##*/}
	words=$(systemd-analyze security --offline=true --threshold=20 \
		--no-pager "$unit" 2>&1)
	rc=$?
	equal "$name: exposed less than 2.0" 0 "$rc"
	[ "$rc" = 0 ] || tail -n 1 <<<"$words"
	grep -q '^User=' "$unit" && good "$name: is not root" ||
		bad "$name: is not root"
	equal "$name: no capability" "CapabilityBoundingSet=" \
		"$(grep '^CapabilityBoundingSet' "$unit")"
done
drop=$units/comporta-act.service.d
mkdir "$drop"
cp packaging/comporta-act-programs.conf "$drop/"
words=$(systemd-analyze verify --man=no "$units/comporta-act.service" 2>&1)
equal "with root for programs" "0 " "$? $words"

# Each unit's own folders and users, as the package makes them.
value() { # unit, name
	sed -n "s/^$2=//p" "packaging/$1"
}
# ... over all of its lines.
whole() {
	awk -v name="$2=" 'index($0, name) == 1 { on = 1
			$0 = substr($0, length(name) + 1) }
		on { more = sub(/\\$/, ""); printf "%s ", $0; on = more }' \
		"packaging/$1"
}
for name in comporta-watch comporta-scan; do
	equal "$name: no network" yes "$(value $name.service PrivateNetwork)"
	equal "$name: only local sockets" AF_UNIX \
		"$(value $name.service RestrictAddressFamilies)"
	equal "$name: writes what it remembers" /var/lib/comporta \
		"$(value $name.service ReadWritePaths)"
	equal "$name: not in the group that reads passwords" "" \
		"$(value $name.service SupplementaryGroups)"
done
for user in $(sed -n 's/^User=//p' packaging/*.service | sort -u); do
	equal "$user is made" 1 "$(grep -c "^u $user " packaging/sysusers.conf)"
done
for group in $(sed -n 's/^SupplementaryGroups=//p' packaging/*.service); do
	equal "the group $group is made" 1 \
		"$(grep -cE "^[ug] $group " packaging/sysusers.conf)"
done
equal "the reader is in no group of those who act" "" \
	"$(grep -E '^m comporta-reader +comporta$' packaging/sysusers.conf)"
folder() { sed -n "s,^d $1  *\([0-7]*\) *\([a-z-]*\) *\([a-z-]*\).*,\1 \2 \3,p" \
	packaging/tmpfiles.conf; }
equal "what is remembered" "2750 comporta-reader comporta" \
	"$(folder /var/lib/comporta)"
equal "what those who act have" "2770 comporta comporta" \
	"$(folder /var/lib/comporta-desk)"
equal "... as the unit says" "comporta-desk 2770" \
	"$(value comporta-act.service StateDirectory) $(value \
	comporta-act.service StateDirectoryMode)"

# What they start is known to the program, and reader and actor agree where
# they meet.
for name in watch scan act serve; do
	line=$(whole "comporta-$name.service" ExecStart)
	read -ra words <<<"$line"
	equal "$name: its command" "$name" "${words[1]}"
	expect "$name: its options" 0 "" "${words[@]:1}" --help
	[ "$name" = serve ] || equal "$name: where they meet" \
		"act.socket=/run/comporta/act reader_user=comporta-reader" \
		"$(printf '%s\n' "${words[@]}" | grep '=' | sort | xargs)"
done

# What the fence needs of the kernel is not taken away by the unit.
for name in watch scan serve; do
	calls=$(whole "comporta-$name.service" SystemCallFilter)
	for call in seccomp landlock_create_ruleset landlock_add_rule \
		landlock_restrict_self; do
		grep -qw "$call" <<<"$calls" ||
			bad "$name: may call $call" "$calls"
	done
done
finish
